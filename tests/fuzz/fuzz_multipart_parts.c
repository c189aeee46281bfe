/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as multipart: pieces come in their order, none over another, and heads end. */
#include <stdlib.h>

#include "exeat/base/bytes.h"
#include "exeat/multipart.h"

static void hold(bool promise)
{
    if (!promise)
        abort();
}

static void read_head(struct text part)
{
    struct multipart_field field;
    bool is_bad;
    size_t left = part.length;
    while (multipart_field_next(&part, &field, &is_bad)) {
        hold(part.length < left && field.name.length > 0);
        left = part.length;
    }
    hold(part.length <= left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = text_of_bytes((struct bytes){data, size});
    struct multipart_reader reader = {.rest = text, .boundary = TEXT("b")};
    const char *end = text.data;
    for (;;) {
        struct text piece;
        enum multipart what = multipart_next(&reader, &piece);
        if (what == MULTIPART_NO_END || what == MULTIPART_AMBIGUOUS)
            break;
        hold(piece.length == 0 || (piece.data >= end && piece.data + piece.length <= text.data + text.length));
        end = piece.length == 0 ? end : piece.data + piece.length;
        if (what == MULTIPART_EPILOGUE)
            break;
        read_head(piece);
    }
    return 0;
}
