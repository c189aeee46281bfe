/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are kept, and given again to the same call of whatever dialect, whole or as a stream. Kept is the
 * canonical answer, in OpenAI's words. */
#include "dialect_internal.h"
#include "exeat/base/json_view.h"
#include "exeat/base/memory.h"
#include "exeat/compatible.h"
#include "exeat/openai.h"

/* --- which calls -----------------------------------------------------------------------------------------------------
 */

/* 0, 0.0, -0e7: no digit but noughts before an exponent. */
static bool is_zero(struct text number)
{
    size_t end = text_index(number, 'e', 0);
    size_t other = text_index(number, 'E', 0);
    struct text mantissa = text_part(number, 0, end < other ? end : other);
    for (size_t i = 0; i < mantissa.length; i++)
        if (mantissa.data[i] >= '1' && mantissa.data[i] <= '9')
            return false;
    return number.length > 0;
}

bool dialect_call_is_repeatable(const struct dialect_call *call)
{
    const struct canon_call *canon = &call->canon;
    bool is_text = canon->operation == LLM_CHAT || canon->operation == LLM_COMPLETIONS;
    bool is_plain = canon_choices(canon) == 1 && canon->wish.logprobs != CANON_YES &&
                    canon->wish.top_logprobs.data == NULL && canon->wish.best_of.data == NULL;
    return is_text && is_plain && (canon->sampling.seed.data != NULL || is_zero(canon->sampling.temperature));
}

/* Whoever gets the call may be who gave the answer: what any server would be sent is in the key. One that lacks words
 * for it is sent nothing. */
void dialect_call_key(const struct dialect_call *call, struct digest *key)
{
    struct digest said[SPEAKS_COUNT] = {0};
    struct canon_call same = call->canon;
    struct buffer words = {0};
    const struct canon_endpoint endpoint = {.model = same.model_name};
    const canon_needs needs = canon_needs_of(&same);
    same.wish.streams = CANON_UNSAID;
    same.wish.usage = CANON_UNSAID;
    for (size_t i = 0; i < SPEAKS_COUNT; i++) {
        const struct server *server = dialect_server((enum endpoint_dialect)i, same.operation);
        if (server->path(&same).length == 0 || (needs & server->lacks) != 0)
            continue;
        buffer_empty(&words);
        buffer_append_byte(&words, (char)same.operation);
        server->write_call(&same, &endpoint, &words);
        digest_sha256(bytes_of_text(buffer_text(&words)), &said[i]);
    }
    digest_sha256((struct bytes){said[0].bytes, sizeof(said)}, key);
    buffer_clear(&words);
}

/* --- what is kept ----------------------------------------------------------------------------------------------------
 */

/* OpenAI's words have none for a sequence that was met, or for a summary as such. */
static bool has_words(const struct canon_reply *reply)
{
    for (size_t i = 0; i < reply->part_count; i++)
        if (reply->parts[i].kind == CANON_SUMMARY)
            return false;
    return reply->stop.length == 0;
}

static bool spell(const struct dialect_call *call, const struct canon_replies *answer, struct buffer *out)
{
    struct canon_call plain = call->canon;
    plain.wish.streams = CANON_NO;
    bool is_whole = answer->reply_count == 1 && answer->replies[0].finish != CANON_UNFINISHED &&
                    answer->replies[0].finish != CANON_FILTERED;
    return is_whole && has_words(&answer->replies[0]) && openai_vendor.write_answer(&plain, answer, out);
}

bool dialect_keep_whole(const struct dialect_call *call, struct text body, struct buffer *out)
{
    struct arena arena = {0};
    struct canon_replies answer = {.id = call->canon.id};
    bool good = call->server->read_answer(&call->said, body, &arena, &answer) && spell(call, &answer, out);
    arena_clear(&arena);
    return good;
}

/* A stream is read a second time, for itself: what the caller gets may be the endpoint's own bytes. */
struct dialect_keeper {
    const struct dialect_call *call; /* borrowed */
    size_t limit;
    struct compatible_stream *openai; /* one of the two */
    struct canon_stream *other;
    struct buffer texts[CANON_TOOL_CALL]; /* by enum canon_part_kind */
    struct canon_held calls;
    enum canon_finish finish;
    struct canon_usage usage;
    bool has_ended;
    bool is_lost; /* it is larger than the limit, or says what is not kept: nothing of it is held */
};

static void let_go(struct dialect_keeper *keeper)
{
    compatible_stream_free(keeper->openai);
    canon_stream_free(keeper->other);
    keeper->openai = NULL;
    keeper->other = NULL;
    for (size_t i = 0; i < COUNT_OF(keeper->texts); i++)
        buffer_clear(&keeper->texts[i]);
    canon_held_clear(&keeper->calls);
}

static size_t held_bytes(const struct dialect_keeper *keeper)
{
    size_t bytes = keeper->calls.bytes;
    for (size_t i = 0; i < COUNT_OF(keeper->texts); i++)
        bytes += keeper->texts[i].length;
    return bytes;
}

static bool note_said(struct dialect_keeper *keeper, const struct canon_event *event)
{
    if (event->reply > 0 || event->part == CANON_SUMMARY)
        return false;
    if (event->part == CANON_TOOL_CALL)
        return canon_hold(&keeper->calls, event) && held_bytes(keeper) <= keeper->limit;
    buffer_append(&keeper->texts[event->part], event->text);
    return held_bytes(keeper) <= keeper->limit;
}

