/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that no request can be decided by: a condition that is empty, an exception that is everything, and hosts that
 * stricter rules have all of. Only what is certain is said. */
#include "exeat/base/memory.h"
#include "lint.h"

/* --- is one set of conditions within another? ------------------------------------------------------------------------
 */

static bool has_text(const struct setting_texts *texts, struct text text)
{
    for (size_t i = 0; i < texts->count; i++)
        if (text_equal(texts->items[i].text, text))
            return true;
    return false;
}

static bool texts_within(const struct setting_texts *inner, const struct setting_texts *outer)
{
    if (!outer->present)
        return true;
    if (!inner->present)
        return false;
    for (size_t i = 0; i < inner->count; i++)
        if (!has_text(outer, inner->items[i].text))
            return false;
    return true;
}

static bool port_within(uint16_t first, uint16_t last, const struct setting_ports *outer)
{
    for (size_t i = 0; i < outer->count; i++)
        if (first >= outer->items[i].first && last <= outer->items[i].last)
            return true;
    return false;
}

/* The schemes of a rule are [https] when it has none; an `unless` without is about any. */
static unsigned schemes_of(const struct settings_conditions *when)
{
    return when->schemes == 0 ? scheme_bit(SCHEME_HTTPS) : when->schemes;
}

static bool is_default_port(uint16_t port, unsigned schemes)
{
    return (port == scheme_port(SCHEME_HTTP) && (schemes & scheme_bit(SCHEME_HTTP)) != 0) ||
           (port == scheme_port(SCHEME_HTTPS) && (schemes & scheme_bit(SCHEME_HTTPS)) != 0);
}

static bool ports_within(const struct settings_conditions *inner, const struct settings_conditions *outer, bool is_rule)
{
    if (!outer->ports.present) {
        bool within = !is_rule || !inner->ports.present;
        for (size_t i = 0; !within && i < inner->ports.count; i++)
            if (inner->ports.items[i].first != inner->ports.items[i].last ||
                !is_default_port(inner->ports.items[i].first, schemes_of(outer)))
                return false;
        return true;
    }
    for (size_t i = 0; i < inner->ports.count; i++)
        if (!port_within(inner->ports.items[i].first, inner->ports.items[i].last, &outer->ports))
            return false;
    for (enum scheme scheme = SCHEME_HTTP; !inner->ports.present && scheme <= SCHEME_HTTPS; scheme++)
        if ((schemes_of(inner) & scheme_bit(scheme)) != 0 &&
            !port_within(scheme_port(scheme), scheme_port(scheme), &outer->ports))
            return false;
    return true;
}

static bool range_within(const struct address_range *inner, const struct address_range *outer)
{
    return inner->prefix >= outer->prefix && address_range_has(outer, &inner->base);
}

/* A deny or `unless` without addresses is about any, an allow or reroute without about public ones. */
static bool addresses_within(const struct setting_ranges *inner, const struct setting_ranges *outer, bool means_any)
{
    if (!outer->present)
        return means_any || !inner->present;
    if (!inner->present)
        return false;
    for (size_t i = 0; i < inner->count; i++) {
        bool within = false;
        for (size_t j = 0; j < outer->count; j++)
            within = within || range_within(&inner->items[i].range, &outer->items[j].range);
        if (!within)
            return false;
    }
    return true;
}

/* All but hosts: does what fits `inner` fit `outer` too? */
static bool conditions_within(
    const struct settings_conditions *inner, const struct settings_conditions *outer, bool is_rule, bool means_any)
{
    unsigned outer_schemes = !is_rule && outer->schemes == 0 ? ~0u : schemes_of(outer);
    return texts_within(&inner->from, &outer->from) && texts_within(&inner->methods, &outer->methods) &&
           texts_within(&inner->paths, &outer->paths) && (schemes_of(inner) & ~outer_schemes) == 0 &&
           ports_within(inner, outer, is_rule) && addresses_within(&inner->addresses, &outer->addresses, means_any);
}

/* --- hosts -----------------------------------------------------------------------------------------------------------
 */

static int
compare_key(const struct lint_pattern *pattern, enum host_pattern_kind kind, struct text name, bool is_catalogue)
{
    if (pattern->is_catalogue != is_catalogue)
        return pattern->is_catalogue ? 1 : -1;
    if (pattern->kind != kind)
        return pattern->kind < kind ? -1 : 1;
    return text_compare(pattern->name, name);
}

static size_t first_of(const struct lint *lint, enum host_pattern_kind kind, struct text name, bool is_catalogue)
{
    size_t first = 0;
    size_t after = lint->count;
    while (first < after) {
        size_t middle = first + (after - first) / 2;
        if (compare_key(&lint->patterns[middle], kind, name, is_catalogue) < 0)
            first = middle + 1;
        else
            after = middle;
    }
    return first;
}

static int strictness(enum verdict verdict)
{
    return verdict == VERDICT_DENY ? 2 : verdict == VERDICT_REROUTE ? 1 : 0;
}

static bool is_stricter(const struct settings_rule *rule, const struct settings_rule *other)
{
    return strictness(other->verdict) > strictness(rule->verdict) && !other->observe && !other->has_unless &&
           conditions_within(&rule->when, &other->when, true, other->verdict == VERDICT_DENY);
}

