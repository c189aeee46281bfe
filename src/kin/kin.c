/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the kin. */
#include "exeat/openai.h"
#include "kin_internal.h"

/* --- rows ------------------------------------------------------------------------------------------------------------
 */

/* What all rows have of OpenAI's. */
#define OF_OPENAI                                                                                                      \
    .model_of_path = openai_deployment_of, .type_of = vendor_json_or_events, .write_waiting = vendor_comment,          \
    .write_context_full = openai_write_context_full, .fields = openai_pace, .field_count = OPENAI_PACE_FIELDS
#define ITS_ANSWERS                                                                                                    \
    .write_answer = kin_write_answer, .begin_stream = kin_begin_stream, .write_event = kin_write_event,                \
    .end_stream = kin_end_stream
#define REFUSES_AS_OPENAI .write_refusal = openai_write_refusal, .write_error_event = openai_write_error_event
#define REFUSES_BY(name) .write_refusal = kin_refuse_by_##name, .write_error_event = kin_break_by_##name

static const struct models_words groq_models = {
    TEXT_INIT("{\"object\":\"list\",\"data\":["),
    TEXT_INIT("{\"id\":\"%\",\"object\":\"model\",\"created\":0,\"owned_by\":\"local\",\"active\":true,"
              "\"context_window\":32768,\"public_apps\":null,\"max_completion_tokens\":32768}"),
    TEXT_INIT("]}"),
};
static const struct vendor groq = {OF_OPENAI,      ITS_ANSWERS,           REFUSES_AS_OPENAI, .read_call = kin_read_groq,
                                   .passes = true, .models = &groq_models};

static const struct vendor deepseek = {OF_OPENAI,         ITS_ANSWERS,
                                       REFUSES_AS_OPENAI, .read_call = kin_read_deepseek,
                                       .passes = true,    .models = &openai_models};

static const struct vendor xai = {
    OF_OPENAI, ITS_ANSWERS, REFUSES_BY(xai), .read_call = openai_read_call, .passes = true, .models = &openai_models};
static const struct vendor xai_of_calls = {
    OF_OPENAI, ITS_ANSWERS, REFUSES_BY(xai), .read_call = openai_read_call, .models = &openai_models};

/* What its SDK cannot read a list without. Nothing here costs anything. */
static const struct models_words openrouter_models = {
    TEXT_INIT("{\"data\":["),
    TEXT_INIT("{\"id\":\"%\",\"canonical_slug\":\"%\",\"name\":\"%\",\"created\":0,\"description\":\"\","
              "\"context_length\":32768,\"architecture\":{\"modality\":\"text->text\",\"input_modalities\":[\"text\"],"
              "\"output_modalities\":[\"text\"],\"tokenizer\":\"Other\",\"instruct_type\":null},"
              "\"pricing\":{\"prompt\":\"0\",\"completion\":\"0\",\"request\":\"0\",\"image\":\"0\"},"
              "\"top_provider\":{\"context_length\":32768,\"max_completion_tokens\":null,\"is_moderated\":false},"
              "\"per_request_limits\":null,\"supported_parameters\":[\"max_tokens\",\"temperature\",\"top_p\","
              "\"stop\",\"seed\",\"tools\",\"tool_choice\",\"response_format\"],\"supported_voices\":null,"
              "\"default_parameters\":null,\"links\":{\"details\":\"\"}}"),
    TEXT_INIT("],\"links\":{\"next\":null},\"total_count\":#}"),
};
static const struct vendor openrouter = {
    OF_OPENAI,
    ITS_ANSWERS,
    REFUSES_BY(openrouter),
    .read_call = kin_read_openrouter,
    .passes = true,
    .models = &openrouter_models};
static const struct vendor openrouter_ranks = {
    OF_OPENAI, REFUSES_BY(openrouter), .read_call = kin_read_ranking, .write_answer = kin_write_ranks};

static const struct vendor perplexity = {
    OF_OPENAI,
    ITS_ANSWERS,
    REFUSES_BY(perplexity),
    .read_call = kin_read_perplexity,
    .passes = true,
    .models = &openai_models};

/* Each model is had of somebody, and clients choose among those. */
static const struct models_words hugging_face_models = {
    TEXT_INIT("{\"object\":\"list\",\"data\":["),
    TEXT_INIT("{\"id\":\"%\",\"object\":\"model\",\"created\":0,\"owned_by\":\"local\",\"architecture\":"
              "{\"input_modalities\":[\"text\"],\"output_modalities\":[\"text\"]},\"providers\":[{\"provider\":"
              "\"local\",\"status\":\"live\",\"context_length\":32768,\"supports_tools\":true,"
              "\"supports_structured_output\":true}]}"),
    TEXT_INIT("]}"),
};
static const struct vendor hugging_face = {
    OF_OPENAI,
    ITS_ANSWERS,
    REFUSES_BY(hugging_face),
    .read_call = openai_read_call,
    .passes = true,
    .models = &hugging_face_models};

