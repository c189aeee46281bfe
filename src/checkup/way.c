/* SPDX-License-Identifier: Apache-2.0 */
/* How endpoints are come by to be asked: names as the policy resolves them, a connection for each page. */
#include "exeat/checkup/way.h"

#include "exeat/base/memory.h"
#include "exeat/config.h"

static struct resolver *make_resolver(struct checkup_way *way, const struct policy *policy, struct loop *loop)
{
    const struct settings_resolve *source = &policy_settings(policy)->resolve;
    way->fixed = base_array(source->host_count + 1, sizeof(*way->fixed));
    for (size_t i = 0; i < source->host_count; i++)
        way->fixed[i] = (struct resolver_fixed){
            .name = source->hosts[i].name, .addresses = source->hosts[i].addresses, .count = source->hosts[i].count};
    const struct resolver_options options = {
        .fixed = way->fixed,
        .fixed_count = source->host_count,
        .servers = source->servers.length > 0 ? source->servers.data : NULL,
        .hosts_path = "/etc/hosts",
    };
    return resolver_new(loop, &options);
}

void checkup_way_open(struct checkup_way *way, const struct policy *policy, struct loop *loop, struct tls_client *tls)
{
    const struct route_options route = {.tls = tls, .idle_timeout_ms = 1, .idle_maximum = 1};
    way->policy = policy;
    way->resolver = make_resolver(way, policy, loop);
    way->route = route_new(loop, &route);
}

void checkup_way_close(struct checkup_way *way)
{
    route_free(way->route);
    if (way->resolver != NULL)
        resolver_free(way->resolver);
    base_free(way->fixed);
    *way = (struct checkup_way){.route = NULL};
}

/* As calls to it are: by its own address a metadata service is no endpoint, nor is the gate itself. */
static enum reason
may_dial(const void *policy, const struct web_peer *peer, const struct address *address, struct judged_address *judged)
{
    enum reason why = REASON_NONE;
    bool may = address == NULL ? policy_judge_socket(policy, peer->host, judged, &why)
                               : policy_judge_endpoint(policy, address, peer->port, judged, &why);
    return may ? REASON_NONE : why;
}

struct web_peer checkup_peer(
    const struct checkup_way *way, struct loop *loop, const struct policy_inference *source, uint64_t patience_ms,
    size_t answer)
{
    return (struct web_peer){
        .loop = loop,
        .resolver = way->resolver,
        .route = way->route,
        .scheme = source->scheme,
        .host = &source->host,
        .port = source->port,
        .trust = source->trust,
        .may_dial = may_dial,
        .judge = way->policy,
        .prefix = source->prefix,
        .timeout_ms = patience_ms,
        .answer = answer,
    };
}
