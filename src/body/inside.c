/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that lie in values without anybody's saying so: JSON (the arguments of a tool call), data URLs, base64, and
 * what a value says where its escapes are undone. Nobody knows who undoes which of them, so every reading is told: the
 * value as it stands, and what it says otherwise. */
#include "inside.h"

#include "exeat/coding/base64.h"
#include "exeat/coding/scan.h"

#include "label.h"
#include "tell.h"

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

static bool looks_data_url(struct text value)
{
    return value.length > 5 && value.data[4] == ':' && text_equal_nocase(text_part(value, 0, 4), TEXT("data"));
}

/* --- escapes -------------------------------------------------------------------------------------------------------
 */

/* What a text may be spelled in without anybody's saying so, by what begins an escape. */
static const struct reading {
    enum spelling spelling;
    char begins;
} readings[] = {{SPELLED_PERCENT, '%'}, {SPELLED_HTML, '&'}, {SPELLED_SLASHES, '\\'}};

static bool has_escape(const struct reading *reading, struct text text)
{
    for (size_t at = text_index(text, reading->begins, 0); at < text.length;
         at = text_index(text, reading->begins, at + 1))
        if (spelling_is_escape(reading->spelling, text_after(text, at)))
            return true;
    return false;
}

/* Whether `text`, which `layer` is, is to be read with that spelling. The order of readings does not matter but where
 * one brings forth what another reads: so of two that stand in a text they are undone in the order of the table. */
static bool is_to_be_read(const struct body *body, const struct layer *layer, size_t index, struct text text)
{
    size_t undone = 0;
    while (undone < COUNT_OF(readings) && readings[undone].spelling != layer->spelling)
        undone++;
    if (!has_escape(&readings[index], text))
        return false;
    if (layer->origin != LAYER_READING || undone <= index)
        return true;
    struct text before = text_part(body->layers.list[layer->parent].text, layer->at, layer->length);
    return !has_escape(&readings[index], before);
}

/* What a place says in `spelling`; kind, origin and `same_as` of the layer are set. */
static bool walk_as(struct body *body, const struct body_place *place, enum spelling spelling, struct layer *layer)
{
    struct text raw = place->raw;
    layer->what = place->what;
    layer->spelling = spelling;
    layer->charset = CHARSET_UTF8;
    layer->text = raw;
    if (spelling_differs(spelling, raw)) {
        spelling_read(spelling, raw, &layer->owned);
        layer->text = buffer_text(&layer->owned);
    }
    return layer_walk(body, raw, layer);
}

/* --- base64 and data URLs ------------------------------------------------------------------------------------------
 */

static bool walk_run(struct body *body, enum body_what what, struct text run)
{
    struct layer layer = {.kind = BODY_TEXT, .what = what, .transfer = base64_transfer(run), .charset = CHARSET_UTF8};
    struct text type = base64_file(run);
    if (type.length > 0)
        return place_opaque(body, run, type);
    if (!base64_text(run, &layer.owned)) {
        layer_clear(&layer);
        return true;
    }
    layer.text = buffer_text(&layer.owned);
    return layer_walk(body, run, &layer);
}

static bool walk_runs(struct body *body, enum body_what what, struct text text)
{
    struct text run;
    for (size_t at = 0; base64_next(text, &at, &run);)
        if (!walk_run(body, what, run))
            return false;
    return true;
}

static bool has_base64(struct text text)
{
    struct text run;
    for (size_t at = 0; base64_next(text, &at, &run);)
        if (base64_begins_as_text(run) || base64_file(run).length > 0)
            return true;
    return false;
}

/* RFC 2397: data:[type][;parameters][;base64],payload */
struct data_url {
    struct body_label label;
    struct text payload;
};

/* One whose payload is in base64; the payload of another is text as it stands. */
static bool read_data_url(struct text value, struct data_url *url)
{
    static const struct text word = TEXT_INIT(";base64");
    size_t comma = text_index(value, ',', 0);
    if (!looks_data_url(value) || comma == value.length)
        return false;
    struct text type = text_trim(text_part(value, 5, comma - 5), " ");
    *url = (struct data_url){.payload = text_after(value, comma + 1)};
    if (type.length < word.length || !text_equal_nocase(text_after(type, type.length - word.length), word))
        return false;
    type.length -= word.length;
    body_label_field(&url->label, TEXT("content-type"), type.length == 0 ? TEXT("text/plain") : type);
    return body_label_end(&url->label) == BODY_FINE && base64_is(url->payload);
}

static bool is_opaque_url(const struct data_url *url)
{
    return url->label.kind == BODY_BINARY || url->label.kind == BODY_MULTIPART;
}

/* Whether a value is something else than text, and was walked as that. */
enum inside { INSIDE_NOTHING, INSIDE_WALKED, INSIDE_FAILED };
static enum inside walked(bool goes_on)
{
    return goes_on ? INSIDE_WALKED : INSIDE_FAILED;
}

static enum inside walk_data_url(struct body *body, enum body_what what, struct text value)
{
    struct data_url url;
    if (!read_data_url(value, &url) || is_opaque_url(&url))
        return INSIDE_NOTHING;
    struct layer layer = {
        .kind = url.label.kind,
        .what = what,
        .origin = LAYER_GUESS, /* before it is decoded: then it is held to UTF-8 at once */
        .charset = url.label.charset,
        .separator = url.label.separator,
        .transfer = base64_transfer(url.payload)};
    if (layer_decode(&layer, url.payload) != BODY_FINE) {
        layer_clear(&layer);
        return INSIDE_NOTHING;
    }
    return walked(layer_walk(body, url.payload, &layer));
}

