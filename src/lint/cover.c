/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that no request can be decided by: a condition that is empty, an exception that is everything, and hosts that
 * stricter rules have all of; and denies that a looser rule goes past by scheme or port. Only what is certain is said.
 */
#include "exeat/base/memory.h"
#include "lint_internal.h"

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

/* What ends first hides nothing for good. */
static bool outlasts(const struct settings_rule *other, const struct settings_rule *rule)
{
    return !other->until.present || (rule->until.present && rule->until.us <= other->until.us);
}

static bool is_stricter(const struct settings_rule *rule, const struct settings_rule *other)
{
    return strictness(other->verdict) > strictness(rule->verdict) && !other->observe && !other->has_unless &&
           outlasts(other, rule) && conditions_within(&rule->when, &other->when, true, other->verdict == VERDICT_DENY);
}

/* A deny that says nothing of schemes and ports, and so is about https on 443 alone, where the rule has others. */
static bool is_passed(const struct settings_rule *rule, const struct settings_rule *other)
{
    return rule->verdict == VERDICT_ALLOW && !rule->observe && !rule->has_unless && other->verdict == VERDICT_DENY &&
           !other->observe && other->when.schemes == 0 && !other->when.ports.present &&
           who_and_what_within(&rule->when, &other->when, true) &&
           !conditions_within(&rule->when, &other->when, true, true);
}

/* Where a deny with schemes or ports has the hosts too, somebody knows what the other one leaves. */
static bool is_spelled_out(const struct settings_rule *rule, const struct settings_rule *other)
{
    (void)rule;
    return other->verdict == VERDICT_DENY && !other->observe && (other->when.schemes != 0 || other->when.ports.present);
}

/* How a rule stands to the one that it is compared with. */
typedef bool rule_relation(const struct settings_rule *rule, const struct settings_rule *other);

/* The rule in that relation that has exactly this pattern; NULL: none. */
static const struct settings_rule *related_with(
    const struct lint *lint, const struct settings_rule *rule, rule_relation *is_related, enum host_pattern_kind kind,
    struct text name, bool is_catalogue)
{
    for (size_t i = first_of(lint, kind, name, is_catalogue);
         i < lint->count && compare_key(&lint->patterns[i], kind, name, is_catalogue) == 0; i++) {
        const struct settings_rule *other = &lint->lists->rules[lint->patterns[i].rule];
        if (is_related(rule, other))
            return other;
    }
    return NULL;
}

static const struct settings_rule *
related_of_entry(const struct lint *lint, const struct settings_rule *rule, rule_relation *is_related, struct text name)
{
    struct host host;
    if (!host_parse(name, &host))
        return NULL;
    const struct llm_entry *entry = llm_catalogue_find(policy_catalogue(lint->policy), &host);
    if (entry == NULL || entry->kind == LLM_KIND_OTHER)
        return NULL;
    struct text group = entry->kind == LLM_KIND_WEB ? TEXT("llm-web") : TEXT("llm");
    return related_with(lint, rule, is_related, HOST_PATTERN_EXACT, group, true);
}

/* The related rule that has all hosts of the pattern: by the pattern itself, a suffix above it, the catalogue, or `*`.
 */
static const struct settings_rule *related_over(
    const struct lint *lint, const struct settings_rule *rule, rule_relation *is_related,
    const struct lint_pattern *pattern)
{
    const struct settings_rule *found =
        related_with(lint, rule, is_related, pattern->kind, pattern->name, pattern->is_catalogue);
    struct text above = pattern->name;
    while (found == NULL && !pattern->is_catalogue && text_has(above, '.')) {
        above = text_after(above, text_index(above, '.', 0) + 1);
        found = related_with(lint, rule, is_related, HOST_PATTERN_SUFFIX, above, false);
    }
    if (found == NULL && pattern->kind == HOST_PATTERN_EXACT && !pattern->is_catalogue)
        found = related_of_entry(lint, rule, is_related, pattern->name);
    return found == NULL ? related_with(lint, rule, is_related, HOST_PATTERN_ANY, TEXT(""), false) : found;
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

static void say_passed(const struct lint *lint, const struct settings_rule *deny, const struct settings_rule *by)
{
    if (by == NULL)
        return;
    diag_warning(
        lint->diags, deny->id.mark,
        "rule '%s' denies https on port 443 alone, and rule '%s' (%s:%d) lets more out to a host of it",
        deny->id.text.data, by->id.text.data, settings_path_of(lint->lists, by->id.mark), by->id.mark.line);
    diag_note(lint->diags, "to deny all of it, write `schemes` and `ports` into the deny as the other rule has them");
}

/* For each rule the one that goes past it, if it is a deny. */
static void check_passed(const struct lint *lint)
{
    const struct settings_rule *rules = lint->lists->rules;
    const struct settings_rule **passers =
        base_array(lint->lists->rule_count + 1, sizeof(const struct settings_rule *));
    for (size_t i = 0; i < lint->count; i++) {
        const struct settings_rule *rule = &rules[lint->patterns[i].rule];
        const struct settings_rule *deny = related_over(lint, rule, is_passed, &lint->patterns[i]);
        if (deny != NULL && passers[deny - rules] == NULL &&
            related_over(lint, rule, is_spelled_out, &lint->patterns[i]) == NULL)
            passers[deny - rules] = rule;
    }
    for (size_t i = 0; i < lint->lists->rule_count; i++)
        say_passed(lint, &rules[i], passers[i]);
    base_free((void *)passers);
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
        rule->has_unless && hosts_within(lint->lists, &rule->when.hosts, &rule->unless.hosts) &&
        conditions_within(&rule->when, &rule->unless, false, true))
        diag_warning(
            lint->diags, rule->id.mark, "rule '%s' can never match: its `unless` holds for all of it",
            rule->id.text.data);
    if (rule->observe && rule->verdict == VERDICT_ALLOW && !rule->inspect.is_on)
        diag_warning(
            lint->diags, rule->id.mark,
            "rule '%s' lets out what it names, as any allow: `mode: observe` is for rules that refuse or reroute",
            rule->id.text.data);
}

void lint_rules(const struct lint *lint)
{
    struct cover *covers = base_array(lint->lists->rule_count + 1, sizeof(*covers));
    for (size_t i = 0; i < lint->count; i++) {
        const struct settings_rule *rule = &lint->lists->rules[lint->patterns[i].rule];
        struct cover *cover = &covers[lint->patterns[i].rule];
        const struct settings_rule *by =
            rule->verdict == VERDICT_DENY ? NULL : related_over(lint, rule, is_stricter, &lint->patterns[i]);
        cover->patterns++;
        cover->covered += by == NULL ? 0 : 1;
        cover->by = by == NULL ? cover->by : by;
    }
    for (size_t i = 0; i < lint->lists->rule_count; i++) {
        check_itself(lint, &lint->lists->rules[i]);
        say_covered(lint, &lint->lists->rules[i], &covers[i]);
    }
    check_passed(lint);
    base_free(covers);
}
