/* SPDX-License-Identifier: Apache-2.0 */
/* Reading: one unit after the other, each with what it says. Bytes that begin no escape are units of themselves. */
#include "exeat/coding/spelling.h"

#include <string.h>

#include "exeat/base/json_view.h"

enum { REPLACEMENT = 0xfffd, SAYS_MAX = 8 };

/* The unit at the front: how many bytes of the spelling it has, and what it says. */
struct unit {
    size_t raw;
    size_t length;
    char says[SAYS_MAX];
};

static void say_code(struct unit *unit, size_t raw, uint32_t code)
{
    struct buffer says = {unit->says, 0, SAYS_MAX};
    buffer_append_code(&says, code);
    unit->raw = raw;
    unit->length = says.length;
}

static void say_byte(struct unit *unit, size_t raw, char byte)
{
    unit->raw = raw;
    unit->length = 1;
    unit->says[0] = byte;
}

uint32_t windows1252_code(unsigned char byte)
{
    static const uint16_t codes[32] = {
        0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178,
    };
    return byte >= 0x80 && byte < 0xa0 ? codes[byte - 0x80] : byte;
}

/* --- the escapes of each -------------------------------------------------------------------------------------------
 */

static void read_json(struct text rest, struct unit *unit)
{
    struct text behind = rest;
    uint32_t code;
    if (json_escape_length(rest) > 0 && json_spelled_next(&behind, &code))
        say_code(unit, rest.length - behind.length, code);
    else
        say_byte(unit, 1, rest.data[0]);
}

/* One byte, by its number or as it is; how many bytes of the spelling it has. */
static size_t percent_byte(struct text rest, char *byte)
{
    *byte = rest.data[0];
    if (rest.data[0] != '%' || rest.length < 3 || hex_value(rest.data[1]) < 0 || hex_value(rest.data[2]) < 0)
        return 1;
    *byte = (char)(hex_value(rest.data[1]) << 4 | hex_value(rest.data[2]));
    return 3;
}

/* A character of UTF-8, whose bytes are each by number or as they are; else one byte. */
static void read_percent(struct text rest, struct unit *unit)
{
    char bytes[4];
    size_t raw = 0;
    uint32_t code;
    for (size_t count = 1; count <= sizeof(bytes) && raw < rest.length; count++) {
        raw += percent_byte(text_after(rest, raw), &bytes[count - 1]);
        if (text_utf8_length((struct text){bytes, count}, &code) == count) {
            say_code(unit, raw, code);
            return;
        }
    }
    raw = percent_byte(rest, bytes);
    say_code(unit, raw, windows1252_code((unsigned char)bytes[0]));
}

static void read_form(struct text rest, struct unit *unit)
{
    if (rest.data[0] == '+')
        say_byte(unit, 1, ' ');
    else
        read_percent(rest, unit);
}

static bool code_by_number(struct text digits, uint32_t *code)
{
    uint32_t base = 10;
    if (digits.length > 0 && (digits.data[0] == 'x' || digits.data[0] == 'X')) {
        base = 16;
        digits = text_after(digits, 1);
    }
    *code = 0;
    for (size_t i = 0; i < digits.length; i++) {
        int value = hex_value(digits.data[i]);
        if (value < 0 || (uint32_t)value >= base)
            return false;
        *code = *code > 0x10ffff ? *code : *code * base + (uint32_t)value;
    }
    if (*code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
        *code = REPLACEMENT;
    return digits.length > 0;
}

static bool code_of_entity(struct text name, uint32_t *code)
{
    static const struct {
        struct text name;
        uint32_t code;
    } rows[] = {
        {TEXT_INIT("amp"), '&'},      {TEXT_INIT("lt"), '<'},        {TEXT_INIT("gt"), '>'},
        {TEXT_INIT("quot"), '"'},     {TEXT_INIT("apos"), '\''},     {TEXT_INIT("nbsp"), 0xa0},
        {TEXT_INIT("commat"), '@'},   {TEXT_INIT("period"), '.'},    {TEXT_INIT("plus"), '+'},
        {TEXT_INIT("hyphen"), '-'},   {TEXT_INIT("sol"), '/'},       {TEXT_INIT("lowbar"), '_'},
        {TEXT_INIT("colon"), ':'},    {TEXT_INIT("Tab"), '\t'},      {TEXT_INIT("ensp"), 0x2002},
        {TEXT_INIT("emsp"), 0x2003},  {TEXT_INIT("thinsp"), 0x2009}, {TEXT_INIT("ndash"), 0x2013},
        {TEXT_INIT("mdash"), 0x2014}, {TEXT_INIT("shy"), 0xad},
    };
    if (name.length > 0 && name.data[0] == '#')
        return code_by_number(text_after(name, 1), code);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (text_equal(rows[i].name, name)) {
            *code = rows[i].code;
            return true;
        }
    }
    return false;
}

