/* SPDX-License-Identifier: Apache-2.0 */
/* The files that a policy is made of: the main one, those it includes, and lists. Order never matters: what is a list
 * is put together, what is a name is given once, and a group's patterns are the union. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "config_internal.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

/* --- the keys of every file
 * -------------------------------------------------------------------------------------------
 */

static bool read_version(struct load *load, const struct yaml_node *node, void *field)
{
    if (!read_number(load, node, field))
        return false;
    if (*(uint64_t *)field == 1)
        return true;
    diag_error(load->diags, node->mark, "this program reads version 1");
    return false;
}

const struct type type_version = VALUE_TYPE("1", read_version, write_number, "^1$");
static const char *const mode_words[] = {"enforce", "observe"};
const struct type type_file_mode = FLAG_TYPE(mode_words);

/* --- include ---------------------------------------------------------------------------------------------------------
 */

struct paths {
    struct load *load;
    struct setting_text *items; /* in the arena */
    size_t count;
};

static void add_path(struct paths *paths, const char *path, struct mark mark)
{
    struct arena *arena = &paths->load->settings->arena;
    struct setting_text *more = arena_array(arena, paths->count + 1, sizeof(*more));
    if (paths->count > 0)
        memcpy(more, paths->items, paths->count * sizeof(*more));
    more[paths->count++] = (struct setting_text){arena_text(arena, text_from(path)), mark};
    paths->items = more;
}

/* policies.d/ with a star: its files in the order of their names; none is worth a word, since nothing is opened by it.
 */
static void add_matching(struct paths *paths, const char *pattern, struct mark mark)
{
    glob_t found = {0};
    if (glob(pattern, 0, NULL, &found) != 0)
        diag_warning(paths->load->diags, mark, "no file is called so");
    for (size_t i = 0; i < found.gl_pathc; i++)
        add_path(paths, found.gl_pathv[i], mark);
    globfree(&found);
}

static bool read_include(struct load *load, const struct yaml_node *node, void *field)
{
    struct setting_texts *includes = &((struct settings_lists *)field)->includes;
    struct paths paths = {.load = load};
    if (!type_texts.read(load, node, includes))
        return false;
    for (size_t i = 0; i < includes->count; i++) {
        char *path = file_beside(load->path, includes->items[i].text);
        if (text_has(includes->items[i].text, '*'))
            add_matching(&paths, path, includes->items[i].mark);
        else
            add_path(&paths, path, includes->items[i].mark);
        base_free(path);
    }
    includes->items = paths.items;
    includes->count = paths.count;
    return true;
}

const struct type type_include = LIST_TYPE("list of paths", read_include, &type_path);

static const struct key included_keys[] = {
    REQUIRED_KEY(settings, version, "version", &type_version, "of this language"),
    KEY(settings, observe, "mode", &type_file_mode, "enforce", "observe: the rules of this file only record"),
    KEY(settings, lists, "clients", &type_clients, NULL, ""),
    KEY(settings, lists, "groups", &type_groups, NULL, ""),
    KEY(settings, lists, "llm", &type_llm, NULL, ""),
    KEY(settings, lists, "inference", &type_inference, NULL, ""),
    KEY(settings, lists, "detectors", &type_detectors, NULL, ""),
    KEY(settings, lists, "rules", &type_rules, NULL, ""),
    KEY(settings, lists, "tests", &type_tests, NULL, ""),
};
static const struct section section_included = SECTION("an included file", included_keys);

bool load_may_be_included(const struct yaml_node *root)
{
    bool may = root->kind == YAML_MAP && root->count > 1;
    for (size_t i = 0; may && i < root->count; i++) {
        may = false;
        for (size_t j = 0; j < COUNT_OF(included_keys) && !may; j++)
            may = text_equal(root->keys[i]->text, text_from(included_keys[j].name));
    }
    return may;
}

/* `mode` of an included file is about its own rules only. */
static void read_included(struct load *load, const struct yaml_node *root)
{
    struct settings *settings = load->settings;
    bool observe = settings->observe;
    size_t before = settings->lists.rule_count;
    settings->observe = false;
    (void)schema_read_map(load, root, &section_included, settings);
    for (size_t i = before; settings->observe && i < settings->lists.rule_count; i++)
        settings->lists.rules[i].observe = true;
    settings->observe = observe;
}

static bool is_known(const struct load *load, struct text path)
{
    for (size_t i = 0; i < load->settings->lists.file_count; i++)
        if (text_equal(load->settings->lists.files[i].path, path))
            return true;
    return false;
}

