/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest value that satisfies a JSON Schema (2020-12). */
#include <string.h>

#include "canned_internal.h"

/* --- references ----------------------------------------------------------------------------------------------------
 */

/* Takes a step of a JSON pointer (RFC 6901), its two escapes read. */
static const json_t *step(const json_t *from, struct text name)
{
    struct buffer key = {0};
    for (size_t i = 0; i < name.length; i++) {
        bool escapes = name.data[i] == '~' && i + 1 < name.length;
        char next = escapes ? name.data[i + 1] : 0;
        buffer_append_byte(&key, !escapes ? name.data[i] : next == '1' ? '/' : '~');
        i += escapes;
    }
    const json_t *found = json_object_getn(from, key.data != NULL ? key.data : "", key.length);
    buffer_clear(&key);
    return found;
}

/* What "#/$defs/a" names in the schema itself; NULL: nothing there. */
static const json_t *referred(const json_t *root, struct text reference)
{
    struct text rest = text_after(reference, 1);
    struct text name;
    const json_t *found = root;
    if (!text_starts_with(reference, TEXT("#")) || (rest.length > 0 && rest.data[0] != '/'))
        return NULL;
    rest = text_after(rest, 1);
    while (found != NULL && text_split(&rest, '/', &name))
        found = step(found, name);
    return found;
}

/* --- lists and objects ---------------------------------------------------------------------------------------------
 */

static json_t *given_up(json_t *value)
{
    json_decref(value);
    return NULL;
}

static size_t least_of(const json_t *schema, const char *key)
{
    const json_t *limit = json_object_get(schema, key);
    double number = json_is_number(limit) ? json_number_value(limit) : 0;
    return number <= 0 ? 0 : number > CANNED_LIST_MAX ? CANNED_LIST_MAX + 1 : (size_t)number;
}

static bool is_repeated(const json_t *list, const json_t *item)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_equal(json_array_get(list, i), item))
            return true;
    return false;
}

/* NULL when there is none: any value will do. */
static const json_t *schema_of_item(const json_t *schema, size_t index)
{
    const json_t *first = json_array_get(json_object_get(schema, "prefixItems"), index);
    return first != NULL ? first : json_object_get(schema, "items");
}

static json_t *make_list(struct making *making, const json_t *schema, unsigned level)
{
    size_t least = least_of(schema, "minItems");
    json_t *list = json_array();
    bool is_set = json_is_true(json_object_get(schema, "uniqueItems"));
    if (json_object_get(schema, "contains") != NULL || least > CANNED_LIST_MAX)
        return given_up(list);
    for (size_t i = 0; i < least; i++) {
        const json_t *of = schema_of_item(schema, i);
        json_t *item = of != NULL ? make_value(making, of, level + 1) : json_integer((json_int_t)i);
        if (item == NULL || (is_set && is_repeated(list, item))) {
            json_decref(item);
            return given_up(list);
        }
        json_array_append_new(list, item);
    }
    return list;
}

static bool put_member(struct making *making, const json_t *schema, const char *name, unsigned level, json_t *object)
{
    const json_t *of = json_object_get(json_object_get(schema, "properties"), name);
    const json_t *others = json_object_get(schema, "additionalProperties");
    if (json_object_get(object, name) != NULL)
        return true;
    if (of == NULL && json_object_get(schema, "patternProperties") != NULL)
        return false;
    of = of != NULL ? of : others;
    json_t *value = of != NULL ? make_value(making, of, level + 1) : json_string("");
    return value != NULL && json_object_set_new(object, name, value) == 0;
}

static json_t *make_object(struct making *making, const json_t *schema, unsigned level)
{
    static const char *const beyond[] = {"if", "not", "dependentRequired", "dependentSchemas", "propertyNames"};
    json_t *object = json_object();
    const json_t *required = json_object_get(schema, "required");
    for (size_t i = 0; i < COUNT_OF(beyond); i++)
        if (json_object_get(schema, beyond[i]) != NULL)
            return given_up(object);
    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *name = json_string_value(json_array_get(required, i));
        if (name == NULL || !put_member(making, schema, name, level, object))
            return given_up(object);
    }
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(schema, "properties"), name, value)
    {
        if (json_object_size(object) >= least_of(schema, "minProperties"))
            break;
        if (!put_member(making, schema, name, level, object))
            return given_up(object);
    }
    return json_object_size(object) >= least_of(schema, "minProperties") ? object : given_up(object);
}

/* --- any value -----------------------------------------------------------------------------------------------------
 */

