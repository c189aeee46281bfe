/* SPDX-License-Identifier: Apache-2.0 */
/* The top level of OpenAI's calls. Members that only name, sort or count for the vendor (user, metadata, service_tier,
 * store, prompt_cache_key, ...) stand in no table and are dropped: the answer is the same without them. */
#include "exeat/base/check.h"
#include "openai_read.h"

/* --- what all of them have -----------------------------------------------------------------------------------------
 */

/* What would change the answer if it were dropped. */
#define SEND_A_FORMAT "is not passed on to endpoints: say it by response_format, or text.format"
/* xAI's callers say that there shall be none. */
static bool take_search(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    uint32_t mode = json_view_member(reading->view, value, TEXT("mode"));
    return json_view_means(reading->view, mode, TEXT("off")) || refuse_member(reading, value, row, field);
}

static const struct member refused_rows[] = {
    REFUSED("previous_response_id", "names a response that only the vendor keeps: send its items, and store: false"),
    REFUSED("conversation", "names a conversation that only the vendor keeps: send its items, and store: false"),
    REFUSED("container", "names a container of the vendor's: leave it out"),
    REFUSED("vector_store_ids", "names stores that only the vendor keeps: send the texts themselves"),
    REFUSED("data_sources", "names stores that only the vendor reaches: send the texts themselves"),
    REFUSED("dataSources", "names stores that only the vendor reaches: send the texts themselves"),
    REFUSED("web_search_options", OPENAI_NO_SEARCH),
    {.name = TEXT_INIT("search_parameters"), .read = take_search, .cure = OPENAI_NO_SEARCH},
    REFUSED("plugins", OPENAI_NO_SEARCH),
    REFUSED("search_domain_filter", OPENAI_NO_SEARCH),
    REFUSED("search_recency_filter", OPENAI_NO_SEARCH),
    REFUSED("search_after_date_filter", OPENAI_NO_SEARCH),
    REFUSED("search_before_date_filter", OPENAI_NO_SEARCH),
    REFUSED("return_images", OPENAI_NO_SEARCH),
    REFUSED("return_related_questions", OPENAI_NO_SEARCH),
    REFUSED("deferred", "asks for an answer that is fetched later, which nothing here does: leave it out"),
    REFUSED("documents", "is not passed on to endpoints: put the texts into a message"),
    REFUSED("guided_json", SEND_A_FORMAT),
    REFUSED("guided_regex", SEND_A_FORMAT),
    REFUSED("guided_choice", SEND_A_FORMAT),
    REFUSED("guided_grammar", SEND_A_FORMAT),
    REFUSED("structured_outputs", SEND_A_FORMAT),
    REFUSED("json_schema", SEND_A_FORMAT),
    REFUSED("grammar", SEND_A_FORMAT),
    REFUSED("regex", SEND_A_FORMAT),
    REFUSED("ebnf", SEND_A_FORMAT),
};
TABLE(refused, refused_rows, NULL);

static const struct member sampling_rows[] = {
    MEMBER("model", take_name, canon_call, model),
    MEMBER("stream", take_flag, canon_call, wish.streams),
    MEMBER("temperature", take_number, canon_call, sampling.temperature),
    MEMBER("top_p", take_number, canon_call, sampling.top_p),
    MEMBER("top_k", take_number, canon_call, sampling.top_k),
    MEMBER("min_p", take_number, canon_call, sampling.min_p),
    MEMBER("presence_penalty", take_number, canon_call, sampling.presence_penalty),
    MEMBER("frequency_penalty", take_number, canon_call, sampling.frequency_penalty),
    MEMBER("repetition_penalty", take_number, canon_call, sampling.repetition_penalty),
    MEMBER("seed", take_number, canon_call, sampling.seed),
    MEMBER("random_seed", take_number, canon_call, sampling.seed),
    MEMBER("logit_bias", take_bias, canon_call, sampling.logit_bias),
};
TABLE(sampling, sampling_rows, &refused);

static const struct member stream_rows[] = {
    MEMBER("include_usage", take_flag, canon_call, wish.usage),
};
TABLE(stream_options, stream_rows, NULL);

static const struct member reasoning_rows[] = {
    MEMBER("effort", take_word, canon_call, wish.effort),
    MEMBER("summary", take_word, canon_call, wish.summary),
};
TABLE(reasoning, reasoning_rows, NULL);

/* --- chat ----------------------------------------------------------------------------------------------------------
 */

/* Answers are text here; a caller who wants sound would wait for it in vain. */
static bool take_modalities(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_list words = {0};
    (void)field;
    if (!take_words(reading, value, row, &words))
        return false;
    for (size_t i = 0; i < words.count; i++)
        if (!text_equal(words.entries[i].text, TEXT("text")))
            return reading_may_not(reading, "may only be [\"text\"]: nothing else is made here");
    return true;
}

