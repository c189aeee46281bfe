/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy lets out that its author should know of: calls to LLM vendors, and networks that are not public. The
 * judge itself is asked. */
#include "exeat/base/memory.h"
#include "lint_internal.h"

/* --- LLM hosts -------------------------------------------------------------------------------------------------------
 */

struct reached {
    size_t count;
    const struct llm_entry *example;
};

static bool lets_out(const struct policy *policy, const struct request *request, struct decision *decision)
{
    policy_judge(policy, request, decision);
    return (decision->verdict == VERDICT_ALLOW || decision->observed) && decision->plan != PLAN_OPEN;
}

/* At CONNECT, and for a host that has other uses too, inside at the first of its paths. */
static bool
reaches(const struct policy *policy, const struct llm_entry *entry, struct text client, struct decision *decision)
{
    struct request request = {
        .client.name = client,
        .asked_us = ASKED_AT_FIRST,
        .scheme = SCHEME_HTTPS,
        .host = entry->pattern.host,
        .port = 443,
        .path_was_canonical = true};
    if (entry->pattern.kind != HOST_PATTERN_EXACT) {
        struct buffer name = {0};
        buffer_printf(&name, "any.%s", entry->pattern.host.text);
        bool good = host_parse(buffer_text(&name), &request.host);
        buffer_clear(&name);
        if (!good)
            return false;
    }
    if (lets_out(policy, &request, decision))
        return true;
    if (decision->plan != PLAN_OPEN)
        return false;
    request.inside_known = true;
    request.method = TEXT("POST");
    request.path = entry->paths.length > 0 ? TEXT("/openai/v1/chat/completions") : TEXT("/v1/chat/completions");
    return lets_out(policy, &request, decision);
}

/* For anybody: nobody in particular first, and then each client. */
static bool reaches_for_any(const struct policy *policy, const struct llm_entry *entry, struct decision *decision)
{
    const struct settings_lists *lists = &policy_settings(policy)->lists;
    bool found = reaches(policy, entry, TEXT(""), decision);
    for (size_t i = 0; !found && i < lists->client_count; i++)
        found = reaches(policy, entry, lists->clients[i].name.text, decision);
    return found;
}

bool lint_llm_leaves(const struct policy *policy, const struct llm_entry *entry)
{
    struct decision decision;
    return reaches_for_any(policy, entry, &decision);
}

static size_t index_of(const struct lint *lint, struct text id)
{
    size_t i = 0;
    while (i < lint->lists->rule_count && !text_equal(lint->lists->rules[i].id.text, id))
        i++;
    return i;
}

static void count_entry(const struct lint *lint, const struct llm_entry *entry, struct reached *reached)
{
    struct decision decision;
    if (!reaches_for_any(lint->policy, entry, &decision))
        return;
    struct reached *one = &reached[index_of(lint, decision.rule)];
    if (one->count++ == 0)
        one->example = entry;
}

static void say_reached(const struct lint *lint, size_t rule, const struct reached *reached)
{
    struct mark place = {.file = 0, .line = 1, .column = 1, .width = 1};
    if (reached->count == 0)
        return;
    const struct llm_entry *entry = reached->example;
    const char *star = entry->pattern.kind == HOST_PATTERN_SUFFIX ? "*." : "";
    if (rule == lint->lists->rule_count || lint->lists->rules[rule].verdict != VERDICT_ALLOW)
        diag_warning(
            lint->diags, rule == lint->lists->rule_count ? place : lint->lists->rules[rule].id.mark,
            "observing, calls to %zu LLM host%s leave, such as %s%s (%.*s)", reached->count,
            reached->count == 1 ? "" : "s", star, entry->pattern.host.text, TEXT_ARG(entry->provider));
    else
        diag_remark(
            lint->diags, lint->lists->rules[rule].id.mark,
            "rule '%s' lets calls to %zu LLM host%s out, such as %s%s (%.*s)", lint->lists->rules[rule].id.text.data,
            reached->count, reached->count == 1 ? "" : "s", star, entry->pattern.host.text, TEXT_ARG(entry->provider));
}

void lint_llm(const struct lint *lint)
{
    const struct llm_catalogue *catalogue = policy_catalogue(lint->policy);
    struct reached *reached = base_array(lint->lists->rule_count + 1, sizeof(*reached));
    for (size_t i = 0; i < llm_catalogue_count(catalogue); i++) {
        const struct llm_entry *entry = llm_catalogue_at(catalogue, i);
        if (entry->kind == LLM_KIND_API || entry->kind == LLM_KIND_SHARED)
            count_entry(lint, entry, reached);
    }
    for (size_t i = 0; i <= lint->lists->rule_count; i++)
        say_reached(lint, i, &reached[i]);
    base_free(reached);
}

/* --- networks that are not public ------------------------------------------------------------------------------------
 */

/* One address of each kind of network. */
static const char *const probes[] = {"8.8.8.8",    "2606:4700::1111", "127.0.0.1",       "10.0.0.1",
                                     "172.16.0.1", "192.168.0.1",     "169.254.169.254", "100.64.0.1",
                                     "::1",        "fe80::1",         "fd00:ec2::254"};

static unsigned classes_of(const struct address_range *range)
{
    unsigned classes = 1u << address_class(&range->base);
    for (size_t i = 0; i < COUNT_OF(probes); i++) {
        struct address address;
        if (address_parse(text_from(probes[i]), &address) && address_range_has(range, &address))
            classes |= 1u << address_class(&address);
    }
    return classes;
}

static void append_classes(struct buffer *out, unsigned classes)
{
    for (unsigned class = 0; class < ADDRESS_CLASS_COUNT; class ++)
        if ((classes & 1u << class) != 0)
            buffer_printf(out, "%s%s", out->length == 0 ? "" : ", ", address_class_name((enum address_class) class));
}

static void check_range(const struct lint *lint, const struct settings_rule *rule, const struct setting_range *range)
{
    unsigned classes = classes_of(&range->range);
    struct buffer names = {0};
    if (classes == 1u << ADDRESS_PUBLIC)
        return;
    append_classes(&names, classes);
    if ((classes & (classes - 1)) != 0)
        diag_warning(
            lint->diags, range->mark,
            "rule '%s' reaches addresses of several kinds (%.*s); write the networks that are meant",
            rule->id.text.data, TEXT_ARG(buffer_text(&names)));
    else
        diag_remark(
            lint->diags, range->mark, "rule '%s' reaches %.*s addresses", rule->id.text.data,
            TEXT_ARG(buffer_text(&names)));
    buffer_clear(&names);
}

void lint_ranges(const struct lint *lint)
{
    for (size_t i = 0; i < lint->lists->rule_count; i++) {
        const struct settings_rule *rule = &lint->lists->rules[i];
        for (size_t j = 0; rule->verdict != VERDICT_DENY && j < rule->when.addresses.count; j++)
            check_range(lint, rule, &rule->when.addresses.items[j]);
    }
}
