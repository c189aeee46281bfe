/* SPDX-License-Identifier: Apache-2.0 */
/* From a parsed head to the request that the policy judges: one name, one port, one path (RFC 9112 3.2; RFC 9110 7.2,
 * 7.6). What does not agree with itself is refused, never repaired. Pure: it knows of the connection only what it is
 * told. */
#ifndef EXEAT_ASK_H
#define EXEAT_ASK_H

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/detail.h"
#include "exeat/model.h"
#include "exeat/wire.h"

/* What every request on a connection is bound to once it was opened. With https the TLS is ours; with http the client
 * speaks HTTP within its CONNECT (seen: Node's ProxyAgent for http:// URLs, https-proxy-agent for ws://). */
struct binding {
    enum scheme scheme;
    uint16_t port;
    bool is_used;            /* a request came */
    struct host_brief *host; /* owned */
};

/* By which connection it came. */
struct ask_place {
    const struct binding *binding; /* borrowed; NULL: no opened connection */
    uint16_t turned_port;          /* where its client meant to go, when the network turned it to us; 0: it meant us */
    struct text via;               /* our own name in Via: a request that has it went round in a circle */
};

/* What was asked. Whoever asks (exchange) has it, and sets `head` before ask_read. */
struct ask {
    struct message_head *head; /* borrowed, its texts too; NULL once nobody asks for it any more (a tunnel stands) */
    struct request request;    /* borrows what is inside from those and from `kept`; of a tunnel, from `kept` alone */
    struct buffer kept;        /* what `request` points into besides: the canonical path. Whoever asks clears it */
    bool is_connect;
    bool is_wish; /* a CONNECT in other words than HTTP's: whoever has the connection tells of the answer */
};

/* Fills `request` and is_connect by `head`, but for `client` and `asked_us`, which belong to judging (policy_judge).
 * REASON_NONE: it is to be judged. Else why it is refused: `detail` says what exactly is wrong, and `request` has what
 * could be read, for the record. `kept` must be cleared either way. */
MUST_CHECK enum reason ask_read(struct ask *ask, const struct ask_place *place, struct detail *detail);
/* Of bytes that are no head: what can be read of them, for the record alone. `bytes` live as long as `ask`. */
void ask_glimpse(struct ask *ask, const struct ask_place *place, struct text bytes);

#endif