static bool include(struct load *load, const struct setting_text *source)
{
    struct load inner = {load->settings, load->arena, load->diags, source->text.data};
    struct buffer content = {0};
    const struct yaml_node *root = NULL;
    if (is_known(load, source->text)) {
        diag_error(load->diags, source->mark, "%s is read already", source->text.data);
    } else if (load_read_file(load, source->text.data, source->mark, POLICY_FILE_MAX, &content)) {
        int file = load_add_file(&inner, source->text.data, buffer_text(&content));
        root = schema_parse_yaml(buffer_text(&content), file, &load->settings->arena, load->diags);
        if (root != NULL)
            read_included(&inner, root);
    }
    buffer_clear(&content);
    return root != NULL;
}

bool load_includes(struct load *load)
{
    const struct setting_texts *includes = &load->settings->lists.includes;
    bool good = true;
    for (size_t i = 0; i < includes->count; i++)
        good = include(load, &includes->items[i]) && good;
    return good;
}

/* --- one name, one thing ---------------------------------------------------------------------------------------------
 */

static void say_taken(struct load *load, const char *what, const struct setting_text *name, const struct mark *first)
{
    const struct settings_lists *lists = &load->settings->lists;
    diag_error(
        load->diags, name->mark, "the %s '%.*s' is taken (%s:%d)", what, TEXT_ARG(name->text),
        settings_path_of(lists, *first), first->line);
}

static int compare_names(const void *left_name, const void *right_name)
{
    const struct setting_text *left = *(const struct setting_text *const *)left_name;
    const struct setting_text *right = *(const struct setting_text *const *)right_name;
    int order = text_compare(left->text, right->text);
    return order != 0 ? order : left < right ? -1 : 1;
}

/* Every item begins with its name. */
static void check_unique(struct load *load, const char *what, const void *items, size_t count, size_t size)
{
    const struct setting_text **names = base_array(count + 1, sizeof(const struct setting_text *));
    for (size_t i = 0; i < count; i++)
        names[i] = (const struct setting_text *)(const void *)((const char *)items + i * size);
    qsort(names, count, sizeof(const struct setting_text *), compare_names);
    for (size_t i = 1; i < count; i++)
        if (names[i]->text.length > 0 && text_equal(names[i]->text, names[i - 1]->text))
            say_taken(load, what, names[i], &names[i - 1]->mark);
    base_free(names);
}

static void append_patterns(struct load *load, struct setting_patterns *to, const struct setting_patterns *from)
{
    struct setting_pattern *all = arena_array(&load->settings->arena, to->count + from->count, sizeof(*all));
    if (to->count > 0)
        memcpy(all, to->items, to->count * sizeof(*all));
    if (from->count > 0)
        memcpy(all + to->count, from->items, from->count * sizeof(*all));
    to->items = all;
    to->count += from->count;
    struct setting_list *lists = arena_array(&load->settings->arena, to->list_count + from->list_count, sizeof(*lists));
    if (to->list_count > 0)
        memcpy(lists, to->lists, to->list_count * sizeof(*lists));
    if (from->list_count > 0)
        memcpy(lists + to->list_count, from->lists, from->list_count * sizeof(*lists));
    to->lists = lists;
    to->list_count += from->list_count;
}

static void merge_groups(struct load *load)
{
    struct settings_lists *lists = &load->settings->lists;
    size_t kept = 0;
    for (size_t i = 0; i < lists->group_count; i++) {
        size_t same = 0;
        while (same < kept && !text_equal(lists->groups[same].name.text, lists->groups[i].name.text))
            same++;
        if (same < kept)
            append_patterns(load, &lists->groups[same].patterns, &lists->groups[i].patterns);
        else
            lists->groups[kept++] = lists->groups[i];
    }
    lists->group_count = kept;
}

void load_merge(struct load *load)
{
    const struct settings_lists *lists = &load->settings->lists;
    check_unique(load, "rule id", lists->rules, lists->rule_count, sizeof(*lists->rules));
    check_unique(load, "detector", lists->detectors, lists->detector_count, sizeof(*lists->detectors));
    check_unique(
        load, "credential", load->settings->credentials.items, load->settings->credentials.count,
        sizeof(struct settings_credential));
    check_unique(load, "client", lists->clients, lists->client_count, sizeof(*lists->clients));
    check_unique(load, "inference", lists->inference, lists->inference_count, sizeof(*lists->inference));
    merge_groups(load);
}
