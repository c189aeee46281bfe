/* SPDX-License-Identifier: Apache-2.0 */
/* Reading maps and lists by table. */
#include "schema.h"

#include <string.h>

enum { KEYS_MAX = 32 };

static void
report_unknown(struct load *load, const struct yaml_node *key, const struct key *keys, size_t count, const char *what)
{
    const char *words[KEYS_MAX];
    for (size_t i = 0; i < count && i < KEYS_MAX; i++)
        words[i] = keys[i].name;
    diag_error(load->diags, key->mark, "unknown key '%.*s' in %s", TEXT_ARG(key->text), what);
    diag_suggest(load->diags, key->text, words, count < KEYS_MAX ? count : KEYS_MAX);
}

static const struct key *find_key(const struct key *keys, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(name, text_from(keys[i].name)))
            return &keys[i];
    return NULL;
}

static bool has_key(const struct yaml_node *map, const char *name)
{
    for (size_t i = 0; i < map->count; i++)
        if (text_equal(map->keys[i]->text, text_from(name)))
            return true;
    return false;
}

bool schema_read_map(
    struct load *load, const struct yaml_node *node, const struct key *keys, size_t count, void *object,
    const char *what)
{
    if (node->kind != YAML_MAP) {
        diag_error(load->diags, node->mark, "%s must be a map of keys and values", what);
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < node->count; i++) {
        const struct key *key = find_key(keys, count, node->keys[i]->text);
        if (key == NULL)
            report_unknown(load, node->keys[i], keys, count, what);
        good = key != NULL && key->read(load, node->items[i], (char *)object + key->offset) && good;
    }
    for (size_t i = 0; i < count; i++) {
        if (keys[i].required && !has_key(node, keys[i].name)) {
            diag_error(load->diags, node->mark, "%s needs '%s'", what, keys[i].name);
            good = false;
        }
    }
    return good;
}

bool schema_read_list(
    struct load *load, const struct yaml_node *node, size_t size, item_reader read, void **items, size_t *count)
{
    if (node->kind != YAML_LIST) {
        diag_error(load->diags, node->mark, "expected a list, such as [a, b]");
        return false;
    }
    bool good = true;
    char *array = arena_array(&load->settings->arena, node->count, size);
    for (size_t i = 0; i < node->count; i++)
        good = read(load, node->items[i], array + i * size) && good;
    *items = array;
    *count = node->count;
    return good;
}
