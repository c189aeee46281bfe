/* SPDX-License-Identifier: Apache-2.0 */
/* JSON as it is written (RFC 8259): where each value stands in a text, so that what is passed on keeps its spelling:
 * 0.7 stays 0.7, 18446744073709551615 stays itself, and so does \u0000. Nothing is copied; the text must outlive it. */
#ifndef EXEAT_BASE_JSON_VIEW_H
#define EXEAT_BASE_JSON_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/detail.h"
#include "exeat/base/text.h"

enum json_shape {
    JSON_SHAPE_OBJECT,
    JSON_SHAPE_ARRAY,
    JSON_SHAPE_STRING,
    JSON_SHAPE_NUMBER,
    JSON_SHAPE_BOOL,
    JSON_SHAPE_NULL
};

/* The values stand in the order of the text. A member of an object is two of them: its name, then what it holds. */
struct json_value {
    uint32_t start; /* of a string: of its opening quote */
    uint32_t length;
    uint32_t after; /* the index of the value behind all of this one */
    enum json_shape shape;
};

/* Zeroed is empty. One view may read many texts, one after the other, and keeps its memory. */
struct json_view {
    struct text text;          /* borrowed */
    struct json_value *values; /* owned; [0] is the whole */
    size_t count;
    size_t capacity;
};

/* What the bytes of strings must be. JSON_UTF8: RFC 8259 section 8.1. JSON_ANY_BYTES: they are kept as they are. */
enum json_bytes { JSON_UTF8, JSON_ANY_BYTES };
enum { JSON_VIEW_LEVELS = 64 };

/* A byte-order mark in front is skipped; names that stand twice are left to the reader; at most 64 levels. False: the
 * text is no JSON, and `detail` (may be NULL) says where and why. */
MUST_CHECK bool json_view_read(struct json_view *view, struct text text, enum json_bytes bytes, struct detail *detail);
void json_view_clear(struct json_view *view);

/* NOLINTBEGIN(bugprone-macro-parentheses): the loops declare the name */
/* Over the items of a list, and over the names of an object, whose values are at `name + 1`. */
#define JSON_EACH_ITEM(view, list, item)                                                                               \
    for (uint32_t item = (list) + 1; item < (view)->values[list].after; item = (view)->values[item].after)
#define JSON_EACH_NAME(view, object, name)                                                                             \
    for (uint32_t name = (object) + 1; name < (view)->values[object].after; name = (view)->values[name + 1].after)
/* NOLINTEND(bugprone-macro-parentheses) */

enum json_shape json_view_shape(const struct json_view *view, uint32_t value);
size_t json_view_items(const struct json_view *view, uint32_t list); /* of an object: of its members */
/* The first member of this name; 0 when there is none, or when `object` is none. */
uint32_t json_view_member(const struct json_view *view, uint32_t object, struct text name);
/* As it is written, a string with its quotes. */
struct text json_view_source(const struct json_view *view, uint32_t value);
/* A string as it is written, without its quotes; empty for what is no string. */
struct text json_view_spelled(const struct json_view *view, uint32_t value);
/* Whether it is a string that means this text. */
bool json_view_means(const struct json_view *view, uint32_t value, struct text text);
bool json_view_is_true(const struct json_view *view, uint32_t value);

/* How long the escape is that a spelling begins with; 0: it is none. */
size_t json_escape_length(struct text text);
/* Takes the next code point off the front of the spelling of a string, escapes read; false at its end. A surrogate
 * without its other half, a byte that is no UTF-8 and a \u without four hex digits give U+FFFD. */
bool json_spelled_next(struct text *rest, uint32_t *code);
bool json_spelled_means(struct text spelled, struct text text);
/* The meaning as UTF-8. */
void json_spelled_append(struct buffer *out, struct text spelled);

#endif
