/* SPDX-License-Identifier: Apache-2.0 */
/* Tools of Gemini's, and the choice among them. Tools that run at the vendor are refused. */
#include "gemini_read.h"

static const struct member function_rows[] = {
    MEMBER("name", take_name, canon_tool, name),
    MEMBER("description", take_text, canon_tool, description),
    MEMBER("parameters", gemini_take_schema, canon_tool, schema),
    MEMBER("parametersJsonSchema", take_schema, canon_tool, schema),
};
TABLE(function_table, function_rows, NULL);

/* Declarations of one list of `tools`, which may have several. */
struct declared {
    const struct canon_tool *tools;
    size_t count;
};

static bool read_function(struct reading *reading, uint32_t value, void *item)
{
    struct canon_tool *tool = item;
    if (!read_members(reading, value, &function_table, tool))
        return false;
    return tool->name.data != NULL || reading_is_wrong(reading, "has no name");
}

static bool take_declarations(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct declared *declared = field;
    const void *items = NULL;
    (void)row;
    bool good = read_items(reading, value, sizeof(struct canon_tool), read_function, &items, &declared->count);
    declared->tools = items;
    return good;
}

/* Those are objects, often empty ones. */
static bool refuse_tool(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)value;
    (void)row;
    (void)field;
    return reading_may_not(reading, "is a tool of the vendor's, which does not run here: only functionDeclarations do");
}

#define VENDORS_TOOL(member_name)                                                                                      \
    {                                                                                                                  \
        .name = TEXT_INIT(member_name), .read = refuse_tool                                                            \
    }
static const struct member tool_rows[] = {
    {.name = TEXT_INIT("functionDeclarations"), .read = take_declarations},
    VENDORS_TOOL("googleSearch"),
    VENDORS_TOOL("googleSearchRetrieval"),
    VENDORS_TOOL("enterpriseWebSearch"),
    VENDORS_TOOL("codeExecution"),
    VENDORS_TOOL("urlContext"),
    VENDORS_TOOL("googleMaps"),
    VENDORS_TOOL("fileSearch"),
    VENDORS_TOOL("retrieval"),
    VENDORS_TOOL("computerUse"),
    VENDORS_TOOL("mcpServers"),
};
TABLE(tool_table, tool_rows, NULL);

static bool read_tool(struct reading *reading, uint32_t value, void *item)
{
    struct declared *declared = item;
    if (!read_members(reading, value, &tool_table, declared))
        return false;
    return declared->tools != NULL || declared->count > 0 || json_view_items(reading->view, value) == 0 ||
           reading_may_not(reading, "is a tool that is not known here: only functionDeclarations are");
}

bool gemini_take_tools(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_tools *tools = &((struct canon_call *)field)->tools;
    const void *items = NULL;
    size_t count = 0;
    (void)row;
    if (!read_items(reading, value, sizeof(struct declared), read_tool, &items, &count))
        return false;
    const struct declared *declared = items;
    for (size_t i = 0; i < count; i++)
        tools->count += declared[i].count;
    struct canon_tool *all = arena_array(reading->arena, tools->count, sizeof(*all));
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < declared[i].count; k++)
            all[at++] = declared[i].tools[k];
    tools->tools = all;
    tools->is_said = tools->count > 0;
    return true;
}

/* --- the choice ----------------------------------------------------------------------------------------------------
 */

struct said_choice {
    struct text mode;
    struct canon_list names;
};

static bool take_mode(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    static const struct {
        struct text word;
        struct text meant;
    } rows[] = {
        {TEXT_INIT("AUTO"), TEXT_INIT("auto")},
        {TEXT_INIT("ANY"), TEXT_INIT("required")},
        {TEXT_INIT("NONE"), TEXT_INIT("none")},
        {TEXT_INIT("VALIDATED"), TEXT_INIT("auto")},
        {TEXT_INIT("MODE_UNSPECIFIED"), TEXT_INIT("auto")},
    };
    (void)row;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!text_equal_nocase(json_view_spelled(reading->view, value), rows[i].word))
            continue;
        *(struct text *)field = rows[i].meant;
        return true;
    }
    return reading_is_wrong(reading, "must be AUTO, ANY, NONE or VALIDATED");
}

static bool read_name(struct reading *reading, uint32_t value, void *item)
{
    struct canon_entry *entry = item;
    return take_name(reading, value, NULL, &entry->text);
}

static bool take_names(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_list *names = field;
    const void *entries = NULL;
    (void)row;
    bool good = read_items(reading, value, sizeof(struct canon_entry), read_name, &entries, &names->count);
    names->entries = entries;
    return good;
}

static const struct member calling_rows[] = {
    MEMBER("mode", take_mode, said_choice, mode),
    MEMBER("allowedFunctionNames", take_names, said_choice, names),
};
TABLE(calling_table, calling_rows, NULL);
static const struct member config_rows[] = {INNER("functionCallingConfig", &calling_table)};
TABLE(config_table, config_rows, NULL);

static void choose_among(struct reading *reading, const struct said_choice *said, struct canon_choice *choice)
{
    struct canon_tool *tools = arena_array(reading->arena, said->names.count, sizeof(*tools));
    for (size_t i = 0; i < said->names.count; i++)
        tools[i].name = said->names.entries[i].text;
    bool is_one = said->names.count == 1 && text_equal(said->mode, TEXT("required"));
    choice->kind = is_one ? CANON_CHOICE_ONE : CANON_CHOICE_AMONG;
    choice->tools = tools;
    choice->count = said->names.count;
}

bool gemini_take_choice(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_choice *choice = &((struct canon_call *)field)->tools.choice;
    struct said_choice said = {0};
    (void)row;
    if (!read_members(reading, value, &config_table, &said))
        return false;
    choice->word = said.mode;
    if (said.mode.data != NULL)
        choice->kind = CANON_CHOICE_WORD;
    if (said.names.count > 0 && said.mode.data != NULL && !text_equal(said.mode, TEXT("none")))
        choose_among(reading, &said, choice);
    return true;
}
