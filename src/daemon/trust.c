/* SPDX-License-Identifier: Apache-2.0 */
/* Whom upstream TLS trusts, and who the gate is towards clients: made anew when a reload finds other files or keys of
 * them. What came before lives on to the end, for handshakes that are under way. */
#include "exeat/policy/trust.h"
#include "daemon_internal.h"
#include "exeat/base/memory.h"

/* A file that cannot be read has no digest; who reads it next says why. */
static void append_file(struct buffer *out, struct text path)
{
    struct digest digest = {{0}};
    if (path.length > 0 && digest_file(path.data, &digest))
        buffer_append(out, (struct text){(const char *)digest.bytes, sizeof(digest.bytes)});
    buffer_append(out, path);
    buffer_append_byte(out, '\0');
}

static void append_rule(struct buffer *all, const struct policy_trust *rule)
{
    const struct settings_trust *trust = rule->source;
    buffer_append(all, (struct text){(const char *)rule->id.bytes, sizeof(rule->id.bytes)});
    append_file(all, trust->roots.text);
    append_file(all, trust->certificate.text);
    append_file(all, trust->key.text);
    for (size_t i = 0; i < trust->crls.count; i++)
        append_file(all, trust->crls.items[i].text);
}

static void append_listener(struct buffer *all, const struct listener_plan *plan)
{
    append_file(all, text_from(plan->certificate));
    append_file(all, text_from(plan->key));
    append_file(all, text_from(plan->client_roots));
    append_file(all, text_from(plan->crl));
}

static void digest_of(const struct policy *policy, const struct listeners *listeners, struct digest *digest)
{
    const struct settings_tls *tls = &policy_settings(policy)->tls;
    struct buffer all = {0};
    append_file(&all, tls->certificate);
    append_file(&all, tls->key);
    append_file(&all, tls->roots);
    buffer_append_string(&all, tls->minimum_13 ? "1.3" : "1.2");
    for (size_t i = 0; i < policy_trust_count(policy); i++)
        append_rule(&all, policy_trust_at(policy, i));
    for (size_t i = 0; i < listeners->count; i++)
        append_listener(&all, &listeners->items[i]);
    digest_sha256(bytes_of_text(buffer_text(&all)), digest);
    buffer_clear(&all);
}

struct trust *trust_new(const struct policy *policy, const struct listeners *listeners, const char *path, char **error)
{
    struct trust *trust = base_zalloc(sizeof(*trust));
    digest_of(policy, listeners, &trust->digest);
    trust->issuer = daemon_load_issuer(policy, path, error);
    if ((trust->issuer != NULL || *error == NULL) && listeners_load(listeners, trust->identities, error))
        return trust;
    trust_free(trust);
    return NULL;
}

void trust_free(struct trust *trust)
{
    while (trust != NULL) {
        struct trust *older = trust->older;
        for (size_t i = 0; i < LISTENERS_MAX; i++)
            tls_identity_free(trust->identities[i]);
        tls_issuer_free(trust->issuer);
        base_free(trust);
        trust = older;
    }
}

/* What tls is given about rules and proxies. */
struct rule_trusts {
    struct tls_trust *items;
    const char **crls;
    size_t count;
};

static size_t crl_count(const struct policy *policy)
{
    size_t count = 0;
    for (size_t i = 0; i < policy_trust_count(policy); i++)
        count += policy_trust_at(policy, i)->source->crls.count;
    return count;
}

static void fill(struct tls_trust *trust, const struct policy_trust *rule, struct text common_roots, const char **crls)
{
    const struct settings_trust *source = rule->source;
    for (size_t i = 0; i < source->crls.count; i++)
        crls[i] = source->crls.items[i].text.data;
    *trust = (struct tls_trust){
        .id = rule->id,
        .called = rule->called.data,
        .roots = source->roots.text.length > 0 ? source->roots.text.data : common_roots.data,
        .certificate = source->certificate.text.data,
        .key = source->key.text.data,
        .crls = crls,
        .crl_count = source->crls.count,
        .pins = source->pins.items,
        .pin_count = source->pins.count,
        .server_name = source->server_name.data,
    };
}

static struct rule_trusts rule_trusts_new(const struct policy *policy)
{
    struct text roots = policy_settings(policy)->tls.roots;
    size_t count = policy_trust_count(policy);
    struct rule_trusts trusts = {
        .items = base_array(count + 1, sizeof(*trusts.items)),
        .crls = base_array(crl_count(policy) + 1, sizeof(*trusts.crls)),
        .count = count,
    };
    const char **crls = trusts.crls;
    for (size_t i = 0; i < count; i++) {
        fill(&trusts.items[i], policy_trust_at(policy, i), roots, crls);
        crls += trusts.items[i].crl_count;
    }
    return trusts;
}

static void rule_trusts_clear(struct rule_trusts *trusts)
{
    base_free(trusts->items);
    base_free((void *)trusts->crls);
}

struct tls_client *trust_client(const struct policy *policy, char **error)
{
    const struct settings_tls *tls = &policy_settings(policy)->tls;
    struct rule_trusts trusts = rule_trusts_new(policy);
    struct tls_client_options options = {
        .upstream = {.roots = tls->roots.data},
        .others = trusts.items,
        .other_count = trusts.count,
        .minimum_13 = tls->minimum_13,
    };
    struct tls_client *client = tls_client_new(&options, error);
    rule_trusts_clear(&trusts);
    return client;
}

struct tls_client *daemon_load_trust(const struct policy *policy, char **error)
{
    return trust_client(policy, error);
}

bool trust_is_usable(const struct policy *policy, size_t index, char **error)
{
    const struct settings_tls *tls = &policy_settings(policy)->tls;
    struct rule_trusts trusts = rule_trusts_new(policy);
    struct tls_client_options options = {
        .upstream = {.roots = tls->roots.data}, .others = &trusts.items[index], .other_count = 1};
    struct tls_client *client = tls_client_new(&options, error);
    bool good = client != NULL;
    tls_client_free(client);
    rule_trusts_clear(&trusts);
    return good;
}

void trust_remarks(const struct policy *policy, void (*say)(void *context, const char *sentence), void *context)
{
    struct rule_trusts trusts = rule_trusts_new(policy);
    for (size_t i = 0; i < trusts.count; i++)
        tls_trust_remarks(&trusts.items[i], say, context);
    rule_trusts_clear(&trusts);
}
