/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 (RFC 3629) and the escapes of JSON (RFC 8259 section 7), one code point at a time. */
#include "exeat/wording/points.h"

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"

static struct point bad_point(void)
{
    return (struct point){.code = UINT32_MAX, .length = 1};
}

static struct point utf8_at(struct text text, size_t at)
{
    uint32_t code;
    unsigned char first = (unsigned char)text.data[at];
    if (first < 0x80)
        return (struct point){first, 1};
    size_t length = text_utf8_length(text_after(text, at), &code);
    return length == 0 ? bad_point() : (struct point){code, (uint32_t)length};
}

static bool hex_at(struct text text, size_t at, uint32_t *code)
{
    *code = 0;
    if (at + 4 > text.length)
        return false;
    for (size_t i = 0; i < 4; i++) {
        int value = hex_value(text.data[at + i]);
        if (value < 0)
            return false;
        *code = *code << 4 | (uint32_t)value;
    }
    return true;
}

static struct point escape_at(struct text text, size_t at)
{
    uint32_t high = 0;
    uint32_t low = 0;
    char letter = at + 1 < text.length ? text.data[at + 1] : '\0';
    switch (letter) {
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return (struct point){'\n', 2}; /* which blank is all one */
    case 'u':
        break;
    default:
        return (struct point){(unsigned char)letter, letter == '\0' ? 1 : 2};
    }
    if (!hex_at(text, at + 2, &high))
        return bad_point();
    bool pair = high >= 0xd800 && high < 0xdc00 && at + 7 < text.length && text.data[at + 6] == '\\' &&
                text.data[at + 7] == 'u' && hex_at(text, at + 8, &low) && low >= 0xdc00 && low < 0xe000;
    if (pair)
        return (struct point){0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), 12};
    return (struct point){high, 6};
}

struct point point_decode(struct text text, size_t at, enum detect_spelling spelling)
{
    if (spelling == DETECT_JSON && text.data[at] == '\\')
        return escape_at(text, at);
    return utf8_at(text, at);
}

struct point point_decode_before(struct text text, size_t end)
{
    for (size_t length = 1; length <= 4 && length <= end; length++) {
        unsigned char byte = (unsigned char)text.data[end - length];
        if ((byte & 0xc0) == 0x80)
            continue;
        struct point point = utf8_at((struct text){text.data, end}, end - length);
        return point.length == length ? point : bad_point();
    }
    return bad_point();
}

struct point point_back(struct text text, size_t end, enum detect_spelling spelling)
{
    enum { SHORT = 2, LONG = 6 };
    bool escapes = spelling == DETECT_JSON;
    if (escapes && end >= LONG && text.data[end - LONG] == '\\' && text.data[end - LONG + 1] == 'u')
        return (struct point){escape_at((struct text){text.data, end}, end - LONG).code, LONG};
    if (escapes && end >= SHORT && text.data[end - SHORT] == '\\')
        return escape_at((struct text){text.data, end}, end - SHORT);
    return point_before(text, end);
}

int point_digit_of(uint32_t code)
{
    static const uint32_t zeros[] = {0x660, 0x6f0, 0x966, 0xff10}; /* Arabic, Persian, Devanagari, full-width */
    if (code < 0x80)
        return code >= '0' && code <= '9' ? (int)(code - '0') : -1;
    for (size_t i = 0; i < COUNT_OF(zeros); i++)
        if (code >= zeros[i] && code < zeros[i] + 10)
            return (int)(code - zeros[i]);
    if (code >= 0x1d7ce && code <= 0x1d7ff) /* mathematical */
        return (int)((code - 0x1d7ce) % 10);
    return -1;
}

enum gap point_gap(uint32_t code)
{
    switch (code) {
    case ' ':
    case 0xa0:
    case 0x202f:
    case 0x205f:
    case 0x3000:
    case 0xad: /* soft hyphen, and what has no width */
    case 0x200b:
    case 0x200c:
    case 0x200d:
    case 0x2060:
    case 0xfeff:
        return GAP_SPACE;
    case '-':
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2212:
    case 0xfe63:
    case 0xff0d:
        return GAP_DASH;
    case '.':
    case 0xb7:
        return GAP_DOT;
    case '/':
        return GAP_SLASH;
    case '(':
    case ')':
        return GAP_BRACKET;
    default:
        return code >= 0x2000 && code <= 0x200a ? GAP_SPACE : GAP_NONE;
    }
}

bool point_is_word_of(uint32_t code)
{
    if (code < 0x80)
        return is_ascii_alnum((char)code);
    return code != UINT32_MAX && code >= 0xc0 && code != 0xd7 && code != 0xf7 && (code < 0x2000 || code > 0x206f) &&
           (code < 0x20a0 || code > 0x20cf) && (code < 0x2190 || code > 0x2bff) && (code < 0x3000 || code > 0x3020) &&
           code != 0xfeff && (code < 0x1f000 || code > 0x1faff);
}

/* Blocks in which small and capital letters take turns. */
static uint32_t fold_pairs(uint32_t code)
{
    bool odd_is_small = (code >= 0x100 && code <= 0x137) || (code >= 0x14a && code <= 0x177) ||
                        (code >= 0x218 && code <= 0x21f) || (code >= 0x1e00 && code <= 0x1eff);
    bool even_is_small = (code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17e);
    return (odd_is_small && code % 2 == 0) || (even_is_small && code % 2 == 1) ? code + 1 : code;
}

uint32_t point_fold_of(uint32_t code)
{
    static const struct {
        uint32_t low;
        uint32_t high;
        uint32_t step;
    } ranges[] = {
        {0xc0, 0xd6, 0x20}, {0xd8, 0xde, 0x20}, {0x391, 0x3a9, 0x20}, {0x400, 0x40f, 0x50}, {0x410, 0x42f, 0x20}};
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        if (code >= ranges[i].low && code <= ranges[i].high)
            return code + ranges[i].step;
    if (code == 0x130) /* I with a dot */
        return 'i';
    if (code == 0x178) /* Y with two dots */
        return 0xff;
    if (code == 0x1e9e) /* the capital sharp s */
        return 0xdf;
    return fold_pairs(code);
}
