/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that open more than an allowlist is for, and a gate that anybody may use. */
#include "exeat/policy/trace.h"
#include "lint_internal.h"

struct width {
    const struct lint *lint;
    const struct settings_rule *rule;
};

static void check_pattern(void *context, const struct setting_pattern *pattern)
{
    const struct width *width = context;
    const struct host_pattern *host = &pattern->pattern;
    const char *id = width->rule->id.text.data;
    if (pattern->group.length > 0)
        return;
    if (host->kind == HOST_PATTERN_ANY) {
        diag_warning(width->lint->diags, pattern->mark, "rule '%s' lets requests to every public host out", id);
        diag_note(width->lint->diags, "name the hosts, or the networks that are meant by `addresses`");
    } else if (host->kind == HOST_PATTERN_SUFFIX && name_is_public_suffix(host->host.text)) {
        diag_warning(
            width->lint->diags, pattern->mark, "rule '%s': below %s everybody can have a name", id, host->host.text);
        diag_note(width->lint->diags, "name the hosts that are meant");
    }
}

static void check_rule(const struct lint *lint, const struct settings_rule *rule)
{
    struct width width = {lint, rule};
    bool is_bounded = rule->when.addresses.present; /* to networks that the operator wrote down */
    if (rule->verdict == VERDICT_ALLOW && !is_bounded)
        policy_patterns_walk(policy_settings(lint->policy), &rule->when.hosts, check_pattern, &width);
}

static bool asks_who(const struct lint *lint)
{
    for (size_t i = 0; i < lint->lists->rule_count; i++)
        if (lint->lists->rules[i].verdict != VERDICT_DENY && !lint->lists->rules[i].when.from.present)
            return false;
    return true;
}

/* False: it was said. */
static bool check_listener(const struct lint *lint, const struct setting_socket *listener)
{
    if (address_class(&listener->address) == ADDRESS_LOOPBACK || asks_who(lint))
        return true;
    diag_warning(lint->diags, listener->mark, "whoever reaches this port may use the rules that have no `from`");
    diag_note(lint->diags, "listen on 127.0.0.1, or write `clients` and `from`");
    return false;
}

/* One that others reach as a proxy needs clients: the policy sees to that. */
static void check_listeners(const struct lint *lint)
{
    const struct settings_listen *listen = &policy_settings(lint->policy)->listen;
    bool is_good = true;
    for (size_t i = 0; i < listen->transparent.count && is_good; i++)
        is_good = check_listener(lint, &listen->transparent.items[i].socket);
}

void lint_width(const struct lint *lint)
{
    for (size_t i = 0; i < lint->lists->rule_count; i++)
        check_rule(lint, &lint->lists->rules[i]);
    check_listeners(lint);
}
