/* SPDX-License-Identifier: Apache-2.0 */
/* An answer that is looked into: held until it is whole, or event by event. Where nothing is kept out and values are
 * only put back, what cannot be read goes on as it is. */
#include "looked.h"

#include "exeat/base/memory.h"

struct text looked_found_after(struct looked *looked)
{
    if (looked == NULL)
        return TEXT("");
    buffer_empty(&looked->found_after);
    inspected_tell_answer(looked->inspected, &looked->found_after);
    return buffer_text(&looked->found_after);
}

static bool keeps_out(const struct looked *looked)
{
    const struct inspection *inspection = inspected_rule(looked->inspected);
    return inspection_is_about_answers(inspection) && !inspection_observes(inspection);
}

static enum filtered refuse(struct looked *looked, const char *why)
{
    account_say(&looked->exchange->account, FLAW_NONE, why);
    return FILTER_KEPT_OUT;
}

/* --- its head --------------------------------------------------------------------------------------------------------
 */

static struct text keep_text(struct buffer *texts, struct text text)
{
    size_t at = texts->length;
    buffer_append(texts, text);
    return (struct text){texts->data + at, text.length};
}

/* With its texts, which are gone once content is read. */
static void keep_head(struct looked *looked, const struct message_head *head)
{
    size_t room = head->phrase.length;
    for (size_t i = 0; i < head->field_count; i++)
        room += head->fields[i].name.length + head->fields[i].value.length;
    looked->head = base_alloc(sizeof(*looked->head));
    *looked->head = *head;
    buffer_reserve(&looked->texts, room + 1); /* so that it never moves */
    looked->head->phrase = keep_text(&looked->texts, head->phrase);
    for (size_t i = 0; i < head->field_count; i++) {
        looked->head->fields[i].name = keep_text(&looked->texts, head->fields[i].name);
        looked->head->fields[i].value = keep_text(&looked->texts, head->fields[i].value);
    }
}

static void put_head(
    struct looked *looked, struct http_side *to, const struct message_head *head, enum content content, uint64_t length,
    bool is_changed)
{
    struct exchange *exchange = looked->exchange;
    struct http_message message = {
        .head = head, .content = content, .length = length, .via = text_from(exchange->worker->options.via)};
    if (is_changed)
        message.drop = inspect_stale_fields(&message.drop_count);
    exchange->account.status = head->status;
    to->role->put_head(to, &message);
}

/* --- held ------------------------------------------------------------------------------------------------------------
 */

/* It is larger than is held: the head, what is here, and the rest as it comes. */
static enum filtered let_go(struct looked *looked, struct filters *filters, size_t next)
{
    put_head(looked, filters->to, looked->head, looked->head->content, looked->head->length, false);
    looked->state = ANSWER_PASSES;
    enum filtered filtered = filters_give_text(filters, next, buffer_text(&looked->answer));
    buffer_clear(&looked->answer);
    return filtered;
}

static bool may_pass_beyond(const struct looked *looked)
{
    return !keeps_out(looked) || inspection_passes_oversize(inspected_rule(looked->inspected));
}

static enum filtered take_held(void *context, struct filters *filters, size_t next, struct http_piece *piece)
{
    struct looked *looked = context;
    if (looked->state == ANSWER_PASSES)
        return filters_give(filters, next, piece);
    buffer_append(&looked->answer, piece->content);
    http_piece_drop(piece);
    if (looked->answer.length <= looked->exchange->worker->limits.answer_held)
        return FILTER_GOES_ON;
    if (may_pass_beyond(looked))
        return let_go(looked, filters, next);
    return refuse(looked, "the answer is larger than is looked into: limits.answer_held, inspect.oversize");
}

