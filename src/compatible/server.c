/* SPDX-License-Identifier: Apache-2.0 */
/* The row of such a server, and where its operations are. */
#include "compatible_internal.h"

static struct text path_of(const struct canon_call *call)
{
    switch (call->operation) {
    case LLM_CHAT:
    case LLM_COUNT_TOKENS:
        return TEXT("/v1/chat/completions");
    case LLM_COMPLETIONS:
        return TEXT("/v1/completions");
    case LLM_EMBEDDINGS:
        return TEXT("/v1/embeddings");
    case LLM_RESPONSES:
        return TEXT("/v1/responses");
    case LLM_MODELS:
        return TEXT("/v1/models");
    case LLM_NONE:
    case LLM_OTHER:
    case LLM_UNKNOWN:
    case LLM_RERANK:
        break;
    }
    return TEXT("");
}

static bool
read_answer(const struct canon_call *call, struct text body, struct arena *arena, struct canon_replies *answer)
{
    return compatible_read_answer(call->operation, body, arena, answer);
}

const struct server compatible_server = {
    .name = TEXT_INIT("openai"),
    .framing = FRAMED_AS_EVENTS,
    .path = path_of,
    .write_call = compatible_write_call,
    .read_answer = read_answer,
};
