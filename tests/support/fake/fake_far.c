/* SPDX-License-Identifier: Apache-2.0 */
/* The far side of the fake world: which decision each name, connection and byte belongs to. Whose step was the newest
 * is who asks for a name, connects, or begins to write on a connection; what follows there is his until another begins.
 */
#include <stdio.h>
#include <string.h>

#include "exeat/base/check.h"
#include "fake.h"

enum { NAMES = 250, ALERT = 21, PLACE = 3 /* of the last number in an IPv4 address */ };

/* --- names and their addresses ---------------------------------------------------------------------------------------
 */

/* From 1 on; 0: that is one too many. */
static size_t place_of(struct text name)
{
    size_t place = 1;
    for (size_t at = 0; at < fake.asker.names.length; place++) {
        struct text known = text_from(fake.asker.names.data + at);
        if (text_equal(known, name))
            return place;
        at += known.length + 1;
    }
    if (place > NAMES)
        return 0;
    buffer_append(&fake.asker.names, name);
    buffer_append_byte(&fake.asker.names, '\0');
    return place;
}

static const char *name_at(size_t place)
{
    const char *name = fake.asker.names.data;
    const char *end = name + fake.asker.names.length;
    while (--place > 0 && name < end)
        name += strlen(name) + 1;
    return name < end ? name : "";
}

/* A rerouted call goes to an endpoint, and never to whom it was meant for. */
static bool is_meant(const struct fake_decision *decision, const char *name)
{
    switch (decision->plan) {
    case PLAN_REROUTE:
        return strcmp(decision->host, name) != 0;
    case PLAN_TUNNEL:
    case PLAN_FORWARD:
        return strcmp(decision->host, name) == 0;
    case PLAN_OPEN:
    case PLAN_ANSWER:
    case PLAN_REFUSE:
        break;
    }
    return false;
}

/* NULL: there is none, and that is a fault. */
static struct fake_decision *decided(const char *id, const char *name, const char *without, const char *other)
{
    struct fake_decision *decision = fake_decision_of(id);
    if (decision == NULL || !decision->on_disk) {
        fake_fault(without);
        return NULL;
    }
    if (!is_meant(decision, name))
        fake_fault(other);
    return decision;
}

struct address fake_far_ask(const struct host *name)
{
    struct address address = {.length = 0};
    char text[16];
    (void)decided(
        fake.asker.id, name->text, "a name was asked for without its decision on disk",
        "another name was asked for than was decided on");
    if (name->kind == HOST_ADDRESS)
        return name->address;
    size_t place = place_of(host_text(name));
    (void)snprintf(text, sizeof(text), "192.0.2.%zu", place);
    if (place != 0)
        ASSERT(address_parse(text_from(text), &address));
    return address;
}

/* --- connections -----------------------------------------------------------------------------------------------------
 */

void fake_far_dial(const struct judged_address *to, struct fake_far *far)
{
    *far = (struct fake_far){.kind = FAR_REQUESTS};
    const struct fake_decision *decision = fake_decision_of(fake.asker.id);
    struct host literal = host_of_address(&to->address);
    bool is_literal = decision != NULL && strcmp(decision->host, literal.text) == 0;
    bool is_other = !is_literal && to->address.length == 4 && to->address.bytes[0] == 192;
    const char *name = is_other ? name_at(to->address.bytes[PLACE]) : literal.text;
    text_store(text_from(name), far->name, sizeof(far->name));
    text_store(text_from(fake.asker.id), far->owner, sizeof(far->owner));
    decision = decided(
        fake.asker.id, name, "a connection without its decision on disk",
        "a connection to another host than was decided on");
    if (decision == NULL)
        return;
    if (decision->plan != PLAN_REROUTE && decision->port != to->port)
        fake_fault("a connection to another port than was decided on");
    bool is_https = decision->scheme == SCHEME_HTTPS;
    if (decision->plan == PLAN_TUNNEL)
        far->kind = is_https ? FAR_HELLO : FAR_BYTES;
    else if (decision->plan == PLAN_FORWARD && is_https)
        far->kind = FAR_TLS;
}

/* A tunnel is one connection; a request is sent again at most once, but to the next endpoint. */
void fake_far_connected(const struct fake_far *far)
{
    enum { ENDPOINTS = 8 };
    struct fake_decision *decision = fake_decision_of(far->owner);
    if (decision == NULL)
        return; /* it was told when it was dialled, or its exchange has ended since */
    size_t most = decision->plan == PLAN_TUNNEL ? 1 : decision->plan == PLAN_FORWARD ? 2 : ENDPOINTS;
    if (++decision->connections > most)
        fake_fault("more connections by one decision than it needs");
}

/* --- requests --------------------------------------------------------------------------------------------------------
 */

/* That of an HTTP/1.1 request that we have parsed and written ourselves. */
static bool names_its_host(const struct message_head *head, const char *name)
{
    struct text host = head->host;
    size_t length = strlen(name);
    return text_starts_with(host, text_from(name)) && (host.length == length || host.data[length] == ':');
}

