/* SPDX-License-Identifier: Apache-2.0 */
/* The sections that name what is asked for: groups, llm. */
#include <string.h>

#include "config_internal.h"

bool read_named(
    struct load *load, const struct yaml_node *node, size_t size, value_reader read, void **items, size_t *count)
{
    if (node->kind != YAML_MAP) {
        diag_error(load->diags, node->mark, "expected a map of names and their values");
        return false;
    }
    bool good = true;
    size_t before = *count;
    char *array = arena_array(&load->settings->arena, before + node->count, size);
    if (before > 0)
        memcpy(array, *items, before * size);
    for (size_t i = 0; i < node->count; i++) {
        char *item = array + (before + i) * size;
        struct setting_text *name = (struct setting_text *)(void *)item;
        *name = (struct setting_text){node->keys[i]->text, node->keys[i]->mark};
        good = read(load, node->items[i], item) && good;
    }
    *items = array;
    *count = before + node->count;
    return good;
}

/* --- groups and list files
 * --------------------------------------------------------------------------------------------- */

static bool read_list_file(struct load *load, const struct yaml_node *node, void *field)
{
    return list_file_read(load, node, field);
}

static const struct type type_list_file = TEXT_TYPE("path", read_list_file);
static const struct key group_keys[] = {
    {"file", &type_list_file, 0, true, NULL, "one pattern a line; `#` begins a comment", ON_RELOAD},
};
static const struct section section_group = SECTION("a group", group_keys);

static bool read_group(struct load *load, const struct yaml_node *node, void *item)
{
    struct settings_group *group = item;
    if (text_equal(group->name.text, TEXT("llm")) || text_equal(group->name.text, TEXT("llm-web"))) {
        diag_error(
            load->diags, group->name.mark, "the groups llm and llm-web are the catalogue's; choose another name");
        return false;
    }
    if (text_starts_with(group->name.text, TEXT("@"))) {
        diag_error(
            load->diags, group->name.mark, "a group is named without '@', which stands before its name in rules");
        return false;
    }
    if (node->kind == YAML_MAP)
        return schema_read_map(load, node, &section_group, &group->patterns);
    return read_patterns(load, node, &group->patterns);
}

static bool read_groups(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_lists *lists = field;
    void *items = lists->groups;
    bool good = read_named(load, node, sizeof(struct settings_group), read_group, &items, &lists->group_count);
    lists->groups = items;
    return good;
}

static const struct type type_group = {
    .called = "list of host patterns, or { file }",
    .shape = SHAPE_EITHER,
    .section = &section_group,
    .item = &type_patterns};
const struct type type_groups = NAMES_TYPE("map of names to lists of host patterns", read_groups, &type_group);

/* --- llm
 * --------------------------------------------------------------------------------------------------------------- */

static bool read_llm_host(struct load *load, const struct yaml_node *node, void *field)
{
    struct text text;
    return read_text(load, node, &text) && pattern_of(load, text, node->mark, field);
}

static const struct type type_llm_host = TEXT_TYPE("host pattern", read_llm_host);
static const struct type type_dialect = {
    .shape = SHAPE_ENUM,
    .words = llm_dialect_words + DIALECT_OPENAI,
    .word_count = DIALECT_OTHER - DIALECT_OPENAI + 1,
    .first = DIALECT_OPENAI};
static const struct key llm_keys[] = {
    REQUIRED_KEY(settings_llm, host, "host", &type_llm_host, "an LLM host of your own"),
    KEY(settings_llm, provider, "provider", &type_text, "custom", "its name in records"),
    KEY(settings_llm, dialect, "dialect", &type_dialect, "other", "what it speaks"),
    KEY(settings_llm, paths, "paths", &type_text, "(any)",
        "where a shared host takes LLM calls: globs, comma-separated"),
};
static const struct section section_llm = SECTION("an llm entry", llm_keys);

static bool read_llm_entry(struct load *load, const struct yaml_node *node, void *item)
{
    schema_set_defaults(load, &section_llm, item);
    return schema_read_map(load, node, &section_llm, item);
}

static bool read_llm(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_lists *lists = field;
    void *items = lists->llm;
    bool good = schema_append_list(load, node, sizeof(struct settings_llm), read_llm_entry, &items, &lists->llm_count);
    lists->llm = items;
    return good;
}

static const struct type type_llm_entry = MAP_TYPE(&section_llm);
const struct type type_llm = LIST_TYPE("list of hosts", read_llm, &type_llm_entry);
