/* SPDX-License-Identifier: Apache-2.0 */
/* JSON (RFC 8259), in one pass over its bytes: nothing is kept of it but the way to where the walk is. Members that
 * stand twice are told twice, since nobody knows which of them a reader takes. */
#include "exeat/base/json_view.h"

#include "body_internal.h"
#include "exeat/coding/scan.h"

struct json {
    struct body *body;
    const char *start;
    const char *at;
    const char *end;
};

static bool fail(struct json *json, const char *clause)
{
    return walk_fail_at(json->body, BODY_MALFORMED, clause, (size_t)(json->at - json->start));
}

static inline void skip_blanks(struct json *json)
{
    while (json->at < json->end && (unsigned char)*json->at <= ' ' &&
           (*json->at == ' ' || *json->at == '\n' || *json->at == '\r' || *json->at == '\t'))
        json->at++;
}

static inline bool is_at(const struct json *json, char byte)
{
    return json->at < json->end && *json->at == byte;
}

static struct text rest(const struct json *json)
{
    return (struct text){json->at, (size_t)(json->end - json->at)};
}

/* --- single values -------------------------------------------------------------------------------------------------
 */

/* What the fast loop stops at, other than the end of the string. */
static bool skip_special(struct json *json, bool *is_escaped)
{
    uint32_t code;
    size_t length = 0;
    if (*json->at == '\\') {
        *is_escaped = true;
        length = json_escape_length(rest(json));
        if (length == 0)
            return fail(json, "an escape that is none");
    } else if ((unsigned char)*json->at >= 0x80) {
        length = text_utf8_length(rest(json), &code);
        if (length == 0)
            return fail(json, "a byte that is no UTF-8");
    } else {
        return fail(json, "a control character in a string, not escaped");
    }
    json->at += length;
    return true;
}

/* A string with its quotes; the spelling is without. */
struct string {
    struct text raw;
    bool is_escaped;
};

static inline bool read_string(struct json *json, struct string *string)
{
    const char *start = ++json->at;
    string->is_escaped = false;
    for (json->at = scan_plain(start, json->end); !is_at(json, '"'); json->at = scan_plain(json->at, json->end)) {
        if (json->at == json->end)
            return fail(json, "a string without its end");
        if (!skip_special(json, &string->is_escaped))
            return false;
    }
    string->raw = (struct text){start, (size_t)(json->at - start)};
    json->at++;
    return true;
}

static inline bool is_digit(const struct json *json)
{
    return json->at < json->end && (unsigned char)(*json->at - '0') < 10;
}

static inline bool skip_digits(struct json *json)
{
    const char *start = json->at;
    while (is_digit(json))
        json->at++;
    return json->at > start;
}

/* Section 6: no leading zeros, and a digit on both sides of the point. */
static inline bool read_number(struct json *json)
{
    json->at += is_at(json, '-');
    const char *start = json->at;
    if (!skip_digits(json))
        return fail(json, "a value is expected");
    if (*start == '0' && json->at > start + 1)
        return fail(json, "a number with a leading zero");
    if (is_at(json, '.')) {
        json->at++;
        if (!skip_digits(json))
            return fail(json, "a number without a digit behind its point");
    }
    if (is_at(json, 'e') || is_at(json, 'E')) {
        json->at++;
        json->at += is_at(json, '+') || is_at(json, '-');
        if (!skip_digits(json))
            return fail(json, "a number without a digit in its exponent");
    }
    return true;
}

static bool read_word(struct json *json, struct text word)
{
    if (!text_starts_with(rest(json), word))
        return fail(json, "a word that is none of true, false and null");
    json->at += word.length;
    return true;
}

static inline bool tell_string(struct json *json, enum body_what what, const struct string *string)
{
    return json->body->walk.see == NULL ||
           place_tell(json->body, what, string->is_escaped ? SPELLED_JSON : SPELLED_JSON_PLAIN, string->raw);
}

static inline bool read_scalar(struct json *json)
{
    struct string string = {0};
    const char *start = json->at;
    switch (*start) {
    case '"':
        return read_string(json, &string) && tell_string(json, BODY_VALUE, &string);
    case 't':
        return read_word(json, TEXT("true"));
    case 'f':
        return read_word(json, TEXT("false"));
    case 'n':
        return read_word(json, TEXT("null"));
    default:
        if (!read_number(json))
            return false;
        return json->body->walk.see == NULL ||
               place_tell(json->body, BODY_NUMBER, SPELLED_PLAIN, (struct text){start, (size_t)(json->at - start)});
    }
}

/* --- containers ----------------------------------------------------------------------------------------------------
 */

static inline struct crumb *top(struct json *json)
{
    return &json->body->walk.crumbs[json->body->walk.depth - 1];
}

/* A name and its colon, up to the value. */
static inline bool read_name(struct json *json)
{
    struct string name = {0};
    skip_blanks(json);
    if (!is_at(json, '"'))
        return fail(json, "the name of a member is expected");
    if (!read_string(json, &name))
        return false;
    struct crumb *crumb = top(json);
    crumb_changed(&json->body->walk, json->body->walk.depth - 1);
    crumb->name = name.raw;
    crumb->spelling = name.is_escaped ? SPELLED_JSON : SPELLED_JSON_PLAIN;
    if (!tell_string(json, BODY_NAME, &name))
        return false;
    skip_blanks(json);
    if (!is_at(json, ':'))
        return fail(json, "a colon is expected");
    json->at++;
    return true;
}

/* At a bracket. `is_empty`: it is over already. */
static inline bool begin(struct json *json, bool *is_empty)
{
    struct walk *walk = &json->body->walk;
    bool is_object = *json->at == '{';
    if (walk->depth - walk->base == LEVELS_MAX)
        return walk_fail_at(
            json->body, BODY_TOO_DEEP, "nested deeper than 64 levels", (size_t)(json->at - json->start));
    crumb_changed(walk, walk->depth);
    struct crumb *crumb = &walk->crumbs[walk->depth++];
    crumb->index = 0;
    crumb->is_name = is_object;
    crumb->object = is_object ? rest(json) : (struct text){0};
    crumb->beside.length = 0;
    json->at++;
    skip_blanks(json);
    *is_empty = is_at(json, is_object ? '}' : ']');
    return *is_empty || !is_object || read_name(json);
}

/* Behind a value: closes what ends there. `is_over`: the whole is over; else the next value is expected. */
static inline bool go_on(struct json *json, bool *is_over)
{
    struct walk *walk = &json->body->walk;
    for (skip_blanks(json); walk->depth > walk->base; skip_blanks(json)) {
        struct crumb *crumb = top(json);
        if (is_at(json, ',')) {
            json->at++;
            crumb->index++;
            crumb_changed(walk, walk->depth - 1);
            return !crumb->is_name || read_name(json);
        }
        if (!is_at(json, crumb->is_name ? '}' : ']'))
            return fail(json, "a comma or the end is expected");
        json->at++;
        walk->depth--;
    }
    *is_over = true;
    return json->at == json->end || fail(json, "something stands behind its end");
}

bool walk_json(struct body *body)
{
    struct text text = body_layer(body)->text;
    struct json json = {body, text.data, text.data, text.data + text.length};
    bool is_over = false;
    while (!is_over) {
        skip_blanks(&json);
        if (json.at == json.end)
            return fail(&json, "it ends too early");
        bool is_done = true;
        if (*json.at == '{' || *json.at == '[') {
            if (!begin(&json, &is_done))
                return false;
        } else if (!read_scalar(&json))
            return false;
        if (is_done && !go_on(&json, &is_over))
            return false;
    }
    return true;
}
