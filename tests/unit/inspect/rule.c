/* SPDX-License-Identifier: Apache-2.0 */
/* See rule.h. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "rule.h"

#include <stdio.h>

static struct rule make(const char *inspect, bool observes)
{
    struct buffer yaml = {0};
    struct diags *diags = diags_new();
    struct rule rule = {0};
    buffer_printf(
        &yaml,
        "version: 1\ndetectors: { customer: { pattern: 'KD-[0-9]{6}' } }\n"
        "rules:\n  - { id: a, verdict: allow, hosts: [a.example], inspect: %s }\n",
        inspect);
    rule.settings = settings_parse(buffer_text(&yaml), "test.yaml", diags);
    assert_non_null(rule.settings);
    rule.inspection =
        inspection_compile(&rule.settings->lists.rules[0].inspect, &rule.settings->lists, observes, diags);
    assert_non_null(rule.inspection);
    rule.inspector = inspector_new();
    rule.inspected = inspected_new(rule.inspector, rule.inspection, TEXT("a.example"));
    diags_free(diags);
    buffer_clear(&yaml);
    return rule;
}

struct rule rule_make(const char *inspect)
{
    return make(inspect, false);
}

struct rule rule_observing(const char *inspect)
{
    return make(inspect, true);
}

void rule_again(struct rule *rule)
{
    inspected_free(rule->inspected);
    rule->inspected = inspected_new(rule->inspector, rule->inspection, TEXT("a.example"));
}

void rule_free(struct rule *rule)
{
    inspected_free(rule->inspected);
    inspector_free(rule->inspector);
    inspection_free(rule->inspection);
    settings_free(rule->settings);
}

void rule_assert_found(struct rule *rule, const char *expected)
{
    struct buffer found = {0};
    inspected_tell_request(rule->inspected, &found);
    buffer_append_byte(&found, '\0');
    assert_string_equal(found.data, expected);
    buffer_clear(&found);
}

enum inspect_says rule_json(struct rule *rule, const char *body, struct buffer *out)
{
    const struct body_label label = body_label_of(BODY_JSON);
    struct detail detail = {0};
    buffer_empty(out);
    buffer_append_string(out, body);
    return inspect_body(rule->inspected, &label, out, &detail);
}