/* The stricter rule that has exactly this pattern; NULL: none. */
static const struct settings_rule *stricter_with(
    const struct lint *lint, const struct settings_rule *rule, enum host_pattern_kind kind, struct text name,
    bool is_catalogue)
{
    for (size_t i = first_of(lint, kind, name, is_catalogue);
         i < lint->count && compare_key(&lint->patterns[i], kind, name, is_catalogue) == 0; i++) {
        const struct settings_rule *other = &lint->lists->rules[lint->patterns[i].rule];
        if (is_stricter(rule, other))
            return other;
    }
    return NULL;
}

static const struct settings_rule *
stricter_of_entry(const struct lint *lint, const struct settings_rule *rule, struct text name)
{
    struct host host;
    if (!host_parse(name, &host))
        return NULL;
    const struct llm_entry *entry = llm_catalogue_find(policy_catalogue(lint->policy), &host);
    if (entry == NULL || entry->kind == LLM_KIND_OTHER)
        return NULL;
    struct text group = entry->kind == LLM_KIND_WEB ? TEXT("llm-web") : TEXT("llm");
    return stricter_with(lint, rule, HOST_PATTERN_EXACT, group, true);
}

/* The stricter rule that has all hosts of the pattern: by the pattern itself, a suffix above it, the catalogue, or `*`.
 */
static const struct settings_rule *
stricter_over(const struct lint *lint, const struct settings_rule *rule, const struct lint_pattern *pattern)
{
    const struct settings_rule *found = stricter_with(lint, rule, pattern->kind, pattern->name, pattern->is_catalogue);
    struct text above = pattern->name;
    while (found == NULL && !pattern->is_catalogue && text_has(above, '.')) {
        above = text_after(above, text_index(above, '.', 0) + 1);
        found = stricter_with(lint, rule, HOST_PATTERN_SUFFIX, above, false);
    }
    if (found == NULL && pattern->kind == HOST_PATTERN_EXACT && !pattern->is_catalogue)
        found = stricter_of_entry(lint, rule, pattern->name);
    return found == NULL ? stricter_with(lint, rule, HOST_PATTERN_ANY, TEXT(""), false) : found;
}

/* --- what is said ----------------------------------------------------------------------------------------------------
 */

struct cover {
    const struct settings_rule *by;
    size_t patterns;
    size_t covered;
};

static void say_covered(const struct lint *lint, const struct settings_rule *rule, const struct cover *cover)
{
    if (cover->patterns == 0 || cover->covered < cover->patterns)
        return;
    const char *what = cover->by->verdict == VERDICT_DENY ? "denied" : "rerouted";
    diag_warning(
        lint->diags, rule->id.mark,
        "rule '%s' can never win: all its hosts are %s by stricter rules, such as '%s' (%s:%d)", rule->id.text.data,
        what, cover->by->id.text.data, settings_path_of(lint->lists, cover->by->id.mark), cover->by->id.mark.line);
}

static const char *empty_condition(const struct settings_conditions *when)
{
    const struct {
        const char *name;
        bool present;
        size_t count;
    } conditions[] = {
        {"from", when->from.present, when->from.count},
        {"hosts", when->hosts.present, when->hosts.count},
        {"ports", when->ports.present, when->ports.count},
        {"methods", when->methods.present, when->methods.count},
        {"paths", when->paths.present, when->paths.count},
        {"addresses", when->addresses.present, when->addresses.count},
    };
    for (size_t i = 0; i < COUNT_OF(conditions); i++)
        if (conditions[i].present && conditions[i].count == 0)
            return conditions[i].name;
    return NULL;
}

static void check_itself(const struct lint *lint, const struct settings_rule *rule)
{
    const char *empty = empty_condition(&rule->when);
    if (empty != NULL)
        diag_warning(
            lint->diags, rule->id.mark, "rule '%s' can never match: its `%s` is empty", rule->id.text.data, empty);
    const char *exception = rule->has_unless ? empty_condition(&rule->unless) : NULL;
    if (exception != NULL)
        diag_warning(
            lint->diags, rule->id.mark, "the `unless` of rule '%s' can never match: its `%s` is empty",
            rule->id.text.data, exception);
    else if (
        rule->has_unless && !rule->unless.hosts.present && conditions_within(&rule->when, &rule->unless, false, true))
        diag_warning(
            lint->diags, rule->id.mark, "rule '%s' can never match: its `unless` holds for all of it",
            rule->id.text.data);
    if (rule->observe && rule->verdict == VERDICT_ALLOW)
        diag_warning(
            lint->diags, rule->id.mark,
            "rule '%s' opens nothing: an allow that only observes changes nothing, and no record", rule->id.text.data);
}

void lint_rules(const struct lint *lint)
{
    struct cover *covers = base_array(lint->lists->rule_count + 1, sizeof(*covers));
    for (size_t i = 0; i < lint->count; i++) {
        const struct settings_rule *rule = &lint->lists->rules[lint->patterns[i].rule];
        struct cover *cover = &covers[lint->patterns[i].rule];
        const struct settings_rule *by =
            rule->verdict == VERDICT_DENY ? NULL : stricter_over(lint, rule, &lint->patterns[i]);
        cover->patterns++;
        cover->covered += by == NULL ? 0 : 1;
        cover->by = by == NULL ? cover->by : by;
    }
    for (size_t i = 0; i < lint->lists->rule_count; i++) {
        check_itself(lint, &lint->lists->rules[i]);
        say_covered(lint, &lint->lists->rules[i], &covers[i]);
    }
    base_free(covers);
}
