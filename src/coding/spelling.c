/* SPDX-License-Identifier: Apache-2.0 */
/* Reading: one unit after the other, each with what it says. Bytes that begin no escape are units of themselves. */
#include "exeat/coding/spelling.h"

#include <string.h>

#include "entity.h"
#include "exeat/base/json_view.h"
#include "exeat/coding/charset.h"

enum { REPLACEMENT = 0xfffd, CODE_MAX = 0x10ffff, SAYS_MAX = 12 };

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

static bool is_surrogate(uint32_t code)
{
    return code >= 0xd800 && code <= 0xdfff;
}

/* Digits at the front, zeros too; beyond CODE_MAX the code is no character. False: there are none. */
static bool take_hex(struct text rest, size_t *digits, uint32_t *code)
{
    *code = 0;
    for (*digits = 0; *digits < rest.length && hex_value(rest.data[*digits]) >= 0; (*digits)++)
        *code = *code > CODE_MAX ? *code : *code << 4 | (uint32_t)hex_value(rest.data[*digits]);
    return *digits > 0;
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

/* What a sequence that is longer than it must be would say: some readers take it. UINT32_MAX: it is none. */
static uint32_t overlong_code(const char *bytes, size_t count)
{
    static const struct {
        unsigned char first;
        unsigned char mask;
        unsigned char second_below;
    } rows[] = {{0xc0, 0xfe, 0xc0}, {0xe0, 0xff, 0xa0}, {0xf0, 0xff, 0x90}};
    if (count < 2 || count - 2 >= COUNT_OF(rows) ||
        ((unsigned char)bytes[0] & rows[count - 2].mask) != rows[count - 2].first ||
        (unsigned char)bytes[1] >= rows[count - 2].second_below)
        return UINT32_MAX;
    uint32_t code = (unsigned char)bytes[0] & (0x7fU >> count);
    for (size_t i = 1; i < count; i++) {
        if (((unsigned char)bytes[i] & 0xc0) != 0x80)
            return UINT32_MAX;
        code = code << 6 | ((unsigned char)bytes[i] & 0x3f);
    }
    return code;
}

/* A character of UTF-8, whose bytes are each by number or as they are; else one byte. */
static void read_octets(struct text rest, struct unit *unit)
{
    char bytes[4];
    size_t raw = 0;
    uint32_t code;
    for (size_t count = 1; count <= sizeof(bytes) && raw < rest.length; count++) {
        raw += percent_byte(text_after(rest, raw), &bytes[count - 1]);
        bool is_good = text_utf8_length((struct text){bytes, count}, &code) == count;
        if (!is_good)
            code = overlong_code(bytes, count);
        if (is_good || code != UINT32_MAX) {
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
        read_octets(rest, unit);
}

/* %u0041, as JavaScript's escape() writes it. */
static void read_percent(struct text rest, struct unit *unit)
{
    uint32_t code = 0;
    bool is_wide = rest.length >= 6 && rest.data[0] == '%' && (rest.data[1] == 'u' || rest.data[1] == 'U');
    for (size_t i = 2; is_wide && i < 6; i++) {
        is_wide = hex_value(rest.data[i]) >= 0;
        code = code << 4 | (uint32_t)hex_value(rest.data[i]);
    }
    if (is_wide)
        say_code(unit, 6, is_surrogate(code) ? REPLACEMENT : code);
    else
        read_octets(rest, unit);
}

/* Backslashes of JSON, and what JavaScript has beside: \x41, \u{41}, \v, \'. Others stand for themselves. */
static void read_slashes(struct text rest, struct unit *unit)
{
    struct text behind = text_after(rest, 2);
    char kind = rest.length > 1 ? rest.data[1] : ' ';
    uint32_t code;
    size_t digits = 0;
    if (kind == 'x' && take_hex(text_part(behind, 0, 2), &digits, &code) && digits == 2)
        say_code(unit, 4, code);
    else if (
        kind == 'u' && text_starts_with(behind, TEXT("{")) && take_hex(text_after(behind, 1), &digits, &code) &&
        text_starts_with(text_after(behind, digits + 1), TEXT("}")) && code <= CODE_MAX)
        say_code(unit, digits + 4, is_surrogate(code) ? REPLACEMENT : code);
    else if (kind == 'v' || kind == '\'')
        say_byte(unit, 2, kind == 'v' ? '\v' : '\'');
    else
        read_json(rest, unit);
}

static void say_entity(struct text rest, bool is_html, struct unit *unit)
{
    uint32_t code;
    size_t length = entity_read(rest, is_html, &code);
    if (length > 0)
        say_code(unit, length, code);
    else
        say_byte(unit, 1, rest.data[0]);
}

static void read_entity(struct text rest, struct unit *unit)
{
    say_entity(rest, false, unit);
}

static void read_reference(struct text rest, struct unit *unit)
{
    say_entity(rest, true, unit);
}

static void read_doubled(struct text rest, struct unit *unit)
{
    say_byte(unit, rest.length > 1 && rest.data[1] == '"' ? 2 : 1, '"');
}

static void read_pair(struct text rest, struct unit *unit)
{
    say_byte(unit, rest.length > 1 ? 2 : 1, rest.data[rest.length > 1]);
}

/* As many blanks as the escape has bytes: its letters are no part of a word beside it. */
static void blank_out(struct unit *unit)
{
    if (unit->raw == 1)
        return;
    memset(unit->says, ' ', unit->raw);
    unit->length = unit->raw;
}

static void show_json(struct text rest, struct unit *unit)
{
    read_json(rest, unit);
    blank_out(unit);
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
    [SPELLED_LINES] = {TEXT_INIT("\r\n"), read_line_end}, [SPELLED_HTML] = {TEXT_INIT("&"), read_reference},
    [SPELLED_SLASHES] = {TEXT_INIT("\\"), read_slashes},  [SPELLED_JSON_SHOWN] = {TEXT_INIT("\\"), show_json},
};

/* The spelling whose escapes stand in what is only shown; itself: it is none of these. */
static enum spelling shown(enum spelling spelling)
{
    if (spelling == SPELLED_XML_SHOWN)
        return SPELLED_XML;
    return spelling == SPELLED_FORM_SHOWN ? SPELLED_PERCENT : spelling;
}

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
    const struct row *row = &rows[shown(spelled->spelling)];
    bool is_shown = shown(spelled->spelling) != spelled->spelling;
    struct unit unit;
    if (row->read == NULL && offset <= spelled->raw.length) {
        spelled->at = spelled->said = offset;
        return true;
    }
    while (spelled->said < offset && spelled->at < spelled->raw.length) {
        read_unit(row, text_after(spelled->raw, spelled->at), &unit);
        spelled->said += is_shown ? unit.raw : unit.length;
        spelled->at += unit.raw;
    }
    return spelled->said == offset;
}