static bool body_is_whole(const struct http_head *head, const struct http_limits *limits, struct text input)
{
    struct http_body body = {0};
    http_body_begin(&body, head, limits);
    while (!http_body_is_done(&body)) {
        struct text content;
        size_t used = 0;
        enum parse parse = http_body_read(&body, input, &content, &used);
        input = text_after(input, used);
        if (parse == PARSE_BAD)
            fake_fault("content that no reader would take");
        if (parse != PARSE_NEED_MORE)
            break;
        if (used == 0 || input.length == 0)
            return http_body_is_done(&body);
    }
    if (input.length > 0 && !http_asks_for_websocket(head->message))
        fake_fault("bytes behind a request that are of no other");
    return true;
}

/* What its owner has told it: one request to this host, and nothing else. */
static bool request_is_whole(const struct fake_far *far)
{
    static struct message_head message; /* large */
    struct http_head head = {.message = &message};
    static const struct http_limits limits = {.head = 65536, .fields = 200};
    struct text said = buffer_text(&far->said);
    struct fault fault;
    size_t used = 0;
    message_head_reset(&message);
    switch (http_request_parse(said, &limits, &head, &used, &fault)) {
    case PARSE_NEED_MORE:
        return false;
    case PARSE_BAD:
        fake_fault("a request that no reader would take");
        return true;
    case PARSE_DONE:
        break;
    }
    if (!names_its_host(&message, far->name))
        fake_fault("a request for another host than the connection is to");
    return body_is_whole(&head, &limits, text_after(said, used));
}

static bool hello_is_for(const struct fake_far *far)
{
    struct opening_scan scan = {0};
    struct buffer scratch = {0};
    struct client_hello hello;
    enum parse parse = client_hello_parse(buffer_text(&far->said), &scan, &scratch, &hello);
    bool is_good = parse != PARSE_BAD && (parse == PARSE_NEED_MORE || !hello.has_server_name ||
                                          text_equal_nocase(hello.server_name, text_from(far->name)));
    buffer_clear(&scratch);
    return is_good;
}

/* Somebody else's request begins, on a connection that was kept. */
static void take(struct fake_peer *peer)
{
    struct fake_far *far = &peer->far;
    fake.asker.has_taken = true;
    if (far->kind == FAR_HELLO || far->kind == FAR_BYTES)
        fake_fault("a request within another's tunnel");
    if (far->said.length > 0 && !request_is_whole(far))
        fake_fault("a request that begins before the one before it has ended");
    buffer_empty(&far->said);
    text_store(text_from(fake.asker.id), far->owner, sizeof(far->owner));
    struct fake_decision *decision = decided(
        far->owner, far->name, "a request without its decision on disk", "a request on the connection of another host");
    if (decision != NULL)
        decision->requests++;
}

/* The last words of TLS on a connection that is kept and closed belong to nobody. */
static bool is_farewell(const struct fake_far *far, struct text bytes)
{
    return far->kind == FAR_TLS && bytes.length > 0 && bytes.data[0] == ALERT;
}

void fake_far_begin(struct fake_peer *peer)
{
    if (!fake.asker.has_taken && strcmp(fake.exchange_step, "pass") == 0)
        take(peer);
}

void fake_far_write(struct fake_peer *peer, struct text bytes)
{
    const struct fake_far *far = &peer->far;
    const struct fake_decision *decision = fake_decision_of(far->owner);
    if ((decision == NULL || !decision->on_disk) && !is_farewell(far, bytes))
        fake_fault("a byte without its decision on disk");
    if (far->kind != FAR_TLS)
        fake_far_hear(peer, bytes);
}

/* Also where it came in two pieces. */
static void look_for_planted(const struct fake_far *far, size_t before)
{
    const struct fake_decision *decision = fake_decision_of(far->owner);
    if (fake.ledger.planted == NULL || decision == NULL || !decision->is_screened)
        return;
    struct text planted = text_from(fake.ledger.planted);
    struct text rest = text_after(buffer_text(&far->said), before < planted.length ? 0 : before - planted.length);
    if (memmem(rest.data, rest.length, planted.data, planted.length) != NULL)
        fake_fault("what was to be replaced has left");
}

void fake_far_hear(struct fake_peer *peer, struct text clear)
{
    enum { MOST = 1 << 20 };
    size_t before = peer->far.said.length;
    if (before >= MOST)
        return;
    buffer_append(&peer->far.said, clear);
    look_for_planted(&peer->far, before);
}

void fake_far_end(struct fake_peer *peer)
{
    const struct fake_far *far = &peer->far;
    switch (far->kind) {
    case FAR_REQUESTS:
    case FAR_TLS:
        if (far->said.length > 0)
            (void)request_is_whole(far);
        break;
    case FAR_HELLO:
        if (far->said.length > 0 && !hello_is_for(far))
            fake_fault("a handshake for another host than the connection is to");
        break;
    case FAR_BYTES:
        break;
    }
}
