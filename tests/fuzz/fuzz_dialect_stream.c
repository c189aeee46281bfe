/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an endpoint's event stream: whole and in two pieces they must come out the same. */
#include "exeat/dialect.h"

static bool feed(const struct dialect_call *call, struct text first, struct text second, struct buffer *out)
{
    struct dialect_stream *stream = dialect_stream_new(call);
    bool good = dialect_stream_feed(stream, first, out) && dialect_stream_feed(stream, second, out);
    dialect_stream_free(stream);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dialect_call *call = NULL;
    const char *detail;
    struct text input = text_of_bytes((struct bytes){data, size});
    if (dialect_call_read(LLM_CHAT, TEXT("/"), TEXT("{\"model\":\"gpt\",\"stream\":true}"), &call, &detail) !=
        REASON_NONE)
        __builtin_trap();
    struct buffer whole = {0};
    struct buffer cut = {0};
    size_t middle = size == 0 ? 0 : data[0] % size;
    bool good = feed(call, input, TEXT(""), &whole);
    if (good != feed(call, text_part(input, 0, middle), text_after(input, middle), &cut) ||
        (good && !text_equal(buffer_text(&whole), buffer_text(&cut))))
        __builtin_trap();
    buffer_clear(&whole);
    buffer_clear(&cut);
    dialect_call_free(call);
    return 0;
}