static const struct member chat_rows[] = {
    {.name = TEXT_INIT("messages"), .read = openai_take_messages},
    MEMBER("max_tokens", take_number, canon_call, wish.old_limit),
    MEMBER("max_completion_tokens", take_number, canon_call, wish.limit),
    MEMBER("n", take_number, canon_call, wish.count),
    MEMBER("stop", take_texts, canon_call, wish.stop),
    MEMBER("logprobs", take_flag, canon_call, wish.logprobs),
    MEMBER("top_logprobs", take_number, canon_call, wish.top_logprobs),
    MEMBER("response_format", openai_take_format, canon_call, wish.format),
    MEMBER("reasoning_effort", take_word, canon_call, wish.effort),
    INNER("reasoning", &reasoning),
    MEMBER("verbosity", take_word, canon_call, wish.verbosity),
    MEMBER("tools", openai_take_tools, canon_call, tools),
    MEMBER("tool_choice", openai_take_choice, canon_call, tools),
    MEMBER("parallel_tool_calls", take_flag, canon_call, tools.parallel),
    MEMBER("functions", openai_take_old_functions, canon_call, tools),
    MEMBER("function_call", openai_take_choice, canon_call, tools),
    INNER("stream_options", &stream_options),
    {.name = TEXT_INIT("modalities"), .read = take_modalities},
    REFUSED("audio", "is not made here: leave it out, and ask for text"),
};
TABLE(chat, chat_rows, &sampling);

/* --- completions and embeddings ------------------------------------------------------------------------------------
 */

static const struct member completion_rows[] = {
    MEMBER("prompt", take_inputs, canon_call, input),
    MEMBER("suffix", take_text, canon_call, suffix),
    MEMBER("max_tokens", take_number, canon_call, wish.old_limit),
    MEMBER("n", take_number, canon_call, wish.count),
    MEMBER("best_of", take_number, canon_call, wish.best_of),
    MEMBER("echo", take_flag, canon_call, wish.echo),
    MEMBER("logprobs", take_number, canon_call, wish.top_logprobs),
    MEMBER("stop", take_texts, canon_call, wish.stop),
    INNER("stream_options", &stream_options),
};
TABLE(completion, completion_rows, &sampling);

static const struct member embedding_rows[] = {
    MEMBER("model", take_name, canon_call, model),
    MEMBER("input", take_inputs, canon_call, input),
    MEMBER("encoding_format", take_word, canon_call, wish.encoding),
    MEMBER("dimensions", take_number, canon_call, wish.dimensions),
};
TABLE(embedding, embedding_rows, NULL);

/* --- responses -----------------------------------------------------------------------------------------------------
 */

static const struct member text_rows[] = {
    MEMBER("format", openai_take_format, canon_call, wish.format),
    MEMBER("verbosity", take_word, canon_call, wish.verbosity),
};
TABLE(text_table, text_rows, NULL);

static const struct member response_rows[] = {
    {.name = TEXT_INIT("input"), .read = openai_take_response_input},
    MEMBER("instructions", take_text, canon_call, instructions),
    MEMBER("max_output_tokens", take_number, canon_call, wish.limit),
    MEMBER("top_logprobs", take_number, canon_call, wish.top_logprobs),
    INNER("text", &text_table),
    INNER("reasoning", &reasoning),
    MEMBER("include", take_words, canon_call, wish.include),
    MEMBER("truncation", take_word, canon_call, wish.truncation),
    MEMBER("tools", openai_take_tools, canon_call, tools),
    MEMBER("tool_choice", openai_take_choice, canon_call, tools),
    MEMBER("parallel_tool_calls", take_flag, canon_call, tools.parallel),
    REFUSED("background", "asks for a response that is kept and fetched later, which nothing here does: leave it out"),
    REFUSED("prompt", "names a prompt that only the vendor keeps: send instructions and input"),
};
TABLE(response, response_rows, &sampling);

bool openai_read_call(struct reading *reading, struct canon_call *call)
{
    switch (call->operation) {
    case LLM_CHAT:
        return read_members(reading, 0, &chat, call);
    case LLM_COMPLETIONS:
        return read_members(reading, 0, &completion, call);
    case LLM_EMBEDDINGS:
        return read_members(reading, 0, &embedding, call);
    case LLM_RESPONSES:
        return read_members(reading, 0, &response, call);
    case LLM_MODELS:
    case LLM_NONE:
    case LLM_OTHER:
    case LLM_UNKNOWN:
    case LLM_RERANK:
    case LLM_COUNT_TOKENS:
        break;
    }
    return reading_is_wrong(reading, "has no body that is read");
}