static json_t *make_of_type(struct making *making, const json_t *schema, struct text type, unsigned level)
{
    if (text_equal(type, TEXT("string")))
        return make_string(making, schema);
    if (text_equal(type, TEXT("object")))
        return make_object(making, schema, level);
    if (text_equal(type, TEXT("array")))
        return make_list(making, schema, level);
    if (text_equal(type, TEXT("integer")) || text_equal(type, TEXT("number")))
        return make_number(schema, type.data[0] == 'i');
    if (text_equal(type, TEXT("boolean")))
        return json_false();
    return text_equal(type, TEXT("null")) ? json_null() : NULL;
}

/* A type that is one of several: the first that can be made, null last. */
static json_t *make_of_types(struct making *making, const json_t *schema, const json_t *types, unsigned level)
{
    json_t *value = NULL;
    bool may_be_null = false;
    for (size_t i = 0; value == NULL && i < json_array_size(types); i++) {
        const json_t *type = json_array_get(types, i);
        struct text word = {json_string_value(type), json_string_length(type)};
        bool is_null = text_equal(word, TEXT("null"));
        may_be_null = may_be_null || is_null;
        value = is_null ? NULL : make_of_type(making, schema, word, level);
    }
    return value != NULL || !may_be_null ? value : json_null();
}

/* Without a type, what the other members are about. */
static json_t *make_plain(struct making *making, const json_t *schema, unsigned level)
{
    const json_t *type = json_object_get(schema, "type");
    if (json_is_array(type))
        return make_of_types(making, schema, type, level);
    if (type != NULL)
        return make_of_type(making, schema, json_text(schema, "type"), level);
    if (json_object_get(schema, "properties") != NULL || json_object_get(schema, "required") != NULL)
        return make_object(making, schema, level);
    if (json_object_get(schema, "items") != NULL || json_object_get(schema, "prefixItems") != NULL)
        return make_list(making, schema, level);
    return json_object_get(schema, "minimum") != NULL || json_object_get(schema, "maximum") != NULL
               ? make_number(schema, false)
               : make_string(making, schema);
}

/* One of several schemas; null last. */
static json_t *make_one_of(struct making *making, const json_t *schemas, unsigned level)
{
    json_t *value = NULL;
    for (int round = 0; value == NULL && round < 2; round++)
        for (size_t i = 0; value == NULL && i < json_array_size(schemas); i++) {
            const json_t *schema = json_array_get(schemas, i);
            bool is_null = text_equal(json_text(schema, "type"), TEXT("null"));
            value = is_null == (round == 1) ? make_value(making, schema, level + 1) : NULL;
        }
    return value;
}

/* All of several objects, each with its own members. */
static json_t *make_all_of(struct making *making, const json_t *schema, const json_t *schemas, unsigned level)
{
    json_t *whole = json_object_get(schema, "properties") != NULL ? make_object(making, schema, level) : json_object();
    for (size_t i = 0; whole != NULL && i < json_array_size(schemas); i++) {
        json_t *part = make_value(making, json_array_get(schemas, i), level + 1);
        bool good = json_is_object(part) && json_object_update_missing(whole, part) == 0;
        json_decref(part);
        if (!good)
            return given_up(whole);
    }
    return whole;
}

static json_t *make_of_schema(struct making *making, const json_t *schema, unsigned level)
{
    const json_t *fixed = json_object_get(schema, "const");
    const json_t *words = json_object_get(schema, "enum");
    const json_t *all = json_object_get(schema, "allOf");
    const json_t *any = json_object_get(schema, "anyOf");
    any = any != NULL ? any : json_object_get(schema, "oneOf");
    if (json_object_get(schema, "$ref") != NULL)
        return make_value(making, referred(making->root, json_text(schema, "$ref")), level + 1);
    if (fixed != NULL || words != NULL)
        return json_deep_copy(fixed != NULL ? fixed : json_array_get(words, 0));
    if (all != NULL)
        return make_all_of(making, schema, all, level);
    return any != NULL ? make_one_of(making, any, level) : make_plain(making, schema, level);
}

json_t *make_value(struct making *making, const json_t *schema, unsigned level)
{
    if (level > CANNED_SCHEMA_LEVELS || ++making->values > CANNED_VALUES_MAX)
        return NULL;
    if (json_is_true(schema))
        return json_stringn(making->words.data, making->words.length);
    return json_is_object(schema) ? make_of_schema(making, schema, level) : NULL;
}
