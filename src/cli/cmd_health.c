/* SPDX-License-Identifier: Apache-2.0 */
/* exeat health: a running gate is asked whether it is ready, as a probe would ask it. */
#include <stdio.h>

#include "cli.h"
#include "exeat/web.h"

enum { PATIENCE_MS = 3000, ANSWER_MAX = 65536 };

struct asked {
    struct loop *loop;
    uint16_t status; /* 0: nobody answered */
    struct buffer body;
};

static void on_answer(void *context, uint16_t status, struct text body, const char *error)
{
    struct asked *asked = context;
    (void)error;
    asked->status = status;
    buffer_append(&asked->body, body);
    loop_stop(asked->loop);
}

/* The wildcard address is not one to connect to: loopback answers there. */
static struct host reachable(const struct address *address)
{
    static const struct address loopback = {.bytes = {127, 0, 0, 1}, .length = 4};
    return host_of_address(address_class(address) == ADDRESS_UNSPECIFIED ? &loopback : address);
}

static void ask(const struct setting_socket *admin, struct asked *asked)
{
    const struct resolver_options no_names = {.fixed = NULL};
    const struct route_options no_tls = {.idle_timeout_ms = 1, .idle_maximum = 1};
    const struct host host = reachable(&admin->address);
    struct resolver *resolver = resolver_new(asked->loop, &no_names);
    struct route *route = route_new(asked->loop, &no_tls);
    const struct web_peer peer = {
        .loop = asked->loop,
        .resolver = resolver,
        .route = route,
        .scheme = SCHEME_HTTP,
        .host = &host,
        .port = admin->port,
        .timeout_ms = PATIENCE_MS,
        .answer = ANSWER_MAX,
    };
    const struct web_request request = {.method = TEXT("GET"), .path = TEXT("/readyz")};
    (void)web_call_start(&peer, &request, on_answer, asked); /* it is over by its callback alone */
    loop_run(asked->loop);
    route_free(route);
    resolver_free(resolver);
}

static enum exit_code tell(const struct asked *asked)
{
    bool ready = asked->status == 200;
    if (asked->status == 0)
        return complain(EXIT_NO, "nobody answers on listen.admin: is the gate running?");
    if (asked->body.length > 0)
        put_text(buffer_text(&asked->body));
    else
        puts(ready ? "ready" : "not ready");
    return ready ? EXIT_DONE : EXIT_NO;
}

enum exit_code cmd_health(const struct command_line *line)
{
    const char *config = command_config(line);
    struct settings *settings = load_settings(config);
    if (settings == NULL)
        return EXIT_USAGE;
    if (settings->listen.admin.address.length == 0) {
        settings_free(settings);
        return complain(EXIT_USAGE, "%s has no listen.admin to ask", config);
    }
    struct asked asked = {.loop = loop_new()};
    ask(&settings->listen.admin, &asked);
    enum exit_code code = tell(&asked);
    buffer_clear(&asked.body);
    loop_free(asked.loop);
    settings_free(settings);
    return code;
}
