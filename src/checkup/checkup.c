/* SPDX-License-Identifier: Apache-2.0 */
/* Who is asked: the engines of the policy in force that say how they are. */
#include "checkup_internal.h"
#include "exeat/base/memory.h"
#include "exeat/config.h"

struct checkup *checkup_new(const struct checkup_options *options)
{
    struct checkup *checkup = base_zalloc(sizeof(*checkup));
    checkup->options = *options;
    return checkup;
}

static void forget(struct checkup *checkup)
{
    for (size_t i = 0; i < checkup->patient_count; i++)
        patient_end(&checkup->patients[i]);
    base_free(checkup->patients);
    checkup->patients = NULL;
    checkup->patient_count = 0;
    route_free(checkup->route);
    if (checkup->resolver != NULL)
        resolver_free(checkup->resolver);
    base_free(checkup->fixed);
    tls_client_free(checkup->tls);
}

void checkup_free(struct checkup *checkup)
{
    if (checkup == NULL)
        return;
    forget(checkup);
    engine_set_free(checkup->set);
    policy_unref(checkup->policy);
    base_free(checkup);
}

static struct resolver *make_resolver(struct checkup *checkup)
{
    const struct settings_resolve *source = &policy_settings(checkup->policy)->resolve;
    checkup->fixed = base_array(source->host_count + 1, sizeof(*checkup->fixed));
    for (size_t i = 0; i < source->host_count; i++)
        checkup->fixed[i] = (struct resolver_fixed){
            .name = source->hosts[i].name, .addresses = source->hosts[i].addresses, .count = source->hosts[i].count};
    const struct resolver_options options = {
        .fixed = checkup->fixed,
        .fixed_count = source->host_count,
        .servers = source->servers.length > 0 ? source->servers.data : NULL,
        .hosts_path = "/etc/hosts",
    };
    return resolver_new(checkup->options.loop, &options);
}

static void begin(struct checkup *checkup)
{
    const struct route_options route = {.tls = checkup->tls, .idle_timeout_ms = 1, .idle_maximum = 1};
    size_t count = engine_set_count(checkup->set);
    checkup->resolver = make_resolver(checkup);
    checkup->route = route_new(checkup->options.loop, &route);
    checkup->patients = base_array(count + 1, sizeof(*checkup->patients));
    for (size_t i = 0; i < count; i++)
        if (engine_set_at(checkup->set, i) != NULL && policy_inference(checkup->policy, i)->engine->is_asked)
            patient_begin(&checkup->patients[checkup->patient_count++], checkup, i);
}

void checkup_set_policy(struct checkup *checkup, struct policy *policy, struct tls_client *tls)
{
    struct engine_set *before = checkup->set;
    struct policy *old = checkup->policy;
    forget(checkup);
    checkup->policy = policy_ref(policy);
    checkup->tls = tls;
    checkup->set = engine_set_new(checkup->options.engines, policy);
    engine_set_put_in_force(checkup->set);
    engine_set_free(before);
    policy_unref(old);
    begin(checkup);
}
