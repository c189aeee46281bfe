/* SPDX-License-Identifier: Apache-2.0 */
/* Escapes of URLs, JSON and markup, undone as they come. A value has letters, digits and @._- alone: of all else it
 * matters only that something stood there. */
#include <string.h>

#include "canary_internal.h"

enum says { SAYS_MORE, SAYS_BYTE, SAYS_NOTHING, SAYS_NONE };

/* So many hex digits behind `from`. SAYS_NONE: another stands among them. */
static enum says read_hex(const struct undo *undo, size_t from, size_t digits, char *byte)
{
    unsigned code = 0;
    for (size_t i = from; i < undo->count; i++) {
        int value = hex_value(undo->held[i]);
        if (value < 0)
            return SAYS_NONE;
        code = code << 4 | (unsigned)value;
    }
    *byte = code > 0 && code < 128 ? (char)code : '?';
    return undo->count < from + digits ? SAYS_MORE : SAYS_BYTE;
}

static enum says read_backslash(const struct undo *undo, char *byte)
{
    if (undo->count == 1)
        return SAYS_MORE;
    if (undo->held[1] == 'u')
        return read_hex(undo, 2, 4, byte);
    if (undo->held[1] == 'x')
        return read_hex(undo, 2, 2, byte);
    *byte = undo->held[1];
    return strchr("nrt", undo->held[1]) != NULL ? SAYS_NOTHING : SAYS_BYTE;
}

/* "&#46;", "&#x2e;" */
static enum says read_number(struct text held, char *byte)
{
    bool is_hex = held.length > 2 && (held.data[2] | 0x20) == 'x';
    size_t from = is_hex ? 3 : 2;
    size_t at = from;
    unsigned code = 0;
    for (; at < held.length && held.data[at] != ';'; at++) {
        int value = hex_value(held.data[at]);
        if (value < 0 || (!is_hex && value > 9) || code > 0x110000)
            return SAYS_NONE;
        code = code * (is_hex ? 16 : 10) + (unsigned)value;
    }
    *byte = code > 0 && code < 128 ? (char)code : '?';
    if (at >= held.length)
        return SAYS_MORE;
    return at == from ? SAYS_NONE : SAYS_BYTE;
}

/* By number, and the few by name that a value can need. */
static enum says read_reference(const struct undo *undo, char *byte)
{
    static const struct {
        const char *name;
        char byte;
    } names[] = {{"&amp;", '&'},    {"&commat;", '@'}, {"&period;", '.'}, {"&lowbar;", '_'},
                 {"&hyphen;", '-'}, {"&dash;", '-'},   {"&sol;", '/'},    {"&plus;", '+'}};
    struct text held = {undo->held, undo->count};
    if (held.length > 1 && held.data[1] == '#')
        return read_number(held, byte);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct text name = text_from(names[i].name);
        *byte = names[i].byte;
        if (text_equal(held, name))
            return SAYS_BYTE;
        if (text_starts_with(name, held))
            return SAYS_MORE;
    }
    return SAYS_NONE;
}

static enum says read_held(const struct undo *undo, char *byte)
{
    switch (undo->held[0]) {
    case '%':
        return read_hex(undo, 1, 2, byte);
    case '\\':
        return read_backslash(undo, byte);
    case '&':
        return read_reference(undo, byte);
    case '\0':
    case '\r':
    case '\n':
        return SAYS_NOTHING;
    default:
        return SAYS_NONE;
    }
}

/* What is no escape goes on as it was, and what stands behind its first byte may begin one. */
static size_t settle(struct undo *undo, char out[ESCAPE_MOST])
{
    size_t written = 0;
    while (undo->count > 0) {
        char byte = 0;
        enum says says = read_held(undo, &byte);
        if (says == SAYS_MORE && undo->count < ESCAPE_MOST)
            return written;
        bool is_escape = says == SAYS_BYTE || says == SAYS_NOTHING;
        if (says != SAYS_NOTHING)
            out[written++] = is_escape ? byte : undo->held[0];
        size_t used = is_escape ? undo->count : 1;
        undo->count -= used;
        memmove(undo->held, undo->held + used, undo->count);
        if (undo->count > 1) { /* byte by byte, as they came */
            char rest[ESCAPE_MOST];
            size_t count = undo->count;
            memcpy(rest, undo->held, count);
            undo->count = 0;
            for (size_t i = 0; i < count; i++)
                written += undo_take(undo, rest[i], out + written);
            return written;
        }
    }
    return written;
}

size_t undo_take(struct undo *undo, char byte, char out[ESCAPE_MOST])
{
    undo->held[undo->count++] = byte;
    return settle(undo, out);
}
