/* SPDX-License-Identifier: Apache-2.0 */
/* Content codings undone, each as a whole and within bounds. What a format carries beside its content is kept as text
 * beside, or the body is refused: nothing of it stays unseen. */
#ifndef EXEAT_BODY_CODING_H
#define EXEAT_BODY_CODING_H

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/detail.h"
#include "exeat/body/label.h"

enum { DECODED_CHUNK = 65536 };
struct decoding {
    struct buffer *out;     /* appended to */
    size_t limit;           /* what `out` may hold */
    enum body_fault beyond; /* which bound that is */
    struct buffer *beside;  /* pieces of text in UTF-8, each ended by a NUL */
    struct detail *detail;
};

MUST_CHECK enum body_fault gzip_undo(struct bytes in, struct decoding *decoding);    /* RFC 1952: all members */
MUST_CHECK enum body_fault deflate_undo(struct bytes in, struct decoding *decoding); /* RFC 1950, or RFC 1951 alone */
MUST_CHECK enum body_fault brotli_undo(struct bytes in, struct decoding *decoding);  /* RFC 7932 */
MUST_CHECK enum body_fault zstd_undo(struct bytes in, struct decoding *decoding);    /* RFC 8878: all frames */

/* Room for one chunk more, where the limit has any. */
MUST_CHECK enum body_fault decoding_room(struct decoding *decoding, size_t *room);
/* Bytes beside the content: as UTF-8 or windows-1252, where they are text; false: they are none. */
MUST_CHECK bool decoding_beside(struct decoding *decoding, struct text bytes);
enum body_fault decoding_fault(struct decoding *decoding, enum body_fault fault, const char *clause); /* static text */

#endif
