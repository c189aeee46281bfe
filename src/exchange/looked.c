/* SPDX-License-Identifier: Apache-2.0 */
/* A request whose rule looks into it: its head before anything is asked for, its body when it is whole, both before the
 * decision is on disk. What goes on is what came, or what was written anew. */
#include "looked.h"

#include "exeat/base/memory.h"

bool exchange_looks(const struct exchange *exchange)
{
    return exchange->decision.inspection != NULL;
}

void looked_begin(struct exchange *exchange)
{
    struct exchange_worker *worker = exchange->worker;
    struct looked *looked = base_zalloc(sizeof(*looked));
    if (worker->inspector == NULL)
        worker->inspector = inspector_new();
    looked->inspected = inspected_new(worker->inspector, exchange->decision.inspection, keys_host(exchange));
    inspected_hear_keys(looked->inspected, keys_hear, exchange);
    exchange->looked = looked;
}

void looked_free(struct looked *looked)
{
    if (looked == NULL)
        return;
    screen_free(looked->screen);
    inspected_free(looked->inspected);
    buffer_forget(&looked->body);
    buffer_forget(&looked->query);
    buffer_clear(&looked->found);
    buffer_clear(&looked->found_after);
    base_free(looked);
}

struct inspected *exchange_inspected(const struct exchange *exchange)
{
    return exchange->looked->inspected;
}

/* Bytes of a body that are held. */
static size_t limit_of(const struct exchange *exchange)
{
    size_t held = exchange->worker->limits.body_held;
    const struct inspection *inspection = exchange->decision.inspection;
    size_t own = inspection == NULL ? 0 : inspection_limit(inspection);
    return own > 0 && own < held ? own : held;
}

/* --- what is said of it ----------------------------------------------------------------------------------------------
 */

static enum reason reason_of(struct exchange *exchange, enum inspect_says says, const struct detail *detail)
{
    static const enum reason reasons[] = {
        [INSPECT_PASSES] = REASON_NONE,
        [INSPECT_CHANGED] = REASON_NONE,
        [INSPECT_DENIED] = REASON_INSPECT_DENIED,
        [INSPECT_UNCHANGEABLE] = REASON_INSPECT_UNCHANGED,
        [INSPECT_UNREADABLE] = REASON_INSPECT_UNREADABLE,
    };
    if (reasons[says] != REASON_NONE)
        account_say(&exchange->account, FLAW_NONE, detail->text);
    return reasons[says];
}

struct text looked_found(struct looked *looked)
{
    if (looked == NULL)
        return TEXT("");
    buffer_empty(&looked->found);
    inspected_tell_request(looked->inspected, &looked->found);
    return buffer_text(&looked->found);
}

void looked_show(const struct looked *looked, struct text *method, struct text *path, struct text *query)
{
    if (looked != NULL)
        inspected_show(looked->inspected, method, path, query);
}

/* --- the head --------------------------------------------------------------------------------------------------------
 */

static enum reason look_at_upgrade(struct exchange *exchange)
{
    struct looked *looked = exchange->looked;
    if (!http_asks_for_websocket(exchange->ask.head))
        return REASON_NONE;
    inspect_note_unseen(looked->inspected, TEXT("websocket"));
    if (inspection_observes(inspected_rule(looked->inspected)))
        return REASON_NONE;
    account_say(
        &exchange->account, FLAW_NONE,
        "a WebSocket cannot be looked into: `unless: { paths: [...] }` takes its path out of this rule, for an allow "
        "of its own");
    return REASON_INSPECT_UNSEEN;
}

static void take_query(struct exchange *exchange)
{
    struct looked *looked = exchange->looked;
    exchange->ask.head->target.query = buffer_text(&looked->query);
    exchange->ask.request.query = buffer_text(&looked->query);
}

/* Larger than is looked at. */
static enum reason take_beyond(struct exchange *exchange)
{
    struct looked *looked = exchange->looked;
    struct detail detail = {0};
    if (!inspection_passes_oversize(inspected_rule(looked->inspected))) {
        (void)detail_say(
            &detail, "the rule looks into bodies of at most %zu bytes: inspect.limit, limits.body_held",
            limit_of(exchange));
        account_say(&exchange->account, FLAW_NONE, detail.text);
        return REASON_BODY_TOO_LARGE;
    }
    looked->body_is = LOOKED_BEYOND;
    inspect_note_unseen(looked->inspected, TEXT("oversize"));
    return REASON_NONE;
}

enum reason looked_head(struct exchange *exchange)
{
    struct looked *looked = exchange->looked;
    const struct message_head *head = exchange->ask.head;
    struct detail detail = {0};
    enum reason reason = look_at_upgrade(exchange);
    if (reason == REASON_NONE) {
        enum inspect_says says = inspect_head(looked->inspected, head, &looked->query, &detail);
        reason = reason_of(exchange, says, &detail);
        if (says == INSPECT_CHANGED)
            take_query(exchange);
    }
    if (reason == REASON_NONE && head->content == CONTENT_OF_LENGTH && head->length > limit_of(exchange))
        reason = take_beyond(exchange);
    return reason;
}

/* --- the body --------------------------------------------------------------------------------------------------------
 */

enum reason looked_hold(struct exchange *exchange, struct text content)
{
    struct looked *looked = exchange->looked;
    buffer_append(&looked->body, content);
    return looked->body.length > limit_of(exchange) ? take_beyond(exchange) : REASON_NONE;
}

