/* SPDX-License-Identifier: Apache-2.0 */
/* Text as code points: people write numbers with the spaces, dashes and digits of their keyboards. */
#ifndef EXEAT_WORDING_POINTS_H
#define EXEAT_WORDING_POINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/text.h"

/* How the bytes are written that are looked at before anything was decoded. */
enum detect_spelling {
    DETECT_PLAIN, /* values of no field: text, or one value */
    DETECT_JSON   /* JSON, one or many: escapes count, and names before a colon are fields */
};
struct point {
    uint32_t code; /* UINT32_MAX: the byte is no UTF-8 */
    uint32_t length;
};

/* The code point at `at` (< text.length); of JSON with its escapes. */
struct point point_decode(struct text text, size_t at, enum detect_spelling spelling);
static inline struct point point_at(struct text text, size_t at, enum detect_spelling spelling)
{
    char byte = text.data[at];
    if ((unsigned char)byte < 0x80 && (byte != '\\' || spelling == DETECT_PLAIN))
        return (struct point){(unsigned char)byte, 1};
    return point_decode(text, at, spelling);
}
/* The one that ends at `end` (> 0); escapes are not looked through. */
struct point point_decode_before(struct text text, size_t end);
static inline struct point point_before(struct text text, size_t end)
{
    char byte = text.data[end - 1];
    return (unsigned char)byte < 0x80 ? (struct point){(unsigned char)byte, 1} : point_decode_before(text, end);
}
/* The same; of JSON with its escapes, where a backslash counts as one that begins an escape. */
struct point point_back(struct text text, size_t end, enum detect_spelling spelling);

/* A decimal digit of any script that is common in shops; -1: it is none. */
int point_digit_of(uint32_t code);
static inline int point_digit(uint32_t code)
{
    return code < 0x80 ? (code - '0' < 10 ? (int)(code - '0') : -1) : point_digit_of(code);
}

/* What may stand between the digits of one number. */
enum gap { GAP_NONE, GAP_SPACE, GAP_DASH, GAP_DOT, GAP_SLASH, GAP_BRACKET };
enum gap point_gap(uint32_t code); /* GAP_NONE: it ends a number */

/* Letters, digits, and all that is not ASCII and no punctuation known here. */
bool point_is_word_of(uint32_t code);
static inline bool point_is_word(uint32_t code)
{
    if (code < 0x80)
        return code - '0' < 10 || (code | 0x20) - 'a' < 26;
    return point_is_word_of(code);
}
/* Simple case folding of the Latin, Greek and Cyrillic blocks. */
uint32_t point_fold_of(uint32_t code);
static inline uint32_t point_fold(uint32_t code)
{
    if (code < 0x80)
        return code - 'A' < 26 ? code + 0x20 : code;
    return point_fold_of(code);
}

#endif
