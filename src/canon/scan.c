/* SPDX-License-Identifier: Apache-2.0 */
/* The scanner of scan.h: one pass that checks the structure, and walks that may rely on it. */
#include "exeat/canon/scan.h"

#include "exeat/base/check.h"
#include "exeat/base/json_view.h"

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static size_t skip_blanks(struct text text, size_t at)
{
    while (at < text.length && is_blank(text.data[at]))
        at++;
    return at;
}

/* Behind the quote that ends the string which begins at `at`; beyond the text if none does. */
static size_t string_end(struct text text, size_t at)
{
    for (at++; at < text.length && text.data[at] != '"'; at++)
        if (text.data[at] == '\\')
            at++;
    return at + 1;
}

/* Who reads strings relies on their escapes. */
static bool has_sound_escapes(struct text string)
{
    for (size_t at = text_index(string, '\\', 0); at < string.length; at = text_index(string, '\\', at + 2))
        if (json_escape_length(text_after(string, at)) == 0)
            return false;
    return true;
}

/* Takes a string off. False: there is none, or it is not sound. */
static bool take_string(struct text text, size_t *at)
{
    size_t from = *at;
    *at = string_end(text, from);
    return *at <= text.length && has_sound_escapes(text_part(text, from, *at - from));
}

static bool is_word_byte(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte == '-' || byte == '+' || byte == '.';
}

static size_t word_end(struct text text, size_t at)
{
    while (at < text.length && is_word_byte(text.data[at]))
        at++;
    return at;
}

/* --- the structure ---------------------------------------------------------------------------------------------------
 */

enum expected { A_VALUE, A_KEY, A_VALUE_OR_END, A_KEY_OR_END, A_COMMA_OR_END };

/* What is open, innermost last. */
struct nest {
    uint8_t is_object[SCAN_LEVELS / 8];
    size_t depth;
};

static bool nest_push(struct nest *nest, bool is_object)
{
    if (nest->depth == SCAN_LEVELS)
        return false;
    uint8_t bit = (uint8_t)(1u << (nest->depth % 8));
    uint8_t *byte = &nest->is_object[nest->depth++ / 8];
    *byte = (uint8_t)(is_object ? *byte | bit : *byte & ~bit);
    return true;
}

static bool nest_is_object(const struct nest *nest)
{
    size_t top = nest->depth - 1;
    return nest->depth > 0 && (nest->is_object[top / 8] >> (top % 8) & 1) != 0;
}

/* A member's name and its colon. False: there is none. */
static bool take_key(struct text text, size_t *at)
{
    if (text.data[*at] != '"' || !take_string(text, at))
        return false;
    *at = skip_blanks(text, *at);
    if (*at >= text.length || text.data[*at] != ':')
        return false;
    ++*at;
    return true;
}

/* A whole scalar, or the bracket that opens a container. */
static bool take_value(struct text text, size_t *at, struct nest *nest, enum expected *next)
{
    char byte = text.data[*at];
    size_t from = *at;
    *next = A_COMMA_OR_END;
    if (byte == '{' || byte == '[') {
        *next = byte == '{' ? A_KEY_OR_END : A_VALUE_OR_END;
        ++*at;
        return nest_push(nest, byte == '{');
    }
    if (byte == '"')
        return take_string(text, at);
    *at = word_end(text, from);
    return *at > from;
}

static bool take_end(struct text text, size_t *at, struct nest *nest)
{
    if (nest->depth == 0 || text.data[*at] != (nest_is_object(nest) ? '}' : ']'))
        return false;
    nest->depth--;
    ++*at;
    return true;
}

static bool take_comma(struct text text, size_t *at, const struct nest *nest, enum expected *next)
{
    if (nest->depth == 0 || text.data[*at] != ',')
        return false;
    ++*at;
    *next = nest_is_object(nest) ? A_KEY : A_VALUE;
    return true;
}