static void read_entity(struct text rest, struct unit *unit)
{
    enum { ENTITY_MAX = 40 };
    size_t end = text_index(text_part(rest, 0, ENTITY_MAX), ';', 0);
    uint32_t code;
    if (end < rest.length && end < ENTITY_MAX && code_of_entity(text_part(rest, 1, end - 1), &code))
        say_code(unit, end + 1, code);
    else
        say_byte(unit, 1, rest.data[0]);
}

static void read_doubled(struct text rest, struct unit *unit)
{
    say_byte(unit, rest.length > 1 && rest.data[1] == '"' ? 2 : 1, '"');
}

static void read_pair(struct text rest, struct unit *unit)
{
    say_byte(unit, rest.length > 1 ? 2 : 1, rest.data[rest.length > 1]);
}

static size_t line_end_length(struct text rest)
{
    return rest.length > 1 && rest.data[0] == '\r' && rest.data[1] == '\n' ? 2 : 1;
}

static bool is_data_line(struct text line)
{
    struct text name = TEXT("data");
    return text_starts_with(line, name) &&
           (line.length == name.length || text_has(TEXT(":\r\n"), line.data[name.length]));
}

/* A line end in the data of an event: other fields between its lines say nothing, and neither does "data: ". */
static void read_line_end(struct text rest, struct unit *unit)
{
    size_t at = line_end_length(rest);
    struct text line = text_after(rest, at);
    while (line.length > 0 && !is_data_line(line)) {
        size_t end = 0;
        while (end < line.length && line.data[end] != '\r' && line.data[end] != '\n')
            end++;
        at += end == line.length ? end : end + line_end_length(text_after(line, end));
        line = text_after(rest, at);
    }
    if (text_starts_with(line, TEXT("data")))
        at += text_starts_with(line, TEXT("data: ")) ? 6 : text_starts_with(line, TEXT("data:")) ? 5 : 4;
    say_byte(unit, at, '\n');
}

/* --- all -----------------------------------------------------------------------------------------------------------
 */

/* What begins an escape, and what reads the unit that begins there. */
static const struct row {
    struct text begins;
    void (*read)(struct text rest, struct unit *unit);
} rows[SPELLING_COUNT] = {
    [SPELLED_JSON] = {TEXT_INIT("\\"), read_json},        [SPELLED_FORM] = {TEXT_INIT("%+"), read_form},
    [SPELLED_PERCENT] = {TEXT_INIT("%"), read_percent},   [SPELLED_XML] = {TEXT_INIT("&"), read_entity},
    [SPELLED_QUOTED] = {TEXT_INIT("\""), read_doubled},   [SPELLED_PAIRS] = {TEXT_INIT("\\"), read_pair},
    [SPELLED_LINES] = {TEXT_INIT("\r\n"), read_line_end},
};

static bool begins_escape(const struct row *row, char byte)
{
    if (row->read == read_percent || row->read == read_form)
        return (unsigned char)byte >= 0x80 || text_has(row->begins, byte);
    return row->read != NULL && text_has(row->begins, byte);
}

static void read_unit(const struct row *row, struct text rest, struct unit *unit)
{
    if (begins_escape(row, rest.data[0]))
        row->read(rest, unit);
    else
        say_byte(unit, 1, rest.data[0]);
}

/* How many bytes at the front begin no escape. */
static size_t plain_length(const struct row *row, struct text raw)
{
    if (row->read == NULL)
        return raw.length;
    if (row->begins.length == 1 && row->read != read_percent)
        return text_index(raw, row->begins.data[0], 0);
    size_t length = 0;
    while (length < raw.length && !begins_escape(row, raw.data[length]))
        length++;
    return length;
}

bool spelling_differs(enum spelling spelling, struct text raw)
{
    return plain_length(&rows[spelling], raw) < raw.length;
}

bool spelling_is_escape(enum spelling spelling, struct text raw)
{
    struct unit unit;
    read_unit(&rows[spelling], raw, &unit);
    return unit.raw > 1;
}

void spelling_read(enum spelling spelling, struct text raw, struct buffer *out)
{
    const struct row *row = &rows[spelling];
    struct unit unit;
    buffer_reserve(out, raw.length);
    while (raw.length > 0) {
        size_t plain = plain_length(row, raw);
        buffer_append(out, text_part(raw, 0, plain));
        raw = text_after(raw, plain);
        if (raw.length == 0)
            break;
        read_unit(row, raw, &unit);
        buffer_append(out, (struct text){unit.says, unit.length});
        raw = text_after(raw, unit.raw);
    }
}

bool spelled_seek(struct spelled *spelled, size_t offset)
{
    const struct row *row = &rows[spelled->spelling];
    struct unit unit;
    if (row->read == NULL && offset <= spelled->raw.length) {
        spelled->at = spelled->said = offset;
        return true;
    }
    while (spelled->said < offset && spelled->at < spelled->raw.length) {
        read_unit(row, text_after(spelled->raw, spelled->at), &unit);
        spelled->said += unit.length;
        spelled->at += unit.raw;
    }
    return spelled->said == offset;
}
