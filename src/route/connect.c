/* SPDX-License-Identifier: Apache-2.0 */
/* Connecting to a host of which several addresses were judged: a race (RFC 8305 section 5). The next address is tried
 * when the one before has failed or is silent for a while, and the first that is connected wins: TCP, through a proxy
 * where there is one, and then TLS bound to the name where the scheme asks for it. */
#include <errno.h>
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "route_internal.h"

/* RFC 8305 section 8; where there are many, all of them have begun after two seconds. */
enum { ATTEMPT_DELAY_MS = 250, ALL_BEGUN_MS = 2000 };

/* One address of the race. */
struct attempt {
    struct list_node node;
    struct connecting *race; /* borrowed */
    struct judged_address to;
    struct dial *dial;                /* owned while it runs */
    struct channel *channel;          /* owned once connected */
    struct tls_connection *handshake; /* owned while it runs */
    struct asking *asking;            /* owned while a proxy is asked */
    uint64_t trust;                   /* under which it began */
    bool is_verified;
};

static void start_next(struct connecting *race);

static void attempt_free(struct attempt *attempt)
{
    list_remove(&attempt->node);
    dial_cancel(attempt->dial);
    tls_connection_free(attempt->handshake);
    asking_free(attempt->asking);
    channel_free(attempt->channel);
    base_free(attempt);
}

static void race_free(struct connecting *race)
{
    struct list_node *node;
    while ((node = list_first(&race->attempts)) != NULL)
        attempt_free(list_owner(node, struct attempt, node));
    timer_free(race->delay);
    base_free(race);
}

void connecting_cancel(struct connecting *race)
{
    if (race != NULL)
        race_free(race);
}

/* --- how an attempt ends ---------------------------------------------------------------------------------------------
 */

static void wait_for_next(struct connecting *race)
{
    uint64_t share = ALL_BEGUN_MS / race->count;
    if (race->next < race->count)
        timer_start(race->delay, share < ATTEMPT_DELAY_MS ? share : ATTEMPT_DELAY_MS);
}

/* How far the way led says most about what is wrong with it. */
static int distance(enum reason reason)
{
    if (reason == REASON_UPSTREAM_TLS || reason == REASON_UPSTREAM_PIN || reason == REASON_UPSTREAM_REVOKED)
        return 5;
    if (reason == REASON_UPSTREAM_PROXY)
        return 4;
    if (reason == REASON_NET_UNREACHABLE || reason == REASON_HOST_UNREACHABLE)
        return 1; /* of two families one often has no route */
    return reason == REASON_CONNECT_FAILED ? 3 : 2;
}

static void note_failure(struct attempt *attempt, enum reason reason, const char *why)
{
    struct connecting *race = attempt->race;
    struct buffer line = {0};
    memory_note(race->route, &attempt->to, false);
    if (race->reason == REASON_NONE || distance(reason) > distance(race->reason))
        race->reason = reason;
    buffer_printf(&line, "%s%s", race->detail, race->detail[0] == '\0' ? "" : "; ");
    if (race->proxy != NULL)
        buffer_printf(&line, "proxy %.*s at ", TEXT_ARG(race->proxy->name));
    if (attempt->to.is_socket)
        buffer_append(&line, host_text(&race->host));
    else
        address_append(&line, &attempt->to.address);
    buffer_printf(&line, ": %s", why);
    text_store(buffer_text(&line), race->detail, sizeof(race->detail));
    buffer_clear(&line);
}

static void fail(struct connecting *race)
{
    char detail[sizeof(race->detail)];
    text_store(text_from(race->detail), detail, sizeof(detail));
    route_done on_done = race->on_done;
    void *context = race->context;
    enum reason reason = race->reason;
    race_free(race);
    on_done(context, NULL, reason, detail);
}

static void lose(struct attempt *attempt, enum reason reason, const char *why)
{
    struct connecting *race = attempt->race;
    note_failure(attempt, reason, why);
    attempt_free(attempt);
    start_next(race);
    if (list_is_empty(&race->attempts))
        fail(race);
}

