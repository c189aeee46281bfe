/* SPDX-License-Identifier: Apache-2.0 */
/* Content codings undone (RFC 9110 section 8.4.1), each as a whole and within bounds. What a format carries beside its
 * content is kept as text beside, or it is refused: nothing of it stays unseen. Other ways to write text as bytes:
 * coding/charset.h, coding/transfer.h, coding/spelling.h. */
#ifndef EXEAT_CODING_H
#define EXEAT_CODING_H

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/detail.h"

enum coding { CODING_GZIP, CODING_DEFLATE, CODING_BROTLI, CODING_ZSTD };

enum coding_fault {
    CODING_FINE,
    CODING_UNKNOWN,   /* it wants a dictionary that is not here */
    CODING_MALFORMED, /* it is not so coded */
    CODING_TRUNCATED, /* it ends in the middle */
    CODING_TRAILING,  /* something stands behind its end, or beside its content, that is no text */
    CODING_BEYOND     /* more would come than the limit */
};

struct coding_undoing {
    struct buffer *out;    /* appended to */
    size_t limit;          /* what `out` may hold */
    struct buffer *beside; /* appended to: pieces of text in UTF-8, each ended by a NUL */
    struct detail *detail; /* of a fault; may be NULL */
};

/* gzip: all members (RFC 1952); deflate: in zlib's frame (RFC 1950), or bare (RFC 1951); brotli (RFC 7932); zstd: all
 * frames (RFC 8878), with windows of at most 8 MiB. `in` is borrowed for the call. */
MUST_CHECK enum coding_fault coding_undo(enum coding coding, struct bytes in, struct coding_undoing *undoing);

#endif
