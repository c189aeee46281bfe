/* SPDX-License-Identifier: Apache-2.0 */
/* What names something else must name something that is there: clients, groups, inference, rules. Asked of a file that
 * has other errors too, so that all are told in one round. */
#include "config_internal.h"
#include "exeat/base/memory.h"
#include "exeat/base/pattern.h"

/* --- one name --------------------------------------------------------------------------------------------------------
 */

/* Items that begin with their name, as all of struct settings_lists do that have one. */
struct named {
    const char *called;
    const void *items;
    size_t count;
    size_t size;
};

static struct text name_at(const struct named *named, size_t index)
{
    const char *item = (const char *)named->items + index * named->size;
    return ((const struct setting_text *)(const void *)item)->text;
}

static void say_missing(struct load *load, const struct named *named, struct mark mark, struct text name)
{
    const char **words = base_array(named->count + 1, sizeof(*words));
    for (size_t i = 0; i < named->count; i++)
        words[i] = name_at(named, i).length > 0 ? name_at(named, i).data : "";
    diag_error(load->diags, mark, "there is no %s '%.*s'", named->called, TEXT_ARG(name));
    diag_suggest(load->diags, name, words, named->count);
    base_free(words);
}

static void check_name(struct load *load, const struct named *named, struct mark mark, struct text name)
{
    for (size_t i = 0; i < named->count; i++)
        if (text_equal(name_at(named, i), name))
            return;
    say_missing(load, named, mark, name);
}

static void check_names(struct load *load, const struct named *named, const struct setting_texts *names)
{
    for (size_t i = 0; i < names->count; i++)
        if (names->items[i].text.length > 0)
            check_name(load, named, names->items[i].mark, names->items[i].text);
}

/* --- what names them -------------------------------------------------------------------------------------------------
 */

struct all_names {
    struct named clients;
    struct named groups;
    struct named inference;
    struct named rules;
    struct named proxies;
    struct named credentials;
};

static void check_proxy(struct load *load, const struct all_names *all, const struct setting_text *proxy)
{
    if (proxy->text.length > 0 && !text_equal(proxy->text, TEXT("none")))
        check_name(load, &all->proxies, proxy->mark, proxy->text);
}

static void check_proxies(struct load *load, const struct all_names *all)
{
    const struct settings_lists *lists = &load->settings->lists;
    check_proxy(load, all, &load->settings->upstream_proxy);
    for (size_t i = 0; i < lists->rule_count; i++)
        check_proxy(load, all, &lists->rules[i].upstream_proxy);
    for (size_t i = 0; i < lists->inference_count; i++)
        check_proxy(load, all, &lists->inference[i].via);
}

static void check_groups(struct load *load, const struct all_names *all, const struct setting_patterns *patterns)
{
    for (size_t i = 0; i < patterns->count; i++) {
        struct text group = patterns->items[i].group;
        bool is_ours = text_equal(group, TEXT("llm")) || text_equal(group, TEXT("llm-web"));
        if (group.length > 0 && !is_ours)
            check_name(load, &all->groups, patterns->items[i].mark, group);
    }
}

static void check_regexes(struct load *load, const struct setting_texts *paths)
{
    for (size_t i = 0; i < paths->count; i++) {
        char *error = NULL;
        size_t offset = 0;
        struct mark mark = paths->items[i].mark;
        if (!text_starts_with(paths->items[i].text, TEXT("~")))
            continue;
        struct pattern *pattern = pattern_compile(text_after(paths->items[i].text, 1), &error, &offset);
        if (pattern == NULL)
            diag_error(load->diags, mark, "not a regular expression: %s (at character %zu)", error, offset + 1);
        base_free(error);
        pattern_free(pattern);
    }
}

static void check_conditions(struct load *load, const struct all_names *all, const struct settings_conditions *when)
{
    check_names(load, &all->clients, &when->from);
    check_groups(load, all, &when->hosts);
    check_regexes(load, &when->paths);
}

/* Endpoints, and pools of them. */
static void check_answerers(struct load *load, const struct all_names *all, const struct setting_texts *names)
{
    const struct settings_lists *lists = &load->settings->lists;
    for (size_t i = 0; i < names->count; i++) {
        bool is_pool = false;
        for (size_t j = 0; j < lists->inference_count; j++)
            is_pool = is_pool || text_equal(lists->inference[j].engine.pool.text, names->items[i].text);
        if (!is_pool && names->items[i].text.length > 0)
            check_name(load, &all->inference, names->items[i].mark, names->items[i].text);
    }
}

