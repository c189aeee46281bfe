/* SPDX-License-Identifier: Apache-2.0 */
/* What rules look for: it can only be seen where the connection is opened. */
#include "policy_internal.h"

static void check_place(const struct settings_rule *rule, struct diags *diags)
{
    if (rule->verdict == VERDICT_DENY)
        diag_error(
            diags, rule->inspect.mark,
            "`inspect` belongs to an allow or a reroute: what a deny refuses is not looked at");
    else if ((rule->when.schemes & scheme_bit(SCHEME_TCP)) != 0)
        diag_error(
            diags, rule->inspect.mark,
            "what a rule for `tcp` lets through is not looked at: `inspect` needs http or https");
}

void inspection_compile_of(struct policy *policy, struct policy_rule *rule, struct diags *diags)
{
    const struct settings_rule *source = rule->source;
    if (!source->inspect.is_on)
        return;
    check_place(source, diags);
    rule->needs_inside = true;
    rule->inspection = inspection_compile(
        &source->inspect, &policy->settings->lists, policy->settings->observe || source->observe, diags);
}
