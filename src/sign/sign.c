/* SPDX-License-Identifier: Apache-2.0 */
/* A sign is known at its last byte, so that its shifts look back, into the block before where they must. What stands
 * behind a digit is looked up in the masks of the next block, which is read ahead. */
#include "exeat/sign.h"

#include <string.h>

#include "classify.h"
#include "exeat/base/attributes.h"

enum { RUN_STEPS = 4 };

/* Of the block that begins at `block`; those of the one before and of the next are kept as well. */
static inline struct sign_masks *masks_of(struct sign_scan *scan, size_t block)
{
    return &scan->masks[block / SIGN_BLOCK % COUNT_OF(scan->masks)];
}

static inline const struct sign_masks *known_masks(const struct sign_scan *scan, size_t block)
{
    return &scan->masks[block / SIGN_BLOCK % COUNT_OF(scan->masks)];
}

/* The mask moved `count` bytes on, with what comes in from the block before. */
static inline uint64_t moved(uint64_t now, uint64_t before, unsigned count)
{
    return now << count | before >> (SIGN_BLOCK - count);
}

/* The mask from byte `at` on, with what follows in the next block. */
static inline uint64_t from_byte(uint64_t now, uint64_t next, size_t at)
{
    return at == 0 ? now : now >> at | next << (SIGN_BLOCK - at);
}

/* Ends of the sixteenth token character of a run. */
static uint64_t run_ends(struct sign_scan *scan, uint64_t token, uint64_t before)
{
    uint64_t step = token;
    for (unsigned i = 0; i < RUN_STEPS; i++) {
        step &= moved(step, before, 1u << i);
        before = scan->runs[i];
        scan->runs[i] = step;
    }
    return step & ~moved(step, before, 1);
}

static void find_events(struct sign_scan *scan)
{
    const struct sign_masks *now = known_masks(scan, scan->block);
    const struct sign_masks *before = known_masks(scan, scan->block - SIGN_BLOCK);
    uint64_t hexes = now->hex | now->colon;
    uint64_t hexes_before = before->hex | before->colon;
    scan->starts = now->digit & ~moved(now->digit, before->digit, 1);
    scan->run_ends = run_ends(scan, now->token, before->token);
    scan->colon_ends = hexes & moved(now->colon, before->colon, 1) & moved(hexes, hexes_before, 2);
    scan->dash_ends = ~now->dash & moved(now->dash, before->dash, 1) & moved(now->dash, before->dash, 2) &
                      moved(now->dash, before->dash, 3) & moved(now->dash, before->dash, 4);
    uint64_t events = now->at | scan->starts | now->lead | scan->run_ends | scan->colon_ends | scan->dash_ends;
    if (scan->is_json) {
        uint64_t behind = moved(now->quote | now->blank, before->quote | before->blank, 1);
        scan->key_ends = now->colon & behind;
        scan->escapes = now->backslash;
        events |= scan->key_ends | scan->escapes | now->close;
    }
    scan->events = events;
}

static void read_block(struct sign_scan *scan, size_t block)
{
    char last[SIGN_BLOCK];
    struct sign_masks *masks = masks_of(scan, block);
    size_t left = block < scan->text.length ? scan->text.length - block : 0;
    const char *bytes = left > 0 ? scan->text.data + block : NULL;
    if (left == 0) {
        *masks = (struct sign_masks){0};
        return;
    }
    if (left < SIGN_BLOCK) {
        memset(last, ' ', sizeof(last));
        memcpy(last, bytes, left);
        bytes = last;
    }
    classify(bytes, scan->is_json ? '\\' : '/', masks);
}

/* A sign may end behind the text. */
static bool next_block(struct sign_scan *scan)
{
    if (scan->block + SIGN_BLOCK > scan->text.length)
        return false;
    scan->block += SIGN_BLOCK;
    read_block(scan, scan->block + SIGN_BLOCK);
    find_events(scan);
    return true;
}

void sign_scan_init(struct sign_scan *scan, struct text text, bool is_json)
{
    scan->text = text;
    scan->is_json = is_json;
    scan->block = 0;
    scan->key_ends = 0;
    scan->escapes = 0;
    memset(scan->runs, 0, sizeof(scan->runs));
    *masks_of(scan, scan->block - SIGN_BLOCK) = (struct sign_masks){0};
    read_block(scan, 0);
    read_block(scan, SIGN_BLOCK);
    find_events(scan);
}

bool sign_name_start(const struct sign_scan *scan, size_t quote, size_t *start)
{
    const struct sign_masks *now = known_masks(scan, scan->block);
    const struct sign_masks *before = known_masks(scan, scan->block - SIGN_BLOCK);
    uint64_t quotes = now->quote & ~moved(now->backslash, before->backslash, 1);
    uint64_t quotes_before = before->quote & ~(before->backslash << 1);
    if (quote < scan->block) {
        quotes_before &= (UINT64_C(1) << (quote % SIGN_BLOCK)) - 1;
        quotes = 0;
    } else {
        quotes &= (UINT64_C(1) << (quote % SIGN_BLOCK)) - 1;
    }
    if ((quotes | quotes_before) == 0)
        return false;
    size_t block = quotes != 0 ? scan->block : scan->block - SIGN_BLOCK;
    *start = block + (size_t)SIGN_BLOCK - (size_t)__builtin_clzll(quotes != 0 ? quotes : quotes_before);
    return true;
}

