/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are looked into, as filters. */
#include "exeat/screen.h"

#include "exeat/base/memory.h"
#include "exeat/net/room.h"

/* SCREEN_PASSES: nobody looks at the rest of it. */
enum screen_state { SCREEN_UNUSED, SCREEN_HOLDS, SCREEN_STREAMS, SCREEN_PASSES };

struct screen {
    struct screen_about about;
    enum screen_state state;
    struct message_head *head; /* owned: of an answer that is held */
    struct buffer texts;       /* owned: its texts */
    struct body_label label;
    struct buffer answer; /* owned */
    struct inspect_stream *stream;
};

struct screen *screen_new(const struct screen_about *about)
{
    struct screen *screen = base_zalloc(sizeof(*screen));
    screen->about = *about;
    return screen;
}

void screen_free(struct screen *screen)
{
    if (screen == NULL)
        return;
    inspect_stream_free(screen->stream);
    buffer_forget(&screen->answer);
    buffer_forget(&screen->texts);
    base_free(screen->head);
    base_free(screen);
}

static bool keeps_out(const struct screen *screen)
{
    const struct inspection *inspection = inspected_rule(screen->about.inspected);
    return inspection_is_about_answers(inspection) && !inspection_observes(inspection);
}

static enum filtered refuse(struct screen *screen, const char *why)
{
    account_say(screen->about.account, FLAW_NONE, why);
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
static void keep_head(struct screen *screen, const struct message_head *head)
{
    size_t room = head->phrase.length;
    for (size_t i = 0; i < head->field_count; i++)
        room += head->fields[i].name.length + head->fields[i].value.length;
    screen->head = base_alloc(sizeof(*screen->head));
    *screen->head = *head;
    buffer_reserve(&screen->texts, room + 1); /* so that it never moves */
    screen->head->phrase = keep_text(&screen->texts, head->phrase);
    for (size_t i = 0; i < head->field_count; i++) {
        screen->head->fields[i].name = keep_text(&screen->texts, head->fields[i].name);
        screen->head->fields[i].value = keep_text(&screen->texts, head->fields[i].value);
    }
}

static void put_head(
    struct screen *screen, struct http_side *to, const struct message_head *head, enum content content, uint64_t length,
    bool is_changed)
{
    struct http_message message = {.head = head, .content = content, .length = length, .via = screen->about.via};
    if (is_changed)
        message.drop = inspect_stale_fields(&message.drop_count);
    screen->about.account->status = head->status;
    to->role->put_head(to, &message);
}

/* --- held ------------------------------------------------------------------------------------------------------------
 */

/* It is larger than is held: the head, what is here, and the rest as it comes. */
static enum filtered let_go(struct screen *screen, struct filters *filters, size_t next)
{
    put_head(screen, filters->to, screen->head, screen->head->content, screen->head->length, false);
    screen->state = SCREEN_PASSES;
    enum filtered filtered = filters_give_text(filters, next, buffer_text(&screen->answer));
    buffer_forget(&screen->answer);
    return filtered;
}

static bool may_pass_beyond(const struct screen *screen)
{
    return !keeps_out(screen) || inspection_passes_oversize(inspected_rule(screen->about.inspected));
}

static enum filtered take_held(void *context, struct filters *filters, size_t next, struct http_piece *piece)
{
    struct screen *screen = context;
    if (screen->state == SCREEN_PASSES)
        return filters_give(filters, next, piece);
    if (!room_has_memory(screen->about.loop, screen->about.memory)) {
        http_piece_drop(piece);
        return FILTER_NO_ROOM;
    }
    buffer_append(&screen->answer, piece->content);
    http_piece_drop(piece);
    if (screen->answer.length <= screen->about.answer_held)
        return FILTER_GOES_ON;
    if (may_pass_beyond(screen))
        return let_go(screen, filters, next);
    return refuse(screen, "the answer is larger than is looked into: limits.answer_held, inspect.oversize");
}

static enum filtered end_held(void *context, struct filters *filters, size_t next)
{
    struct screen *screen = context;
    struct detail detail = {0};
    if (screen->state == SCREEN_PASSES)
        return filters_end(filters, next);
    enum inspect_says says = inspect_answer(screen->about.inspected, &screen->label, &screen->answer, &detail);
    if (says > INSPECT_CHANGED)
        return refuse(screen, detail.text);
    if (says == INSPECT_CHANGED && screen->head->status == 206)
        return refuse(
            screen, "a part of a larger answer (206) cannot be changed: its place in the whole would be another");
    put_head(screen, filters->to, screen->head, CONTENT_OF_LENGTH, screen->answer.length, says == INSPECT_CHANGED);
    (void)filters_give_text(filters, next, buffer_text(&screen->answer));
    buffer_forget(&screen->answer);
    return filters_end(filters, next);
}

static const struct filter held = {"inspect", take_held, end_held};

/* --- events ----------------------------------------------------------------------------------------------------------
 */

static enum filtered give_events(
    struct screen *screen, enum inspect_says says, struct buffer *events, const struct detail *detail,
    struct filters *filters, size_t next)
{
    enum filtered filtered = FILTER_GOES_ON;
    if (says == INSPECT_PASSES)
        filtered = filters_give_text(filters, next, buffer_text(events));
    buffer_forget(events);
    return says == INSPECT_PASSES ? filtered : refuse(screen, detail->text);
}

static enum filtered take_events(void *context, struct filters *filters, size_t next, struct http_piece *piece)
{
    struct screen *screen = context;
    struct buffer events = {0};
    struct detail detail = {0};
    enum inspect_says says = inspect_stream_feed(screen->stream, piece->content, &events, &detail);
    http_piece_drop(piece);
    return give_events(screen, says, &events, &detail, filters, next);
}

static enum filtered end_events(void *context, struct filters *filters, size_t next)
{
    struct screen *screen = context;
    struct buffer events = {0};
    struct detail detail = {0};
    enum inspect_says says = inspect_stream_end(screen->stream, &events, &detail);
    enum filtered filtered = give_events(screen, says, &events, &detail, filters, next);
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
static bool is_nobodys(const struct screen *screen, const struct message_head *head)
{
    bool is_large = head->content == CONTENT_OF_LENGTH && head->length > screen->about.answer_held;
    return (screen->label.kind == BODY_BINARY && !keeps_out(screen)) || (is_large && may_pass_beyond(screen));
}

bool screen_begin(struct screen *screen, const struct message_head *head, struct text method, struct filters *down)
{
    bool has_none = head->content == CONTENT_NONE || (head->content == CONTENT_OF_LENGTH && head->length == 0) ||
                    text_equal(method, TEXT("HEAD"));
    screen->label = body_label_of_head(head);
    if (has_none || is_nobodys(screen, head))
        return false;
    if (streams(&screen->label, head)) {
        screen->state = SCREEN_STREAMS;
        screen->stream = inspect_stream_new(screen->about.inspected, screen->label.kind, screen->about.answer_held);
        put_head(screen, down->to, head, CONTENT_UNTIL_END, 0, true);
        filters_add(down, &events, screen);
        return true;
    }
    screen->state = SCREEN_HOLDS;
    keep_head(screen, head);
    filters_add(down, &held, screen);
    return true;
}
