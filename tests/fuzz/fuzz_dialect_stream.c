/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an endpoint's event stream: whole and in two pieces they must come out the same. */
#include "endpoint_answer.h"

enum { LIMIT = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum llm_operation operations[] = {LLM_CHAT, LLM_COMPLETIONS, LLM_RESPONSES};
    struct dialect_call *call = NULL;
    struct detail detail;
    struct buffer body = {0};
    struct text input = text_of_bytes((struct bytes){data, size});
    buffer_append(&body, TEXT("{\"model\":\"gpt\",\"input\":\"x\",\"stream\":true}"));
    const struct llm_call llm = {.operation = operations[size % 3], .dialect = DIALECT_OPENAI};
    const struct dialect_target target = {.path = TEXT("/")};
    if (dialect_call_read(&llm, &target, &body, &call, &detail) != REASON_NONE)
        __builtin_trap();
    struct buffer whole = {0};
    check_pieces(call, LIMIT, input, &whole);
    buffer_clear(&whole);
    dialect_call_free(call);
    return 0;
}
