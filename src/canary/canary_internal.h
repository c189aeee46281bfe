/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of canary share. */
#ifndef EXEAT_CANARY_INTERNAL_H
#define EXEAT_CANARY_INTERNAL_H

#include "exeat/canary.h"

enum {
    SPELLINGS = 4, /* of a value: as it is, and its base64 at each of three beginnings */
    TAIL = 8,      /* the last bytes of a spelling, of which the sieve knows */
    SPELLED_MOST = 256,
    DIFFERENT_LEAST = 4, /* characters of a value: the odds of less are one in 10^10 for a price of 20 digits */
    SIEVE_BITS = 16
};
_Static_assert(CANARY_MOST * 4 / 3 + 8 <= SPELLED_MOST, "the base64 of a value has room");

/* One spelling, folded. */
struct needle {
    struct text text; /* owned by the set */
    uint32_t canary;
};
struct canary_set {
    char **labels; /* owned, and each of them */
    size_t count;
    struct needle *needles; /* owned; in the order of their bytes from the last on; none is the end of another */
    size_t needle_count;
    uint64_t *sieve; /* owned: a bit for each hash of a tail */
};

/* Letters in lower case; the alphabets of base64 are one. */
extern const uint8_t canary_folded[256];
static inline uint32_t canary_hash(uint64_t tail)
{
    return (uint32_t)(tail * UINT64_C(0x9e3779b97f4a7c15) >> (64 - SIEVE_BITS));
}

/* --- undo.c: escapes, byte by byte */

enum { ESCAPE_MOST = 12 };
/* Zeroed is none. */
struct undo {
    char held[ESCAPE_MOST]; /* what may become an escape */
    size_t count;
};
/* What the next byte makes certain: at most ESCAPE_MOST bytes. Returns how many. */
size_t undo_take(struct undo *undo, char byte, char out[ESCAPE_MOST]);

#endif
