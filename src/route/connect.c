/* SPDX-License-Identifier: Apache-2.0 */
/* Connecting to an upstream: TCP to a judged address, then TLS bound to the name where the scheme asks for it. */
#include <unistd.h>

#include "exeat/base/memory.h"
#include "route_internal.h"

struct connecting {
    struct route *route; /* borrowed */
    struct route_target target;
    route_done on_done;
    void *context;
    struct dial *dial;             /* owned while it runs */
    struct stream *stream;         /* owned once connected */
    struct tls_session *handshake; /* owned while it runs */
    struct timer *deadline;        /* owned; of the handshake */
};

static void connecting_free(struct connecting *connecting)
{
    dial_cancel(connecting->dial);
    tls_session_free(connecting->handshake);
    stream_free(connecting->stream);
    timer_free(connecting->deadline);
    base_free(connecting);
}

void connecting_cancel(struct connecting *connecting)
{
    if (connecting != NULL)
        connecting_free(connecting);
}

static void fail(struct connecting *connecting, enum reason reason, const char *detail)
{
    char kept[160];
    text_store(text_from(detail), kept, sizeof(kept));
    route_done on_done = connecting->on_done;
    void *context = connecting->context;
    connecting_free(connecting);
    on_done(context, NULL, reason, kept);
}

static void succeed(struct connecting *connecting)
{
    struct upstream *upstream = base_zalloc(sizeof(*upstream));
    upstream->route = connecting->route;
    upstream->kept_ms = connecting->route->options.idle_timeout_ms;
    upstream->target = connecting->target;
    upstream->stream = connecting->stream;
    connecting->stream = NULL;
    stream_set_handler(upstream->stream, NULL, NULL);
    if (connecting->handshake != NULL) {
        upstream->has_peer_key = tls_session_peer_key(connecting->handshake, upstream->peer_key);
        tls_session_install(connecting->handshake);
        connecting->handshake = NULL;
    }
    route_done on_done = connecting->on_done;
    void *context = connecting->context;
    connecting_free(connecting);
    on_done(context, upstream, REASON_NONE, "");
}

static void on_handshake(void *context)
{
    struct connecting *connecting = context;
    switch (tls_session_handshake(connecting->handshake)) {
    case TLS_AGAIN:
        return;
    case TLS_DONE:
        succeed(connecting);
        return;
    case TLS_FAILED:
        break;
    }
    fail(connecting, REASON_UPSTREAM_TLS, tls_session_error(connecting->handshake));
}

static void on_deadline(void *context)
{
    fail(context, REASON_CONNECT_TIMEOUT, "the TLS handshake took too long");
}

static void on_dialled(void *context, enum dial_result result, struct stream *stream)
{
    struct connecting *connecting = context;
    struct route *route = connecting->route;
    connecting->dial = NULL;
    if (result != DIAL_OK) {
        fail(connecting, result == DIAL_TIMED_OUT ? REASON_CONNECT_TIMEOUT : REASON_CONNECT_FAILED, "");
        return;
    }
    connecting->stream = stream;
    if (connecting->target.scheme != SCHEME_HTTPS) {
        succeed(connecting);
        return;
    }
    connecting->handshake = tls_connect(route->options.tls, connecting->stream, &connecting->target.host);
    connecting->deadline = timer_new(route->loop, on_deadline, connecting);
    timer_start(connecting->deadline, route->options.connect_timeout_ms);
    stream_set_handler(connecting->stream, on_handshake, connecting);
    on_handshake(connecting);
}

struct connecting *
route_connect(struct route *route, const struct route_target *target, route_done on_done, void *context)
{
    struct connecting *connecting = base_zalloc(sizeof(*connecting));
    connecting->route = route;
    connecting->target = *target;
    connecting->on_done = on_done;
    connecting->context = context;
    connecting->dial = dial_start(route->loop, &target->to, route->options.connect_timeout_ms, on_dialled, connecting);
    return connecting;
}
