/* SPDX-License-Identifier: Apache-2.0 */
/* A worker's resolver, made as the policy says; a new one only where a policy says otherwise than the last. */
#include "exeat/base/memory.h"
#include "worker_internal.h"

/* Fixed answers live as long as the resolver that gives them, even if a reload has replaced it. */
struct names {
    struct names *older;
    struct policy *policy; /* one reference */
    struct resolver *resolver;
    struct resolver_fixed *fixed;
};

struct names *names_new(struct loop *loop, struct names *older, struct policy *policy)
{
    const struct settings_resolve *source = &policy_settings(policy)->resolve;
    struct names *names = base_zalloc(sizeof(*names));
    names->policy = policy_ref(policy);
    names->older = older;
    names->fixed = base_array(source->host_count + 1, sizeof(*names->fixed));
    for (size_t i = 0; i < source->host_count; i++)
        names->fixed[i] = (struct resolver_fixed){
            .name = source->hosts[i].name, .addresses = source->hosts[i].addresses, .count = source->hosts[i].count};
    struct resolver_options options = {
        .fixed = names->fixed,
        .fixed_count = source->host_count,
        .servers = source->servers.length > 0 ? source->servers.data : NULL,
        .hosts_path = "/etc/hosts",
    };
    names->resolver = resolver_new(loop, &options);
    return names;
}

void names_free(struct names *names)
{
    while (names != NULL) {
        struct names *older = names->older;
        resolver_free(names->resolver);
        policy_unref(names->policy);
        base_free(names->fixed);
        base_free(names);
        names = older;
    }
}

static bool same_names(const struct settings_resolve *left, const struct settings_resolve *right)
{
    if (!text_equal(left->servers, right->servers) || left->host_count != right->host_count)
        return false;
    for (size_t i = 0; i < left->host_count; i++) {
        const struct setting_host *one = &left->hosts[i];
        const struct setting_host *other = &right->hosts[i];
        if (!host_equal(&one->name, &other->name) || one->count != other->count)
            return false;
        for (size_t j = 0; j < one->count; j++)
            if (!address_equal(&one->addresses[j], &other->addresses[j]))
                return false;
    }
    return true;
}

struct resolver *names_resolver(const struct names *names)
{
    return names->resolver;
}

bool names_are_of(const struct names *names, const struct policy *policy)
{
    return same_names(&policy_settings(names->policy)->resolve, &policy_settings(policy)->resolve);
}
