/* SPDX-License-Identifier: Apache-2.0 */
/* The one pass over the bytes: where does anything begin that a detector should look at? Sixty-four bytes at a time
 * become one bit each in a few masks, and shifts of those tell; what has no sign costs no branch. */
#ifndef EXEAT_DETECT_SCAN_H
#define EXEAT_DETECT_SCAN_H

#include "exeat/detect.h"

enum sign {
    SIGN_END,
    SIGN_AT,     /* an `@` */
    SIGN_DIGITS, /* the first digit of a group, with at least SCAN_DIGITS within SCAN_REACH bytes */
    SIGN_HOUSE,  /* the same with fewer, and a word beside it */
    SIGN_DASHES, /* the last of four dashes or more */
    SIGN_COLON,  /* a colon between hexadecimal digits or colons */
    SIGN_RUN,    /* the first of a run of at least VENDOR_KEY_RUN token characters */
    SIGN_KEY,    /* of JSON: the colon behind a name */
    SIGN_CLOSE,  /* of JSON: a `}` */
    SIGN_ESCAPE  /* of JSON: a backslash with a `u` behind it */
};
enum { SCAN_DIGITS = 4, SCAN_REACH = 24, SCAN_BLOCK = 64 };

/* One bit a byte. */
struct scan_masks {
    uint64_t digit;
    uint64_t token;
    uint64_t at;
    uint64_t colon;
    uint64_t hex;
    uint64_t dash;
    uint64_t quote;
    uint64_t blank;
    uint64_t backslash;
    uint64_t close;
    uint64_t lead; /* the first byte of a digit that is not ASCII, perhaps */
};

struct scan {
    struct text text;
    enum detect_spelling spelling;
    size_t block;    /* where the next block begins */
    uint64_t events; /* of the block before that, those that are left */
    struct scan_masks now;
    struct scan_masks before;
    uint64_t runs[4]; /* of the block before: ends of 2, 4, 8, 16 token characters */
    uint64_t run_ends;
    uint64_t dash_ends;
    uint64_t colon_ends;
    uint64_t key_ends;
    uint64_t escapes;
};
struct scan_sign {
    enum sign sign;
    size_t at;
};
void scan_init(struct scan *scan, struct text text, enum detect_spelling spelling);
struct scan_sign scan_sign_next(struct scan *scan);

#endif
