/* SPDX-License-Identifier: Apache-2.0 */
/* Which proxy a request goes through: its rule's word, else that for all. There is no way around one. */
#include "exeat/base/memory.h"
#include "policy_internal.h"

enum { CREDENTIALS_MAX = 4096 };

static bool is_credentials(struct text pair)
{
    for (size_t i = 0; i < pair.length; i++)
        if ((unsigned char)pair.data[i] < ' ' || pair.data[i] == 0x7f)
            return false;
    return text_has(pair, ':');
}

/* "user:password" becomes the field's value. */
static void write_basic(const struct secret *pair, struct secret *value)
{
    struct buffer out = {0};
    buffer_append(&out, TEXT("Basic "));
    buffer_append_base64(&out, bytes_of_text(secret_show(pair)));
    secret_take(value, buffer_text(&out));
    buffer_clear(&out);
}

static void read_credentials(const struct settings_proxy *source, struct secret *value, struct diags *diags)
{
    struct secret pair = {0};
    char *error = NULL;
    if (source->credentials_file.length == 0)
        return;
    if (!secret_read(source->credentials_file.data, CREDENTIALS_MAX, &pair, &error)) {
        diag_error(
            diags, source->name.mark, "the credentials of proxy '%s' cannot be read: %s", source->name.text.data,
            error);
        base_free(error);
        return;
    }
    secret_trim(&pair);
    bool is_good = is_credentials(secret_show(&pair));
    if (is_good)
        write_basic(&pair, value);
    else
        diag_error(
            diags, source->name.mark, "the credentials file of proxy '%s' must hold user:password on one line",
            source->name.text.data);
    secret_clear(&pair);
}

static void compile_proxy(struct policy *policy, size_t index, struct diags *diags)
{
    const struct settings_proxy *source = &policy->settings->lists.proxies[index];
    struct proxy *proxy = &policy->proxies.items[index];
    *proxy = (struct proxy){
        .name = source->name.text,
        .is_tls = source->is_tls,
        .host = source->host,
        .port = source->port,
    };
    read_credentials(source, &proxy->authorization, diags);
    if (trust_is_set(&source->trust))
        proxy->trust = trust_add(policy, "proxy", source->name.text, &source->trust)->id;
    const uint8_t rest[] = {(uint8_t)(source->port >> 8), (uint8_t)source->port, source->is_tls};
    const struct bytes pieces[] = {
        bytes_of_text(host_text(&source->host)),
        {rest, sizeof(rest)},
        {proxy->trust.bytes, sizeof(proxy->trust.bytes)},
        bytes_of_text(secret_show(&proxy->authorization))};
    digest_sha256_pieces(pieces, COUNT_OF(pieces), &proxy->id);
}

static const struct proxy *find(const struct policy *policy, struct text name)
{
    for (size_t i = 0; i < policy->proxies.count; i++)
        if (text_equal(policy->proxies.items[i].name, name))
            return &policy->proxies.items[i];
    return NULL; /* "none": names are checked with the file */
}

/* Addresses are the proxy's matter: a rule that is particular about them would not get what it asks for. */
static void check_rule(const struct settings_rule *rule, const struct proxy *proxy, struct diags *diags)
{
    bool asks_for_addresses = rule->when.addresses.present || rule->unless.addresses.present;
    if (rule->verdict != VERDICT_ALLOW && rule->upstream_proxy.text.length > 0)
        diag_error(diags, rule->upstream_proxy.mark, "`upstream_proxy` belongs to an allow");
    if (proxy == NULL || rule->verdict != VERDICT_ALLOW || !rule->when.hosts.present || !asks_for_addresses)
        return;
    diag_error(
        diags, rule->mark, "rule '%s' asks for addresses, and goes through proxy '%s', which looks the names up",
        rule->id.text.data, proxy->name.data);
    diag_note(diags, "write upstream_proxy: none, or leave its `addresses` out");
}

void proxies_compile(struct policy *policy, struct diags *diags)
{
    const struct settings_lists *lists = &policy->settings->lists;
    struct policy_proxies *proxies = &policy->proxies;
    proxies->count = lists->proxy_count;
    proxies->items = arena_array(&policy->arena, lists->proxy_count, sizeof(*proxies->items));
    for (size_t i = 0; i < lists->proxy_count; i++)
        compile_proxy(policy, i, diags);
    proxies->for_all = find(policy, policy->settings->upstream_proxy.text);
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct settings_rule *source = policy->rules[i].source;
        bool has_own = source->upstream_proxy.text.length > 0;
        policy->rules[i].proxy = has_own ? find(policy, source->upstream_proxy.text) : proxies->for_all;
        check_rule(source, policy->rules[i].proxy, diags);
    }
    for (size_t i = 0; i < policy->inference_count; i++)
        policy->inference[i].via = find(policy, lists->inference[i].via.text);
}

void proxies_clear(struct policy *policy)
{
    for (size_t i = 0; i < policy->proxies.count; i++)
        secret_clear(&policy->proxies.items[i].authorization);
}

const struct proxy *policy_proxy(const struct policy *policy, const struct decision *decision)
{
    bool allows = decision->winner != NULL && decision->winner->source->verdict == VERDICT_ALLOW;
    return allows ? decision->winner->proxy : policy->proxies.for_all;
}
