/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that have lapsed are dead text; rules that lapse within a day want somebody to know it today. What ends and is
 * no allow opens by ending, which is worth a second look at any time. */
#include "exeat/policy/lapse.h"
#include "exeat/base/clock.h"
#include "lint_internal.h"

static void say_whose(const struct lint *lint, const struct settings_rule *rule, const char *what)
{
    if (rule->owner.length > 0)
        diag_note(lint->diags, "%s; its owner is %.*s", what, TEXT_ARG(rule->owner));
    else
        diag_note(lint->diags, "%s", what);
}

static void say(const struct lint *lint, const struct settings_rule *rule)
{
    char time[CLOCK_TEXT_SIZE];
    clock_write(rule->until.us, time);
    if (!policy_rule_is_in_force(rule, lint->at_us)) {
        diag_warning(
            lint->diags, rule->until.mark, "rule '%s' has lapsed (%.19sZ): it says nothing any more",
            rule->id.text.data, time);
        say_whose(lint, rule, "remove it, or renew it with a later `until`");
    } else if (rule->until.us - POLICY_LAPSE_WARNING_US <= lint->at_us) {
        diag_warning(lint->diags, rule->until.mark, "rule '%s' lapses within a day (%.19sZ)", rule->id.text.data, time);
        say_whose(lint, rule, "renew it with a later `until` if it is still needed");
    } else if (rule->verdict != VERDICT_ALLOW && !rule->observe) {
        diag_remark(
            lint->diags, rule->until.mark, "when rule '%s' lapses (%.19sZ), what it %s is up to the other rules",
            rule->id.text.data, time, rule->verdict == VERDICT_DENY ? "denies" : "reroutes");
    }
}

void lint_lapses(const struct lint *lint)
{
    size_t count = 0;
    const struct policy_lapse *lapses = policy_lapses(lint->policy, &count);
    for (size_t i = 0; i < count; i++)
        say(lint, lapses[i].rule);
}
