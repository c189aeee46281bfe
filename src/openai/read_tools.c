/* SPDX-License-Identifier: Apache-2.0 */
/* Tools, the choice among them, and formats of answers. Chat puts the members of a tool one level deeper than responses
 * do; both are read alike. Tools that run at the vendor are refused: they would reach the network, or answer nothing.
 */
#include "exeat/canon/chat.h"
#include "openai_read.h"

#define VENDORS_TOOL "is a tool of the vendor's, which does not run here: only function and custom tools do"

/* --- tools ---------------------------------------------------------------------------------------------------------
 */

static const struct member function_rows[] = {
    KNOWN("type"),
    MEMBER("name", take_name, canon_tool, name),
    MEMBER("description", take_text, canon_tool, description),
    MEMBER("parameters", take_schema, canon_tool, schema),
    MEMBER("strict", take_flag, canon_tool, strict),
};
TABLE(function_inner, function_rows, NULL);
static const struct member function_outer_rows[] = {INNER("function", &function_inner)};
TABLE(function_table, function_outer_rows, &function_inner);

static const struct member grammar_rows[] = {
    MEMBER("syntax", take_word, canon_tool, syntax),
    MEMBER("definition", take_text, canon_tool, grammar),
};
TABLE(grammar_inner, grammar_rows, NULL);
static const struct member tool_format_rows[] = {
    MEMBER("type", take_word, canon_tool, format),
    INNER("grammar", &grammar_inner),
};
TABLE(tool_format, tool_format_rows, &grammar_inner);
static const struct member custom_rows[] = {
    KNOWN("type"),
    MEMBER("name", take_name, canon_tool, name),
    MEMBER("description", take_text, canon_tool, description),
    INNER("format", &tool_format),
};
TABLE(custom_inner, custom_rows, NULL);
static const struct member custom_outer_rows[] = {INNER("custom", &custom_inner)};
TABLE(custom_table, custom_outer_rows, &custom_inner);

static const struct reading_kind tool_kinds[] = {
    {TEXT_INIT("function"), &function_table, CANON_FUNCTION},
    {TEXT_INIT("custom"), &custom_table, CANON_CUSTOM},
};

static bool has_name(struct reading *reading, const struct canon_tool *tool)
{
    return tool->name.data != NULL || reading_is_wrong(reading, "has no name");
}

/* Some callers leave the type of a function out. */
static const struct reading_kind *
kind_of(struct reading *reading, uint32_t value, const struct reading_kind *kinds, size_t count)
{
    bool is_function = json_view_shape(reading->view, value) == JSON_SHAPE_OBJECT &&
                       json_view_member(reading->view, value, TEXT("function")) != 0;
    return reading_kind_of(reading, value, kinds, count, is_function ? &kinds[0] : NULL, VENDORS_TOOL);
}

static bool read_tool(struct reading *reading, uint32_t value, void *item)
{
    struct canon_tool *tool = item;
    const struct reading_kind *kind = kind_of(reading, value, tool_kinds, COUNT_OF(tool_kinds));
    if (kind == NULL)
        return false;
    tool->kind = (enum canon_tool_kind)kind->kind;
    return read_members(reading, value, kind->table, tool) && has_name(reading, tool);
}

static bool read_old_function(struct reading *reading, uint32_t value, void *item)
{
    return read_members(reading, value, &function_inner, item) && has_name(reading, item);
}

static bool read_tools(struct reading *reading, uint32_t value, item_reader read, struct canon_tools *tools)
{
    const void *items = NULL;
    bool was_said = tools->is_said;
    tools->is_said = true;
    if (was_said)
        return reading_is_wrong(reading, "cannot stand beside the other form of it");
    bool good = read_items(reading, value, sizeof(struct canon_tool), read, &items, &tools->count);
    tools->tools = items;
    return good;
}

bool openai_take_tools(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return read_tools(reading, value, read_tool, field);
}

bool openai_take_old_functions(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_tools *tools = field;
    (void)row;
    tools->is_old = true;
    return read_tools(reading, value, read_old_function, tools);
}

/* --- the choice ----------------------------------------------------------------------------------------------------
 */

