/* SPDX-License-Identifier: Apache-2.0 */
/* Which coding it is. */
#include "coding_internal.h"

static enum coding_fault undo(enum coding coding, struct bytes in, struct coding_undoing *undoing)
{
    switch (coding) {
    case CODING_GZIP:
        return gzip_undo(in, undoing);
    case CODING_DEFLATE:
        return deflate_undo(in, undoing);
    case CODING_BROTLI:
        return brotli_undo(in, undoing);
    case CODING_ZSTD:
        return zstd_undo(in, undoing);
    }
    return CODING_UNKNOWN;
}

enum coding_fault coding_undo(enum coding coding, struct bytes in, struct coding_undoing *undoing)
{
    enum coding_fault fault = undo(coding, in, undoing);
    if (fault == CODING_FINE && undoing->out->length > undoing->limit)
        return coding_fail(undoing, CODING_BEYOND, "decoding was ended at the limit");
    return fault;
}
