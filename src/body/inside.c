/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that lie in values without anybody's saying so: JSON (the arguments of a tool call), data URLs, percent
 * escapes, entities of markup, base64. A value is told at its innermost reading: what it says at last, once. */
#include <string.h>

#include "exeat/coding/magic.h"

#include "body_internal.h"
#include "label.h"
#include "scan.h"

enum { BASE64_MIN = 16, LINE_MIN = 60, BASE64_BLOCK = 64, OPAQUE_MIN = 64 };

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Begins and ends as an object or a list of something. */
static bool looks_json(struct text value)
{
    if (value.length < 4 || (!is_blank(value.data[0]) && value.data[0] != '{' && value.data[0] != '['))
        return false;
    struct text core = text_trim(value, " \t\r\n");
    return core.length >= 4 && ((core.data[0] == '{' && text_ends_with(core, TEXT("}"))) ||
                                (core.data[0] == '[' && text_ends_with(core, TEXT("]"))));
}

static bool has_percent(struct text value)
{
    for (size_t at = text_index(value, '%', 0); at + 2 < value.length; at = text_index(value, '%', at + 1))
        if (hex_value(value.data[at + 1]) >= 0 && hex_value(value.data[at + 2]) >= 0)
            return true;
    return false;
}

static bool has_entity(struct text value)
{
    for (size_t at = text_index(value, '&', 0); at + 2 < value.length; at = text_index(value, '&', at + 1))
        if (spelling_is_escape(SPELLED_XML, text_after(value, at)))
            return true;
    return false;
}

/* --- base64 --------------------------------------------------------------------------------------------------------
 */

/* The end of the first run of at least BASE64_MIN digits from `at` on, and its start; 0: there is none. */
static size_t find_run(struct text value, size_t at, size_t *start)
{
    static const unsigned full = (1U << SCAN_STEP) - 1;
    *start = at;
    for (; at + SCAN_STEP <= value.length; at += SCAN_STEP) {
        unsigned digits = scan_base64_step(value.data + at);
        if (digits == full)
            continue;
        size_t front = (size_t)__builtin_ctz(~digits);
        if (at + front - *start >= BASE64_MIN)
            return at + front;
        *start = at + SCAN_STEP - (size_t)__builtin_clz(~(digits << (32 - SCAN_STEP)));
    }
    for (; at < value.length; at++) {
        if (base64_has(value.data[at]))
            continue;
        if (at - *start >= BASE64_MIN)
            return at;
        *start = at + 1;
    }
    return value.length - *start >= BASE64_MIN ? value.length : 0;
}

static size_t line_end_length(struct text text)
{
    return text_starts_with(text, TEXT("\r\n")) ? 2 : text_starts_with(text, TEXT("\n"));
}

/* Where a run goes on over lines of one length, as mail and PEM write them. */
static size_t lines_end(struct text value, size_t start, size_t end)
{
    size_t length = end - start;
    size_t digits = length;
    for (size_t next = end; digits == length && length >= LINE_MIN; end = next + digits) {
        next = end + line_end_length(text_after(value, end));
        digits = 0;
        while (next > end && digits <= length && next + digits < value.length && base64_has(value.data[next + digits]))
            digits++;
        if (digits == 0 || digits > length)
            break;
    }
    return end;
}

/* The next run from `*at` on, with what it has of padding. */
static bool next_run(struct text value, size_t *at, struct text *run)
{
    size_t start;
    size_t end = value.length < BASE64_MIN ? 0 : find_run(value, *at, &start);
    if (end == 0)
        return false;
    size_t first = end;
    end = lines_end(value, start, end);
    end -= end == first && (end - start) % 4 == 1; /* one digit of a group says nothing */
    for (size_t padding = 0; padding < 2 && end < value.length && value.data[end] == '='; padding++)
        end++;
    *run = text_part(value, start, end - start);
    *at = end;
    return true;
}

/* How it was written, so that it is written so again. */
static enum transfer transfer_of(struct text run)
{
    if (text_has(run, '\n'))
        return TRANSFER_BASE64_MIME;
    if (text_ends_with(run, TEXT("=")) || run.length % 4 == 0)
        return text_has(run, '-') || text_has(run, '_') ? TRANSFER_BASE64URL : TRANSFER_BASE64;
    return text_has(run, '+') || text_has(run, '/') ? TRANSFER_BASE64_SHORT : TRANSFER_BASE64URL;
}

