/* SPDX-License-Identifier: Apache-2.0 */
/* An endpoint's answer, held as a whole and rewritten; its objection to the call is kept while another is asked. */
#include "exchange_internal.h"

static enum filtered take(struct exchange *exchange, struct http_piece *piece, size_t place)
{
    (void)place;
    struct buffer *body = &exchange->call->body;
    bool is_too_large = body->length + piece->content.length > exchange->worker->limits.answer_held;
    if (!is_too_large) {
        buffer_append(body, piece->content);
        endpoint_spoke(exchange);
    }
    http_piece_drop(piece);
    return is_too_large ? FILTER_TOO_LARGE : FILTER_GOES_ON;
}

static enum filtered say(struct exchange *exchange, struct text body, size_t place)
{
    struct dialect_answer answer = {0};
    struct own_fields own;
    dialect_answer_fields(exchange->call->request, text_from(exchange->account.id_text), false, &answer);
    own_fields(&answer, &own);
    struct http_message message = {
        .status = exchange->call->held_status,
        .content = CONTENT_OF_LENGTH,
        .length = body.length,
        .add = own.fields,
        .add_count = own.count,
    };
    exchange->account.status = message.status;
    exchange->client.role->put_head(&exchange->client, &message);
    (void)filters_give_text(exchange, body, place + 1);
    return filters_end(exchange, place + 1);
}

static void keep_objection(struct call *call)
{
    buffer_clear(&call->objection.body); /* what another endpoint had against it */
    call->objection.body = call->body;
    call->body = (struct buffer){0};
}

static enum filtered end(struct exchange *exchange, size_t place)
{
    struct call *call = exchange->call;
    struct buffer body = {0};
    struct dialect_usage usage = {0};
    if (engine_weigh(call->held_status) == ENGINE_OBJECTS) {
        keep_objection(call);
        return FILTER_GOES_ON;
    }
    bool is_good = dialect_reply_rewrite(call->request, buffer_text(&call->body), &body, &usage);
    buffer_clear(&call->body);
    enum filtered result = FILTER_BAD;
    exchange->account.service.tokens_in = usage.tokens_in;
    exchange->account.service.tokens_out = usage.tokens_out;
    if (is_good)
        result = say(exchange, buffer_text(&body), place);
    else
        account_say(&exchange->account, FLAW_NONE, "the answer is no JSON object");
    buffer_clear(&body);
    return result;
}

const struct filter filter_hold = {"hold", take, end};
