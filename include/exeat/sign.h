/* SPDX-License-Identifier: Apache-2.0 */
/* The one pass over the bytes: where does anything begin that a detector should look at? Sixty-four bytes at a time
 * become one bit each in a few masks, and shifts of those tell; what has no sign costs no branch. Pure. */
#ifndef EXEAT_SIGN_H
#define EXEAT_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/text.h"

enum sign_kind {
    SIGN_END,
    SIGN_AT,     /* an `@` */
    SIGN_DIGITS, /* the first digit of a group, with at least SIGN_DIGITS_LEAST within SIGN_REACH bytes; or the first
                    byte of what may be a digit that is not ASCII */
    SIGN_HOUSE,  /* the same with fewer, and a word beside it */
    SIGN_DASHES, /* the last of four dashes or more */
    SIGN_COLON,  /* a colon between hexadecimal digits or colons */
    SIGN_RUN,    /* the first of a run of at least SIGN_RUN_LENGTH token characters */
    SIGN_KEY,    /* of JSON: the colon behind a name */
    SIGN_CLOSE,  /* of JSON: a `}` */
    SIGN_ESCAPE  /* of JSON: a backslash with a `u` behind it */
};
enum { SIGN_DIGITS_LEAST = 4, SIGN_REACH = 24, SIGN_RUN_LENGTH = 16, SIGN_BLOCK = 64 };

/* One bit a byte. */
struct sign_masks {
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
    uint64_t wide; /* the first byte of what may be one, or a gap between two */
};

/* Where a pass is. */
struct sign_scan {
    struct text text;
    bool is_json;
    size_t block;               /* where the block begins whose signs are told */
    uint64_t events;            /* of it, those that are left */
    struct sign_masks masks[4]; /* of blocks, by their number: of the one before, of this one and of the next */
    size_t skip;                /* digits and colons before are no signs */
    uint64_t starts;            /* of groups of digits */
    uint64_t runs[4];           /* of the block before: ends of 2, 4, 8, 16 token characters */
    uint64_t ends;              /* of all signs that are longer than a byte: of the next three */
    uint64_t run_ends;
    uint64_t dash_ends;
    uint64_t colon_ends;
    uint64_t key_ends; /* of JSON, as the next: else 0 */
    uint64_t escapes;
};
struct sign_found {
    enum sign_kind kind;
    uint32_t length; /* SIGN_DIGITS: how many ASCII digits stand together there, at most SIGN_BLOCK */
    size_t at;
};
/* `text` is borrowed for as long as signs are asked for. */
void sign_scan_init(struct sign_scan *scan, struct text text, bool is_json);
/* The next one, in order of the byte that each is known at; SIGN_END, then again: there is none. */
struct sign_found sign_next(struct sign_scan *scan);
/* What is before `at` was looked at: of digits and colons there no signs are told any more. */
void sign_skip(struct sign_scan *scan, size_t at);
/* Behind the quote that the name begins with whose other quote is at `quote`; false: that is not in the block whose
 * signs are told, nor in the one before, or neither begins there. */
bool sign_name_start(const struct sign_scan *scan, size_t quote, size_t *start);

#endif
