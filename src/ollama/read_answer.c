/* SPDX-License-Identifier: Apache-2.0 */
/* What a server says in Ollama's words: the lines of a stream, of which the last one counts, and a whole answer, which
 * is such a last line that says all. Calls of tools come whole, and it says "stop" behind them too. */
#include "exeat/base/clock.h"
#include "ollama_server.h"

/* --- what is said ----------------------------------------------------------------------------------------------------
 */

static void note_time(struct canon_telling *telling, struct scan message)
{
    int64_t wall_us;
    if (telling->created == 0 &&
        clock_parse_moment(canon_tell_member(telling, message, TEXT("created_at")), &wall_us) == CLOCK_GOOD &&
        wall_us > 0)
        telling->created = (uint64_t)wall_us / 1000000;
}

/* They go on as they are, so they must be JSON for everybody. */
static void note_logprobs(struct canon_telling *telling, struct scan message)
{
    struct scan value;
    telling->logprobs = TEXT("");
    if (scan_member(message, TEXT("logprobs"), &value) && value.kind == SCAN_ARRAY &&
        canon_vectors_are_strict(&value.text, 1))
        telling->logprobs = value.text;
}

static bool tell_one_call(struct canon_telling *telling, struct scan call)
{
    struct scan function;
    if (!scan_member(call, TEXT("function"), &function) || function.kind != SCAN_OBJECT)
        return false;
    return canon_tell_call(
        telling, (uint32_t)telling->call_count, canon_tell_member(telling, call, TEXT("id")),
        canon_tell_member(telling, function, TEXT("name")), canon_tell_json(telling, function, TEXT("arguments")));
}

static bool tell_calls(struct canon_telling *telling, struct scan said)
{
    struct scan list;
    struct scan call;
    struct text key;
    if (!scan_member(said, TEXT("tool_calls"), &list))
        return true;
    struct scan_walk walk = scan_walk(list);
    while (scan_next(&walk, &key, &call))
        if (!tell_one_call(telling, call))
            return false;
    return true;
}

/* `said` is a message, or of generate the line itself. */
static bool tell_said(struct canon_telling *telling, struct scan said, struct text content)
{
    return canon_tell_text(telling, CANON_REASONING, canon_tell_member(telling, said, TEXT("thinking"))) &&
           canon_tell_text(telling, CANON_TEXT, canon_tell_member(telling, said, content)) && tell_calls(telling, said);
}

/* --- its end ---------------------------------------------------------------------------------------------------------
 */

static bool is_done(struct scan message)
{
    struct scan value;
    return scan_member(message, TEXT("done"), &value) && text_equal(value.text, TEXT("true"));
}

static bool tell_end(struct canon_telling *telling, struct scan message)
{
    struct text reason = canon_tell_member(telling, message, TEXT("done_reason"));
    enum canon_finish finish = telling->call_count > 0 ? CANON_CALLS : CANON_FINISHED;
    if (text_equal(reason, TEXT("length")))
        finish = CANON_TOO_LONG;
    canon_tell_count(message, TEXT("prompt_eval_count"), &telling->usage.tokens_in);
    canon_tell_count(message, TEXT("eval_count"), &telling->usage.tokens_out);
    return canon_tell_finish(telling, finish, TEXT(""));
}

enum told ollama_tell(struct canon_telling *telling, struct scan message)
{
    struct scan said;
    struct scan error;
    if (scan_member(message, TEXT("error"), &error) && !scan_is_null(error))
        return TOLD_FAILURE;
    note_time(telling, message);
    note_logprobs(telling, message);
    bool is_chat = scan_member(message, TEXT("message"), &said) && said.kind == SCAN_OBJECT;
    bool good = is_chat ? tell_said(telling, said, TEXT("content")) : tell_said(telling, message, TEXT("response"));
    if (!good)
        return TOLD_LOST;
    if (!is_done(message))
        return TOLD_ON;
    return tell_end(telling, message) ? TOLD_END : TOLD_LOST;
}

/* --- whole answers ---------------------------------------------------------------------------------------------------
 */

static bool tell_whole(struct canon_telling *telling, struct scan whole)
{
    return ollama_tell(telling, whole) == TOLD_END;
}

static bool read_vectors(struct scan whole, struct arena *arena, struct canon_replies *answer)
{
    struct scan list;
    struct scan vector;
    struct text key;
    size_t count = 0;
    if (!scan_member(whole, TEXT("embeddings"), &list) || list.kind != SCAN_ARRAY)
        return false;
    canon_tell_count(whole, TEXT("prompt_eval_count"), &answer->usage.tokens_in);
    struct text *vectors = arena_array(arena, canon_count_items(list), sizeof(*vectors));
    struct scan_walk walk = scan_walk(list);
    while (scan_next(&walk, &key, &vector))
        vectors[count++] = vector.text;
    answer->vectors = vectors;
    answer->vector_count = count;
    return canon_vectors_are_strict(vectors, count);
}

bool ollama_read_answer(
    const struct canon_call *call, struct text body, struct arena *arena, struct canon_replies *answer)
{
    struct scan whole;
    if (!scan_whole(body, &whole) || whole.kind != SCAN_OBJECT)
        return false;
    if (call->operation == LLM_EMBEDDINGS)
        return read_vectors(whole, arena, answer);
    if (call->operation == LLM_RERANK)
        return read_vectors(whole, arena, answer) && canon_rank_vectors(call, arena, answer);
    if (call->operation == LLM_MODELS)
        return canon_read_names(whole, TEXT("models"), TEXT("name"), arena, answer);
    return canon_read_whole(call, tell_whole, whole, arena, answer);
}
