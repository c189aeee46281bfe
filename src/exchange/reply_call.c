/* SPDX-License-Identifier: Apache-2.0 */
/* How an endpoint's answer to a rerouted call begins: what its status means, and which filter its content passes. */
#include "exchange_internal.h"

static void begin_events(struct exchange *exchange, const struct message_head *head)
{
    struct own_fields own;
    struct dialect_answer answer = {0};
    dialect_answer_fields(exchange->call->request, text_from(exchange->account.id_text), true, &answer);
    own_fields(&answer, &own);
    exchange->call->stream = dialect_stream_new(exchange->call->request, exchange->worker->limits.answer_held);
    filters_add(&exchange->flow->down, &filter_events);
    struct http_message message = {
        .status = head->status, .content = CONTENT_UNTIL_END, .add = own.fields, .add_count = own.count};
    exchange->account.status = head->status;
    exchange->client.role->put_head(&exchange->client, &message);
}

static bool is_event_stream(const struct message_head *head)
{
    static const struct text type = TEXT_INIT("text/event-stream");
    const struct field *field = http_field_find(head, TEXT("Content-Type"));
    return head->status == 200 && field != NULL && text_equal_nocase(text_part(field->value, 0, type.length), type);
}

enum reply_result reply_call_begin(struct exchange *exchange, const struct message_head *head)
{
    switch (engine_weigh(head->status)) {
    case ENGINE_SERVES:
        endpoint_answered(exchange);
        break;
    case ENGINE_OBJECTS:
        exchange->way.endpoint_status = head->status;
        endpoint_objects(exchange, head);
        break;
    case ENGINE_FAILS:
        exchange->way.endpoint_status = head->status;
        return REPLY_WANTS_NEXT;
    }
    if (dialect_call_streams(exchange->call->request) && is_event_stream(head)) {
        begin_events(exchange, head);
        return REPLY_GOES_ON;
    }
    filters_add(&exchange->flow->down, &filter_hold);
    exchange->call->held_status = head->status;
    return REPLY_GOES_ON;
}