/* At least four bits of a mask. */
static bool has_four(uint64_t mask)
{
    for (unsigned i = 1; i < SIGN_DIGITS_LEAST; i++)
        mask &= mask - 1;
    return mask != 0;
}

static inline bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static inline bool is_letter(char byte)
{
    return (unsigned char)((byte | 0x20) - 'a') < 26;
}

/* "Hauptstr. 5", "5 High Street", "5, rue": letters may stand before a blank in front, also as an escape, or behind one
 * after the number. */
static bool has_word_beside(struct text text, size_t at)
{
    enum { ESCAPE = 6 };
    const char *bytes = text.data;
    size_t end = at;
    bool blank = at > 1 && bytes[at - 1] == ' ';
    bool letter = blank && (unsigned char)bytes[at - 2] > ':';
    bool point = blank && at > 2 && bytes[at - 2] == '.' && is_letter(bytes[at - 3]);
    bool escape = blank && at > ESCAPE && bytes[at - 1 - ESCAPE] == '\\';
    while (end < text.length && end - at < SIGN_DIGITS_LEAST && is_digit(bytes[end]))
        end++;
    bool after = end + 2 < text.length && (bytes[end] == ' ' || bytes[end + 1] == ' ');
    return letter || point || escape || after;
}

/* A digit that begins a group: is it worth a look? At least SIGN_DIGITS_LEAST digits follow soon (escapes may hide
 * some), or a word stands beside it. */
static bool is_sign_of_digits(const struct sign_scan *scan, struct sign_found *sign)
{
    enum { REACH = (1 << SIGN_REACH) - 1, NEAR = (1 << (SIGN_DIGITS_LEAST + 2)) - 1 };
    const struct sign_masks *now = known_masks(scan, scan->block);
    const struct sign_masks *next = known_masks(scan, scan->block + SIGN_BLOCK);
    size_t in = sign->at - scan->block;
    uint64_t together = ~from_byte(now->digit, next->digit, in);
    uint64_t digits = from_byte(now->digit | now->wide, next->digit | next->wide, in) & REACH;
    uint64_t hidden = from_byte(now->backslash, next->backslash, in) & REACH;
    sign->length = together == 0 ? SIGN_BLOCK : (size_t)__builtin_ctzll(together);
    sign->kind = SIGN_DIGITS;
    if (hidden != 0 || has_four(digits))
        return true;
    uint64_t parted = from_byte(now->blank, next->blank, in) & NEAR;
    sign->kind = SIGN_HOUSE;
    return (parted != 0 || (sign->at > 0 && scan->text.data[sign->at - 1] == ' ')) &&
           has_word_beside(scan->text, sign->at);
}

/* A sign that is more than one byte and ends at this bit: it is taken off, the bit stays. */
static bool take_end(struct sign_scan *scan, uint64_t bit, struct sign_found *sign)
{
    if ((scan->run_ends & bit) != 0) {
        scan->run_ends &= ~bit;
        sign->kind = SIGN_RUN;
        sign->at -= SIGN_RUN_LENGTH - 1;
    } else if ((scan->colon_ends & bit) != 0) {
        scan->colon_ends &= ~bit;
        sign->kind = SIGN_COLON;
        sign->at--;
    } else if ((scan->dash_ends & bit) != 0) {
        scan->dash_ends &= ~bit;
        sign->kind = SIGN_DASHES;
        sign->at--;
    } else {
        return false;
    }
    return true;
}

/* The sign that the byte itself is; false: none. */
static bool is_sign(const struct sign_scan *scan, uint64_t bit, struct sign_found *sign)
{
    const struct sign_masks *now = known_masks(scan, scan->block);
    size_t behind = sign->at + 1;
    if ((scan->starts & bit) != 0)
        return is_sign_of_digits(scan, sign);
    if ((scan->key_ends & bit) != 0)
        sign->kind = SIGN_KEY;
    else if ((now->lead & bit) != 0)
        return is_sign_of_digits(scan, sign);
    else if ((now->at & bit) != 0)
        sign->kind = SIGN_AT;
    else if ((now->close & bit) != 0)
        sign->kind = SIGN_CLOSE;
    else if ((scan->escapes & bit) != 0 && behind < scan->text.length && scan->text.data[behind] == 'u')
        sign->kind = SIGN_ESCAPE;
    else
        return false;
    return true;
}

struct sign_found sign_next(struct sign_scan *scan)
{
    for (;;) {
        while (scan->events == 0)
            if (!next_block(scan))
                return (struct sign_found){SIGN_END, scan->text.length, 0};
        uint64_t bit = scan->events & -scan->events;
        struct sign_found sign = {SIGN_END, scan->block + (size_t)__builtin_ctzll(bit), 0};
        if (take_end(scan, bit, &sign))
            return sign;
        scan->events ^= bit;
        if (is_sign(scan, bit, &sign))
            return sign;
    }
}
