/* SPDX-License-Identifier: Apache-2.0 */
/* What compiles but cannot work: rules that must look where nothing may be opened, and rules that contradict each other
 * about who answers. */
#include "policy_internal.h"

/* --- looking inside --------------------------------------------------------------------------------------------------
 */

static bool is_within(const struct host_pattern *inner, const struct host_pattern *outer)
{
    if (outer->kind == HOST_PATTERN_ANY)
        return true;
    if (inner->kind == HOST_PATTERN_EXACT)
        return host_pattern_matches(outer, &inner->host);
    if (inner->kind == HOST_PATTERN_ANY || outer->kind == HOST_PATTERN_EXACT)
        return false;
    return host_equal(&inner->host, &outer->host) || host_pattern_matches(outer, &inner->host);
}

static bool are_among(
    const struct policy *policy, const struct compiled_host *wanted, const struct compiled_host *hosts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (wanted->is_llm || wanted->is_llm_web) {
            if (wanted->is_llm == hosts[i].is_llm && wanted->is_llm_web == hosts[i].is_llm_web)
                return true;
            continue;
        }
        if (hosts[i].is_llm || hosts[i].is_llm_web) {
            if (wanted->pattern.kind == HOST_PATTERN_EXACT &&
                hosts_match(policy, &hosts[i], 1, &wanted->pattern.host) > 0)
                return true;
            continue;
        }
        if (is_within(&wanted->pattern, &hosts[i].pattern))
            return true;
    }
    return false;
}

static void append_pattern(const struct compiled_host *host, struct buffer *out)
{
    if (host->is_llm || host->is_llm_web)
        buffer_append_string(out, host->is_llm ? "@llm" : "@llm-web");
    else if (host->pattern.kind == HOST_PATTERN_ANY)
        buffer_append(out, TEXT("*"));
    else
        buffer_printf(out, "%s%s", host->pattern.kind == HOST_PATTERN_SUFFIX ? "*." : "", host->pattern.host.text);
}

static void say_not_openable(const struct policy_rule *rule, const struct compiled_host *host, struct diags *diags)
{
    struct buffer name = {0};
    append_pattern(host, &name);
    buffer_append_byte(&name, '\0');
    diag_error(
        diags, rule->source->mark, "rule '%s' must look inside connections to %s, which tls.authority may not open",
        rule->source->id.text.data, name.data);
    diag_note(
        diags, "add it to tls.authority.names and run `exeat ca renew`, or take the rule's paths and methods away");
    buffer_clear(&name);
}

static bool is_about_https(const struct settings_conditions *when)
{
    return when->schemes == 0 || (when->schemes & scheme_bit(SCHEME_HTTPS)) != 0;
}

static void check_openable(const struct policy *policy, const struct policy_rule *rule, struct diags *diags)
{
    bool reroutes = rule->source->verdict == VERDICT_REROUTE;
    if ((!rule->needs_inside && !reroutes) || !is_about_https(&rule->source->when))
        return;
    for (size_t i = 0; i < rule->when.host_count; i++) {
        const struct compiled_host *host = &rule->when.hosts[i];
        bool never = are_among(policy, host, policy->never, policy->never_count);
        /* A deny that cannot look holds for the whole host: stricter than written, so it may stand. */
        if (rule->source->verdict == VERDICT_DENY && (never || host->pattern.kind == HOST_PATTERN_ANY))
            continue;
        if (never || !are_among(policy, host, policy->speaks_for, policy->speaks_for_count)) {
            say_not_openable(rule, host, diags);
            return;
        }
    }
}

/* --- who answers -----------------------------------------------------------------------------------------------------
 */

static bool same_inference(const struct policy_rule *left, const struct policy_rule *right)
{
    if (left->inference_count != right->inference_count)
        return false;
    for (size_t i = 0; i < left->inference_count; i++)
        if (left->inference[i] != right->inference[i])
            return false;
    return true;
}

/* Rules that differ in more than hosts may be about different requests. */
static bool has_only_hosts(const struct policy_rule *rule)
{
    const struct settings_conditions *when = &rule->source->when;
    return !when->from.present && !when->methods.present && !when->paths.present && !rule->source->has_unless;
}

static bool share_a_pattern(const struct policy_rule *left, const struct policy_rule *right)
{
    for (size_t i = 0; i < left->when.host_count; i++)
        for (size_t j = 0; j < right->when.host_count; j++) {
            const struct compiled_host *one = &left->when.hosts[i];
            const struct compiled_host *other = &right->when.hosts[j];
            if (one->is_llm != other->is_llm || one->is_llm_web != other->is_llm_web)
                continue;
            if (one->is_llm || one->is_llm_web ||
                (one->pattern.kind == other->pattern.kind && host_equal(&one->pattern.host, &other->pattern.host)))
                return true;
        }
    return false;
}

static void check_answers(const struct policy *policy, size_t index, struct diags *diags)
{
    const struct policy_rule *rule = &policy->rules[index];
    for (size_t i = 0; rule->source->verdict == VERDICT_REROUTE && i < index; i++) {
        const struct policy_rule *other = &policy->rules[i];
        if (other->source->verdict != VERDICT_REROUTE || same_inference(rule, other) || !has_only_hosts(rule) ||
            !has_only_hosts(other) || !share_a_pattern(rule, other))
            continue;
        diag_error(
            diags, rule->source->mark, "rules '%s' and '%s' name the same host, but different `inference`",
            other->source->id.text.data, rule->source->id.text.data);
    }
}

void policy_check_rules(const struct policy *policy, struct diags *diags)
{
    for (size_t i = 0; i < policy->rule_count; i++) {
        check_openable(policy, &policy->rules[i], diags);
        check_answers(policy, i, diags);
    }
}
