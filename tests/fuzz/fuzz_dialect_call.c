/* SPDX-License-Identifier: Apache-2.0 */
/* Any body as a call. What is written of it is JSON of members that are named here, and only texts, data and schemas
 * may hold anything that looks like a place. What was written is read again, and written the same. */
#include "endpoint_call.h"
#include "exeat/dialect.h"

static const enum llm_operation operations[] = {LLM_CHAT, LLM_COMPLETIONS, LLM_EMBEDDINGS, LLM_RESPONSES};

static bool rewrite(enum llm_operation operation, struct text body, struct buffer *out)
{
    struct buffer in = {0};
    struct dialect_call *call = NULL;
    struct detail detail = {0};
    const struct dialect_endpoint endpoint = {.model = TEXT("m"), .takes_usage = true};
    buffer_append(&in, body);
    const struct llm_call llm = {.operation = operation, .dialect = DIALECT_OPENAI};
    const struct dialect_target target = {.path = TEXT("/v1/x")};
    enum reason reason = dialect_call_read(&llm, &target, &in, &call, &detail);
    if ((reason == REASON_NONE) != (call != NULL) || (reason != REASON_NONE && detail.text[0] == '\0'))
        __builtin_trap();
    if (call != NULL)
        dialect_call_write(call, &endpoint, out);
    dialect_call_free(call);
    return call != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct text body = text_of_bytes((struct bytes){data + 1, size - 1});
    enum llm_operation operation = operations[data[0] % COUNT_OF(operations)];
    struct buffer once = {0};
    struct buffer twice = {0};
    if (rewrite(operation, body, &once)) {
        check_body(buffer_text(&once));
        if (!rewrite(operation, buffer_text(&once), &twice) || !text_equal(buffer_text(&once), buffer_text(&twice)))
            __builtin_trap();
    }
    buffer_clear(&once);
    buffer_clear(&twice);
    return 0;
}