static struct upstream *take_upstream(struct attempt *attempt)
{
    struct upstream *upstream = base_zalloc(sizeof(*upstream));
    struct connecting *race = attempt->race;
    upstream->route = race->route;
    upstream->kept_ms = UINT64_MAX; /* it did not say yet */
    upstream->target = (struct route_target){
        .scheme = race->scheme,
        .host = race->host,
        .to = attempt->to,
        .trust = race->trust,
        .port = race->port,
        .via = route_via(race->proxy),
    };
    upstream->trust = attempt->trust;
    upstream->is_verified = attempt->is_verified;
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

/* Whoever began before the winner and is not there yet was too slow. */
static void win(struct attempt *winner)
{
    struct connecting *race = winner->race;
    for (struct list_node *node = list_first(&race->attempts); node != &winner->node;
         node = list_next(&race->attempts, node))
        memory_note(race->route, &list_owner(node, struct attempt, node)->to, false);
    memory_note(race->route, &winner->to, true);
    struct upstream *upstream = take_upstream(winner);
    route_done on_done = race->on_done;
    void *context = race->context;
    race_free(race);
    on_done(context, upstream, REASON_NONE, "");
}

/* --- how it goes -----------------------------------------------------------------------------------------------------
 */

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

static void note_places(const struct attempt *attempt)
{
    const struct connecting *race = attempt->race;
    if (race->follows[0] != '\0')
        tls_places_note(race->route->options.places, attempt->handshake, text_from(race->follows));
}

static void on_handshake(void *context)
{
    struct attempt *attempt = context;
    switch (tls_connection_handshake(attempt->handshake)) {
    case TLS_AGAIN:
        break;
    case TLS_DONE:
        note_places(attempt);
        win(attempt);
        break;
    case TLS_FAILED:
        lose(attempt, reason_of(attempt->handshake), tls_connection_error(attempt->handshake));
        break;
    }
}

/* False: it is lost. */
static bool
begin_handshake(struct attempt *attempt, const struct host *host, const struct digest *trust, channel_ready on_ready)
{
    const struct route *route = attempt->race->route;
    attempt->trust = route->trust;
    attempt->is_verified = true;
    attempt->handshake = tls_connect(route->options.tls, attempt->channel, host, trust);
    if (attempt->handshake == NULL) {
        lose(attempt, REASON_UPSTREAM_TLS, "a new policy is in force: ask again");
        return false;
    }
    channel_set_handler(attempt->channel, on_ready, attempt);
    return true;
}

static void reach_host(struct attempt *attempt)
{
    struct connecting *race = attempt->race;
    if (race->scheme != SCHEME_HTTPS) {
        win(attempt);
        return;
    }
    wait_for_next(race);
    if (begin_handshake(attempt, &race->host, &race->trust, on_handshake))
        on_handshake(attempt);
}

static void on_asking(void *context)
{
    struct attempt *attempt = context;
    struct detail detail = {.text = ""};
    switch (asking_go_on(attempt->asking, attempt->channel, &detail)) {
    case PROXY_MORE:
        return;
    case PROXY_CONNECTED:
        break;
    case PROXY_REFUSED:
    case PROXY_BROKEN:
        lose(attempt, REASON_UPSTREAM_PROXY, detail.text);
        return;
    }
    asking_free(attempt->asking);
    attempt->asking = NULL;
    reach_host(attempt);
}

/* Plain http is asked of the proxy itself (RFC 9112 3.2.2). */
static void ask_proxy(struct attempt *attempt)
{
    struct connecting *race = attempt->race;
    if (race->scheme != SCHEME_HTTPS && !race->is_tunnel) {
        win(attempt);
        return;
    }
    attempt->asking = asking_new(race->proxy, &race->host, race->port);
    channel_set_handler(attempt->channel, on_asking, attempt);
    on_asking(attempt);
}

static void on_proxy_handshake(void *context)
{
    struct attempt *attempt = context;
    switch (tls_connection_handshake(attempt->handshake)) {
    case TLS_AGAIN:
        return;
    case TLS_DONE:
        break;
    case TLS_FAILED:
        lose(attempt, REASON_UPSTREAM_PROXY, tls_connection_error(attempt->handshake));
        return;
    }
    tls_connection_install(attempt->handshake);
    attempt->handshake = NULL;
    ask_proxy(attempt);
}

static void reach_proxy(struct attempt *attempt)
{
    const struct proxy *proxy = attempt->race->proxy;
    wait_for_next(attempt->race);
    if (!proxy->is_tls)
        ask_proxy(attempt);
    else if (begin_handshake(attempt, &proxy->host, &proxy->trust, on_proxy_handshake))
        on_proxy_handshake(attempt);
}

static enum reason reason_of_error(int error)
{
    switch (error) {
    case ETIMEDOUT:
        return REASON_CONNECT_TIMEOUT;
    case ENETUNREACH:
    case ENETDOWN:
        return REASON_NET_UNREACHABLE;
    case EHOSTUNREACH:
    case EHOSTDOWN:
        return REASON_HOST_UNREACHABLE;
    default:
        return REASON_CONNECT_FAILED;
    }
}

static void on_dialled(void *context, struct channel *channel, int error)
{
    struct attempt *attempt = context;
    attempt->dial = NULL;
    if (channel == NULL) {
        lose(attempt, reason_of_error(error), strerror(error));
        return;
    }
    attempt->channel = channel;
    if (attempt->race->proxy != NULL)
        reach_proxy(attempt);
    else
        reach_host(attempt);
}

static void attempt_start(struct connecting *race, const struct judged_address *to)
{
    struct attempt *attempt = base_zalloc(sizeof(*attempt));
    attempt->race = race;
    attempt->to = *to;
    list_append(&race->attempts, &attempt->node);
    attempt->dial = to->is_socket ? dial_start_socket(race->route->loop, to, &race->host, on_dialled, attempt)
                                  : dial_start(race->route->loop, to, on_dialled, attempt);
}

static void start_next(struct connecting *race)
{
    if (race->next == race->count)
        return;
    attempt_start(race, &race->to[race->next++]);
    wait_for_next(race);
}

static void on_delay(void *context)
{
    start_next(context);
}

/* --- from outside ----------------------------------------------------------------------------------------------------
 */

static const char *stage_of(const struct attempt *attempt)
{
    if (attempt->asking != NULL)
        return "no answer to CONNECT in time";
    return attempt->handshake == NULL ? "no answer in time" : "the TLS handshake took too long";
}

void connecting_expire(struct connecting *race)
{
    struct list_node *node;
    while ((node = list_first(&race->attempts)) != NULL) {
        struct attempt *attempt = list_owner(node, struct attempt, node);
        note_failure(attempt, REASON_CONNECT_TIMEOUT, stage_of(attempt));
        attempt_free(attempt);
    }
    fail(race);
}

struct connecting *route_connect(struct route *route, const struct route_way *way, route_done on_done, void *context)
{
    ASSERT(way->count > 0 && way->count <= RESOLVE_MAX);
    struct connecting *race = base_zalloc(sizeof(*race));
    race->route = route;
    race->scheme = way->scheme;
    race->host = *way->host;
    race->trust = way->trust;
    if (route->options.places != NULL && way->follows.length < sizeof(race->follows))
        text_store(way->follows, race->follows, sizeof(race->follows));
    race->port = way->port != 0 ? way->port : way->to[0].port;
    race->proxy = way->proxy;
    race->is_tunnel = way->is_tunnel;
    race->on_done = on_done;
    race->context = context;
    race->count = way->count;
    list_init(&race->attempts);
    race->delay = timer_new(route->loop, on_delay, race);
    order_interleave(way->to, way->count, race->to);
    if (!memory_is_empty(route))
        order_failed_last(route, race->to, race->count);
    start_next(race);
    return race;
}
