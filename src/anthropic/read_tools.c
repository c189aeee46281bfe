/* SPDX-License-Identifier: Apache-2.0 */
/* Tools of Anthropic's, the choice among them, and the format of an answer. Tools that run at the vendor are refused.
 */
#include "anthropic_read.h"

static const struct member tool_rows[] = {
    KNOWN("type"),
    MEMBER("name", take_name, canon_tool, name),
    MEMBER("description", take_text, canon_tool, description),
    MEMBER("input_schema", take_schema, canon_tool, schema),
    MEMBER("strict", take_flag, canon_tool, strict),
};
TABLE(tool_table, tool_rows, NULL);
static const struct reading_kind tool_kinds[] = {{TEXT_INIT("custom"), &tool_table, CANON_FUNCTION}};

static bool read_tool(struct reading *reading, uint32_t value, void *item)
{
    struct canon_tool *tool = item;
    const struct reading_kind *kind = reading_kind_of(
        reading, value, tool_kinds, COUNT_OF(tool_kinds), &tool_kinds[0],
        "is a tool of the vendor's, which does not run here: only tools of your own do");
    if (kind == NULL || !read_members(reading, value, kind->table, tool))
        return false;
    return tool->name.data != NULL || reading_is_wrong(reading, "has no name");
}

bool anthropic_take_tools(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_tools *tools = field;
    const void *items = NULL;
    (void)row;
    tools->is_said = json_view_items(reading->view, value) > 0;
    bool good = read_items(reading, value, sizeof(struct canon_tool), read_tool, &items, &tools->count);
    tools->tools = items;
    return good;
}

/* --- the choice ----------------------------------------------------------------------------------------------------
 */

struct said_choice {
    struct canon_tool tool;
    enum canon_answer alone; /* one call at a time */
};
static const struct member choice_rows[] = {
    KNOWN("type"),
    MEMBER("name", take_name, said_choice, tool.name),
    MEMBER("disable_parallel_tool_use", take_flag, said_choice, alone),
};
TABLE(choice_table, choice_rows, NULL);
static const struct {
    struct text word;
    struct text meant;
} choice_words[] = {
    {TEXT_INIT("auto"), TEXT_INIT("auto")},
    {TEXT_INIT("any"), TEXT_INIT("required")},
    {TEXT_INIT("none"), TEXT_INIT("none")},
};

static bool read_kind(struct reading *reading, uint32_t value, struct canon_choice *choice, struct canon_tool *tool)
{
    uint32_t type = json_view_member(reading->view, value, TEXT("type"));
    for (size_t i = 0; i < COUNT_OF(choice_words); i++) {
        if (!json_view_means(reading->view, type, choice_words[i].word))
            continue;
        *choice = (struct canon_choice){.kind = CANON_CHOICE_WORD, .word = choice_words[i].meant};
        return true;
    }
    if (!json_view_means(reading->view, type, TEXT("tool")))
        return reading_member_is_wrong(reading, TEXT("type"), "must be auto, any, none or tool");
    *choice = (struct canon_choice){.kind = CANON_CHOICE_ONE, .tools = tool, .count = 1};
    return tool->name.data != NULL || reading_member_is_wrong(reading, TEXT("name"), "is missing");
}

bool anthropic_take_choice(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_tools *tools = field;
    struct said_choice *said = arena_alloc(reading->arena, sizeof(*said));
    (void)row;
    if (!read_members(reading, value, &choice_table, said) || !read_kind(reading, value, &tools->choice, &said->tool))
        return false;
    if (said->alone != CANON_UNSAID)
        tools->parallel = said->alone == CANON_YES ? CANON_NO : CANON_YES;
    return true;
}

/* --- formats -------------------------------------------------------------------------------------------------------
 */

static const struct member format_rows[] = {
    KNOWN("type"),
    MEMBER("schema", take_schema, canon_format, schema),
};
TABLE(format_table, format_rows, NULL);
static const struct reading_kind formats[] = {{TEXT_INIT("json_schema"), &format_table, 0}};

/* Endpoints want a name for it. */
bool anthropic_take_format(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_format *format = field;
    (void)row;
    if (reading_kind_of(reading, value, formats, COUNT_OF(formats), NULL, "must be json_schema") == NULL ||
        !read_members(reading, value, &format_table, format))
        return false;
    format->kind = TEXT("json_schema");
    format->name = TEXT("answer");
    format->strict = CANON_YES;
    return format->schema.data != NULL || reading_member_is_wrong(reading, TEXT("schema"), "is missing");
}
