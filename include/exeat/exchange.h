/* SPDX-License-Identifier: Apache-2.0 */
/* One request: from its head to the decision, to the disk, to whoever answers it, and back, in steps:
 *     read_head, judge, read_body (of an LLM call that is answered here), commit, queue (for an engine), resolve, dial,
 *     pass or answer, done
 * (docs/life-of-a-request.md; model.h has the functions that do the work of each, src/exchange/steps.c the steps'
 * own). What is asked in other words than HTTP's begins at judge: exchange/wish.h. Here policy, account, names, routes
 * and inference meet. An exchange knows no framing and owns no connection: it comes in by an entrance, which whoever
 * owns the connection keeps (session). It lives and dies on one worker's loop. */
#ifndef EXEAT_EXCHANGE_H
#define EXEAT_EXCHANGE_H

#include "exeat/account.h"
#include "exeat/ask.h"
#include "exeat/engine.h"
#include "exeat/http.h"
#include "exeat/net/owner.h"
#include "exeat/policy.h"
#include "exeat/route.h"
#include "exeat/tls.h"
#include "exeat/tls/places.h"

/* --- a worker's share ------------------------------------------------------------------------------------------------
 */

/* What may change with a reload: `limits` and `timeouts` of the configuration. */
struct exchange_limits {
    struct http_limits http;
    size_t body_held;    /* bytes of a body that is judged or rewritten */
    size_t answer_held;  /* bytes of an endpoint's answer, or of an event of it */
    uint64_t head_ms;    /* deadlines of inactivity, milliseconds */
    uint64_t connect_ms; /* of the way to an upstream as a whole */
    uint64_t idle_ms;
    uint64_t stream_ms;
    uint64_t longest_ms; /* whatever moves */
    uint64_t memory;     /* of the process; 0: no bound */
};

struct entrance;
struct exchange;
/* What exchanges need; all borrowed and outliving them. */
struct exchange_options {
    struct http_worker *http;
    struct resolver *resolver;
    struct route *route;
    struct account_book *book;
    struct tls_server *tls;    /* NULL: nothing can be opened */
    struct tls_places *places; /* what certificates name, of all workers */
    struct owners *owners;     /* who owns a client's socket */
    struct engines *engines;   /* of all workers */
    const char *via;           /* our pseudonym and loop token for Via */
    /* An exchange that came in there can go on: exchange_run; its deadline is another now: exchange_due_us. */
    void (*on_ready)(struct entrance *entrance, struct exchange *exchange);
    void (*on_deadline)(struct entrance *entrance, struct exchange *exchange);
};

/* Counters of one worker. Written by its thread only; others may read stale values. */
enum { EXCHANGE_LATENCY_BUCKETS = 12 };
struct exchange_stats {
    uint64_t lookups[RESOLVE_SOURCE_COUNT];
    uint64_t lookups_failed;
    uint64_t upstream_latency[EXCHANGE_LATENCY_BUCKETS + 1]; /* last: beyond all bounds */
    uint64_t upstream_latency_us;
    uint64_t upstream_count;
    uint64_t keepalives; /* callers of streams that were told to wait, each time */
};
extern const uint64_t exchange_latency_bounds_us[EXCHANGE_LATENCY_BUCKETS];

struct exchange_worker;
/* Of one loop; what the options point at is borrowed. Never NULL. */
struct exchange_worker *exchange_worker_new(const struct exchange_options *options);
void exchange_worker_free(struct exchange_worker *worker); /* after its exchanges; NULL is fine */
/* From now on exchanges are judged by `policy`, of which one reference of the caller's is taken over, and counted in
 * `budgets`, which stay the caller's; those under way go on by what they began with. `policy_sequence`: of its POLICY
 * record. */
void exchange_worker_set_policy(
    struct exchange_worker *worker, struct policy *policy, struct budget_table *budgets, uint64_t policy_sequence,
    const struct exchange_limits *limits);
/* Until then (steady clock; 0: not), what the policy refuses is let through where policy_bypass says so. */
void exchange_worker_set_bypass(struct exchange_worker *worker, uint64_t until_us);
/* For exchanges from now on; the old ones must live on for those under way. */
void exchange_worker_set_tls(struct exchange_worker *worker, struct tls_server *tls);
void exchange_worker_set_resolver(struct exchange_worker *worker, struct resolver *resolver);
/* No connection goes on after its present exchange. */
void exchange_worker_drain(struct exchange_worker *worker);
const struct exchange_limits *exchange_worker_limits(const struct exchange_worker *worker); /* borrowed, as the next */
const struct exchange_stats *exchange_worker_stats(const struct exchange_worker *worker);

/* --- an entrance -----------------------------------------------------------------------------------------------------
 */

/* Where the client of a connection meant to go that the network turned to us: a wish. */
struct turned {
    struct address address;
    uint16_t port;
    struct owner owner; /* whose connections alone are turned to where it came */
};

/* What exchanges come in by, each by its own side of the connection. Of its owner (session), zeroed, who fills it but
 * for what is said to be the exchange's. */
