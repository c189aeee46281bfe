/* SPDX-License-Identifier: Apache-2.0 */
/* Charsets, by hand: three families are few lines, and iconv would have to be asked for each of its quirks. Strict both
 * ways: what has no character in its charset is refused, so that writing gives back the bytes that were read. */
#include "exeat/coding/charset.h"

static const struct {
    struct text name;
    enum charset charset;
} names[] = {
    {TEXT_INIT("utf-8"), CHARSET_UTF8},
    {TEXT_INIT("utf8"), CHARSET_UTF8},
    {TEXT_INIT("us-ascii"), CHARSET_UTF8},
    {TEXT_INIT("ascii"), CHARSET_UTF8},
    {TEXT_INIT("utf-8-sig"), CHARSET_UTF8},
    {TEXT_INIT("utf8mb4"), CHARSET_UTF8},
    {TEXT_INIT("utf-16"), CHARSET_UTF16},
    {TEXT_INIT("utf-16le"), CHARSET_UTF16LE},
    {TEXT_INIT("utf-16be"), CHARSET_UTF16BE},
    {TEXT_INIT("utf-32"), CHARSET_UTF32},
    {TEXT_INIT("utf-32le"), CHARSET_UTF32LE},
    {TEXT_INIT("utf-32be"), CHARSET_UTF32BE},
    {TEXT_INIT("iso-8859-1"), CHARSET_LATIN1},
    {TEXT_INIT("iso8859-1"), CHARSET_LATIN1},
    {TEXT_INIT("latin1"), CHARSET_LATIN1},
    {TEXT_INIT("latin-1"), CHARSET_LATIN1},
    {TEXT_INIT("iso_8859-1"), CHARSET_LATIN1},
    {TEXT_INIT("l1"), CHARSET_LATIN1},
    {TEXT_INIT("iso-8859-15"), CHARSET_LATIN9},
    {TEXT_INIT("iso8859-15"), CHARSET_LATIN9},
    {TEXT_INIT("latin9"), CHARSET_LATIN9},
    {TEXT_INIT("iso_8859-15"), CHARSET_LATIN9},
    {TEXT_INIT("windows-1252"), CHARSET_WINDOWS1252},
    {TEXT_INIT("cp1252"), CHARSET_WINDOWS1252},
    {TEXT_INIT("x-cp1252"), CHARSET_WINDOWS1252},
};

bool charset_parse(struct text name, enum charset *charset)
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (text_equal_nocase(names[i].name, name)) {
            *charset = names[i].charset;
            return true;
        }
    }
    return false;
}

/* --- byte-order marks ----------------------------------------------------------------------------------------------
 */

static const struct mark {
    struct text bytes;
    enum charset charset;
    enum charset open; /* the charset that leaves the order to its mark */
} marks[] = {
    {TEXT_INIT("\xef\xbb\xbf"), CHARSET_UTF8, CHARSET_UTF8},
    {TEXT_INIT("\xff\xfe\0\0"), CHARSET_UTF32LE, CHARSET_UTF32},
    {TEXT_INIT("\0\0\xfe\xff"), CHARSET_UTF32BE, CHARSET_UTF32},
    {TEXT_INIT("\xff\xfe"), CHARSET_UTF16LE, CHARSET_UTF16},
    {TEXT_INIT("\xfe\xff"), CHARSET_UTF16BE, CHARSET_UTF16},
};

static bool is_single(enum charset charset)
{
    return charset == CHARSET_LATIN1 || charset == CHARSET_LATIN9 || charset == CHARSET_WINDOWS1252;
}

static const struct mark *mark_of(struct text bytes, enum charset charset)
{
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        const struct mark *mark = &marks[i];
        bool may_be = charset == CHARSET_UNSAID || charset == mark->open || charset == mark->charset;
        /* ff fe 00 00 is UTF-32, or a NUL in UTF-16: who says UTF-16 means that */
        if (may_be && text_starts_with(bytes, mark->bytes))
            return mark;
    }
    return NULL;
}

/* Some readers heed a mark more than a name, others a name more than a mark; and of wide units without a mark and an
 * order some take the first byte for the higher (RFC 2781 section 4.3), others for the lower (WHATWG Encoding). */
static bool is_ambiguous(struct text bytes, enum charset charset)
{
    bool has_mark = mark_of(bytes, CHARSET_UNSAID) != NULL;
    if (is_single(charset))
        return has_mark && mark_of(bytes, CHARSET_UTF8) == NULL;
    return (has_mark && mark_of(bytes, charset) == NULL) ||
           (!has_mark && (charset == CHARSET_UTF16 || charset == CHARSET_UTF32));
}

/* Whether a character stands there as UTF-8 has it, that could be part of a value: a letter of Latin, a digit, a blank
 * or a dash of any width. Two bytes that happen to be one are often enough a capital and a quote behind it. */
static bool is_telling(struct text rest)
{
    uint32_t code;
    size_t length = text_utf8_length(rest, &code);
    bool is_digit =
        (code >= 0x660 && code <= 0x669) || (code >= 0x6f0 && code <= 0x6f9) || (code >= 0x7c0 && code <= 0x7c9);
    return length > 2 || (length == 2 && (code < 0x180 || is_digit));
}

/* UTF-8 in part: who reads UTF-8 only, as most readers of JSON do, replaces a byte and reads the rest so. */
static bool has_utf8(struct text bytes)
{
    for (size_t i = 0; i < bytes.length; i++)
        if ((unsigned char)bytes.data[i] >= 0xc2 && is_telling(text_after(bytes, i)))
            return true;
    return false;
}

