/* SPDX-License-Identifier: Apache-2.0 */
/* One address of a race: TCP, and then TLS bound to the name where the scheme asks for it. */
#include <errno.h>
#include <string.h>

#include "exeat/base/memory.h"
#include "route_internal.h"

void attempt_free(struct attempt *attempt)
{
    list_remove(&attempt->node);
    dial_cancel(attempt->dial);
    tls_connection_free(attempt->handshake);
    channel_free(attempt->channel);
    base_free(attempt);
}

struct upstream *attempt_take_upstream(struct attempt *attempt)
{
    struct upstream *upstream = base_zalloc(sizeof(*upstream));
    struct connecting *race = attempt->race;
    upstream->route = race->route;
    upstream->kept_ms = UINT64_MAX; /* it did not say yet */
    upstream->target = (struct route_target){race->scheme, race->host, attempt->to, race->trust};
    upstream->trust = attempt->trust;
    upstream->channel = attempt->channel;
    attempt->channel = NULL;
    channel_set_handler(upstream->channel, NULL, NULL);
    if (attempt->handshake != NULL) {
        upstream->has_peer_key = tls_connection_peer_key(attempt->handshake, upstream->peer_key);
        tls_connection_install(attempt->handshake);
        attempt->handshake = NULL;
    }
    return upstream;
}

static enum reason reason_of(const struct tls_connection *failed)
{
    switch (tls_connection_failure(failed)) {
    case TLS_FAILURE_PROTOCOL:
        break;
    case TLS_FAILURE_PIN:
        return REASON_UPSTREAM_PIN;
    case TLS_FAILURE_REVOKED:
        return REASON_UPSTREAM_REVOKED;
    }
    return REASON_UPSTREAM_TLS;
}

static void on_handshake(void *context)
{
    struct attempt *attempt = context;
    switch (tls_connection_handshake(attempt->handshake)) {
    case TLS_AGAIN:
        break;
    case TLS_DONE:
        race_won(attempt);
        break;
    case TLS_FAILED:
        race_lost(attempt, reason_of(attempt->handshake), tls_connection_error(attempt->handshake));
        break;
    }
}

static void on_dialled(void *context, struct channel *channel, int error)
{
    struct attempt *attempt = context;
    struct connecting *race = attempt->race;
    attempt->dial = NULL;
    if (channel == NULL) {
        race_lost(attempt, error == ETIMEDOUT ? REASON_CONNECT_TIMEOUT : REASON_CONNECT_FAILED, strerror(error));
        return;
    }
    attempt->channel = channel;
    if (race->scheme != SCHEME_HTTPS) {
        race_won(attempt);
        return;
    }
    race_goes_well(race);
    attempt->trust = race->route->trust;
    attempt->handshake = tls_connect(race->route->options.tls, attempt->channel, &race->host, &race->trust);
    if (attempt->handshake == NULL) {
        race_lost(attempt, REASON_UPSTREAM_TLS, "a new policy is in force: ask again");
        return;
    }
    channel_set_handler(attempt->channel, on_handshake, attempt);
    on_handshake(attempt);
}

void attempt_start(struct connecting *race, const struct judged_address *to)
{
    struct attempt *attempt = base_zalloc(sizeof(*attempt));
    attempt->race = race;
    attempt->to = *to;
    list_append(&race->attempts, &attempt->node);
    attempt->dial = dial_start(race->route->loop, to, on_dialled, attempt);
}

const char *attempt_stage(const struct attempt *attempt)
{
    return attempt->handshake == NULL ? "no answer in time" : "the TLS handshake took too long";
}