/* Text has no control characters, and is UTF-8. */
static bool is_text(struct text bytes)
{
    for (size_t i = 0; i < bytes.length; i++)
        if ((unsigned char)bytes.data[i] < ' ' && !is_blank(bytes.data[i]))
            return false;
    return bytes.length > 0 && text_is_utf8(bytes);
}

/* Whether a byte may come in text, `left` being how many bytes of a character are still to come. */
static bool goes_on_as_text(unsigned char byte, size_t *left)
{
    if (*left > 0) {
        (*left)--;
        return (byte & 0xc0) == 0x80;
    }
    *left = byte < 0xc2 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    return byte < 0x80 ? byte >= ' ' || is_blank((char)byte) : byte >= 0xc2 && byte < 0xf5;
}

/* Most runs are no base64 but long words: the first few bytes that they would say settle nearly all of them. */
static bool begins_as_text(struct text run)
{
    size_t left = 0;
    for (size_t at = 0; at < BASE64_MIN; at += 4) {
        uint32_t group = 0;
        for (size_t i = 0; i < 4; i++)
            group = group << 6 | (uint8_t)base64_values[(unsigned char)run.data[at + i]];
        for (size_t i = 0; i < 3; i++)
            if (!goes_on_as_text((unsigned char)(group >> (16 - 8 * i)), &left))
                return false;
    }
    return true;
}

/* A file that is known by its first bytes. */
static struct text file_type(struct text run)
{
    char block[BASE64_BLOCK];
    struct buffer front = {block, 0, sizeof(block)};
    if (run.length < OPAQUE_MIN || !transfer_read(TRANSFER_BASE64_SHORT, text_part(run, 0, OPAQUE_MIN), &front))
        return TEXT("");
    return magic_type(buffer_text(&front));
}

/* Nothing but that: not looked at as text too. */
static bool is_file(struct text value)
{
    return file_type(value).length > 0 && base64_is(value);
}

static bool walk_run(struct body *body, struct text run)
{
    struct layer layer = {.kind = BODY_TEXT, .transfer = transfer_of(run), .charset = CHARSET_UTF8};
    struct text type = file_type(run);
    if (type.length > 0)
        return place_opaque(body, run, type);
    if (!begins_as_text(run))
        return true;
    if (!transfer_read(layer.transfer, run, &layer.owned) || !is_text(buffer_text(&layer.owned))) {
        layer_clear(&layer);
        return true;
    }
    layer.text = buffer_text(&layer.owned);
    return layer_walk(body, run, &layer);
}

static bool has_base64(struct text value)
{
    struct text run;
    for (size_t at = 0; next_run(value, &at, &run);)
        if (begins_as_text(run) || file_type(run).length > 0)
            return true;
    return false;
}

bool inside_base64(struct body *body, struct text value)
{
    struct text run;
    for (size_t at = 0; next_run(value, &at, &run);)
        if (!walk_run(body, run))
            return false;
    return true;
}

/* --- data URLs -----------------------------------------------------------------------------------------------------
 */

/* RFC 2397: data:[type][;parameters][;base64],payload */
struct data_url {
    struct body_label label;
    struct text payload;
    bool is_base64;
};

static bool looks_data_url(struct text value)
{
    return value.length > 5 && value.data[4] == ':' && text_equal_nocase(text_part(value, 0, 4), TEXT("data"));
}

static bool read_data_url(struct text value, struct data_url *url)
{
    size_t comma = text_index(value, ',', 0);
    if (!looks_data_url(value) || comma == value.length)
        return false;
    struct text type = text_part(value, 5, comma - 5);
    *url = (struct data_url){.payload = text_after(value, comma + 1)};
    url->is_base64 = type.length >= 7 && text_equal_nocase(text_after(type, type.length - 7), TEXT(";base64"));
    type.length -= url->is_base64 ? 7 : 0;
    body_label_field(&url->label, TEXT("content-type"), type.length == 0 ? TEXT("text/plain") : type);
    return body_label_end(&url->label) == BODY_FINE;
}

static enum inside walked(bool goes_on)
{
    return goes_on ? INSIDE_WALKED : INSIDE_FAILED;
}

