/* SPDX-License-Identifier: Apache-2.0 */
/* The vendor's own schemas are JSON schemas but for their types, which stand in capitals. */
#include "gemini_read.h"

static void write_schema(const struct json_view *view, uint32_t value, struct buffer *out);

static void write_type(const struct json_view *view, uint32_t value, struct buffer *out)
{
    struct text source = json_view_source(view, value);
    for (size_t i = 0; i < source.length; i++)
        buffer_append_byte(out, ascii_lower(source.data[i]));
}

static void write_list(const struct json_view *view, uint32_t value, struct buffer *out)
{
    bool is_first = true;
    buffer_append_byte(out, '[');
    JSON_EACH_ITEM(view, value, item)
    {
        buffer_append(out, is_first ? TEXT("") : TEXT(","));
        write_schema(view, item, out);
        is_first = false;
    }
    buffer_append_byte(out, ']');
}

static bool is_named(const struct json_view *view, uint32_t name, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (json_view_means(view, name, text_from(words[i])))
            return true;
    return false;
}

/* `is_map`: its names are the caller's, and what they hold are schemas. */
static void write_members(const struct json_view *view, uint32_t value, bool is_map, struct buffer *out)
{
    static const char *const maps[] = {"properties", "$defs", "defs", "definitions"};
    static const char *const schemas[] = {
        "items", "prefixItems",          "prefix_items",         "anyOf", "any_of", "oneOf",
        "allOf", "additionalProperties", "additional_properties"};
    bool is_first = true;
    buffer_append_byte(out, '{');
    JSON_EACH_NAME(view, value, name)
    {
        BUFFER_APPEND_ALL(out, is_first ? TEXT("") : TEXT(","), json_view_source(view, name), TEXT(":"));
        bool holds_map = !is_map && json_view_shape(view, name + 1) == JSON_SHAPE_OBJECT &&
                         is_named(view, name, maps, COUNT_OF(maps));
        if (holds_map)
            write_members(view, name + 1, true, out);
        else if (is_map || is_named(view, name, schemas, COUNT_OF(schemas)))
            write_schema(view, name + 1, out);
        else if (json_view_means(view, name, TEXT("type")))
            write_type(view, name + 1, out);
        else
            buffer_append(out, json_view_source(view, name + 1));
        is_first = false;
    }
    buffer_append_byte(out, '}');
}

/* As deep as the view: at most 64 levels. */
static void write_schema(const struct json_view *view, uint32_t value, struct buffer *out)
{
    switch (json_view_shape(view, value)) {
    case JSON_SHAPE_OBJECT:
        write_members(view, value, false, out);
        break;
    case JSON_SHAPE_ARRAY:
        write_list(view, value, out);
        break;
    case JSON_SHAPE_STRING:
    case JSON_SHAPE_NUMBER:
    case JSON_SHAPE_BOOL:
    case JSON_SHAPE_NULL:
        buffer_append(out, json_view_source(view, value));
        break;
    }
}

bool gemini_take_schema(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct text *schema = field;
    struct json_view view = {0};
    struct buffer lower = {0};
    if (!take_schema(reading, value, row, schema))
        return false;
    bool good = json_view_read(&view, *schema, JSON_UTF8, NULL) || reading_is_wrong(reading, "is no JSON schema");
    if (good) {
        write_schema(&view, 0, &lower);
        *schema = arena_text(reading->arena, buffer_text(&lower));
    }
    buffer_clear(&lower);
    json_view_clear(&view);
    return good;
}
