/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the text, without recursion: the containers that are open are a short list of indexes. */
#include "exeat/base/json_view.h"

#include "exeat/base/memory.h"

/* What may come next. */
enum expected {
    WANT_VALUE,
    WANT_VALUE_OR_END, /* a list has just begun */
    WANT_NAME,
    WANT_NAME_OR_END, /* an object has just begun */
    WANT_COLON,
    WANT_COMMA_OR_END,
    WANT_NOTHING, /* the whole value is read */
};

struct reading {
    struct json_view *view;
    struct text text;
    size_t at;
    enum json_bytes bytes;
    uint32_t open[JSON_VIEW_LEVELS];
    size_t levels;
    const char *problem; /* static */
};

static bool fail(struct reading *reading, const char *problem)
{
    reading->problem = problem;
    return false;
}

static uint32_t add(struct reading *reading, enum json_shape shape, size_t length)
{
    struct json_view *view = reading->view;
    if (view->count == view->capacity) {
        view->capacity = view->capacity == 0 ? 64 : view->capacity * 2;
        view->values = base_resize(view->values, view->capacity, sizeof(*view->values));
    }
    uint32_t index = (uint32_t)view->count++;
    view->values[index] = (struct json_value){(uint32_t)reading->at, (uint32_t)length, (uint32_t)view->count, shape};
    reading->at += length;
    return index;
}

/* --- single values -------------------------------------------------------------------------------------------------
 */

static bool is_digit(struct text text, size_t at)
{
    return at < text.length && text.data[at] >= '0' && text.data[at] <= '9';
}

static size_t skip_digits(struct text text, size_t at)
{
    while (is_digit(text, at))
        at++;
    return at;
}

static bool is_at(struct text text, size_t at, char byte)
{
    return at < text.length && text.data[at] == byte;
}

/* RFC 8259 section 6: no leading zeros, and a digit on both sides of the point. */
static bool read_number(struct reading *reading)
{
    struct text text = reading->text;
    size_t at = reading->at + is_at(text, reading->at, '-');
    if (!is_digit(text, at))
        return fail(reading, "a number without a digit");
    at = is_at(text, at, '0') ? at + 1 : skip_digits(text, at);
    if (is_digit(text, at))
        return fail(reading, "a number with a leading zero");
    if (is_at(text, at, '.')) {
        if (!is_digit(text, at + 1))
            return fail(reading, "a number without a digit behind its point");
        at = skip_digits(text, at + 1);
    }
    if (is_at(text, at, 'e') || is_at(text, at, 'E')) {
        at++;
        at += is_at(text, at, '+') || is_at(text, at, '-');
        if (!is_digit(text, at))
            return fail(reading, "a number without a digit in its exponent");
        at = skip_digits(text, at);
    }
    add(reading, JSON_SHAPE_NUMBER, at - reading->at);
    return true;
}

static bool read_word(struct reading *reading, struct text word, enum json_shape shape)
{
    if (!text_starts_with(text_after(reading->text, reading->at), word))
        return fail(reading, "a word that is none of true, false and null");
    add(reading, shape, word.length);
    return true;
}

/* The length of the character at the front, escaped or not; 0 with `problem` when it may not stand in a string. */
static size_t character_length(struct reading *reading, struct text rest)
{
    unsigned char byte = (unsigned char)rest.data[0];
    uint32_t code;
    size_t length = 1;
    if (byte == '\\') {
        length = json_escape_length(rest);
        (void)(length > 0 || fail(reading, "an escape that is none"));
    } else if (byte < 0x20) {
        length = 0;
        (void)fail(reading, byte == 0 ? "a NUL byte in a string" : "a control character in a string, not escaped");
    } else if (byte >= 0x80 && reading->bytes == JSON_UTF8) {
        length = text_utf8_length(rest, &code);
        (void)(length > 0 || fail(reading, "a byte that is no UTF-8"));
    }
    return length;
}

static bool read_string(struct reading *reading)
{
    struct text text = reading->text;
    size_t start = reading->at;
    size_t at = start + 1;
    while (at < text.length && text.data[at] != '"') {
        unsigned char byte = (unsigned char)text.data[at];
        size_t length =
            byte >= 0x20 && byte < 0x80 && byte != '\\' ? 1 : character_length(reading, text_after(text, at));
        if (length == 0) {
            reading->at = at;
            return false;
        }
        at += length;
    }
    if (at >= text.length) {
        reading->at = text.length;
        return fail(reading, "a string without its end");
    }
    add(reading, JSON_SHAPE_STRING, at + 1 - start);
    return true;
}

/* --- containers ----------------------------------------------------------------------------------------------------
 */

static bool is_in_object(const struct reading *reading)
{
    return reading->view->values[reading->open[reading->levels - 1]].shape == JSON_SHAPE_OBJECT;
}

static enum expected after_value(const struct reading *reading)
{
    return reading->levels == 0 ? WANT_NOTHING : WANT_COMMA_OR_END;
}