struct entrance {
    struct http_connection http; /* towards the client */
    struct peer peer;            /* what the connection tells of who asks; `owner`, if not known: the exchange's */
    char peer_text[ADDRESS_TEXT_SIZE];
    bool asked_for_owner;      /* the exchange's: of the kernel, once */
    char *client_name;         /* owned; the exchange's to write: who asked last; of an opened connection: who made it;
                                * NULL: nobody known */
    struct client_known known; /* the exchange's: how that is known */
    uint64_t user;             /* of upstream connections: this one, and who it says it is. At first its owner's, by
                                * exchange_new_user; another when somebody else asks: the exchange's */
    struct binding *binding;   /* NULL until a CONNECT on it was opened; `is_used` is the exchange's */
    struct turned *turned;     /* NULL: the client meant us */
};
uint64_t exchange_new_user(struct exchange_worker *worker); /* of upstream connections; never 0 */

/* --- an exchange -----------------------------------------------------------------------------------------------------
 */

/* Called when the first byte of a head has come; the entrance outlives it. The caller's to end: by exchange_free, or
 * exchange_discard once its connection was opened. */
struct exchange *exchange_new(struct exchange_worker *worker, struct entrance *entrance);
/* Writes the outcome that is owed, and frees. `reason`: why it ended, where the exchange itself knows none. */
void exchange_free(struct exchange *exchange, enum reason reason);

/* EXCHANGE_ENDED: see exchange_ending. EXCHANGE_YIELDS: there is more to do, others first. */
enum exchange_progress { EXCHANGE_WAITS, EXCHANGE_YIELDS, EXCHANGE_ENDED };
/* Goes as many steps as it can: after exchange_new, and whenever the client's connection is ready or `on_ready` is
 * called. */
enum exchange_progress exchange_run(struct exchange *exchange);
/* When its deadline is over, by the steady clock; 0: it has none. Then exchange_expire, and exchange_run. */
uint64_t exchange_due_us(const struct exchange *exchange);
void exchange_expire(struct exchange *exchange);

/* How it ended. */
enum exchange_ending {
    EXCHANGE_ANSWERED,  /* the response is in `out`, whole */
    EXCHANGE_CONNECTED, /* a CONNECT whose upstream is connected: exchange_say_connected, exchange_tunnel */
    EXCHANGE_OPENS,     /* a CONNECT whose inside will be judged: exchange_say_connected, then exchange_discard or
                           _refuse_inside */
    EXCHANGE_UPGRADED,  /* the 101 is in `out`, and what else came from upstream */
    EXCHANGE_FORSAKEN,  /* the client has gone */
    EXCHANGE_CUT        /* the client cannot be told any more: its connection must break */
};
struct exchange_end {
    enum exchange_ending how;
    enum reason reason; /* EXCHANGE_FORSAKEN, EXCHANGE_CUT */
};
struct exchange_end exchange_ended(const struct exchange *exchange); /* after EXCHANGE_ENDED */
bool exchange_is_reading_head(const struct exchange *exchange);      /* nothing was asked yet */

/* --- a CONNECT, after EXCHANGE_CONNECTED, _OPENS and _UPGRADED -------------------------------------------------------
 */

/* What was asked; lives as the exchange, as the next. Its texts do so until exchange_tunnel, which copies them and lets
 * go of the head: what was taken from them before is gone, the pointer is good. */
const struct request *exchange_request(const struct exchange *exchange);
const struct decision *exchange_decision(const struct exchange *exchange); /* by which it was judged */
/* Tells the client of a CONNECT (no wish) that its tunnel stands, or that it will be opened. */
void exchange_say_connected(struct exchange *exchange);
/* The upstream's channel for a tunnel, which the exchange owns and keeps open until it is freed. A tunnel needs no
 * head: an idle one shall hold no more than the request that it was judged by. */
struct channel *exchange_tunnel(struct exchange *exchange);
/* It was decided under a policy that has been replaced meanwhile. */
bool exchange_is_outdated(const struct exchange *exchange);
/* The present policy would not let it out so, or not to that address. */
bool exchange_is_denied_now(const struct exchange *exchange);
/* So many more bytes have moved in its tunnel. */
void exchange_count_bytes(struct exchange *exchange, uint64_t up, uint64_t down);
/* So many bytes have moved in all, both ways. False: the limit that it counts under has none left. */
bool exchange_may_move(struct exchange *exchange, uint64_t bytes);
/* What followed the answer is not what was decided on: nothing goes on. Copies `detail` (NULL: none). The exchange is
 * still there, for its outcome: exchange_free is due, and not exchange_discard. */
void exchange_refuse_inside(struct exchange *exchange, enum reason reason, const char *detail);
/* Frees one whose connection was opened: it is no request, what is inside will be. Where a decision is on record
 * already (HTTP followed what was to be a tunnel), the outcome says that it was opened. */
void exchange_discard(struct exchange *exchange);
/* An opened connection in which nobody asked for anything. */
void exchange_note_unused(struct exchange_worker *worker, struct entrance *entrance);

#endif
