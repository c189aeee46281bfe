/* SPDX-License-Identifier: Apache-2.0 */
/* What the values of a view say: members, and strings with their escapes read. The text is known to be JSON. */
#include "exeat/base/json_view.h"

enum json_shape json_view_shape(const struct json_view *view, uint32_t value)
{
    return view->values[value].shape;
}

size_t json_view_items(const struct json_view *view, uint32_t list)
{
    size_t count = 0;
    bool is_object = view->values[list].shape == JSON_SHAPE_OBJECT;
    for (uint32_t at = list + 1; at < view->values[list].after; at = view->values[is_object ? at + 1 : at].after)
        count++;
    return count;
}

uint32_t json_view_member(const struct json_view *view, uint32_t object, struct text name)
{
    if (view->values[object].shape != JSON_SHAPE_OBJECT)
        return 0;
    JSON_EACH_NAME(view, object, at)
    {
        if (json_view_means(view, at, name))
            return at + 1;
    }
    return 0;
}

struct text json_view_source(const struct json_view *view, uint32_t value)
{
    return text_part(view->text, view->values[value].start, view->values[value].length);
}

struct text json_view_spelled(const struct json_view *view, uint32_t value)
{
    const struct json_value *one = &view->values[value];
    if (one->shape != JSON_SHAPE_STRING)
        return TEXT("");
    return text_part(view->text, one->start + 1, one->length - 2);
}

bool json_view_means(const struct json_view *view, uint32_t value, struct text text)
{
    return view->values[value].shape == JSON_SHAPE_STRING && json_spelled_means(json_view_spelled(view, value), text);
}

bool json_view_is_true(const struct json_view *view, uint32_t value)
{
    return text_equal(json_view_source(view, value), TEXT("true"));
}

/* --- strings -------------------------------------------------------------------------------------------------------
 */

enum { REPLACEMENT = 0xfffd };

enum { UNICODE_ESCAPE = 6 };

size_t json_escape_length(struct text text)
{
    static const struct text letters = TEXT_INIT("\"\\/bfnrt");
    if (text.length < 2 || text.data[0] != '\\')
        return 0;
    if (text.data[1] != 'u')
        return text_has(letters, text.data[1]) ? 2 : 0;
    for (size_t i = 2; i < UNICODE_ESCAPE; i++)
        if (i >= text.length || hex_value(text.data[i]) < 0)
            return 0;
    return UNICODE_ESCAPE;
}

static bool takes_escape(struct text *rest, uint32_t *code)
{
    if (json_escape_length(*rest) != UNICODE_ESCAPE)
        return false;
    *code = 0;
    for (size_t i = 2; i < UNICODE_ESCAPE; i++)
        *code = *code << 4 | (uint32_t)hex_value(rest->data[i]);
    *rest = text_after(*rest, UNICODE_ESCAPE);
    return true;
}

/* \uXXXX, and the second half of a pair of surrogates when it follows (RFC 8259 section 7). Of an escape that is none
 * the backslash goes, so that who reads on comes to an end. */
static uint32_t take_unicode(struct text *rest)
{
    uint32_t code;
    uint32_t second = 0;
    if (!takes_escape(rest, &code)) {
        *rest = text_after(*rest, 1);
        return REPLACEMENT;
    }
    if (code < 0xd800 || code > 0xdfff)
        return code;
    struct text behind = *rest;
    if (code > 0xdbff || !takes_escape(&behind, &second) || second < 0xdc00 || second > 0xdfff)
        return REPLACEMENT;
    *rest = behind;
    return 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
}

static uint32_t short_escape(char byte)
{
    switch (byte) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return (unsigned char)byte;
    }
}

bool json_spelled_next(struct text *rest, uint32_t *code)
{
    if (rest->length == 0)
        return false;
    if (rest->data[0] == '\\' && rest->length > 1) {
        if (rest->data[1] == 'u') {
            *code = take_unicode(rest);
            return true;
        }
        *code = short_escape(rest->data[1]);
        *rest = text_after(*rest, 2);
        return true;
    }
    size_t length = text_utf8_length(*rest, code);
    if (length == 0)
        *code = REPLACEMENT;
    *rest = text_after(*rest, length > 0 ? length : 1);
    return true;
}

bool json_spelled_means(struct text spelled, struct text text)
{
    uint32_t left;
    uint32_t right;
    if (!text_has(spelled, '\\'))
        return text_equal(spelled, text);
    while (json_spelled_next(&spelled, &left)) {
        size_t length = text.length == 0 ? 0 : text_utf8_length(text, &right);
        if (length == 0 || left != right)
            return false;
        text = text_after(text, length);
    }
    return text.length == 0;
}

void json_spelled_append(struct buffer *out, struct text spelled)
{
    uint32_t code;
    if (!text_has(spelled, '\\') && text_is_utf8(spelled)) {
        buffer_append(out, spelled);
        return;
    }
    while (json_spelled_next(&spelled, &code))
        buffer_append_code(out, code);
}
