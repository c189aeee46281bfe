/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of route share. */
#ifndef EXEAT_ROUTE_INTERNAL_H
#define EXEAT_ROUTE_INTERNAL_H

#include "exeat/route.h"

/* An address that is tried last until then. */
struct failed_address {
    struct judged_address to;
    uint64_t until_us; /* 0: none */
};
enum { FAILED_ADDRESSES = 64 };

struct route {
    struct loop *loop; /* borrowed */
    struct route_options options;
    uint64_t trust;   /* how often route_set_tls was called */
    struct list idle; /* struct upstream, most recently used first */
    size_t idle_count;
    size_t bound_count;  /* of those, how many have an identity */
    struct timer *sweep; /* owned */
    struct list looks;   /* struct look */
    size_t look_count;
    struct failed_address failed[FAILED_ADDRESSES]; /* a ring */
    size_t failed_next;
    uint64_t failed_until_us; /* of the newest; 0: none ever failed */
};

/* A race between the judged addresses of one host. */
struct connecting {
    struct route *route; /* borrowed */
    enum scheme scheme;
    struct host host;
    struct digest trust;
    char follows[TLS_PLACES_RULE_SIZE]; /* empty: none */
    uint16_t port;                      /* of the host */
    const struct proxy *proxy;          /* borrowed; NULL: straight */
    bool is_tunnel;
    route_done on_done;
    void *context;
    struct judged_address to[RESOLVE_MAX]; /* in the order in which they are tried */
    size_t count;
    size_t next;          /* to try */
    struct list attempts; /* under way, in the order in which they began */
    struct timer *delay;  /* owned; when the next one begins */
    enum reason reason;   /* of what failed: the one that got furthest */
    char detail[256];     /* address and why of each */
};
/* order.c: one of each family in turn (RFC 8305 section 4), each family in the order in which it was given. */
void order_interleave(const struct judged_address *all, size_t count, struct judged_address *out);
/* Those that failed lately come last. */
void order_failed_last(const struct route *route, struct judged_address *to, size_t count);

/* look.c */
void looks_cancel(struct route *route);
/* pool.c: the proxy's id */
struct digest route_via(const struct proxy *proxy);

/* proxy.c: its answer to CONNECT, byte by byte: what follows the head is the host's. */
enum { PROXY_ANSWER_MAX = 8192 };
struct proxy_reading {
    size_t length;
    unsigned interim; /* how many 1xx came */
    char bytes[PROXY_ANSWER_MAX];
};
enum proxy_answer { PROXY_MORE, PROXY_CONNECTED, PROXY_REFUSED, PROXY_BROKEN };
/* Of the last two `detail` says what it was. */
enum proxy_answer proxy_answer_take(struct proxy_reading *reading, char byte, struct detail *detail);
/* The whole conversation, over a channel to the proxy. */
struct asking;
struct asking *asking_new(const struct proxy *proxy, const struct host *host, uint16_t port);
enum proxy_answer asking_go_on(struct asking *asking, struct channel *channel, struct detail *detail);
void asking_free(struct asking *asking); /* NULL is fine */

/* memory.c */
bool memory_is_empty(const struct route *route);
bool memory_has_failed(const struct route *route, const struct judged_address *to);
void memory_note(struct route *route, const struct judged_address *to, bool well);

#endif
