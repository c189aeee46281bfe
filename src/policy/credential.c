/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that rules `use`. A rule that does names where one goes to the last letter: whole names of hosts, methods and
 * paths, over TLS that the gate itself makes. */
#include "exeat/policy/credential.h"

#include "policy_internal.h"

static void check_pattern(void *context, const struct setting_pattern *pattern)
{
    bool *is_exact = context;
    *is_exact = *is_exact && pattern->group.length == 0 && pattern->pattern.kind == HOST_PATTERN_EXACT;
}

static bool names_hosts(const struct policy *policy, const struct settings_rule *rule)
{
    bool is_exact = rule->when.hosts.present;
    policy_patterns_walk(policy->settings, &rule->when.hosts, check_pattern, &is_exact);
    return is_exact;
}

static void check_rule(const struct policy *policy, const struct settings_rule *rule, struct diags *diags)
{
    struct mark mark = rule->use.mark;
    uint8_t schemes = rule->when.schemes;
    if (rule->verdict != VERDICT_ALLOW)
        diag_error(diags, mark, "`use` belongs to an allow");
    else if (schemes != 0 && schemes != scheme_bit(SCHEME_HTTPS))
        diag_error(
            diags, mark, "`use` needs https alone: a secret does not go through plain http, nor through tunnels");
    else if (!names_hosts(policy, rule))
        diag_error(diags, mark, "`use` needs `hosts` by their whole names: a wildcard is many hosts, whoever has them");
    else if (!rule->when.methods.present || !rule->when.paths.present)
        diag_error(diags, mark, "`use` needs `methods` and `paths`: what the secret may be used for");
    else if (rule->observe)
        diag_error(diags, mark, "a rule that only observes decides nothing: it cannot have `use`");
    else if (rule->follow_aia || rule->llm_unseen)
        diag_error(diags, mark, "a rule that has `use` can have neither `follow_aia` nor `llm: unseen`");
}

void credentials_compile_of(struct policy *policy, struct policy_rule *rule, struct diags *diags)
{
    const struct settings_rule *source = rule->source;
    if (source->use.text.length == 0)
        return;
    check_rule(policy, source, diags);
    rule->needs_inside = true;
    for (size_t i = 0; i < policy->credentials.count; i++)
        if (text_equal(policy->credentials.items[i].name, source->use.text))
            rule->credential = &policy->credentials.items[i];
}

size_t policy_credential_count(const struct policy *policy)
{
    return policy->credentials.count;
}

const struct credential *policy_credential_at(const struct policy *policy, size_t index)
{
    return &policy->credentials.items[index];
}

const struct credential *policy_credential_in_host(const struct policy *policy, const struct host *host)
{
    return credentials_in_host(&policy->credentials, host);
}

const struct credential *policy_credential(const struct decision *decision)
{
    bool goes_on = decision->verdict == VERDICT_ALLOW && decision->plan == PLAN_FORWARD &&
                   decision->scheme == SCHEME_HTTPS && decision->winner != NULL;
    return goes_on ? decision->winner->credential : NULL;
}
