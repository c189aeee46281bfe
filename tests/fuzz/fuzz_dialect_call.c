/* SPDX-License-Identifier: Apache-2.0 */
/* Any body as a call, and what is made of it. */
#include "exeat/dialect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dialect_call *call = NULL;
    const char *detail;
    struct text body = text_of_bytes((struct bytes){data, size});
    enum llm_operation operation = size % 2 == 0 ? LLM_CHAT : LLM_RESPONSES;
    if (dialect_call_read(operation, TEXT("/v1/chat/completions"), body, &call, &detail) != REASON_NONE)
        return 0;
    struct buffer out = {0};
    struct dialect_usage usage = {0};
    dialect_call_write(call, TEXT("m"), &out);
    buffer_empty(&out);
    if (!dialect_reply_rewrite(call, body, &out, &usage))
        __builtin_trap(); /* what parsed once parses again */
    buffer_clear(&out);
    dialect_call_free(call);
    return 0;
}