static bool note(void *of, const struct canon_event *event, struct buffer *out)
{
    struct dialect_keeper *keeper = of;
    (void)out;
    switch (event->kind) {
    case CANON_SAYS:
        keeper->is_lost = keeper->is_lost || !note_said(keeper, event);
        break;
    case CANON_FINISHES:
        keeper->finish = event->finish;
        keeper->is_lost = keeper->is_lost || event->stop.length > 0;
        break;
    case CANON_ENDS:
        keeper->usage = event->usage;
        keeper->has_ended = true;
        break;
    case CANON_FAILS:
        keeper->is_lost = true;
        break;
    case CANON_WAITS:
        break;
    }
    return true;
}

struct dialect_keeper *dialect_keeper_new(const struct dialect_call *call, size_t limit)
{
    struct dialect_keeper *keeper = base_zalloc(sizeof(*keeper));
    const struct canon_sink sink = {note, keeper};
    keeper->call = call;
    keeper->limit = limit;
    if (!call_is_openai(call)) {
        keeper->other = canon_stream_new(call->server, &call->said, limit, sink);
        return keeper;
    }
    keeper->openai = compatible_stream_new(&call->canon, limit);
    compatible_stream_translate(keeper->openai, sink);
    return keeper;
}

void dialect_keeper_free(struct dialect_keeper *keeper)
{
    if (keeper == NULL)
        return;
    let_go(keeper);
    base_free(keeper);
}

void dialect_keeper_feed(struct dialect_keeper *keeper, struct text bytes)
{
    struct buffer nothing = {0};
    if (keeper->is_lost)
        return;
    enum canon_progress progress = keeper->other != NULL ? canon_stream_feed(keeper->other, bytes, &nothing)
                                                         : compatible_stream_feed(keeper->openai, bytes, &nothing);
    keeper->is_lost = keeper->is_lost || progress == CANON_TOO_LARGE;
    if (keeper->is_lost)
        let_go(keeper);
    buffer_clear(&nothing);
}

bool dialect_keeper_end(struct dialect_keeper *keeper, struct buffer *out)
{
    enum { KINDS = CANON_TOOL_CALL };
    struct canon_part parts[KINDS + CANON_CALLS_MAX];
    struct buffer nothing = {0};
    size_t count = 0;
    if (keeper->is_lost)
        return false;
    bool good = keeper->other != NULL ? canon_stream_end(keeper->other, &nothing)
                                      : compatible_stream_end(keeper->openai, &nothing);
    for (size_t i = 0; i < KINDS; i++)
        if (keeper->texts[i].length > 0)
            parts[count++] =
                (struct canon_part){.kind = (enum canon_part_kind)i, .text = buffer_text(&keeper->texts[i])};
    for (size_t i = 0; i < keeper->calls.count; i++) {
        parts[count] = canon_held_part(&keeper->calls, i);
        count += parts[count].name.length > 0 ? 1 : 0;
    }
    const struct canon_reply reply = {.parts = parts, .part_count = count, .finish = keeper->finish};
    const struct canon_replies answer = {
        .id = keeper->call->canon.id, .replies = &reply, .reply_count = 1, .usage = keeper->usage};
    buffer_clear(&nothing);
    return good && keeper->has_ended && !keeper->is_lost && spell(keeper->call, &answer, out);
}

/* --- given again -----------------------------------------------------------------------------------------------------
 */

static bool tell_part(
    const struct dialect_call *call, void *stream, const struct canon_part *part, size_t index, struct buffer *out)
{
    struct canon_event event = {.kind = CANON_SAYS, .part = part->kind, .text = part->text};
    if (part->kind == CANON_TOOL_CALL) {
        event.call = index;
        event.call_id = part->call_id;
        event.name = part->name;
    }
    return call->words->write_event(stream, &event, out);
}

/* All of it at once, as events. */
static bool tell_stream(const struct dialect_call *call, const struct canon_replies *answer, struct buffer *out)
{
    const struct canon_reply *reply = &answer->replies[0];
    const struct canon_event last[] = {
        {.kind = CANON_FINISHES, .finish = reply->finish, .created = answer->created},
        {.kind = CANON_ENDS, .usage = answer->usage, .created = answer->created},
    };
    void *stream = call->words->begin_stream(&call->canon, SIZE_MAX);
    bool good = true;
    size_t calls = 0;
    for (size_t i = 0; good && i < reply->part_count; i++) {
        good = tell_part(call, stream, &reply->parts[i], calls, out);
        calls += reply->parts[i].kind == CANON_TOOL_CALL ? 1 : 0;
    }
    for (size_t i = 0; good && i < COUNT_OF(last); i++)
        good = call->words->write_event(stream, &last[i], out);
    call->words->end_stream(stream);
    return good;
}

bool dialect_recall(
    const struct dialect_call *call, struct text kept, int64_t now, struct buffer *out, struct dialect_usage *usage)
{
    struct arena arena = {0};
    struct canon_replies answer = {0};
    struct hosted *hosted = canon_streams(&call->canon) ? hosted_new(call) : NULL;
    struct buffer *to = hosted != NULL ? hosted_events(hosted) : out;
    bool good = compatible_read_answer(call->canon.operation, kept, &arena, &answer) && answer.reply_count == 1;
    answer.id = call->canon.id;
    answer.created = (uint64_t)now;
    if (good)
        good = canon_streams(&call->canon) ? tell_stream(call, &answer, to)
                                           : call->words->write_answer(&call->canon, &answer, to);
    if (hosted != NULL)
        hosted_frame(hosted, out);
    answer.usage.finish = good ? answer.replies[0].finish : CANON_UNFINISHED;
    *usage = usage_of(&answer.usage);
    hosted_free(hosted);
    arena_clear(&arena);
    return good;
}