static bool begin(struct reading *reading, enum json_shape shape, enum expected *want)
{
    if (reading->levels == JSON_VIEW_LEVELS)
        return fail(reading, "nested deeper than 64 levels");
    reading->open[reading->levels] = add(reading, shape, 1);
    reading->levels++;
    *want = shape == JSON_SHAPE_OBJECT ? WANT_NAME_OR_END : WANT_VALUE_OR_END;
    return true;
}

static void end(struct reading *reading, enum expected *want)
{
    struct json_value *value = &reading->view->values[reading->open[--reading->levels]];
    reading->at++;
    value->length = (uint32_t)reading->at - value->start;
    value->after = (uint32_t)reading->view->count;
    *want = after_value(reading);
}

static bool read_value(struct reading *reading, enum expected *want)
{
    bool good;
    switch (reading->text.data[reading->at]) {
    case '{':
        return begin(reading, JSON_SHAPE_OBJECT, want);
    case '[':
        return begin(reading, JSON_SHAPE_ARRAY, want);
    case '"':
        good = read_string(reading);
        break;
    case 't':
        good = read_word(reading, TEXT("true"), JSON_SHAPE_BOOL);
        break;
    case 'f':
        good = read_word(reading, TEXT("false"), JSON_SHAPE_BOOL);
        break;
    case 'n':
        good = read_word(reading, TEXT("null"), JSON_SHAPE_NULL);
        break;
    default:
        if (!is_digit(reading->text, reading->at) && reading->text.data[reading->at] != '-')
            return fail(reading, "a value is expected");
        good = read_number(reading);
        break;
    }
    *want = after_value(reading);
    return good;
}

static bool read_name(struct reading *reading, enum expected *want)
{
    *want = WANT_COLON;
    return is_at(reading->text, reading->at, '"') ? read_string(reading)
                                                  : fail(reading, "the name of a member is expected");
}

static bool read_comma(struct reading *reading, enum expected *want)
{
    if (!is_at(reading->text, reading->at, ','))
        return fail(reading, "a comma or the end is expected");
    reading->at++;
    *want = is_in_object(reading) ? WANT_NAME : WANT_VALUE;
    return true;
}

/* One token of what may come next; there is at least one byte. */
static bool read_token(struct reading *reading, enum expected *want)
{
    char byte = reading->text.data[reading->at];
    bool may_end = *want == WANT_VALUE_OR_END || *want == WANT_NAME_OR_END || *want == WANT_COMMA_OR_END;
    if (may_end && byte == (is_in_object(reading) ? '}' : ']')) {
        end(reading, want);
        return true;
    }
    switch (*want) {
    case WANT_VALUE:
    case WANT_VALUE_OR_END:
        return read_value(reading, want);
    case WANT_NAME:
    case WANT_NAME_OR_END:
        return read_name(reading, want);
    case WANT_COLON:
        reading->at += byte == ':';
        *want = WANT_VALUE;
        return byte == ':' || fail(reading, "a colon is expected");
    case WANT_COMMA_OR_END:
        return read_comma(reading, want);
    case WANT_NOTHING:
        break;
    }
    return fail(reading, byte == '\0' ? "a NUL byte behind its end" : "something stands behind its end");
}

static void skip_blanks(struct reading *reading)
{
    while (is_at(reading->text, reading->at, ' ') || is_at(reading->text, reading->at, '\t') ||
           is_at(reading->text, reading->at, '\n') || is_at(reading->text, reading->at, '\r'))
        reading->at++;
}

static bool read_all(struct reading *reading)
{
    enum expected want = WANT_VALUE;
    if (reading->text.length > UINT32_MAX - 1)
        return fail(reading, "larger than 4 GiB");
    if (text_starts_with(reading->text, TEXT("\xef\xbb\xbf")))
        reading->at = 3;
    for (skip_blanks(reading); reading->at < reading->text.length; skip_blanks(reading))
        if (!read_token(reading, &want))
            return false;
    return want == WANT_NOTHING || fail(reading, reading->text.length == 0 ? "nothing is there" : "it ends too early");
}

/* Lines are counted from 1, columns in bytes from 1. */
static void say_where(const struct reading *reading, struct detail *detail)
{
    size_t line = 1;
    size_t line_start = 0;
    for (size_t i = 0; i < reading->at && i < reading->text.length; i++) {
        if (reading->text.data[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    (void)detail_say(
        detail, "no JSON: %s, at line %zu, column %zu", reading->problem, line, reading->at - line_start + 1);
}

bool json_view_read(struct json_view *view, struct text text, enum json_bytes bytes, struct detail *detail)
{
    struct reading reading = {.view = view, .text = text, .bytes = bytes};
    view->text = text;
    view->count = 0;
    if (read_all(&reading))
        return true;
    view->count = 0;
    if (detail != NULL)
        say_where(&reading, detail);
    return false;
}

void json_view_clear(struct json_view *view)
{
    base_free(view->values);
    *view = (struct json_view){0};
}