static void check_rules(struct load *load, const struct all_names *all)
{
    const struct settings_lists *lists = &load->settings->lists;
    for (size_t i = 0; i < lists->rule_count; i++) {
        check_conditions(load, all, &lists->rules[i].when);
        check_conditions(load, all, &lists->rules[i].unless);
        check_answerers(load, all, &lists->rules[i].inference);
        if (lists->rules[i].use.text.length > 0)
            check_name(load, &all->credentials, lists->rules[i].use.mark, lists->rules[i].use.text);
    }
}

/* "allow", "deny no-mollie" */
static void check_expectation(struct load *load, const struct all_names *all, const struct setting_text *expect)
{
    static const char *const verdicts[] = {"allow", "deny", "reroute"};
    struct text verdict = TEXT("");
    struct text rest = expect->text;
    bool known = false;
    (void)text_split(&rest, ' ', &verdict);
    for (size_t i = 0; i < COUNT_OF(verdicts); i++)
        known = known || text_equal(verdict, text_from(verdicts[i]));
    if (!known) {
        diag_error(load->diags, expect->mark, "'%.*s' is no verdict: allow, deny or reroute", TEXT_ARG(verdict));
        diag_suggest(load->diags, verdict, verdicts, COUNT_OF(verdicts));
    }
    struct text rule = text_trim(rest, " ");
    if (rule.length > 0)
        check_name(load, &all->rules, expect->mark, rule);
}

/* Listeners begin with something else than their name. True: that one is among them. */
static bool
name_listeners(const struct settings_listeners *listeners, struct text wanted, const char **words, size_t *count)
{
    for (size_t i = 0; i < listeners->count; i++) {
        struct text name = listeners->items[i].name;
        if (name.length == 0)
            continue;
        if (text_equal(name, wanted))
            return true;
        words[(*count)++] = name.data;
    }
    return false;
}

static void check_listeners(struct load *load, const struct settings_client *client)
{
    const struct settings_listen *listen = &load->settings->listen;
    const char *words[2 * LISTENERS_OF_A_KIND];
    size_t count = 0;
    if (name_listeners(&listen->forward, client->listener.text, words, &count) ||
        name_listeners(&listen->socks, client->listener.text, words, &count))
        return;
    diag_error(
        load->diags, client->listener.mark, "there is no listener '%.*s' in listen.forward or listen.socks",
        TEXT_ARG(client->listener.text));
    diag_suggest(load->diags, client->listener.text, words, count);
}

static void check_clients(struct load *load)
{
    const struct settings_lists *lists = &load->settings->lists;
    for (size_t i = 0; i < lists->client_count; i++)
        if (lists->clients[i].listener.text.length > 0)
            check_listeners(load, &lists->clients[i]);
}

static void check_tests(struct load *load, const struct all_names *all)
{
    const struct settings_lists *lists = &load->settings->lists;
    for (size_t i = 0; i < lists->test_count; i++) {
        const struct settings_test *test = &lists->tests[i];
        if (test->from.text.length > 0)
            check_name(load, &all->clients, test->from.mark, test->from.text);
        if (test->expect.text.length > 0)
            check_expectation(load, all, &test->expect);
    }
}

void load_check_names(struct load *load)
{
    const struct settings *settings = load->settings;
    const struct settings_lists *lists = &settings->lists;
    const struct all_names all = {
        .clients = {"client", lists->clients, lists->client_count, sizeof(*lists->clients)},
        .groups = {"group", lists->groups, lists->group_count, sizeof(*lists->groups)},
        .inference = {"inference", lists->inference, lists->inference_count, sizeof(*lists->inference)},
        .proxies = {"proxy", lists->proxies, lists->proxy_count, sizeof(*lists->proxies)},
        .credentials =
            {"credential", settings->credentials.items, settings->credentials.count,
             sizeof(*settings->credentials.items)},
        .rules = {"rule", lists->rules, lists->rule_count, sizeof(*lists->rules)},
    };
    check_clients(load);
    check_proxies(load, &all);
    check_rules(load, &all);
    check_tests(load, &all);
    check_groups(load, &all, &settings->tls.names);
    check_groups(load, &all, &settings->tls.never);
}
