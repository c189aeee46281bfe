/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as each coding: what comes out keeps to its limit, and so does what stands beside. */
#include <stdlib.h>

#include "exeat/coding.h"

enum { LIMIT = 200000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum coding codings[] = {CODING_GZIP, CODING_DEFLATE, CODING_BROTLI, CODING_ZSTD};
    if (size == 0)
        return 0;
    struct buffer out = {0};
    struct buffer beside = {0};
    struct coding_undoing undoing = {.out = &out, .limit = LIMIT, .beside = &beside};
    enum coding_fault fault = coding_undo(codings[data[0] % 4], (struct bytes){data + 1, size - 1}, &undoing);
    if (out.length > LIMIT + 1 || (fault == CODING_FINE && out.length > LIMIT) || beside.length > 3 * size)
        abort();
    if (!text_is_utf8(buffer_text(&beside)))
        abort();
    buffer_clear(&out);
    buffer_clear(&beside);
    return 0;
}
