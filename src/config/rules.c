/* SPDX-License-Identifier: Apache-2.0 */
/* Rules and tests: their shape. What they mean is the policy's. */
#include "schema.h"

static bool read_verdict(struct load *load, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"allow", "deny", "reroute"};
    size_t index = 0;
    bool good = read_choice(load, node, words, COUNT_OF(words), &index);
    *(enum verdict *)field = (enum verdict)(VERDICT_ALLOW + (int)index);
    return good;
}

static bool read_schemes(struct load *load, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"http", "https", "tcp"};
    struct settings_conditions *when = field;
    bool good = node->kind == YAML_LIST && node->count > 0;
    if (!good)
        diag_error(load->diags, node->mark, "schemes: [http], [https], [http, https] or [tcp]");
    for (size_t i = 0; good && i < node->count; i++) {
        size_t index = 0;
        good = read_choice(load, node->items[i], words, COUNT_OF(words), &index);
        when->schemes |= good ? scheme_bit((enum scheme)(SCHEME_HTTP + (int)index)) : 0;
    }
    return good;
}

static bool refuse_inspect(struct load *load, const struct yaml_node *node, void *field)
{
    (void)field;
    diag_error(load->diags, node->mark, "inspect is not available in this version");
    return false;
}

static bool read_unseen(struct load *load, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"unseen"};
    size_t index;
    *(bool *)field = true;
    return read_choice(load, node, words, COUNT_OF(words), &index);
}

static bool read_rule_mode(struct load *load, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"enforce", "observe"};
    size_t index = 0;
    bool good = read_choice(load, node, words, COUNT_OF(words), &index);
    *(bool *)field = index == 1;
    return good;
}

#define CONDITION_KEYS(base)                                                                                           \
    {"from", read_texts, (base) + offsetof(struct settings_conditions, from), false, "list of clients", "who asks"},   \
        {"hosts", read_patterns,           (base) + offsetof(struct settings_conditions, hosts),                       \
         false,   "list of host patterns", "where to"},                                                                \
        {"ports", read_ports,      (base) + offsetof(struct settings_conditions, ports),                               \
         false,   "list of ports", "default: those of the schemes"},                                                   \
        {"methods", read_texts,        (base) + offsetof(struct settings_conditions, methods),                         \
         false,     "list of methods", "how"},                                                                         \
        {"paths",                                                                                                      \
         read_texts,                                                                                                   \
         (base) + offsetof(struct settings_conditions, paths),                                                         \
         false,                                                                                                        \
         "list of globs or ~regex",                                                                                    \
         "what; needs the connection to be opened"},                                                                   \
        {"schemes", read_schemes, (base), false, "http, https; or tcp", "default: https"},                             \
    {                                                                                                                  \
        "addresses", read_ranges, (base) + offsetof(struct settings_conditions, addresses), false,                     \
            "list of address ranges", "default: public addresses"                                                      \
    }

static bool read_unless(struct load *load, const struct yaml_node *node, void *field)
{
    static const struct key keys[] = {CONDITION_KEYS(0)};
    struct settings_rule *rule = field;
    rule->has_unless = true;
    return schema_read_map(load, node, keys, COUNT_OF(keys), &rule->unless, "unless");
}

static bool read_rule(struct load *load, const struct yaml_node *node, void *item)
{
    static const struct key keys[] = {
        REQUIRED_KEY(settings_rule, id, "id", read_setting_text, "text", "its name in records"),
        REQUIRED_KEY(settings_rule, verdict, "verdict", read_verdict, "allow, deny or reroute", "what it says"),
        CONDITION_KEYS(offsetof(struct settings_rule, when)),
        {"unless", read_unless, 0, false, "map of conditions", "where the rule does not apply"},
        {"inspect", refuse_inspect, 0, false, "map", "bodies; a later version"},
        KEY(settings_rule, inference, "inference", read_texts, "list of names", "who answers a reroute, in order"),
        KEY(settings_rule, llm_unseen, "llm", read_unseen, "unseen", "tunnel a shared LLM host knowingly"),
        KEY(settings_rule, observe, "mode", read_rule_mode, "enforce or observe", "observe only records"),
    };
    ((struct settings_rule *)item)->mark = node->mark;
    return schema_read_map(load, node, keys, COUNT_OF(keys), item, "a rule");
}

bool read_rules(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_lists *lists = field;
    void *items = NULL;
    bool good = schema_read_list(load, node, sizeof(struct settings_rule), read_rule, &items, &lists->rule_count);
    lists->rules = items;
    return good;
}

static bool read_test(struct load *load, const struct yaml_node *node, void *item)
{
    static const struct key keys[] = {
        REQUIRED_KEY(settings_test, request, "request", read_setting_text, "METHOD URL", "what is asked"),
        KEY(settings_test, from, "from", read_text, "client", "who asks"),
        REQUIRED_KEY(settings_test, expect, "expect", read_setting_text, "verdict [rule]", "what must come of it"),
    };
    return schema_read_map(load, node, keys, COUNT_OF(keys), item, "a test");
}

bool read_tests(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_lists *lists = field;
    void *items = NULL;
    bool good = schema_read_list(load, node, sizeof(struct settings_test), read_test, &items, &lists->test_count);
    lists->tests = items;
    return good;
}
