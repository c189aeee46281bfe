/* SPDX-License-Identifier: Apache-2.0 */
/* A cursor that is taken has an origin, and no more decisions than it has lines. */
#include "exeat/base/check.h"
#include "export_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor cursor;
    if (cursor_parse(text_of_bytes((struct bytes){data, size}), &cursor))
        ASSERT(cursor.origin.length > 0 && cursor.open_count < size);
    cursor_clear(&cursor);
    return 0;
}
