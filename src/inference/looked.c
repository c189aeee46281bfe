/* SPDX-License-Identifier: Apache-2.0 */
/* What an endpoint says of a call whose rule looks into it: the caller's values stand where it repeats what stood for
 * them, and what the rule keeps out is refused or replaced. */
#include "inference_internal.h"

static bool is_wanted(const struct inference_call *call)
{
    return call->about.inspected != NULL && inspected_wants_answer(call->about.inspected);
}

static enum filtered judge(const struct inference_call *call, enum inspect_says says, const struct detail *detail)
{
    if (says <= INSPECT_CHANGED)
        return FILTER_GOES_ON;
    account_say(call->about.account, FLAW_NONE, detail->text);
    return FILTER_KEPT_OUT;
}

enum reason looked_model(struct inference_call *call, struct detail *detail)
{
    if (call->about.inspected == NULL || !dialect_call_is_named_by_path(call->request))
        return REASON_NONE;
    switch (inspect_model(call->about.inspected, dialect_call_model(call->request), detail)) {
    case INSPECT_PASSES:
    case INSPECT_CHANGED:
        return REASON_NONE;
    case INSPECT_UNCHANGEABLE:
        return REASON_INSPECT_UNCHANGED;
    case INSPECT_UNREADABLE:
        return REASON_INSPECT_UNREADABLE;
    case INSPECT_DENIED:
        break;
    }
    return REASON_INSPECT_DENIED;
}

void looked_begin_events(struct inference_call *call)
{
    bool is_sse = text_starts_with(dialect_call_type(call->request), TEXT("text/event-stream"));
    if (is_wanted(call))
        call->looked =
            inspect_stream_new(call->about.inspected, is_sse ? BODY_EVENTS : BODY_LINES, call->about.answer_held);
}

enum filtered looked_feed(struct inference_call *call, struct text *piece, struct buffer *room)
{
    struct detail detail = {0};
    if (call->looked == NULL)
        return FILTER_GOES_ON;
    enum inspect_says says = inspect_stream_feed(call->looked, *piece, room, &detail);
    *piece = buffer_text(room);
    return judge(call, says, &detail);
}

enum filtered looked_end(struct inference_call *call, struct buffer *room)
{
    struct detail detail = {0};
    if (call->looked == NULL)
        return FILTER_GOES_ON;
    return judge(call, inspect_stream_end(call->looked, room, &detail), &detail);
}

static enum inspect_says
look(const struct inference_call *call, struct text *body, struct buffer *room, struct detail *detail)
{
    const struct body_label label = body_label_of(BODY_JSON);
    if (!is_wanted(call))
        return INSPECT_PASSES;
    buffer_append(room, *body);
    enum inspect_says says = inspect_answer(call->about.inspected, &label, room, detail);
    *body = buffer_text(room);
    return says;
}

enum filtered looked_whole(struct inference_call *call, struct text *body, struct buffer *room)
{
    struct detail detail = {0};
    enum inspect_says says = look(call, body, room, &detail);
    return judge(call, says, &detail);
}

bool looked_kept(struct inference_call *call, struct text *body, struct buffer *room)
{
    struct detail detail = {0};
    return look(call, body, room, &detail) <= INSPECT_CHANGED;
}