static enum filtered end_held(void *context, struct filters *filters, size_t next)
{
    struct looked *looked = context;
    struct detail detail = {0};
    if (looked->state == ANSWER_PASSES)
        return filters_end(filters, next);
    enum inspect_says says = inspect_answer(looked->inspected, &looked->label, &looked->answer, &detail);
    if (says > INSPECT_CHANGED)
        return refuse(looked, detail.text);
    put_head(looked, filters->to, looked->head, CONTENT_OF_LENGTH, looked->answer.length, says == INSPECT_CHANGED);
    (void)filters_give_text(filters, next, buffer_text(&looked->answer));
    base_forget(looked->answer.data, looked->answer.capacity);
    buffer_clear(&looked->answer);
    return filters_end(filters, next);
}

static const struct filter held = {"inspect", take_held, end_held};

/* --- events ----------------------------------------------------------------------------------------------------------
 */

static enum filtered give_events(
    struct looked *looked, enum inspect_says says, struct buffer *events, const struct detail *detail,
    struct filters *filters, size_t next)
{
    enum filtered filtered = FILTER_GOES_ON;
    if (says == INSPECT_PASSES)
        filtered = filters_give_text(filters, next, buffer_text(events));
    base_forget(events->data, events->capacity);
    buffer_clear(events);
    return says == INSPECT_PASSES ? filtered : refuse(looked, detail->text);
}

static enum filtered take_events(void *context, struct filters *filters, size_t next, struct http_piece *piece)
{
    struct looked *looked = context;
    struct buffer events = {0};
    struct detail detail = {0};
    enum inspect_says says = inspect_stream_feed(looked->stream, piece->content, &events, &detail);
    http_piece_drop(piece);
    return give_events(looked, says, &events, &detail, filters, next);
}

static enum filtered end_events(void *context, struct filters *filters, size_t next)
{
    struct looked *looked = context;
    struct buffer events = {0};
    struct detail detail = {0};
    enum inspect_says says = inspect_stream_end(looked->stream, &events, &detail);
    enum filtered filtered = give_events(looked, says, &events, &detail, filters, next);
    return filtered == FILTER_GOES_ON ? filters_end(filters, next) : filtered;
}

static const struct filter events = {"inspect events", take_events, end_events};

/* --- which of them ---------------------------------------------------------------------------------------------------
 */

static bool streams(const struct body_label *label, const struct message_head *head)
{
    bool is_lines = label->kind == BODY_LINES || label->kind == BODY_SEQUENCE;
    return label->fault == BODY_FINE && label->coding_count == 0 &&
           (label->kind == BODY_EVENTS || (is_lines && head->content != CONTENT_OF_LENGTH));
}

/* What is no text, or too large, by its head. */
static bool is_nobodys(const struct looked *looked, const struct message_head *head)
{
    bool is_large = head->content == CONTENT_OF_LENGTH && head->length > looked->exchange->worker->limits.answer_held;
    return (looked->label.kind == BODY_BINARY && !keeps_out(looked)) || (is_large && may_pass_beyond(looked));
}

bool looked_take_answer(struct exchange *exchange, const struct message_head *head)
{
    struct looked *looked = exchange->looked;
    bool has_none = head->content == CONTENT_NONE || (head->content == CONTENT_OF_LENGTH && head->length == 0) ||
                    text_equal(exchange->ask.head->method, TEXT("HEAD"));
    looked->label = (struct body_label){0};
    for (size_t i = 0; i < head->field_count; i++)
        body_label_field(&looked->label, head->fields[i].name, head->fields[i].value);
    (void)body_label_end(&looked->label);
    if (has_none || is_nobodys(looked, head))
        return false;
    if (streams(&looked->label, head)) {
        looked->state = ANSWER_STREAMS;
        looked->stream =
            inspect_stream_new(looked->inspected, looked->label.kind, exchange->worker->limits.answer_held);
        put_head(looked, &exchange->client, head, CONTENT_UNTIL_END, 0, true);
        filters_add(&exchange->flow->down, &events, looked);
        return true;
    }
    looked->state = ANSWER_HELD;
    keep_head(looked, head);
    filters_add(&exchange->flow->down, &held, looked);
    return true;
}