/* Nothing but a file that is known by its first bytes, or a data URL of a type that is no text: not looked at as text.
 * Of the URL what stands before its payload is text. */
static enum inside tell_opaque(struct body *body, struct body_place *place)
{
    struct data_url url;
    struct text type = base64_is(place->value) ? base64_file(place->value) : TEXT("");
    struct spelled front = {.spelling = (enum spelling)place->spelling, .raw = place->raw};
    if (place->what == BODY_NAME)
        return INSIDE_NOTHING;
    if (type.length > 0)
        return walked(place_opaque(body, place->raw, type));
    if (!read_data_url(place->value, &url) || !is_opaque_url(&url))
        return INSIDE_NOTHING;
    bool is_good = spelled_seek(&front, place->value.length - url.payload.length - 1);
    struct body_place before = {
        .what = place->what, .raw = text_part(place->raw, 0, is_good ? front.at : place->raw.length)};
    struct text behind = text_after(place->raw, before.raw.length);
    return walked(
        walk_as(body, &before, front.spelling, &(struct layer){.kind = BODY_TEXT}) &&
        place_opaque(body, behind, text_from(url.label.type)));
}

/* --- all -----------------------------------------------------------------------------------------------------------
 */

bool inside_may_be(enum spelling spelling, struct text value)
{
    struct text run;
    size_t at = 0;
    bool may_have_slash = spelling != SPELLED_JSON_PLAIN; /* without an escape there is none */
    return scan_has(value.data, value.length, '%', '&') || looks_json(value) || looks_data_url(value) ||
           (may_have_slash && text_has(value, '\\')) || base64_next(value, &at, &run);
}

bool inside_walk(struct body *body, enum body_what what, struct text text, size_t told)
{
    const struct layer layer = *body_layer(body);
    const struct body_place place = {.what = what, .raw = text};
    enum inside url = walk_data_url(body, what, text);
    if (url == INSIDE_FAILED)
        return false;
    struct text around = url == INSIDE_WALKED ? text_part(text, 0, text_index(text, ',', 0)) : text;
    bool goes_on = walk_runs(body, what, around);
    for (size_t i = 0; i < COUNT_OF(readings) && goes_on; i++)
        if (is_to_be_read(body, &layer, i, text))
            goes_on = walk_as(
                body, &place, readings[i].spelling,
                &(struct layer){.kind = BODY_TEXT, .origin = LAYER_READING, .same_as = told});
    return goes_on;
}

static bool has_anything(struct text value)
{
    struct data_url url;
    for (size_t i = 0; i < COUNT_OF(readings); i++)
        if (has_escape(&readings[i], value))
            return true;
    return read_data_url(value, &url) || has_base64(value);
}

bool inside_tell(struct body *body, struct body_place *place)
{
    enum spelling spelling = (enum spelling)place->spelling;
    const struct layer *layer = body_layer(body);
    bool is_failed_guess = layer->kind == BODY_TEXT && layer->origin == LAYER_GUESS;
    if (place->what != BODY_NAME && looks_json(place->value) && !is_failed_guess)
        return walk_as(body, place, spelling, &(struct layer){.kind = BODY_JSON, .origin = LAYER_GUESS});
    enum inside opaque = tell_opaque(body, place);
    if (opaque != INSIDE_NOTHING)
        return opaque == INSIDE_WALKED;
    bool has_more = spelling == SPELLED_PLAIN || has_anything(place->value);
    if (!tell_place(body, place))
        return false;
    if (!has_more)
        return true;
    if (spelling == SPELLED_PLAIN)
        return inside_walk(body, place->what, place->raw, place->same_as);
    return walk_as(
        body, place, spelling, &(struct layer){.kind = BODY_TEXT, .origin = LAYER_TOLD, .same_as = place->same_as});
}

/* --- a look beforehand ---------------------------------------------------------------------------------------------
 */

/* What makes a data URL one that is read. */
static bool has_base64_word(struct text text)
{
    for (size_t at = text_index(text, ';', 0); at < text.length; at = text_index(text, ';', at + 1))
        if (text_equal_nocase(text_part(text, at, 7), TEXT(";base64")))
            return true;
    return false;
}

/* A character that could begin an escape or a text within, or be part of one; brackets and the apostrophe, which some
 * writers never leave as they are, could not. */
static bool escape_hides(struct text escape)
{
    uint32_t code = 0;
    for (size_t i = 2; i < 6 && i < escape.length; i++)
        code = code << 4 | (uint32_t)hex_value(escape.data[i]);
    return code > ' ' && code < 0x7f && code != '<' && code != '>' && code != '\'';
}

/* In JSON: the escape of an escape, or of a character that needs none. */
static bool has_hiding_escape(struct text text)
{
    for (size_t at = text_index(text, '\\', 0); at + 1 < text.length; at = text_index(text, '\\', at + 2))
        if (text.data[at + 1] == '\\' || (text.data[at + 1] == 'u' && escape_hides(text_part(text, at, 6))))
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
        return spelling_is_escape(SPELLED_HTML, text);
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

bool inside_has_any(enum body_kind kind, struct text text)
{
    const struct reading *percent = &readings[0];
    const struct reading *slashes = &readings[2];
    bool has_marks =
        scan_has(text.data, text.length, '%', '&') && (has_escape(percent, text) || has_hiding_entity(text));
    bool has_slashes = kind == BODY_TEXT ? has_escape(slashes, text) || looks_json(text) : has_hiding_escape(text);
    return has_marks || has_slashes || has_base64_word(text) || has_base64(text);
}