static bool take(struct text text, size_t *at, struct nest *nest, enum expected *next)
{
    switch (*next) {
    case A_KEY_OR_END:
    case A_VALUE_OR_END:
    case A_COMMA_OR_END:
        if (take_end(text, at, nest)) {
            *next = A_COMMA_OR_END;
            return true;
        }
        break;
    case A_VALUE:
    case A_KEY:
        break;
    }
    if (*next == A_COMMA_OR_END)
        return take_comma(text, at, nest, next);
    if (*next == A_VALUE || *next == A_VALUE_OR_END)
        return take_value(text, at, nest, next);
    *next = A_VALUE;
    return take_key(text, at);
}

static enum scan_kind kind_of(char first)
{
    switch (first) {
    case '{':
        return SCAN_OBJECT;
    case '[':
        return SCAN_ARRAY;
    case '"':
        return SCAN_STRING;
    default:
        return SCAN_WORD;
    }
}

bool scan_whole(struct text text, struct scan *value)
{
    struct nest nest = {.depth = 0};
    enum expected next = A_VALUE;
    size_t from = skip_blanks(text, 0);
    size_t at = from;
    size_t end = from;
    while (at < text.length) {
        if (!take(text, &at, &nest, &next))
            return false;
        end = at;
        at = skip_blanks(text, at);
    }
    if (next != A_COMMA_OR_END || nest.depth > 0)
        return false;
    *value = (struct scan){kind_of(text.data[from]), text_part(text, from, end - from)};
    return true;
}

/* --- walks -----------------------------------------------------------------------------------------------------------
 */

struct scan_walk scan_walk(struct scan container)
{
    bool is_container = container.kind == SCAN_OBJECT || container.kind == SCAN_ARRAY;
    return (struct scan_walk){
        .rest = is_container ? text_part(container.text, 1, container.text.length - 2) : TEXT(""),
        .has_keys = container.kind == SCAN_OBJECT,
    };
}

/* Behind the bracket that closes the one at `at`: the structure is known to be sound. */
static size_t container_end(struct text text, size_t at)
{
    size_t depth = 0;
    while (at < text.length) {
        char byte = text.data[at];
        if (byte == '"') {
            at = string_end(text, at);
            continue;
        }
        at++;
        if (byte == '{' || byte == '[')
            depth++;
        else if ((byte == '}' || byte == ']') && --depth == 0)
            break;
    }
    return at;
}

static struct scan value_at(struct text text, size_t at)
{
    enum scan_kind kind = kind_of(text.data[at]);
    size_t end = kind == SCAN_STRING ? string_end(text, at)
                 : kind == SCAN_WORD ? word_end(text, at)
                                     : container_end(text, at);
    return (struct scan){kind, text_part(text, at, end - at)};
}

bool scan_next(struct scan_walk *walk, struct text *key, struct scan *value)
{
    struct text rest = walk->rest;
    size_t at = skip_blanks(rest, 0);
    if (at < rest.length && rest.data[at] == ',')
        at = skip_blanks(rest, at + 1);
    *key = TEXT("");
    if (at >= rest.length)
        return false;
    if (walk->has_keys) {
        size_t from = at;
        at = string_end(rest, at);
        *key = text_part(rest, from, at - from);
        at = skip_blanks(rest, skip_blanks(rest, at) + 1);
    }
    *value = value_at(rest, at);
    ASSERT(value->text.length > 0);
    walk->rest = text_after(rest, at + value->text.length);
    return true;
}

/* --- names -----------------------------------------------------------------------------------------------------------
 */

struct text scan_spelled(struct scan string)
{
    return string.kind == SCAN_STRING ? text_part(string.text, 1, string.text.length - 2) : TEXT("");
}

bool scan_is_key(struct text key, struct text name)
{
    return key.length >= 2 && json_spelled_means(text_part(key, 1, key.length - 2), name);
}

bool scan_member(struct scan object, struct text name, struct scan *value)
{
    struct scan_walk walk = scan_walk(object);
    struct text key;
    struct scan one;
    bool found = false;
    while (scan_next(&walk, &key, &one)) {
        if (!scan_is_key(key, name))
            continue;
        *value = one;
        found = true;
    }
    return found;
}

bool scan_is_null(struct scan value)
{
    return text_equal(value.text, TEXT("null"));
}
