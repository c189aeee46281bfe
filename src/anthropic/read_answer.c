/* SPDX-License-Identifier: Apache-2.0 */
/* A whole answer of a server that speaks Anthropic's words: a message of blocks, or a count. */
#include "anthropic_server.h"

void anthropic_note_usage(struct scan usage, struct canon_usage *counted)
{
    uint64_t fresh = counted->tokens_in - counted->cached;
    uint64_t written = 0;
    canon_tell_count(usage, TEXT("input_tokens"), &fresh);
    canon_tell_count(usage, TEXT("cache_creation_input_tokens"), &written);
    canon_tell_count(usage, TEXT("cache_read_input_tokens"), &counted->cached);
    canon_tell_count(usage, TEXT("output_tokens"), &counted->tokens_out);
    counted->tokens_in = fresh + written + counted->cached; /* they are counted apart there */
}

static enum canon_finish finish_of(const struct canon_telling *telling, struct text word)
{
    static const struct {
        struct text word;
        enum canon_finish finish;
    } rows[] = {
        {TEXT_INIT("max_tokens"), CANON_TOO_LONG},
        {TEXT_INIT("model_context_window_exceeded"), CANON_TOO_LONG},
        {TEXT_INIT("tool_use"), CANON_CALLS},
        {TEXT_INIT("refusal"), CANON_FILTERED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (text_equal(word, rows[i].word))
            return rows[i].finish;
    return telling->call_count > 0 ? CANON_CALLS : CANON_FINISHED;
}

bool anthropic_tell_stop(struct canon_telling *telling, struct scan object)
{
    struct text word = canon_tell_member(telling, object, TEXT("stop_reason"));
    return word.length == 0 ||
           canon_tell_finish(
               telling, finish_of(telling, word), canon_tell_member(telling, object, TEXT("stop_sequence")));
}

/* Blocks of other kinds are nothing that was asked for. */
static bool tell_block(struct canon_telling *telling, uint32_t place, struct scan block)
{
    struct text type = canon_tell_member(telling, block, TEXT("type"));
    if (text_equal(type, TEXT("text")))
        return canon_tell_text(telling, CANON_TEXT, canon_tell_member(telling, block, TEXT("text")));
    if (text_equal(type, TEXT("thinking")))
        return canon_tell_text(telling, CANON_REASONING, canon_tell_member(telling, block, TEXT("thinking")));
    return !text_equal(type, TEXT("tool_use")) ||
           canon_tell_call(
               telling, place, canon_tell_member(telling, block, TEXT("id")),
               canon_tell_member(telling, block, TEXT("name")), canon_tell_json(telling, block, TEXT("input")));
}

static bool tell_message(struct canon_telling *telling, struct scan whole)
{
    struct scan content;
    struct scan block;
    struct scan usage;
    struct text key;
    uint32_t place = 0;
    if (!scan_member(whole, TEXT("content"), &content) || content.kind != SCAN_ARRAY)
        return false;
    struct scan_walk walk = scan_walk(content);
    while (scan_next(&walk, &key, &block))
        if (!tell_block(telling, place++, block))
            return false;
    if (scan_member(whole, TEXT("usage"), &usage))
        anthropic_note_usage(usage, &telling->usage);
    return anthropic_tell_stop(telling, whole);
}

bool anthropic_read_answer(
    const struct canon_call *call, struct text body, struct arena *arena, struct canon_replies *answer)
{
    struct scan whole;
    if (!scan_whole(body, &whole) || whole.kind != SCAN_OBJECT)
        return false;
    if (call->operation == LLM_MODELS)
        return canon_read_names(whole, TEXT("data"), TEXT("id"), arena, answer);
    if (call->operation != LLM_COUNT_TOKENS)
        return canon_read_whole(call, tell_message, whole, arena, answer);
    canon_tell_count(whole, TEXT("input_tokens"), &answer->usage.tokens_in);
    return answer->usage.tokens_in > 0;
}