/* A list that is no object. */
static const struct models_words together_models = {
    TEXT_INIT("["),
    TEXT_INIT("{\"id\":\"%\",\"object\":\"model\",\"created\":0,\"type\":\"chat\",\"display_name\":\"%\","
              "\"organization\":\"local\",\"link\":\"\",\"license\":\"\",\"context_length\":32768}"),
    TEXT_INIT("]"),
};
static const struct vendor together = {OF_OPENAI,         ITS_ANSWERS,
                                       REFUSES_AS_OPENAI, .read_call = openai_read_call,
                                       .passes = true,    .models = &together_models};

static const struct vendor ranks = {
    OF_OPENAI, REFUSES_AS_OPENAI, .read_call = kin_read_ranking, .write_answer = kin_write_ranks};

/* --- the table -----------------------------------------------------------------------------------------------------
 */

#define AS_OBJECTS .documents = CANON_DOCUMENTS_AS_OBJECTS
#define XAI                                                                                                            \
    .manner = {TEXT_INIT("reasoning_content"), false, kin_dress}, .vendor = &xai, .vendor_of_calls = &xai_of_calls,    \
    .look = {.usage = {{TEXT_INIT("num_sources_used"), TEXT_INIT("0")}}}, .ranks = {AS_OBJECTS}

static const struct kin kin[] = {
    {.provider = TEXT_INIT("Groq"),
     .manner = {TEXT_INIT("reasoning"), true, kin_dress},
     .vendor = &groq,
     .look = {.has_own_usage = true},
     .ranks = {AS_OBJECTS}},
    {.provider = TEXT_INIT("DeepSeek"),
     .manner = {TEXT_INIT("reasoning_content"), false, kin_dress},
     .vendor = &deepseek,
     .look = {.counts_hits = true},
     .ranks = {AS_OBJECTS}},
    {.provider = TEXT_INIT("xAI"), XAI},
    {.provider = TEXT_INIT("xAI regional hosts"), XAI},
    {.provider = TEXT_INIT("OpenRouter"),
     .manner = {TEXT_INIT("reasoning"), true, kin_dress},
     .vendor = &openrouter,
     .vendor_of_ranks = &openrouter_ranks,
     .look =
         {.whole =
              {{TEXT_INIT("provider"), TEXT_INIT("\"local\"")}, {TEXT_INIT("system_fingerprint"), TEXT_INIT("null")}},
          .piece = {{TEXT_INIT("provider"), TEXT_INIT("\"local\"")}},
          .usage = {{TEXT_INIT("cost"), TEXT_INIT("0")}},
          .knows_no_null = true,
          .has_own_finish = true},
     .ranks = {AS_OBJECTS, .tells_documents = true}},
    {.provider = TEXT_INIT("Perplexity"),
     .manner = {TEXT_INIT(""), true, kin_dress},
     .vendor = &perplexity,
     .look =
         {.whole = {{TEXT_INIT("citations"), TEXT_INIT("[]")}, {TEXT_INIT("search_results"), TEXT_INIT("[]")}},
          .piece = {{TEXT_INIT("citations"), TEXT_INIT("[]")}, {TEXT_INIT("search_results"), TEXT_INIT("[]")}}},
     .ranks = {AS_OBJECTS}},
    {.provider = TEXT_INIT("Hugging Face Inference Providers"),
     .manner = {TEXT_INIT(""), false, kin_dress},
     .vendor = &hugging_face,
     .ranks = {AS_OBJECTS}},
    {.provider = TEXT_INIT("Together AI"),
     .manner = {TEXT_INIT("reasoning"), false, kin_dress},
     .vendor = &together,
     .ranks = {AS_OBJECTS}},
    {.provider = TEXT_INIT("Jina AI"), .ranks = {AS_OBJECTS, .tells_documents = true}},
    {.provider = TEXT_INIT("Voyage AI"), .ranks = {.list = TEXT_INIT("data"), .documents = CANON_DOCUMENTS_AS_TEXTS}},
};

static const struct kin *find(struct text provider)
{
    for (size_t i = 0; i < COUNT_OF(kin); i++)
        if (text_equal(kin[i].provider, provider))
            return &kin[i];
    return NULL;
}

const struct canon_manner *kin_manner(struct text provider, enum llm_operation operation)
{
    if (operation == LLM_RESPONSES)
        return &kin_of_responses.manner;
    const struct kin *one = find(provider);
    return one == NULL ? NULL : &one->manner;
}

const struct vendor *kin_vendor(struct text provider, enum llm_operation operation)
{
    const struct kin *one = find(provider);
    if (operation == LLM_RERANK)
        return one == NULL || one->vendor_of_ranks == NULL ? &ranks : one->vendor_of_ranks;
    return one == NULL ? NULL : one->vendor;
}

const struct vendor *kin_vendor_of_call(const struct vendor *vendor, const struct canon_call *call)
{
    const struct kin *one = kin_of(call);
    bool is_stream_of_calls = call->operation == LLM_CHAT && canon_streams(call) && call->tools.count > 0;
    if (one == NULL || one->vendor != vendor || one->vendor_of_calls == NULL || !is_stream_of_calls)
        return vendor;
    return one->vendor_of_calls;
}
