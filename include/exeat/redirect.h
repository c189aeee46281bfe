/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a network namespace (nftables, nft(8)) that leave one way out of it: through the gate. Their text, how
 * they are put in force, and a look from inside whether they are. */
#ifndef EXEAT_REDIRECT_H
#define EXEAT_REDIRECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/name.h"

/* --- the rules -------------------------------------------------------------------------------------------------------
 */

struct redirect_target {
    struct address address; /* of the gate's own, on loopback; length 0: none, and what would go there is refused */
    uint16_t port;
};
/* Where the traffic of one family goes. */
struct redirect_way {
    struct redirect_target tcp;
    struct redirect_target dns; /* UDP and TCP port 53, to whomever, loopback too */
};
/* A user who is turned to places of its own: what comes there is certain to be its. */
struct redirect_owner {
    uint32_t uid;
    struct redirect_way v4; /* a target of length 0: that of all */
    struct redirect_way v6;
};
enum { REDIRECT_PORTS_MAX = 64, REDIRECT_OWNERS_MAX = 32 };
struct redirect_rules {
    uint32_t uid; /* the gate's, the only one that leaves by itself */
    struct redirect_way v4;
    struct redirect_way v6;
    struct redirect_owner owners[REDIRECT_OWNERS_MAX];
    size_t owner_count;
    uint16_t ports[REDIRECT_PORTS_MAX]; /* where the gate listens: nobody else's answer from there reaches anybody */
    size_t port_count;
};
/* As `nft -f` reads them; the same settings give the same text. Loaded, they replace what was loaded before, in one
 * transaction. */
void redirect_rules_write(const struct redirect_rules *rules, struct buffer *out);
/* Puts them in force in the network namespace of this process, by nft(8). False: nothing has changed, and `error`
 * (base_free) is a sentence with what to do. */
MUST_CHECK bool redirect_apply(struct text rules, char **error);
/* Appends the counters of the rules in force, a line each; false: they may not be read (that takes CAP_NET_ADMIN), or
 * there are none. */
MUST_CHECK bool redirect_counters_append(struct buffer *out);

/* --- do they hold? ---------------------------------------------------------------------------------------------------
 */

/* The rules exempt the gate, so its own traffic shows nothing, but for what it sends to two addresses that nobody has
 * (RFC 5737 TEST-NET-1, RFC 3849): these the rules treat as everybody's. */
extern const struct address redirect_probe_v4;         /* 192.0.2.77 */
extern const struct address redirect_probe_v6;         /* 2001:db8::4d */
bool redirect_is_probe(const struct address *address); /* Is it one of the two? */

enum redirect_finding {
    REDIRECT_HOLDS,
    REDIRECT_UDP_LEAVES,  /* a datagram went out */
    REDIRECT_TCP_LEAVES,  /* a connection was neither turned to the gate nor refused */
    REDIRECT_TCP_FOREIGN, /* somebody else took it */
    REDIRECT_NO_ROUTE,    /* neither family has a way out, so that nothing can be tried */
    REDIRECT_WRONG_USER,  /* this is not the user of the rules */
    REDIRECT_FINDING_COUNT
};
const char *redirect_finding_name(enum redirect_finding finding); /* "udp_leaves" */
const char *redirect_finding_text(enum redirect_finding finding); /* a sentence for operators, with what to do */

enum { REDIRECT_TOKEN_SIZE = 16 };
/* How a probe is to end. */
enum redirect_turned {
    REDIRECT_TO_TOKEN,  /* the gate's listener says `token` */
    REDIRECT_TO_NOBODY, /* it is refused: nothing listens, or the rules have no target for it */
};
struct redirect_trial {
    enum redirect_turned v4;
    enum redirect_turned v6;
    uint8_t token[REDIRECT_TOKEN_SIZE];
    int limit_ms; /* for each answer */
};
/* Tries to get past the rules, with the user and in the namespace of the calling thread: a connection and a datagram to
 * each probe address. Blocks, at most some multiples of the limit. Without rules these leave. */
enum redirect_finding redirect_try(const struct redirect_trial *trial);

#endif
