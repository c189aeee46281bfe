/* SPDX-License-Identifier: Apache-2.0 */
/* Tools of Converse, the choice among them, and the format of an answer. */
#include "bedrock_read.h"

static const struct member schema_rows[] = {MEMBER("json", take_schema, canon_tool, schema)};
TABLE(schema_table, schema_rows, NULL);
static const struct member spec_rows[] = {
    MEMBER("name", take_name, canon_tool, name),
    MEMBER("description", take_text, canon_tool, description),
    INNER("inputSchema", &schema_table),
    MEMBER("strict", take_flag, canon_tool, strict),
};
TABLE(spec_table, spec_rows, NULL);
static const struct member tool_rows[] = {
    INNER("toolSpec", &spec_table),
    KNOWN("cachePoint"),
    REFUSED("systemTool", "is a tool of the vendor's, which does not run here: only a toolSpec does"),
};
TABLE(tool_table, tool_rows, NULL);

static bool is_mark(struct reading *reading, uint32_t value)
{
    return json_view_member(reading->view, value, TEXT("cachePoint")) != 0;
}

static bool read_tool(struct reading *reading, uint32_t value, void *item)
{
    struct canon_tool *tool = item;
    if (!read_members(reading, value, &tool_table, tool))
        return false;
    return tool->name.data != NULL || is_mark(reading, value) ||
           reading_is_wrong(reading, "has no toolSpec with a name");
}

static bool take_list(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_tools *tools = field;
    const void *items = NULL;
    size_t count = 0;
    (void)row;
    if (!read_items(reading, value, sizeof(struct canon_tool), read_tool, &items, &count))
        return false;
    struct canon_tool *named = arena_array(reading->arena, count, sizeof(*named));
    for (size_t i = 0; i < count; i++)
        if (((const struct canon_tool *)items)[i].name.data != NULL)
            named[tools->count++] = ((const struct canon_tool *)items)[i];
    tools->tools = named;
    tools->is_said = tools->count > 0;
    return true;
}

/* --- the choice ----------------------------------------------------------------------------------------------------
 */

static bool choose(struct canon_tools *tools, struct text word)
{
    tools->choice = (struct canon_choice){.kind = CANON_CHOICE_WORD, .word = word};
    return true;
}

static bool take_auto(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)reading;
    (void)value;
    (void)row;
    return choose(field, TEXT("auto"));
}

static bool take_any(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)reading;
    (void)value;
    (void)row;
    return choose(field, TEXT("required"));
}

static const struct member named_rows[] = {MEMBER("name", take_name, canon_tool, name)};
TABLE(named_table, named_rows, NULL);

static bool take_one(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_tools *tools = field;
    struct canon_tool *tool = arena_alloc(reading->arena, sizeof(*tool));
    (void)row;
    if (!read_members(reading, value, &named_table, tool))
        return false;
    tools->choice = (struct canon_choice){.kind = CANON_CHOICE_ONE, .tools = tool, .count = 1};
    return tool->name.data != NULL || reading_member_is_wrong(reading, TEXT("name"), "is missing");
}

static const struct member choice_rows[] = {
    {.name = TEXT_INIT("auto"), .read = take_auto},
    {.name = TEXT_INIT("any"), .read = take_any},
    {.name = TEXT_INIT("tool"), .read = take_one},
};
TABLE(choice_table, choice_rows, NULL);

static bool take_choice(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_tools *tools = field;
    (void)row;
    if (!read_members(reading, value, &choice_table, tools))
        return false;
    return tools->choice.kind != CANON_CHOICE_UNSAID || reading_is_wrong(reading, "must have auto, any or tool");
}

static const struct member config_rows[] = {
    {.name = TEXT_INIT("tools"), .read = take_list},
    {.name = TEXT_INIT("toolChoice"), .read = take_choice},
};
TABLE(config_table, config_rows, NULL);

bool bedrock_take_tools(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_call *call = field;
    (void)row;
    return read_members(reading, value, &config_table, &call->tools);
}

/* --- formats -------------------------------------------------------------------------------------------------------
 */

/* A schema within a text, which spells it. */
static bool take_spelled_schema(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct json_view view = {0};
    struct buffer meaning = {0};
    struct reading inner = *reading;
    struct text spelled = {0};
    if (!take_text(reading, value, row, &spelled))
        return false;
    json_spelled_append(&meaning, spelled);
    inner.view = &view;
    struct text json = arena_text(reading->arena, buffer_text(&meaning));
    bool good = json_view_read(&view, json, JSON_UTF8, NULL) || reading_is_wrong(reading, "must spell a JSON schema");
    good = good && take_schema(&inner, 0, row, field);
    reading->reason = inner.reason;
    json_view_clear(&view);
    buffer_clear(&meaning);
    return good;
}

static const struct member definition_rows[] = {
    MEMBER("schema", take_spelled_schema, canon_format, schema),
    MEMBER("name", take_name, canon_format, name),
    MEMBER("description", take_text, canon_format, description),
};
TABLE(definition_table, definition_rows, NULL);
static const struct member structure_rows[] = {INNER("jsonSchema", &definition_table)};
TABLE(structure_table, structure_rows, NULL);
static const struct member format_rows[] = {KNOWN("type"), INNER("structure", &structure_table)};
TABLE(format_table, format_rows, NULL);
static const struct reading_kind formats[] = {{TEXT_INIT("json_schema"), &format_table, 0}};

/* Endpoints want a name for it. */
bool bedrock_take_format(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_format *format = field;
    (void)row;
    if (reading_kind_of(reading, value, formats, COUNT_OF(formats), NULL, "must be json_schema") == NULL ||
        !read_members(reading, value, &format_table, format))
        return false;
    format->kind = TEXT("json_schema");
    format->strict = CANON_YES;
    if (format->name.data == NULL)
        format->name = TEXT("answer");
    return format->schema.data != NULL || reading_member_is_wrong(reading, TEXT("structure"), "has no schema");
}
