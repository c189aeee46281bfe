/* SPDX-License-Identifier: Apache-2.0 */
/* Objects by tables, and where one is in the body. */
#include "exeat/canon/reading.h"

#include "exeat/base/check.h"

/* --- where it is, and what is wrong with it ------------------------------------------------------------------------
 */

static void append_path(const struct reading *reading, struct buffer *out)
{
    for (size_t i = 0; i < reading->depth; i++) {
        const struct reading_step *step = &reading->path[i];
        if (step->name.length == 0)
            buffer_printf(out, "[%zu]", step->index);
        else
            BUFFER_APPEND_ALL(out, out->length > 0 ? TEXT(".") : TEXT(""), step->name);
    }
}

static bool object_to(struct reading *reading, enum reason reason, const char *what)
{
    struct buffer path = {0};
    append_path(reading, &path);
    reading->reason = reason;
    (void)detail_say(
        reading->detail, "%.*s %s", path.length > 0 ? (int)path.length : 8, path.length > 0 ? path.data : "the body",
        what);
    buffer_clear(&path);
    return false;
}

static void enter(struct reading *reading, struct text name, size_t index)
{
    ASSERT(reading->depth < READING_LEVELS); /* the tables do not nest deeper */
    reading->path[reading->depth++] = (struct reading_step){name, index};
}

bool reading_is_wrong(struct reading *reading, const char *what)
{
    return object_to(reading, REASON_MALFORMED_BODY, what);
}

bool reading_may_not(struct reading *reading, const char *what)
{
    return object_to(reading, REASON_LLM_OPERATION, what);
}

bool reading_member_is_wrong(struct reading *reading, struct text member, const char *what)
{
    enter(reading, member, 0);
    return reading_is_wrong(reading, what);
}

bool reading_member_may_not(struct reading *reading, struct text member, const char *what)
{
    enter(reading, member, 0);
    return reading_may_not(reading, what);
}

/* --- objects and lists ---------------------------------------------------------------------------------------------
 */

/* `row` is in camel case. */
static bool is_same_in_protobuf(struct text said, struct text row)
{
    size_t at = 0;
    for (size_t i = 0; i < said.length; i++) {
        char byte = said.data[i];
        if (byte == '_' && i + 1 < said.length && said.data[i + 1] >= 'a' && said.data[i + 1] <= 'z')
            byte = (char)(said.data[++i] - 'a' + 'A');
        if (at == row.length || row.data[at++] != byte)
            return false;
    }
    return at == row.length;
}

static bool is_named(const struct reading *reading, struct text spelled, bool is_escaped, struct text row)
{
    if (is_escaped)
        return json_spelled_means(spelled, row);
    return text_equal(spelled, row) || (reading->names == NAMES_OF_PROTOBUF && is_same_in_protobuf(spelled, row));
}

static const struct member *find_row(const struct reading *reading, uint32_t name, const struct members *table)
{
    struct text spelled = json_view_spelled(reading->view, name);
    bool is_escaped = text_has(spelled, '\\');
    for (; table != NULL; table = table->also) {
        for (size_t i = 0; i < table->count; i++) {
            if (is_named(reading, spelled, is_escaped, table->rows[i].name))
                return &table->rows[i];
        }
    }
    return NULL;
}

/* No call has as many members in one object, or items in one list; a body full of them would keep a worker busy for
 * nothing, or take many times its own size. */
enum { MEMBERS_MAX = 256, ITEMS_MAX = 65536 };
/* Rows that were read of one object. */
enum { ROWS_MAX = 96 };
struct seen {
    const struct member *rows[ROWS_MAX];
    size_t count;
};

static bool is_first(struct seen *seen, const struct member *row)
{
    for (size_t i = 0; i < seen->count; i++)
        if (seen->rows[i] == row)
            return false;
    ASSERT(seen->count < ROWS_MAX); /* no table with those below it has as many */
    seen->rows[seen->count++] = row;
    return true;
}

static bool read_member(struct reading *reading, uint32_t value, const struct member *row, void *target)
{
    bool is_null = json_view_shape(reading->view, value) == JSON_SHAPE_NULL;
    return (is_null && !row->takes_null) || row->read(reading, value, row, (char *)target + row->offset);
}

bool read_members(struct reading *reading, uint32_t object, const struct members *table, void *target)
{
    struct seen seen;
    size_t count = 0;
    seen.count = 0;
    if (json_view_shape(reading->view, object) != JSON_SHAPE_OBJECT)
        return reading_is_wrong(reading, reading->depth == 0 ? "is JSON, but no object" : "must be an object");
    JSON_EACH_NAME(reading->view, object, name)
    {
        if (++count > MEMBERS_MAX)
            return reading_is_wrong(reading, "has more than 256 members");
        const struct member *row = find_row(reading, name, table);
        if (row == NULL)
            continue;
        enter(reading, row->name, 0);
        if (!is_first(&seen, row))
            return reading_is_wrong(reading, "stands twice");
        if (!read_member(reading, name + 1, row, target))
            return false;
        reading->depth--;
    }
    return true;
}

bool read_each(struct reading *reading, uint32_t list, item_reader read, void *target)
{
    size_t index = 0;
    if (json_view_shape(reading->view, list) != JSON_SHAPE_ARRAY)
        return reading_is_wrong(reading, "must be a list");
    if (json_view_items(reading->view, list) > ITEMS_MAX)
        return reading_is_wrong(reading, "has more than 65536 items");
    JSON_EACH_ITEM(reading->view, list, item)
    {
        enter(reading, TEXT(""), index++);
        if (!read(reading, item, target))
            return false;
        reading->depth--;
    }
    return true;
}

/* Where the next item of a list goes. */
struct filling {
    char *at;
    size_t size;
    size_t count;
    item_reader read;
};

static bool fill(struct reading *reading, uint32_t value, void *target)
{
    struct filling *filling = target;
    bool good = filling->read(reading, value, filling->at);
    filling->at += filling->size;
    filling->count += good ? 1 : 0;
    return good;
}

bool read_items(
    struct reading *reading, uint32_t list, size_t size, item_reader read, const void **items, size_t *count)
{
    struct filling filling = {.size = size, .read = read};
    if (json_view_shape(reading->view, list) == JSON_SHAPE_ARRAY && json_view_items(reading->view, list) <= ITEMS_MAX)
        filling.at = arena_array(reading->arena, json_view_items(reading->view, list), size);
    *items = filling.at;
    bool good = read_each(reading, list, fill, &filling);
    *count = filling.count;
    return good;
}
