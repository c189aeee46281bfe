/* SPDX-License-Identifier: Apache-2.0 */
/* Reading maps and lists by table, and the defaults that stand there. */
#include "exeat/schema.h"

#include <string.h>

enum { KEYS_MAX = 32 };

static void report_unknown(struct load *load, const struct yaml_node *key, const struct section *section)
{
    const char *words[KEYS_MAX];
    size_t count = section->count < KEYS_MAX ? section->count : KEYS_MAX;
    for (size_t i = 0; i < count; i++)
        words[i] = section->keys[i].name;
    diag_error(load->diags, key->mark, "unknown key '%.*s' in %s", TEXT_ARG(key->text), section->called);
    diag_suggest(load->diags, key->text, words, count);
}

static const struct key *find_key(const struct section *section, struct text name)
{
    for (size_t i = 0; i < section->count; i++)
        if (text_equal(name, text_from(section->keys[i].name)))
            return &section->keys[i];
    return NULL;
}

static bool has_key(const struct yaml_node *map, const char *name)
{
    for (size_t i = 0; i < map->count; i++)
        if (text_equal(map->keys[i]->text, text_from(name)))
            return true;
    return false;
}

bool schema_read_choice(
    struct load *load, const struct yaml_node *node, const char *const *words, size_t count, size_t *index)
{
    struct buffer all = {0};
    for (size_t i = 0; i < count; i++) {
        if (node->kind == YAML_TEXT && text_equal(node->text, text_from(words[i]))) {
            *index = i;
            buffer_clear(&all);
            return true;
        }
        buffer_printf(&all, i == 0 ? "%s" : ", %s", words[i]);
    }
    struct text shown = node->kind == YAML_TEXT ? node->text : TEXT("this");
    diag_error(load->diags, node->mark, "'%.*s' is not one of: %.*s", TEXT_ARG(shown), TEXT_ARG(buffer_text(&all)));
    if (node->kind == YAML_TEXT)
        diag_suggest(load->diags, node->text, words, count);
    buffer_clear(&all);
    return false;
}

static bool read_word(struct load *load, const struct yaml_node *node, const struct type *type, void *field)
{
    size_t index = 0;
    if (!schema_read_choice(load, node, type->words, type->word_count, &index))
        return false;
    if (type->shape == SHAPE_FLAG)
        *(bool *)field = index + 1 == type->word_count;
    else
        *(unsigned *)field = type->first + (unsigned)index;
    return true;
}

static bool refuse_later(struct load *load, const struct yaml_node *node, const struct key *key)
{
    diag_error(load->diags, node->mark, "'%s' is not available in this version", key->name);
    if (key->type->called != NULL)
        diag_note(load->diags, "%s", key->type->called);
    return false;
}

static bool read_key(struct load *load, const struct yaml_node *node, const struct key *key, void *object)
{
    void *field = (char *)object + key->offset;
    switch (key->type->shape) {
    case SHAPE_ENUM:
    case SHAPE_FLAG:
        return read_word(load, node, key->type, field);
    case SHAPE_LATER:
        return refuse_later(load, node, key);
    case SHAPE_MAP:
        if (key->type->read == NULL)
            return schema_read_map(load, node, key->type->section, field);
        break;
    case SHAPE_TEXT:
    case SHAPE_LIST:
    case SHAPE_FEW:
    case SHAPE_NAMES:
    case SHAPE_EITHER:
        break;
    }
    return key->type->read(load, node, field);
}

bool schema_read_map(struct load *load, const struct yaml_node *node, const struct section *section, void *object)
{
    if (node->kind != YAML_MAP) {
        diag_error(load->diags, node->mark, "%s must be a map of keys and values", section->called);
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < node->count; i++) {
        const struct key *key = find_key(section, node->keys[i]->text);
        if (key == NULL)
            report_unknown(load, node->keys[i], section);
        good = key != NULL && read_key(load, node->items[i], key, object) && good;
    }
    for (size_t i = 0; i < section->count; i++) {
        if (section->keys[i].required && !has_key(node, section->keys[i].name)) {
            diag_error(load->diags, node->mark, "%s needs '%s'", section->called, section->keys[i].name);
            good = false;
        }
    }
    return good;
}

/* A default in parentheses is told, not read. */
static bool is_value(const struct key *key)
{
    bool scalar = key->type->shape == SHAPE_TEXT || key->type->shape == SHAPE_ENUM || key->type->shape == SHAPE_FLAG;
    return scalar && key->initial != NULL && key->initial[0] != '(';
}

void schema_set_defaults(struct load *load, const struct section *section, void *object)
{
    for (size_t i = 0; i < section->count; i++) {
        const struct key *key = &section->keys[i];
        const struct yaml_node node = {
            .kind = YAML_TEXT, .mark = {.file = DIAG_NO_FILE}, .text = text_from(key->initial), .is_plain = true};
        if (key->type->shape == SHAPE_MAP)
            schema_set_defaults(load, key->type->section, (char *)object + key->offset);
        else if (is_value(key))
            (void)read_key(load, &node, key, object);
    }
}

bool schema_read_list(
    struct load *load, const struct yaml_node *node, size_t size, value_reader read, void **items, size_t *count)
{
    *items = NULL;
    *count = 0;
    if (node->kind != YAML_LIST) {
        diag_error(load->diags, node->mark, "expected a list, such as [a, b]");
        return false;
    }
    bool good = true;
    char *array = arena_array(load->arena, node->count, size);
    for (size_t i = 0; i < node->count; i++)
        good = read(load, node->items[i], array + i * size) && good;
    *items = array;
    *count = node->count;
    return good;
}

bool schema_read_few(
    struct load *load, const struct yaml_node *node, size_t size, value_reader read, void **items, size_t *count)
{
    if (node->kind == YAML_LIST)
        return schema_read_list(load, node, size, read, items, count);
    *items = arena_array(load->arena, 1, size);
    *count = 1;
    return read(load, node, *items);
}

bool schema_append_list(
    struct load *load, const struct yaml_node *node, size_t size, value_reader read, void **items, size_t *count)
{
    void *more = NULL;
    size_t more_count = 0;
    bool good = schema_read_list(load, node, size, read, &more, &more_count);
    char *all = arena_array(load->arena, *count + more_count, size);
    if (*count > 0)
        memcpy(all, *items, *count * size);
    if (more_count > 0)
        memcpy(all + *count * size, more, more_count * size);
    *items = all;
    *count += more_count;
    return good;
}
