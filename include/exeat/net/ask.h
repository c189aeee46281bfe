/* SPDX-License-Identifier: Apache-2.0 */
/* A resolver asked as it is: for one type of a name, with the whole answer. What it knows by itself comes first. */
#ifndef EXEAT_NET_ASK_H
#define EXEAT_NET_ASK_H

#include "exeat/net.h"

/* What the configuration, the hosts file and RFC 6761 say, of whom nobody need be asked; at most RESOLVE_MAX addresses
 * of both families. False: they say nothing. */
MUST_CHECK bool resolver_knows(
    struct resolver *resolver, const struct host *name, struct address addresses[RESOLVE_MAX], size_t *count);

/* One question of the name servers, for exactly this name, as absolute. `reply` is the DNS message, borrowed for the
 * call; empty: there is none that says anything, `why` (static) does. */
struct dns_ask;
typedef void (*dns_ask_done)(void *context, struct bytes reply, bool is_overdue, const char *why);
/* Calls back once, never from within, unless cancelled or the resolver is freed. */
struct dns_ask *
dns_ask_start(struct resolver *resolver, const struct host *name, uint16_t type, dns_ask_done on_done, void *context);
void dns_ask_cancel(struct dns_ask *ask); /* only before the call back; NULL is fine */

/* Would a resolver with these `servers` (as in resolver_options) ask this socket? */
bool resolver_would_ask(const char *servers, const struct address *address, uint16_t port);
/* What resolv.conf says that clients put behind names; returns how many, at most `capacity`. */
size_t resolver_search_list(struct host *names, size_t capacity);

#endif
