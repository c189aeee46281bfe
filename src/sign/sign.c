/* SPDX-License-Identifier: Apache-2.0 */
/* A sign is known at its last byte, so that its shifts look back, into the block before where they must. What stands
 * behind a digit is looked up in the masks of the next block, which is read ahead. */
#include "exeat/sign.h"

#include <string.h>

#include "classify.h"
#include "classify_avx2.h"
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
    return now >> at | next << 1 << (SIGN_BLOCK - 1 - at);
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

/* Of the block, what is before the byte up to which digits and colons are skipped. */
static uint64_t skipped_bits(const struct sign_scan *scan)
{
    if (scan->skip <= scan->block)
        return 0;
    return scan->skip - scan->block >= SIGN_BLOCK ? UINT64_MAX : (UINT64_C(1) << (scan->skip - scan->block)) - 1;
}

void sign_skip(struct sign_scan *scan, size_t at)
{
    scan->skip = at;
    uint64_t starts = scan->starts & skipped_bits(scan);
    uint64_t colons = scan->colon_ends & skipped_bits(scan);
    scan->starts ^= starts;
    scan->colon_ends ^= colons;
    scan->ends = scan->run_ends | scan->colon_ends | scan->dash_ends;
    scan->events &= ~((starts | colons) & ~scan->ends);
}

static void find_events(struct sign_scan *scan)
{
    const struct sign_masks *now = known_masks(scan, scan->block);
    const struct sign_masks *before = known_masks(scan, scan->block - SIGN_BLOCK);
    uint64_t hexes = now->hex | now->colon;
    uint64_t hexes_before = before->hex | before->colon;
    uint64_t skipped = skipped_bits(scan);
    scan->starts = now->digit & ~moved(now->digit, before->digit, 1) & ~skipped;
    scan->run_ends = run_ends(scan, now->token, before->token);
    scan->colon_ends = hexes & moved(now->colon, before->colon, 1) & moved(hexes, hexes_before, 2) & ~skipped;
    scan->dash_ends = ~now->dash & moved(now->dash, before->dash, 1) & moved(now->dash, before->dash, 2);
    if (scan->dash_ends != 0)
        scan->dash_ends &= moved(now->dash, before->dash, 3) & moved(now->dash, before->dash, 4);
    scan->ends = scan->run_ends | scan->colon_ends | scan->dash_ends;
    uint64_t events = now->at | scan->starts | now->lead | scan->ends;
    if (scan->is_json) {
        uint64_t behind = moved(now->quote | now->blank, before->quote | before->blank, 1);
        scan->key_ends = now->colon & behind;
        scan->escapes = now->backslash;
        events |= scan->key_ends | scan->escapes | now->close;
    }
    scan->events = events;
}

static inline void classify_best(const char *bytes, char also_token, struct sign_masks *masks)
{
#if defined(__SSE2__)
    if (classify_has_avx2()) {
        classify_avx2(bytes, also_token, masks);
        return;
    }
#endif
    classify(bytes, also_token, masks);
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
    classify_best(bytes, scan->is_json ? '\\' : '/', masks);
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
    scan->skip = 0;
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
    mask &= mask - 1;
    mask &= mask - 1;
    mask &= mask - 1;
    return mask != 0;
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
    bool point = blank && at > 2 && bytes[at - 2] == '.' && is_ascii_letter(bytes[at - 3]);
    bool escape = blank && at > ESCAPE && bytes[at - 1 - ESCAPE] == '\\';
    while (end < text.length && end - at < SIGN_DIGITS_LEAST && is_ascii_digit(bytes[end]))
        end++;
    bool after = end + 2 < text.length && (bytes[end] == ' ' || bytes[end + 1] == ' ');
    return letter || point || escape || after;
}

/* A digit that begins a group: is it worth a look? At least SIGN_DIGITS_LEAST digits follow soon (escapes may hide
 * some), or a word stands beside it. SIGN_END: it is not. */
static inline struct sign_found digits_at(const struct sign_scan *scan, size_t at)
{
    enum { REACH = (1 << SIGN_REACH) - 1, NEAR = (1 << (SIGN_DIGITS_LEAST + 2)) - 1 };
    const struct sign_masks *now = known_masks(scan, scan->block);
    const struct sign_masks *next = known_masks(scan, scan->block + SIGN_BLOCK);
    size_t in = at - scan->block;
    uint64_t together = ~from_byte(now->digit, next->digit, in);
    uint64_t digits = from_byte(now->digit | now->wide, next->digit | next->wide, in) & REACH;
    uint64_t hidden = from_byte(now->backslash, next->backslash, in) & REACH;
    if (hidden != 0 || has_four(digits))
        return (struct sign_found){SIGN_DIGITS, together == 0 ? SIGN_BLOCK : (uint32_t)__builtin_ctzll(together), at};
    uint64_t parted = from_byte(now->blank, next->blank, in) & NEAR;
    bool house = (parted != 0 || (at > 0 && scan->text.data[at - 1] == ' ')) && has_word_beside(scan->text, at);
    return (struct sign_found){house ? SIGN_HOUSE : SIGN_END, 0, at};
}

/* The sign of more than one byte that ends at this bit: it is taken off, the bit stays. */
static struct sign_found take_end(struct sign_scan *scan, uint64_t bit, size_t at)
{
    struct sign_found sign = {SIGN_DASHES, 0, at - 1};
    if ((scan->run_ends & bit) != 0) {
        scan->run_ends &= ~bit;
        sign = (struct sign_found){SIGN_RUN, 0, at - (SIGN_RUN_LENGTH - 1)};
    } else if ((scan->colon_ends & bit) != 0) {
        scan->colon_ends &= ~bit;
        sign.kind = SIGN_COLON;
    } else {
        scan->dash_ends &= ~bit;
    }
    scan->ends = scan->run_ends | scan->colon_ends | scan->dash_ends;
    return sign;
}

/* The sign that the byte itself is, which is no digit of ASCII; SIGN_END: none. */
static struct sign_found byte_at(const struct sign_scan *scan, uint64_t bit, size_t at)
{
    const struct sign_masks *now = known_masks(scan, scan->block);
    size_t behind = at + 1;
    if ((now->close & bit) != 0)
        return (struct sign_found){scan->is_json ? SIGN_CLOSE : SIGN_END, 0, at};
    if ((now->at & bit) != 0)
        return (struct sign_found){SIGN_AT, 0, at};
    if ((now->lead & bit) != 0)
        return digits_at(scan, at);
    bool escape = (scan->escapes & bit) != 0 && behind < scan->text.length && scan->text.data[behind] == 'u';
    return (struct sign_found){escape ? SIGN_ESCAPE : SIGN_END, 0, at};
}

struct sign_found sign_next(struct sign_scan *scan)
{
    struct sign_found sign;
    do {
        while (scan->events == 0)
            if (!next_block(scan))
                return (struct sign_found){SIGN_END, 0, scan->text.length};
        uint64_t bit = scan->events & -scan->events;
        size_t at = scan->block + (size_t)__builtin_ctzll(bit);
        if ((scan->ends & bit) != 0)
            return take_end(scan, bit, at);
        scan->events ^= bit;
        if ((scan->key_ends & bit) != 0)
            return (struct sign_found){SIGN_KEY, 0, at};
        sign = (scan->starts & bit) != 0 ? digits_at(scan, at) : byte_at(scan, bit, at);
    } while (sign.kind == SIGN_END);
    return sign;
}
