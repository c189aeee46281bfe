/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an endpoint's event stream: whole and in two pieces they must come out the same. */
#include "exeat/dialect.h"

enum { LIMIT = 1 << 20 };

/* How it ended; what it gave is in `out`. */
static int feed(const struct dialect_call *call, struct text first, struct text second, struct buffer *out)
{
    struct dialect_stream *stream = dialect_stream_new(call, LIMIT);
    enum dialect_progress progress = dialect_stream_feed(stream, first, out);
    if (progress == DIALECT_GOES_ON)
        progress = dialect_stream_feed(stream, second, out);
    int ending = (int)progress;
    if (progress == DIALECT_GOES_ON)
        ending = dialect_stream_end(stream, out) ? 10 : 11;
    dialect_stream_free(stream);
    return ending;
}

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
    struct buffer cut = {0};
    size_t middle = size == 0 ? 0 : data[0] % size;
    int ending = feed(call, input, TEXT(""), &whole);
    if (ending != feed(call, text_part(input, 0, middle), text_after(input, middle), &cut) ||
        !text_equal(buffer_text(&whole), buffer_text(&cut)))
        __builtin_trap();
    buffer_clear(&whole);
    buffer_clear(&cut);
    dialect_call_free(call);
    return 0;
}
