/* SPDX-License-Identifier: Apache-2.0 */
/* Functions, calls of them and formats, where vendors write them as OpenAI's chat does. */
#include "exeat/canon/chat.h"

#define VENDORS_TOOL "is a tool of the vendor's, which does not run here: only functions of your own do"

/* --- functions -----------------------------------------------------------------------------------------------------
 */

static const struct member inner_rows[] = {
    MEMBER("name", take_name, canon_tool, name),
    MEMBER("description", take_text, canon_tool, description),
    MEMBER("parameters", take_schema, canon_tool, schema),
    MEMBER("strict", take_flag, canon_tool, strict),
};
TABLE(inner_table, inner_rows, NULL);
static const struct member function_rows[] = {KNOWN("type"), INNER("function", &inner_table)};
TABLE(function_table, function_rows, NULL);
static const struct reading_kind function_kinds[] = {{TEXT_INIT("function"), &function_table, CANON_FUNCTION}};

static bool read_function(struct reading *reading, uint32_t value, void *item)
{
    struct canon_tool *tool = item;
    const struct reading_kind *kind =
        reading_kind_of(reading, value, function_kinds, COUNT_OF(function_kinds), &function_kinds[0], VENDORS_TOOL);
    if (kind == NULL || !read_members(reading, value, kind->table, tool))
        return false;
    return tool->name.data != NULL || reading_is_wrong(reading, "has no function with a name");
}

bool chat_take_functions(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_tools *tools = field;
    const void *items = NULL;
    (void)row;
    bool good = read_items(reading, value, sizeof(struct canon_tool), read_function, &items, &tools->count);
    tools->tools = items;
    tools->is_said = tools->count > 0;
    return good;
}

bool chat_read_one_choice(struct reading *reading, uint32_t value, struct canon_choice *choice)
{
    struct canon_tool *tool = arena_alloc(reading->arena, sizeof(*tool));
    *choice = (struct canon_choice){.kind = CANON_CHOICE_ONE, .tools = tool, .count = 1};
    return read_function(reading, value, tool);
}

/* --- calls ---------------------------------------------------------------------------------------------------------
 */

static bool take_arguments(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    bool is_object = json_view_shape(reading->view, value) == JSON_SHAPE_OBJECT;
    return (is_object ? take_spelled : take_text)(reading, value, row, field);
}

static const struct member called_rows[] = {
    MEMBER("name", take_name, canon_part, name),
    MEMBER("arguments", take_arguments, canon_part, text),
};
TABLE(called_table, called_rows, NULL);
static const struct member call_rows[] = {
    KNOWN("type"),
    MEMBER("id", take_name, canon_part, call_id),
    INNER("function", &called_table),
};
TABLE(call_table, call_rows, NULL);
static const struct reading_kind call_kinds[] = {{TEXT_INIT("function"), &call_table, CANON_FUNCTION}};

static bool read_call(struct reading *reading, uint32_t value, void *item)
{
    struct canon_part *part = item;
    const struct reading_kind *kind =
        reading_kind_of(reading, value, call_kinds, COUNT_OF(call_kinds), &call_kinds[0], VENDORS_TOOL);
    part->kind = CANON_TOOL_CALL;
    if (kind == NULL || !read_members(reading, value, kind->table, part))
        return false;
    if (part->text.data == NULL)
        part->text = TEXT("{}");
    return part->name.data != NULL || reading_is_wrong(reading, "has no function with a name");
}

bool chat_take_calls(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct chat_parts *calls = field;
    const void *parts = NULL;
    (void)row;
    bool good = read_items(reading, value, sizeof(struct canon_part), read_call, &parts, &calls->count);
    calls->parts = parts;
    return good;
}

/* --- formats -------------------------------------------------------------------------------------------------------
 */

bool chat_take_format_kind(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    static const struct text kinds[] = {TEXT_INIT("text"), TEXT_INIT("json_object"), TEXT_INIT("json_schema")};
    (void)row;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (json_view_means(reading->view, value, kinds[i])) {
            *(struct text *)field = kinds[i];
            return true;
        }
    }
    return reading_may_not(reading, "is no format that is known here: text, json_object and json_schema are");
}

static const struct member schema_rows[] = {
    MEMBER("name", take_name, canon_format, name),
    MEMBER("description", take_text, canon_format, description),
    MEMBER("schema", take_schema, canon_format, schema),
    MEMBER("strict", take_flag, canon_format, strict),
};
TABLE(schema_table, schema_rows, NULL);
static const struct member format_rows[] = {
    MEMBER("type", chat_take_format_kind, canon_format, kind),
    INNER("json_schema", &schema_table),
};
TABLE(format_table, format_rows, NULL);

bool chat_take_format(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    const struct canon_format *format = field;
    (void)row;
    return read_members(reading, value, &format_table, field) &&
           (format->kind.data != NULL || reading_member_is_wrong(reading, TEXT("type"), "is missing"));
}
