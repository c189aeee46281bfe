/* SPDX-License-Identifier: Apache-2.0 */
/* What is not answered here, by name, and what to do instead. */
#include "exeat/llm.h"

#define KEPT "only the vendor keeps them: send what they hold with each call"
#define LET_OUT "leave it out, or let this path out by a rule with `paths`"
static const struct {
    struct text glob; /* of a path; the first that fits */
    const char *sentence;
} rows[] = {
    {TEXT_INIT("*/moderations"), "moderations: no model here judges texts; " LET_OUT},
    {TEXT_INIT("/guardrail/*"), "ApplyGuardrail: guardrails are the vendor's, and nothing here judges texts; " LET_OUT},
    {TEXT_INIT("*/invoke-with-bidirectional-stream"), "a stream of sound both ways: no endpoint has one; " LET_OUT},
    {TEXT_INIT("*/async-invoke*"), "an answer that is put into a bucket later; call InvokeModel or Converse"},
    {TEXT_INIT("/agents/*"), "agents of the vendor's: " KEPT},
    {TEXT_INIT("/flows/*"), "flows of the vendor's: " KEPT},
    {TEXT_INIT("/retrieveAndGenerate*"), "knowledge bases of the vendor's: " KEPT},
    {TEXT_INIT("/knowledgebases/*"), "knowledge bases of the vendor's: " KEPT},
    {TEXT_INIT("*/rerank"),
     "rerank in words that are not known here: call it as Cohere has it (/v2/rerank), or Jina (/v1/rerank)"},
    {TEXT_INIT("/v1/chat"), "chat in Cohere's first API: call /v2/chat, which takes messages (CohereClientV2)"},
    {TEXT_INIT("/v1/generate"), "generate in Cohere's first API: call /v2/chat with the prompt as a message"},
    {TEXT_INIT("/v1/summarize"), "summarize in Cohere's first API: call /v2/chat and ask for a summary"},
    {TEXT_INIT("/v1/classify"),
     "classify in Cohere's first API: call /v2/chat with the examples and a response_format"},
    {TEXT_INIT("/v1/embed"), "embed in Cohere's first API: call /v2/embed with embedding_types"},
    {TEXT_INIT("/v1/embed-jobs*"), "vectors that are fetched later: call /v2/embed"},
    {TEXT_INIT("/v1/*tokenize"), "tokens of the vendor's model, which an endpoint's are not; " LET_OUT},
    {TEXT_INIT("/v1/datasets*"), "data sets: " KEPT},
    {TEXT_INIT("/v1/connectors*"),
     "connectors: they look things up on the network, which nothing here does; put the texts into a message"},
    {TEXT_INIT("*/images/*"), "images: none are made here; " LET_OUT},
    {TEXT_INIT("*/videos*"), "videos: none are made here; " LET_OUT},
    {TEXT_INIT("*/audio/*"), "sound: none is made or read here; " LET_OUT},
    {TEXT_INIT("*/realtime*"), "realtime: no endpoint has it; call chat completions or responses"},
    {TEXT_INIT("*/ocr"), "ocr: no endpoint has it; " LET_OUT},
    {TEXT_INIT("*/files*"), "files: " KEPT},
    {TEXT_INIT("*/uploads*"), "files: " KEPT},
    {TEXT_INIT("*/vector_stores*"), "vector stores: " KEPT},
    {TEXT_INIT("*/containers*"), "containers: " KEPT},
    {TEXT_INIT("*/assistants*"), "assistants: " KEPT},
    {TEXT_INIT("*/threads*"), "threads: " KEPT},
    {TEXT_INIT("*/conversations*"), "conversations: " KEPT},
    {TEXT_INIT("*/responses/*"), "a response that only the vendor keeps: send its items with each call"},
    {TEXT_INIT("*/async/*"), "an answer that is fetched later; call chat completions"},
    {TEXT_INIT("*/batches*"), "batches: an answer that is fetched later; send the calls one by one"},
    {TEXT_INIT("*/fine_tuning/*"), "fine-tuning: models are the operator's matter"},
    {TEXT_INIT("*:bidiGenerateContent"), "a stream both ways: no endpoint has one; call streamGenerateContent"},
    {TEXT_INIT("*awPredict"), "a model whose maker's words are not known here; use its OpenAI-like path"},
    {TEXT_INIT("*:predict"), "predict of a model that makes no vectors of texts; " LET_OUT},
    {TEXT_INIT("*/locations/*/models*"),
     "models of the project's own: none are kept here; publishers/google/models lists those that answer"},
};

const char *llm_refused(const struct request *request)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (text_glob(rows[i].glob, request->path))
            return rows[i].sentence;
    return "";
}
