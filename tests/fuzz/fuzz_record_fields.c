/* SPDX-License-Identifier: Apache-2.0 */
/* A record that is taken has exactly the bytes that its parts would be written as; a note that is taken has a root. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/record.h"
#include "exeat/tlog/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tlog_checkpoint checkpoint;
    if (tlog_checkpoint_parse(text_of_bytes((struct bytes){data, size}), &checkpoint))
        ASSERT(checkpoint.origin.length > 0);
    struct record record;
    if (!record_parse((struct bytes){data, size}, &record))
        return 0;
    uint8_t head[RECORD_HEAD_SIZE];
    record_head_write(&record.head, head);
    ASSERT(memcmp(head, data, sizeof(head)) == 0);
    uint8_t tag;
    struct bytes value;
    size_t length = sizeof(head);
    while (record_field_next(&record.fields, &tag, &value))
        length += 3 + value.length;
    ASSERT(length == size);
    return 0;
}
