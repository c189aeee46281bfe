/* SPDX-License-Identifier: Apache-2.0 */
/* A sign is known at its last byte, so that all shifts look back, into the block before where they must. */
#include "scan.h"

#include <string.h>

#include "classify.h"
#include "exeat/wording/points.h"

enum { RUN_STEPS = 4 };

void scan_init(struct scan *scan, struct text text, enum detect_spelling spelling)
{
    memset(scan, 0, sizeof(*scan));
    scan->text = text;
    scan->spelling = spelling;
}

/* The mask moved `count` bytes on, with what comes in from the block before. */
static inline uint64_t moved(uint64_t now, uint64_t before, unsigned count)
{
    return now << count | before >> (SCAN_BLOCK - count);
}

/* Ends of the sixteenth token character of a run. */
static uint64_t run_ends(struct scan *scan)
{
    uint64_t step = scan->now.token;
    uint64_t before = scan->before.token;
    for (unsigned i = 0; i < RUN_STEPS; i++) {
        step &= moved(step, before, 1u << i);
        before = scan->runs[i];
        scan->runs[i] = step;
    }
    return step & ~moved(step, before, 1);
}

static void find_events(struct scan *scan)
{
    const struct scan_masks *now = &scan->now;
    const struct scan_masks *before = &scan->before;
    uint64_t hexes = now->hex | now->colon;
    uint64_t hexes_before = before->hex | before->colon;
    uint64_t starts = now->digit & ~moved(now->digit, before->digit, 1);
    scan->run_ends = run_ends(scan);
    scan->colon_ends = hexes & moved(now->colon, before->colon, 1) & moved(hexes, hexes_before, 2);
    scan->dash_ends = ~now->dash & moved(now->dash, before->dash, 1) & moved(now->dash, before->dash, 2) &
                      moved(now->dash, before->dash, 3) & moved(now->dash, before->dash, 4);
    uint64_t events = now->at | starts | now->lead | scan->run_ends | scan->colon_ends | scan->dash_ends;
    if (scan->spelling == DETECT_JSON) {
        uint64_t behind = moved(now->quote | now->blank, before->quote | before->blank, 1);
        scan->key_ends = now->colon & behind;
        scan->escapes = now->backslash;
        events |= scan->key_ends | scan->escapes | now->close;
    }
    scan->events = events;
}

static bool next_block(struct scan *scan)
{
    char last[SCAN_BLOCK];
    if (scan->block > scan->text.length)
        return false;
    size_t left = scan->text.length - scan->block;
    const char *bytes = left > 0 ? scan->text.data + scan->block : last;
    scan->before = scan->now;
    if (left < SCAN_BLOCK) { /* a sign may end behind the text */
        memset(last, ' ', sizeof(last));
        if (left > 0)
            memcpy(last, bytes, left);
        bytes = last;
    }
    classify(bytes, scan->spelling == DETECT_JSON ? '\\' : '/', &scan->now);
    find_events(scan);
    scan->block += SCAN_BLOCK;
    return true;
}

/* At least SCAN_DIGITS digits in the bytes from `at` on; escapes may hide some. */
static bool has_digits(const struct scan *scan, size_t at)
{
    struct text near = text_part(scan->text, at, SCAN_REACH);
    unsigned digits = 0;
    for (size_t i = 0; i < near.length; i++) {
        digits += is_ascii_digit(near.data[i]) || (unsigned char)near.data[i] >= 0xd9;
        if (digits >= SCAN_DIGITS || near.data[i] == '\\')
            return true;
    }
    return false;
}

/* "Hauptstr. 5", "5 High Street", "5, rue": letters may stand before a blank in front, or behind one after the number.
 */
static bool has_word_beside(struct text text, size_t at)
{
    size_t end = at;
    bool before = at > 1 && text.data[at - 1] == ' ' && (unsigned char)text.data[at - 2] > ':';
    bool point = at > 2 && text.data[at - 1] == ' ' && text.data[at - 2] == '.' && is_ascii_letter(text.data[at - 3]);
    while (end < text.length && end - at < SCAN_DIGITS && is_ascii_digit(text.data[end]))
        end++;
    bool after = end + 2 < text.length && (text.data[end] == ' ' || text.data[end + 1] == ' ');
    return before || point || after;
}

/* A digit that is not ASCII, and begins a group. */
static bool is_wide_digit(const struct scan *scan, size_t at)
{
    return point_digit(point_at(scan->text, at, scan->spelling).code) >= 0;
}

static struct scan_sign sign_at(const struct scan *scan, uint64_t bit, size_t at)
{
    if ((scan->key_ends & bit) != 0)
        return (struct scan_sign){SIGN_KEY, at};
    if ((scan->now.at & bit) != 0)
        return (struct scan_sign){SIGN_AT, at};
    if ((scan->now.close & bit) != 0 && scan->spelling == DETECT_JSON)
        return (struct scan_sign){SIGN_CLOSE, at};
    if ((scan->escapes & bit) != 0 && at + 1 < scan->text.length && scan->text.data[at + 1] == 'u')
        return (struct scan_sign){SIGN_ESCAPE, at};
    return (struct scan_sign){SIGN_END, at};
}

/* A digit that begins a group: is it worth a look? */
static struct scan_sign sign_of_digit(const struct scan *scan, bool ascii, size_t at)
{
    bool begins = !ascii || at == 0 || !is_ascii_digit(scan->text.data[at - 1]);
    if (begins && has_digits(scan, at))
        return (struct scan_sign){SIGN_DIGITS, at};
    if (begins && has_word_beside(scan->text, at))
        return (struct scan_sign){SIGN_HOUSE, at};
    return (struct scan_sign){SIGN_END, at};
}

/* The sign that ends at this bit; it is taken off, and the bit put back until none is left. */
static struct scan_sign take_sign(struct scan *scan, uint64_t bit, size_t at)
{
    if ((scan->run_ends & bit) != 0) {
        scan->run_ends &= ~bit;
        return (struct scan_sign){SIGN_RUN, at + 1 - VENDOR_KEY_RUN};
    }
    if ((scan->colon_ends & bit) != 0) {
        scan->colon_ends &= ~bit;
        return (struct scan_sign){SIGN_COLON, at - 1};
    }
    if ((scan->dash_ends & bit) != 0) {
        scan->dash_ends &= ~bit;
        return (struct scan_sign){SIGN_DASHES, at - 1};
    }
    scan->events &= ~bit;
    bool digit = (scan->now.digit & bit) != 0;
    if (digit || ((scan->now.lead & bit) != 0 && is_wide_digit(scan, at)))
        return sign_of_digit(scan, digit, at);
    return sign_at(scan, bit, at);
}

struct scan_sign scan_sign_next(struct scan *scan)
{
    for (;;) {
        while (scan->events == 0)
            if (!next_block(scan))
                return (struct scan_sign){SIGN_END, scan->text.length};
        uint64_t bit = scan->events & -scan->events;
        size_t at = scan->block - SCAN_BLOCK + (size_t)__builtin_ctzll(bit);
        struct scan_sign sign = take_sign(scan, bit, at);
        if (sign.sign != SIGN_END)
            return sign;
    }
}