/* Who does not heed the charset reads them as text: wide units have a NUL in every character that is ASCII. */
static bool has_narrow_text(struct text bytes)
{
    enum { RUN = 8 };
    size_t run = 0;
    for (size_t i = 0; i < bytes.length && run < RUN; i++)
        run = bytes.data[i] >= ' ' && bytes.data[i] < 0x7f ? run + 1 : 0;
    return run == RUN;
}

bool charset_settle(struct text bytes, enum charset *charset, size_t *mark_length)
{
    *mark_length = 0;
    if (is_single(*charset) && text_is_utf8(bytes))
        *charset = CHARSET_UTF8;
    if (is_ambiguous(bytes, *charset))
        return false;
    const struct mark *mark = is_single(*charset) ? NULL : mark_of(bytes, *charset);
    bool has_nul = text_has(bytes, '\0');
    if (mark != NULL) {
        *mark_length = mark->bytes.length;
        *charset = mark->charset;
    }
    if (*charset == CHARSET_UNSAID)
        *charset = CHARSET_UTF8;
    if (*charset == CHARSET_UTF8)
        return !has_nul;
    if (is_single(*charset))
        return !has_nul && !has_utf8(bytes);
    return (mark != NULL || has_nul || !text_is_utf8(bytes)) && !has_narrow_text(bytes);
}

/* --- single bytes --------------------------------------------------------------------------------------------------
 */

uint32_t windows1252_code(unsigned char byte)
{
    static const uint16_t codes[32] = {
        0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178,
    };
    return byte >= 0x80 && byte < 0xa0 ? codes[byte - 0x80] : byte;
}

static uint32_t single_code(enum charset charset, unsigned char byte)
{
    static const struct {
        unsigned char byte;
        uint16_t code;
    } latin9[] = {{0xa4, 0x20ac}, {0xa6, 0x160}, {0xa8, 0x161}, {0xb4, 0x17d},
                  {0xb8, 0x17e},  {0xbc, 0x152}, {0xbd, 0x153}, {0xbe, 0x178}};
    if (charset != CHARSET_LATIN9)
        return windows1252_code(byte);
    for (size_t i = 0; i < COUNT_OF(latin9); i++)
        if (latin9[i].byte == byte)
            return latin9[i].code;
    return byte;
}

static bool write_single(enum charset charset, uint32_t code, struct buffer *out)
{
    for (unsigned byte = code < 0x80 ? code : 0x80; byte < 0x100; byte++) {
        if (single_code(charset, (unsigned char)byte) == code) {
            buffer_append_byte(out, (char)byte);
            return true;
        }
    }
    return false;
}

/* --- units of two and four bytes -----------------------------------------------------------------------------------
 */

static size_t unit_size(enum charset charset)
{
    return charset == CHARSET_UTF32LE || charset == CHARSET_UTF32BE ? 4 : 2;
}

static bool is_little(enum charset charset)
{
    return charset == CHARSET_UTF16LE || charset == CHARSET_UTF32LE;
}

static uint32_t read_unit(enum charset charset, const char *at)
{
    size_t size = unit_size(charset);
    uint32_t unit = 0;
    for (size_t i = 0; i < size; i++)
        unit = unit << 8 | (unsigned char)at[is_little(charset) ? size - 1 - i : i];
    return unit;
}

static void write_unit(enum charset charset, uint32_t unit, struct buffer *out)
{
    size_t size = unit_size(charset);
    for (size_t i = 0; i < size; i++)
        buffer_append_byte(out, (char)(unit >> (8 * (is_little(charset) ? i : size - 1 - i))));
}

static bool is_surrogate(uint32_t code, uint32_t first)
{
    return (code & 0xfffffc00U) == first;
}

static bool read_units(enum charset charset, struct text bytes, struct buffer *out)
{
    size_t size = unit_size(charset);
    if (bytes.length % size != 0)
        return false;
    for (size_t at = 0; at < bytes.length; at += size) {
        uint32_t code = read_unit(charset, bytes.data + at);
        if (size == 2 && is_surrogate(code, 0xd800) && at + 4 <= bytes.length) {
            at += 2;
            uint32_t second = read_unit(charset, bytes.data + at);
            if (!is_surrogate(second, 0xdc00))
                return false;
            code = 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
        }
        if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            return false;
        buffer_append_code(out, code);
    }
    return true;
}

static void write_code(enum charset charset, uint32_t code, struct buffer *out)
{
    if (code >= 0x10000 && unit_size(charset) == 2) {
        write_unit(charset, 0xd800 + ((code - 0x10000) >> 10), out);
        code = 0xdc00 + (code & 0x3ff);
    }
    write_unit(charset, code, out);
}

/* --- all -----------------------------------------------------------------------------------------------------------
 */

bool charset_read(enum charset charset, struct text bytes, struct buffer *out)
{
    if (charset == CHARSET_UTF8) {
        buffer_append(out, bytes);
        return text_is_utf8(bytes);
    }
    if (!is_single(charset))
        return read_units(charset, bytes, out);
    for (size_t i = 0; i < bytes.length; i++)
        buffer_append_code(out, single_code(charset, (unsigned char)bytes.data[i]));
    return true;
}

static void write_mark(enum charset charset, struct buffer *out)
{
    for (size_t i = 0; i < COUNT_OF(marks); i++)
        if (marks[i].charset == charset)
            buffer_append(out, marks[i].bytes);
}

bool charset_write(enum charset charset, bool has_mark, struct text text, struct buffer *out)
{
    if (has_mark)
        write_mark(charset, out);
    if (charset == CHARSET_UTF8) {
        buffer_append(out, text);
        return true;
    }
    while (text.length > 0) {
        uint32_t code;
        size_t length = text_utf8_length(text, &code);
        if (length == 0 || (is_single(charset) && !write_single(charset, code, out)))
            return false;
        if (!is_single(charset))
            write_code(charset, code, out);
        text = text_after(text, length);
    }
    return true;
}
