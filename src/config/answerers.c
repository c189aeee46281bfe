/* SPDX-License-Identifier: Apache-2.0 */
/* Who may answer for a rule: its `inference` with each pool's endpoints in place of the pool, without those that are
 * elsewhere than its `residency` has it. Where an endpoint computes is written beside it, or in a file of the node. */
#include "config_internal.h"
#include "exeat/base/memory.h"

/* --- regions ---------------------------------------------------------------------------------------------------------
 */

enum { REGION_FILE_MAX = 4096, REGION_MAX = 128 };

static bool is_region(struct text text)
{
    bool is_word = text.length > 0 && text.length <= REGION_MAX;
    for (size_t i = 0; i < text.length; i++)
        is_word = is_word && text.data[i] > ' ' && (unsigned char)text.data[i] < 0x7f;
    return is_word;
}

static bool read_region(struct load *load, const struct yaml_node *node, void *field)
{
    if (!read_setting_text(load, node, field))
        return false;
    if (is_region(node->text))
        return true;
    diag_error(load->diags, node->mark, "'%.*s' is not a region: one word such as eu-central", TEXT_ARG(node->text));
    return false;
}

/* It is a file that the policy is made of: on record with it, and watched. */
static bool read_region_file(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_engine *engine = field;
    struct buffer content = {0};
    if (!read_path(load, node, &engine->region_file))
        return false;
    bool good = load_read_file(load, engine->region_file.data, node->mark, REGION_FILE_MAX, &content);
    struct text region = text_trim(buffer_text(&content), " \t\r\n\"");
    if (good && !is_region(region)) {
        diag_error(load->diags, node->mark, "%s does not hold one region", engine->region_file.data);
        good = false;
    }
    if (good)
        (void)load_add_file(load, engine->region_file.data, buffer_text(&content));
    if (good)
        engine->told = (struct setting_text){arena_text(&load->settings->arena, region), node->mark};
    buffer_clear(&content);
    return good;
}

const struct type type_region = SHAPED_TYPE("region", read_region, "^[!-~]+$");
const struct type type_region_file = TEXT_TYPE("path", read_region_file);

static bool read_residency(struct load *load, const struct yaml_node *node, void *field)
{
    struct setting_texts *regions = field;
    void *items = NULL;
    regions->present = true;
    bool good = schema_read_list(load, node, sizeof(struct setting_text), read_region, &items, &regions->count);
    regions->items = items;
    if (good && regions->count == 0)
        diag_error(load->diags, node->mark, "an empty list lets nobody answer: leave the key away");
    return good && regions->count > 0;
}

const struct type type_residency = LIST_TYPE("list of regions", read_residency, &type_region);

static const char *const flag_words[] = {"false", "true"};
const struct type type_served_by = FLAG_TYPE(flag_words);
static const struct type type_shared = FLAG_TYPE(flag_words);

static const struct key cache_keys[] = {
    KEY(settings_cache, keep_ms, "for", &type_duration, "10m", "how long an answer is kept"),
    KEY(settings_cache, size, "size", &type_size, "16MiB", "how much is kept for this rule; the oldest go first"),
    KEY(settings_cache, is_shared, "shared", &type_shared, "false",
        "true: clients get answers to each other's calls too"),
};
static const struct section section_cache = SECTION("cache", cache_keys);

static bool read_cache(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_cache *cache = field;
    schema_set_defaults(load, &section_cache, cache);
    cache->is_on = true;
    return schema_read_map(load, node, &section_cache, cache);
}

const struct type type_cache = {.called = "map", .shape = SHAPE_MAP, .read = read_cache, .section = &section_cache};

/* What is canned is said by the gate itself, and computed nowhere else. */
static bool may_answer(const struct settings_rule *rule, const struct settings_inference *inference)
{
    const struct setting_texts *regions = &rule->answerers.residency;
    if (!regions->present || inference->is_canned)
        return true;
    for (size_t i = 0; i < regions->count; i++)
        if (text_equal(regions->items[i].text, inference->engine.region.text))
            return true;
    return false;
}

/* --- answerers -------------------------------------------------------------------------------------------------------
 */

static bool is_called(const struct settings_inference *inference, struct text name)
{
    return text_equal(inference->name.text, name) || text_equal(inference->engine.pool.text, name);
}

static void say_elsewhere(struct load *load, const struct settings_rule *rule)
{
    const struct settings_lists *lists = &load->settings->lists;
    diag_error(
        load->diags, rule->mark, "none of the endpoints of rule '%s' is in a region of its `residency`",
        rule->id.text.data);
    for (size_t i = 0; i < lists->inference_count; i++) {
        const struct settings_inference *inference = &lists->inference[i];
        struct text region = inference->engine.region.text;
        for (size_t j = 0; j < rule->inference.count && !inference->is_canned; j++)
            if (is_called(inference, rule->inference.items[j].text))
                diag_note(
                    load->diags, "%s is %s%.*s", inference->name.text.data,
                    region.length > 0 ? "in " : "nobody knows where: it has no `region`", TEXT_ARG(region));
    }
}

static bool has(const struct settings_answerers *answerers, size_t index)
{
    for (size_t i = 0; i < answerers->count; i++)
        if (answerers->items[i] == index)
            return true;
    return false;
}

static void add(const struct load *load, struct settings_rule *rule, struct text name, size_t *servers)
{
    const struct settings_lists *lists = &load->settings->lists;
    struct settings_answerers *answerers = &rule->answerers;
    for (size_t i = 0; i < lists->inference_count; i++) {
        const struct settings_inference *inference = &lists->inference[i];
        if (!is_called(inference, name) || has(answerers, i))
            continue;
        *servers += inference->is_canned ? 0 : 1;
        if (may_answer(rule, inference))
            answerers->items[answerers->count++] = i;
    }
}

static void find_for(struct load *load, struct settings_rule *rule)
{
    const struct settings_lists *lists = &load->settings->lists;
    struct settings_answerers *answerers = &rule->answerers;
    size_t servers = 0;
    size_t local = 0;
    answerers->items = arena_array(&load->settings->arena, lists->inference_count, sizeof(*answerers->items));
    answerers->count = 0;
    for (size_t i = 0; i < rule->inference.count; i++)
        add(load, rule, rule->inference.items[i].text, &servers);
    for (size_t i = 0; i < answerers->count; i++)
        local += lists->inference[answerers->items[i]].is_canned ? 0 : 1;
    if (servers > 0 && local == 0)
        say_elsewhere(load, rule);
}

/* A pool and an endpoint of one name would be two things in one word. */
static void check_pools(struct load *load)
{
    const struct settings_lists *lists = &load->settings->lists;
    for (size_t i = 0; i < lists->inference_count; i++)
        for (size_t j = 0; j < lists->inference_count; j++) {
            const struct setting_text *pool = &lists->inference[i].engine.pool;
            if (pool->text.length > 0 && text_equal(pool->text, lists->inference[j].name.text))
                diag_error(load->diags, pool->mark, "'%s' is the name of an endpoint too", pool->text.data);
        }
}

void load_find_answerers(struct load *load)
{
    struct settings_lists *lists = &load->settings->lists;
    check_pools(load);
    for (size_t i = 0; i < lists->rule_count; i++) {
        struct settings_rule *rule = &lists->rules[i];
        find_for(load, rule);
        if (rule->answerers.residency.present && rule->inference.count == 0)
            diag_error(load->diags, rule->mark, "`residency` belongs to a reroute: where may it be answered?");
    }
}
