/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as what an endpoint says to a caller of OpenAI's kin, whole and as a stream: what is dressed is one value
 * still, as the endpoint's was, however the bytes were cut. */
#include "endpoint_answer.h"
#include "exeat/canon/scan.h"

enum { LIMIT = 1 << 16 };

static const struct text providers[] = {
    TEXT_INIT("Groq"),       TEXT_INIT("DeepSeek"),   TEXT_INIT("xAI"),
    TEXT_INIT("OpenRouter"), TEXT_INIT("Perplexity"), TEXT_INIT("Hugging Face Inference Providers"),
};
static const struct text bodies[] = {
    TEXT_INIT("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"include_reasoning\":false}"),
    TEXT_INIT("{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"),
    TEXT_INIT("{\"model\":\"m\",\"stream\":true,\"input\":\"x\"}"), /* a response */
};

static void check_whole(const struct dialect_call *call, struct text input)
{
    struct buffer out = {0};
    struct dialect_usage usage = {0};
    struct scan whole;
    if (dialect_reply_rewrite(call, input, &out, &usage) && !scan_whole(buffer_text(&out), &whole))
        __builtin_trap();
    buffer_clear(&out);
}

static void check_objection(const struct dialect_call *call, struct text input)
{
    struct dialect_answer answer = {0};
    struct scan whole;
    dialect_objection(call, 400, input, TEXT("01"), &answer);
    if (!scan_whole(buffer_text(&answer.body), &whole))
        __builtin_trap();
    buffer_clear(&answer.body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dialect_call *call = NULL;
    struct detail detail;
    struct buffer body = {0};
    struct buffer events = {0};
    if (size == 0)
        return 0;
    size_t which = data[0] / COUNT_OF(providers) % COUNT_OF(bodies);
    enum llm_operation operation = which + 1 == COUNT_OF(bodies) ? LLM_RESPONSES : LLM_CHAT;
    const struct llm_call llm = {operation, DIALECT_OPENAI, providers[data[0] % COUNT_OF(providers)], false};
    struct text input = text_of_bytes((struct bytes){data + 1, size - 1});
    const struct dialect_target target = {.path = TEXT("/v1/chat/completions"), .id = TEXT("01")};
    buffer_append(&body, bodies[which]);
    if (dialect_call_read(&llm, &target, &body, &call, &detail) != REASON_NONE)
        __builtin_trap();
    check_whole(call, input);
    check_objection(call, input);
    check_pieces(call, LIMIT, input, &events);
    buffer_clear(&events);
    dialect_call_free(call);
    return 0;
}
