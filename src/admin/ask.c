/* SPDX-License-Identifier: Apache-2.0 */
/* The other end of listen.admin: one page of a running gate, asked as a probe would ask it. */
#include "exeat/admin.h"
#include "exeat/route.h"
#include "exeat/web.h"

enum { PATIENCE_MS = 3000, ANSWER_MAX = 1 << 22 };

struct asked {
    struct loop *loop;
    uint16_t status;
    struct buffer *body;
};

static void on_answer(void *context, uint16_t status, struct text body, const char *error)
{
    struct asked *asked = context;
    (void)error;
    asked->status = status;
    buffer_append(asked->body, body);
    loop_stop(asked->loop);
}

/* The wildcard address is not one to connect to: loopback answers there. */
static struct host reachable(const struct address *address)
{
    static const struct address loopback = {.bytes = {127, 0, 0, 1}, .length = 4};
    return host_of_address(address_class(address) == ADDRESS_UNSPECIFIED ? &loopback : address);
}

uint16_t admin_ask(const struct address *address, uint16_t port, struct text page, struct buffer *body)
{
    const struct resolver_options no_names = {.fixed = NULL};
    const struct route_options no_tls = {.idle_timeout_ms = 1, .idle_maximum = 1};
    const struct host host = reachable(address);
    struct asked asked = {.loop = loop_new(), .body = body};
    struct resolver *resolver = resolver_new(asked.loop, &no_names);
    struct route *route = route_new(asked.loop, &no_tls);
    const struct web_peer peer = {
        .loop = asked.loop,
        .resolver = resolver,
        .route = route,
        .scheme = SCHEME_HTTP,
        .host = &host,
        .port = port,
        .timeout_ms = PATIENCE_MS,
        .answer = ANSWER_MAX,
    };
    const struct web_request request = {.method = TEXT("GET"), .path = page};
    (void)web_call_start(&peer, &request, on_answer, &asked); /* it is over by its callback alone */
    loop_run(asked.loop);
    route_free(route);
    resolver_free(resolver);
    loop_free(asked.loop);
    return asked.status;
}