static enum inside walk_data_url(struct body *body, struct text value)
{
    struct data_url url;
    if (!read_data_url(value, &url))
        return INSIDE_NOTHING;
    struct layer layer = {.kind = url.label.kind, .charset = url.label.charset, .separator = url.label.separator};
    if (!url.is_base64 || !base64_is(url.payload))
        return INSIDE_NOTHING; /* text, whatever it says */
    if (layer.kind == BODY_BINARY || layer.kind == BODY_MULTIPART)
        return walked(place_opaque(body, url.payload, text_from(url.label.type)));
    layer.is_guess = true; /* before it is decoded: then it is held to UTF-8 at once */
    layer.transfer = transfer_of(url.payload);
    if (layer_decode(&layer, url.payload) != BODY_FINE) {
        layer_clear(&layer);
        return INSIDE_NOTHING;
    }
    return walked(layer_walk(body, url.payload, &layer));
}

/* --- all -----------------------------------------------------------------------------------------------------------
 */

bool inside_may_be(struct text value)
{
    struct text run;
    size_t at = 0;
    return looks_json(value) || looks_data_url(value) || scan_has(value.data, value.length, '%', '&') ||
           next_run(value, &at, &run);
}

/* What the place says in `spelling`, as a text of `kind`. */
static enum inside
walk_as(struct body *body, enum body_kind kind, const struct body_place *place, enum spelling spelling)
{
    struct text raw = place->raw;
    struct layer layer = {.kind = kind, .spelling = spelling, .charset = CHARSET_UTF8, .text = raw};
    layer.is_outside = place->what == BODY_OUTSIDE;
    layer.is_guess = kind != BODY_TEXT;
    if (spelling_differs(spelling, raw)) {
        spelling_read(spelling, raw, &layer.owned);
        layer.text = buffer_text(&layer.owned);
    }
    return walked(layer_walk(body, raw, &layer));
}

static bool is_data_url(struct text value)
{
    struct data_url url;
    return read_data_url(value, &url);
}

enum inside inside_look(struct body *body, const struct body_place *place)
{
    enum spelling spelling = (enum spelling)place->spelling;
    struct text value = place->value;
    if (looks_json(value) && !body_layer(body)->is_guess)
        return walk_as(body, BODY_JSON, place, spelling);
    bool has_percents = has_percent(value);
    bool has_entities = has_entity(value);
    if (spelling != SPELLED_PLAIN && (has_percents || has_entities || is_data_url(value) || has_base64(value)))
        return walk_as(body, BODY_TEXT, place, spelling);
    if (spelling != SPELLED_PLAIN)
        return INSIDE_NOTHING;
    if (is_file(value))
        return walked(place_opaque(body, value, file_type(value)));
    enum inside inside = walk_data_url(body, value);
    if (inside != INSIDE_NOTHING)
        return inside;
    if (has_percents)
        return walk_as(body, BODY_TEXT, place, SPELLED_PERCENT);
    return has_entities ? walk_as(body, BODY_TEXT, place, SPELLED_XML) : INSIDE_NOTHING;
}

/* What makes a data URL one that is read. */
static bool has_base64_word(struct text text)
{
    for (size_t at = text_index(text, ';', 0); at < text.length; at = text_index(text, ';', at + 1))
        if (text_equal_nocase(text_part(text, at, 7), TEXT(";base64")))
            return true;
    return false;
}

static bool has_escaped_escape(struct text text)
{
    for (size_t at = text_index(text, '\\', 0); at + 1 < text.length; at = text_index(text, '\\', at + 2))
        if (text.data[at + 1] == '\\')
            return true;
    return false;
}

/* Brackets, quotes and the ampersand part words as entities, as they do themselves; but for an ampersand that would
 * begin an entity. */
static bool entity_hides(struct text text)
{
    static const struct text plain[] = {TEXT_INIT("&lt;"), TEXT_INIT("&gt;"), TEXT_INIT("&quot;"), TEXT_INIT("&apos;")};
    for (size_t i = 0; i < COUNT_OF(plain); i++)
        if (text_starts_with(text, plain[i]))
            return false;
    if (!text_starts_with(text, TEXT("&amp;")))
        return spelling_is_escape(SPELLED_XML, text);
    struct text behind = text_after(text, 5);
    return behind.length > 0 && (behind.data[0] == '#' || base64_has(behind.data[0]));
}

static bool has_hiding_entity(struct text text)
{
    for (size_t at = text_index(text, '&', 0); at < text.length; at = text_index(text, '&', at + 1))
        if (entity_hides(text_after(text, at)))
            return true;
    return false;
}

bool inside_has_any(struct text text)
{
    bool has_marks = scan_has(text.data, text.length, '%', '&') && (has_percent(text) || has_hiding_entity(text));
    return has_marks || has_escaped_escape(text) || has_base64_word(text) || has_base64(text);
}
