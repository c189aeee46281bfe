/* SPDX-License-Identifier: Apache-2.0 */
/* A batch is walked to its end or to where it is cut; no slice leaves the bytes; a frontier that is read writes the
 * same bytes. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/record/batch.h"

static void check_inside(const uint8_t *data, size_t size, struct bytes part)
{
    ASSERT(part.data >= data && part.data + part.length <= data + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes rest = {data, size};
    struct bytes record;
    struct record_private part;
    struct tlog_tree tree;
    while (record_batch_next(&rest, &record))
        check_inside(data, size, record);
    check_inside(data, size, rest);
    rest = (struct bytes){data, size};
    while (record_batch_next_private(&rest, &part)) {
        check_inside(data, size, part.salt);
        check_inside(data, size, part.part);
    }
    check_inside(data, size, rest);
    if (tlog_tree_read((struct bytes){data, size}, &tree)) {
        struct buffer out = {0};
        tlog_tree_write(&tree, &out);
        ASSERT(out.length == size && memcmp(out.data, data, size) == 0);
        buffer_clear(&out);
    }
    return 0;
}