struct text looked_held(const struct looked *looked)
{
    return looked == NULL ? TEXT("") : buffer_text(&looked->body);
}

bool looked_has_enough(const struct looked *looked)
{
    return looked->body_is == LOOKED_BEYOND;
}

static enum inspect_says look_at_body(struct exchange *exchange, struct detail *detail)
{
    struct looked *looked = exchange->looked;
    const struct message_head *head = exchange->ask.head;
    const struct body_label label = body_label_of_head(head); /* what is wrong with it, body_read says */
    struct text field;
    enum inspect_says says = inspect_body(looked->inspected, &label, &looked->body, detail);
    if (says != INSPECT_CHANGED || !inspect_is_signed(head, &field))
        return says;
    (void)detail_say(
        detail, "the body holds data that is redacted, and %.*s signs it: who signs must leave it out",
        TEXT_ARG(field));
    return INSPECT_UNCHANGEABLE;
}

enum reason looked_body(struct exchange *exchange)
{
    struct looked *looked = exchange->looked;
    struct detail detail = {0};
    if (looked->body_is == LOOKED_BEYOND || looked->body.length == 0)
        return REASON_NONE;
    enum inspect_says says = look_at_body(exchange, &detail);
    looked->body_is = says == INSPECT_CHANGED ? LOOKED_CHANGED : LOOKED_AS_IT_CAME;
    return reason_of(exchange, says, &detail);
}

/* The body of a call that is answered here is JSON whatever it is called; what is none, the dialect refuses. */
enum reason looked_call(struct exchange *exchange)
{
    struct looked *looked = exchange->looked;
    struct buffer *body = &exchange->call->body;
    const struct body_label label = body_label_of(BODY_JSON);
    struct detail detail = {0};
    enum reason reason = REASON_NONE;
    if (body->length > limit_of(exchange))
        reason = take_beyond(exchange);
    else
        reason = reason_of(exchange, inspect_body(looked->inspected, &label, body, &detail), &detail);
    return reason == REASON_INSPECT_UNREADABLE ? REASON_MALFORMED_BODY : reason;
}

/* --- going on --------------------------------------------------------------------------------------------------------
 */

size_t looked_dropped(const struct exchange *exchange, struct text *names, size_t capacity)
{
    const struct looked *looked = exchange->looked;
    size_t stale_count;
    const struct text *stale = inspect_stale_fields(&stale_count);
    size_t count = 0;
    if (looked->body_is != LOOKED_BEYOND && looked->body.length > 0)
        names[count++] = TEXT("Expect"); /* the body is here */
    if (looked_wants_answer(exchange)) { /* it is looked at as a whole: in halves nothing is found */
        names[count++] = TEXT("Accept-Encoding");
        names[count++] = TEXT("Range");
        names[count++] = TEXT("If-Range");
    }
    for (size_t i = 0; looked->body_is == LOOKED_CHANGED && i < stale_count && count < capacity; i++)
        names[count++] = stale[i];
    return count;
}

bool looked_wants_answer(const struct exchange *exchange)
{
    return exchange->looked != NULL && inspected_wants_answer(exchange->looked->inspected);
}

void looked_frame(const struct exchange *exchange, struct http_message *message)
{
    const struct looked *looked = exchange->looked;
    if (looked->body_is != LOOKED_CHANGED)
        return;
    message->content = CONTENT_OF_LENGTH;
    message->length = looked->body.length;
}

void looked_put_body(struct exchange *exchange)
{
    struct looked *looked = exchange->looked;
    struct http_side *to = &exchange->flow->side;
    struct http_piece piece = {.content = buffer_text(&looked->body)};
    if (piece.content.length > 0) {
        exchange->account.bytes_up += piece.content.length;
        to->role->put_content(to, &piece);
        buffer_forget(&looked->body);
    }
    if (http_side_is_whole(&exchange->client)) /* also one of chunks in which there is nothing */
        to->role->end(to);
}

/* --- the answer ------------------------------------------------------------------------------------------------------
 */

/* Nobody asked for a part. */
bool looked_keeps_out(struct exchange *exchange, const struct message_head *head)
{
    const struct inspection *inspection = inspected_rule(exchange->looked->inspected);
    bool is_kept = head->status == 206 && inspection_is_about_answers(inspection) && !inspection_observes(inspection);
    if (is_kept)
        account_say(&exchange->account, FLAW_NONE, "a part of an answer (206) cannot be looked into");
    return is_kept;
}

bool looked_take_answer(struct exchange *exchange, const struct message_head *head)
{
    struct looked *looked = exchange->looked;
    const struct screen_about about = {
        .inspected = looked->inspected,
        .account = &exchange->account,
        .via = text_from(exchange->worker->options.via),
        .answer_held = exchange->worker->limits.answer_held,
        .loop = exchange->worker->loop,
        .memory = exchange->worker->limits.memory,
    };
    screen_free(looked->screen);
    looked->screen = screen_new(&about);
    return screen_begin(looked->screen, head, exchange->ask.head->method, &exchange->flow->down);
}

struct text looked_found_after(struct looked *looked)
{
    if (looked == NULL)
        return TEXT("");
    buffer_empty(&looked->found_after);
    inspected_tell_answer(looked->inspected, &looked->found_after);
    return buffer_text(&looked->found_after);
}
