/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a rule trusts upstream. What it says is only kept where the gate itself makes the TLS connection, so that such a
 * rule's connections are opened. */
#include "policy_internal.h"

bool trust_is_set(const struct settings_trust *trust)
{
    return trust->roots.text.length > 0 || trust->pins.count > 0 || trust->crls.count > 0 ||
           trust->certificate.text.length > 0 || trust->server_name.length > 0;
}

static void append_part(struct buffer *out, char kind, struct text value)
{
    buffer_append_byte(out, kind);
    buffer_append(out, value);
    buffer_append_byte(out, '\0'); /* no path has one */
}

static void name_trust(const struct settings_trust *source, struct digest *id)
{
    struct buffer all = {0};
    append_part(&all, 'r', source->roots.text);
    append_part(&all, 'c', source->certificate.text);
    append_part(&all, 'k', source->key.text);
    append_part(&all, 'n', source->server_name);
    for (size_t i = 0; i < source->crls.count; i++)
        append_part(&all, 'l', source->crls.items[i].text);
    for (size_t i = 0; i < source->pins.count; i++)
        append_part(&all, 'p', (struct text){(const char *)source->pins.items[i].bytes, sizeof(struct digest)});
    digest_sha256(bytes_of_text(buffer_text(&all)), id);
    buffer_clear(&all);
}

static void check_place(const struct settings_rule *rule, struct diags *diags)
{
    uint8_t schemes = rule->when.schemes;
    if (rule->verdict != VERDICT_ALLOW)
        diag_error(
            diags, rule->mark,
            "`roots`, `pin`, `crl`, `certificate` and `key` belong to an allow: who is trusted there");
    else if (schemes != 0 && (schemes & scheme_bit(SCHEME_HTTPS)) == 0)
        diag_error(
            diags, rule->mark,
            "`roots`, `pin`, `crl`, `certificate` and `key` are about TLS that the gate makes: "
            "they need https in `schemes`");
}

static void check_follows(const struct settings_rule *rule, struct diags *diags)
{
    uint8_t schemes = rule->when.schemes;
    bool is_https = schemes == 0 || (schemes & scheme_bit(SCHEME_HTTPS)) != 0;
    if (rule->follow_aia && (rule->verdict != VERDICT_ALLOW || !is_https || !rule->when.hosts.present))
        diag_error(diags, rule->mark, "`follow_aia` belongs to an allow of https to `hosts`, which have certificates");
}

const struct policy_trust *
trust_add(struct policy *policy, const char *what, struct text name, const struct settings_trust *source)
{
    struct policy_trust trust = {.source = source};
    struct buffer called = {0};
    size_t index = 0;
    name_trust(source, &trust.id);
    while (index < policy->trusts.count && !digest_equal(&policy->trusts.items[index].id, &trust.id))
        index++;
    if (index == policy->trusts.count) {
        buffer_printf(&called, "%s '%.*s'", what, TEXT_ARG(name));
        trust.called = arena_text(&policy->arena, buffer_text(&called));
        policy->trusts.items[policy->trusts.count++] = trust;
    }
    buffer_clear(&called);
    return &policy->trusts.items[index];
}

void trust_compile(struct policy *policy, struct policy_rule *rule, struct diags *diags)
{
    const struct settings_rule *source = rule->source;
    check_follows(source, diags);
    if (!trust_is_set(&source->trust))
        return;
    rule->trust = trust_add(policy, "rule", source->id.text, &source->trust);
    rule->needs_inside = true;
    check_place(source, diags);
}

size_t policy_trust_count(const struct policy *policy)
{
    return policy->trusts.count;
}

const struct policy_trust *policy_trust_at(const struct policy *policy, size_t index)
{
    return &policy->trusts.items[index];
}