static const struct member name_rows[] = {KNOWN("type"), MEMBER("name", take_name, canon_tool, name)};
TABLE(name_inner, name_rows, NULL);
static const struct member function_name_rows[] = {INNER("function", &name_inner)};
TABLE(function_name, function_name_rows, &name_inner);
static const struct member custom_name_rows[] = {INNER("custom", &name_inner)};
TABLE(custom_name, custom_name_rows, &name_inner);
static const struct reading_kind name_kinds[] = {
    {TEXT_INIT("function"), &function_name, CANON_FUNCTION},
    {TEXT_INIT("custom"), &custom_name, CANON_CUSTOM},
};

static bool read_named(struct reading *reading, uint32_t value, void *item)
{
    struct canon_tool *tool = item;
    const struct reading_kind *kind = kind_of(reading, value, name_kinds, COUNT_OF(name_kinds));
    if (kind == NULL)
        return false;
    tool->kind = (enum canon_tool_kind)kind->kind;
    return read_members(reading, value, kind->table, tool) && has_name(reading, tool);
}

static bool take_named_tools(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_choice *choice = field;
    const void *tools = NULL;
    (void)row;
    bool good = read_items(reading, value, sizeof(struct canon_tool), read_named, &tools, &choice->count);
    choice->tools = tools;
    return good;
}

static const struct member among_rows[] = {
    KNOWN("type"),
    MEMBER("mode", take_word, canon_choice, word),
    {.name = TEXT_INIT("tools"), .read = take_named_tools},
};
TABLE(among_inner, among_rows, NULL);
static const struct member among_outer_rows[] = {INNER("allowed_tools", &among_inner)};
TABLE(among_table, among_outer_rows, &among_inner);

/* `any` is Mistral's word. */
static bool take_choice_word(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    static const struct {
        struct text said;
        struct text meant;
    } words[] = {
        {TEXT_INIT("auto"), TEXT_INIT("auto")},
        {TEXT_INIT("none"), TEXT_INIT("none")},
        {TEXT_INIT("required"), TEXT_INIT("required")},
        {TEXT_INIT("any"), TEXT_INIT("required")},
    };
    (void)row;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (json_view_means(reading->view, value, words[i].said)) {
            *(struct text *)field = words[i].meant;
            return true;
        }
    }
    return reading_is_wrong(reading, "must be auto, none, required or one tool");
}

static bool read_one_choice(struct reading *reading, uint32_t value, bool is_old, struct canon_choice *choice)
{
    struct canon_tool *tool = arena_alloc(reading->arena, sizeof(*tool));
    *choice = (struct canon_choice){.kind = CANON_CHOICE_ONE, .tools = tool, .count = 1};
    if (is_old)
        return read_members(reading, value, &name_inner, tool) && has_name(reading, tool);
    return read_named(reading, value, tool);
}

bool openai_take_choice(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_choice *choice = &((struct canon_tools *)field)->choice;
    if (choice->kind != CANON_CHOICE_UNSAID)
        return reading_is_wrong(reading, "cannot stand beside the other form of it");
    if (json_view_shape(reading->view, value) == JSON_SHAPE_STRING) {
        choice->kind = CANON_CHOICE_WORD;
        return take_choice_word(reading, value, row, &choice->word);
    }
    if (json_view_means(reading->view, json_view_member(reading->view, value, TEXT("type")), TEXT("allowed_tools"))) {
        choice->kind = CANON_CHOICE_AMONG;
        return read_members(reading, value, &among_table, choice);
    }
    return read_one_choice(reading, value, text_equal(row->name, TEXT("function_call")), choice);
}

/* --- formats -------------------------------------------------------------------------------------------------------
 */

static const struct member format_inner_rows[] = {
    MEMBER("name", take_name, canon_format, name),
    MEMBER("description", take_text, canon_format, description),
    MEMBER("schema", take_schema, canon_format, schema),
    MEMBER("strict", take_flag, canon_format, strict),
};
TABLE(format_inner, format_inner_rows, NULL);
static const struct member format_rows[] = {
    MEMBER("type", chat_take_format_kind, canon_format, kind),
    INNER("json_schema", &format_inner),
};
TABLE(format_table, format_rows, &format_inner);

bool openai_take_format(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    const struct canon_format *format = field;
    (void)row;
    return read_members(reading, value, &format_table, field) &&
           (format->kind.data != NULL || reading_member_is_wrong(reading, TEXT("type"), "is missing"));
}
