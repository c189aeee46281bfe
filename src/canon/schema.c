/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON schema is data for the model, and passes as it is written, but for the members by which a validator would go
 * looking elsewhere: references must stay inside, and the names of schemas ($id, $schema) are left out. */
#include "exeat/canon/reading.h"

static const struct text references[] = {TEXT_INIT("$ref"), TEXT_INIT("$dynamicRef"), TEXT_INIT("$recursiveRef")};
static const struct text names[] = {TEXT_INIT("$id"), TEXT_INIT("$schema")};

static bool is_one_of(const struct json_view *view, uint32_t name, const struct text *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (json_view_means(view, name, words[i]))
            return true;
    return false;
}

static bool leads_out(const struct json_view *view, uint32_t name)
{
    struct text rest = json_view_spelled(view, name + 1);
    uint32_t code = 0;
    return json_view_shape(view, name + 1) == JSON_SHAPE_STRING &&
           is_one_of(view, name, references, COUNT_OF(references)) && !(json_spelled_next(&rest, &code) && code == '#');
}

static bool is_left_out(const struct json_view *view, uint32_t name)
{
    return json_view_shape(view, name + 1) == JSON_SHAPE_STRING && is_one_of(view, name, names, COUNT_OF(names));
}

/* What must be done with a schema. */
enum fate { FATE_KEEP, FATE_CLEAN, FATE_REFUSE };

static enum fate fate_of(const struct json_view *view, uint32_t schema)
{
    enum fate fate = FATE_KEEP;
    for (uint32_t at = schema; at < view->values[schema].after; at++) {
        if (json_view_shape(view, at) != JSON_SHAPE_OBJECT)
            continue;
        JSON_EACH_NAME(view, at, name)
        {
            if (leads_out(view, name))
                return FATE_REFUSE;
            if (is_left_out(view, name))
                fate = FATE_CLEAN;
        }
    }
    return fate;
}

static void write_clean(const struct json_view *view, uint32_t value, struct buffer *out);

static void write_object(const struct json_view *view, uint32_t value, struct buffer *out)
{
    bool is_first = true;
    buffer_append_byte(out, '{');
    JSON_EACH_NAME(view, value, name)
    {
        if (is_left_out(view, name))
            continue;
        BUFFER_APPEND_ALL(out, is_first ? TEXT("") : TEXT(","), json_view_source(view, name), TEXT(":"));
        write_clean(view, name + 1, out);
        is_first = false;
    }
    buffer_append_byte(out, '}');
}

static void write_list(const struct json_view *view, uint32_t value, struct buffer *out)
{
    bool is_first = true;
    buffer_append_byte(out, '[');
    JSON_EACH_ITEM(view, value, item)
    {
        buffer_append(out, is_first ? TEXT("") : TEXT(","));
        write_clean(view, item, out);
        is_first = false;
    }
    buffer_append_byte(out, ']');
}

/* As deep as the view: at most 64 levels. */
static void write_clean(const struct json_view *view, uint32_t value, struct buffer *out)
{
    switch (json_view_shape(view, value)) {
    case JSON_SHAPE_OBJECT:
        write_object(view, value, out);
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

bool take_schema(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    struct buffer clean = {0};
    if (json_view_shape(reading->view, value) != JSON_SHAPE_OBJECT)
        return reading_is_wrong(reading, "must be a JSON schema, an object");
    switch (fate_of(reading->view, value)) {
    case FATE_KEEP:
        *(struct text *)field = json_view_source(reading->view, value);
        return true;
    case FATE_CLEAN:
        write_clean(reading->view, value, &clean);
        *(struct text *)field = arena_text(reading->arena, buffer_text(&clean));
        buffer_clear(&clean);
        return true;
    case FATE_REFUSE:
        break;
    }
    return reading_may_not(reading, "has a $ref that leads out of the schema: put the definition into its $defs");
}
