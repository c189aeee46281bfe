/* SPDX-License-Identifier: Apache-2.0 */
/* What the step files share: the exchange, and the few ways to move between steps. */
#ifndef EXEAT_EXCHANGE_INTERNAL_H
#define EXEAT_EXCHANGE_INTERNAL_H

#include "exeat/base/bytes.h"
#include "exeat/base/clock.h"
#include "exeat/base/pool.h"
#include "exeat/base/progress.h"
#include "exeat/broker.h"
#include "exeat/exchange.h"
#include "exeat/inference.h"
#include "exeat/keys_seen.h"

enum exchange_state {
    EXCHANGE_READ_HEAD,
    EXCHANGE_JUDGE,
    EXCHANGE_READ_BODY,
    EXCHANGE_COMMIT,
    EXCHANGE_QUEUE,
    EXCHANGE_RESOLVE,
    EXCHANGE_DIAL,
    EXCHANGE_PASS,
    EXCHANGE_ANSWER,
    EXCHANGE_DONE,
    EXCHANGE_STATE_COUNT
};

/* How long a step may take: with nothing moving, or as a whole (quiet_since). */
enum exchange_deadline { WITHIN_NONE, WITHIN_HEAD, WITHIN_QUEUE, WITHIN_CONNECT, WITHIN_STREAM };

struct exchange_step {
    const char *name;
    enum progress (*run)(struct exchange *exchange);
    uint32_t next; /* a bit for each state that may follow */
    enum exchange_deadline deadline;
    void (*on_deadline)(struct exchange *exchange);
};
const struct exchange_step *exchange_steps(void); /* by enum exchange_state */

/* A policy that this worker's requests are judged by: each holds on to the one it began with. It goes with the last of
 * them, once another has taken its place. */
struct policy_term {
    struct policy *policy;        /* one reference */
    struct budget_share *budgets; /* owned: of its limits */
    struct engine_set *engines;   /* owned */
    uint64_t sequence;            /* of its POLICY record */
    size_t exchanges;
    bool is_over;
};

struct exchange_worker {
    struct exchange_options options;
    const struct exchange_step *steps; /* the table */
    struct loop *loop;                 /* the http worker's */
    struct policy_term *term;          /* owned */
    struct engine_queue *queue;        /* owned */
    struct exchange_limits limits;
    struct pool exchanges;
    struct pool flows;
    struct pool heads;             /* struct message_head */
    struct inspector *inspector;   /* owned; NULL until a rule looks into something */
    struct vendor_key_index *keys; /* owned; NULL before the first request */
    struct buffer authority;       /* scratch: the Host of a head */
    struct exchange_stats stats;
    uint64_t users;           /* how many there have been */
    uint64_t bypass_until_us; /* 0: none */
    bool is_draining;
};

/* Where it goes. */
struct way_out {
    struct judged_address *candidates; /* owned; until one of them is connected */
    size_t candidate_count;
    struct engine_turn turn;       /* of a rerouted call */
    struct resolve *resolving;     /* owned while it runs */
    struct connecting *connecting; /* owned while it runs */
    struct upstream *upstream;     /* owned */
    struct channel *tunnel;        /* owned; what the upstream became, when bytes go through it unseen */
    enum reason failure;           /* why no candidate could be connected to */
    bool fresh_only;               /* a pooled connection was stale: the next one is a new one */
    uint64_t began_us; /* steady time at which a way was looked for: names and connecting have one deadline */
    uint64_t asked_us; /* steady time at which the request began to leave; 0 before */
};

enum reply_state { REPLY_HEAD, REPLY_BODY, REPLY_DONE };

/* The upstream's side. */
struct flow {
    struct http_connection connection; /* of HTTP/1: this exchange has it alone */
    struct http_side side;
    struct filters down; /* what content passes on its way to the client */
    enum reply_state state;
    size_t interim;    /* how many 1xx came before the final head */
    uint64_t head_us;  /* steady time at which a head began that is not whole yet; 0: none */
    bool upload_broke; /* upstream takes no more; it may still answer */
};

/* What it counts under, from the decision on. */
struct counted {
    struct budget_stay stay;
    struct budget_refusal refused; /* `retry_s` 0: it was not; by which limit, unless it was for want of memory */
};

struct exchange {
    struct exchange_worker *worker; /* borrowed */
    struct entrance *entrance;      /* borrowed */
    struct policy_term *term;       /* held: the whole request is judged by one policy */
    struct policy *policy;          /* the term's */
    enum exchange_state state;
    enum reason refusal; /* why we say no; REASON_NONE while we do not */
    struct exchange_end end;
    uint64_t entered_us; /* the present state */
    uint64_t active_us;  /* when something last moved */
    struct http_side client;
    struct decision decision;
    struct ask ask;
    struct way_out way;
    struct flow *flow;           /* owned, from worker->flows; NULL until a request begins to leave, and in a tunnel */
    struct inference_call *call; /* owned; NULL: no LLM call that is answered here */
    struct looked *looked;       /* owned; NULL: its rule does not look into it */
    struct keys_seen *keys;      /* owned; NULL: its head carries no vendor's key */
    struct brokered *brokered;   /* owned; NULL: no secret is put into it */
    struct account account;
    struct counted counted;
};

/* limit.c: true, or it was refused, which `*progress` says */
MUST_CHECK bool limit_enter(struct exchange *exchange, enum progress *progress);
/* By which limit it was refused; false: by none. */
MUST_CHECK bool limit_pace(const struct exchange *exchange, struct dialect_pace *pace);
void limit_leave(struct exchange *exchange); /* it has ended: what it used is counted, its places are free */

/* run.c: the only writer of the state */
void exchange_enter(struct exchange *exchange, enum exchange_state next);
void exchange_go_on(struct exchange *exchange);          /* from a call back: whoever owns the entrance runs it */
void exchange_touch(struct exchange *exchange);          /* something moved: the deadline starts anew */
void exchange_watch_deadline(struct exchange *exchange); /* what it depends on has changed */
enum progress exchange_finish(struct exchange *exchange, enum exchange_ending how, enum reason reason);
/* What of the client is here, or came: reads, and notices that something moved. */
enum io exchange_read_client(struct exchange *exchange);
enum io exchange_send_client(struct exchange *exchange);
/* While something else is waited for: notices a client that went away. One that ended its side in order (FIN,
 * close_notify) may still listen: it is given FORSAKEN_MS of silence in `pass`. */
enum { FORSAKEN_MS = 10000 };
bool exchange_is_forsaken(const struct exchange *exchange); /* that is the deadline which holds now */
enum progress exchange_watch_client(struct exchange *exchange);
bool exchange_is_too_long(const struct exchange *exchange); /* it has had its time, whatever moves */
void exchange_forget_head(struct exchange *exchange);       /* life.c */

/* life.c: who it is known as */
struct text entrance_client(const struct entrance *entrance); /* empty: nobody in particular */

/* term.c */
struct policy_term *term_hold(struct exchange_worker *worker); /* the present one */
void term_release(struct policy_term *term);
void term_end(struct exchange_worker *worker); /* the present one is over */

/* step_judge.c */
extern const struct text credentials_name; /* of the field */

/* owner.c: whose the client's socket is, where `policy` asks */
void owner_ask(const struct exchange_worker *worker, const struct policy *policy, struct entrance *entrance);

/* record.c: what is written down of it, and the counters */
enum account_state exchange_decide(struct exchange *exchange);
void exchange_complete(struct exchange *exchange, enum reason reason);
void exchange_count_latency(struct exchange *exchange);

/* refuse.c: saying no, and breaking off */
enum progress exchange_refuse(struct exchange *exchange, enum reason reason); /* before the decision is recorded */
/* Half a head: nothing of it counts. */
enum progress exchange_refuse_head(struct exchange *exchange, const struct fault *fault);
enum progress exchange_fail(struct exchange *exchange, enum reason reason); /* after it, before a reply */
enum progress exchange_cut(struct exchange *exchange, enum reason reason);  /* in the middle of a reply */
void exchange_take_back(struct exchange *exchange); /* while nothing of a reply has left: as if it had never come */
bool exchange_is_told(
    const struct exchange *exchange); /* some of a reply has left, beyond that the client shall wait */

/* up.c: of plain http through a proxy: the target's form, and the field that it wants; returns how many */
bool way_out_is_absolute(const struct exchange *exchange);
size_t way_out_proxy_credentials(const struct exchange *exchange, struct field *field);
/* way.c and way_out.c: who answers */
const struct policy_inference *way_out_inference(const struct exchange *exchange); /* NULL: the host itself */
struct destination {
    enum scheme scheme;
    const struct host *host; /* borrowed from the request or the policy */
    uint16_t port;
    const struct proxy *proxy; /* on the way; NULL: none. Borrowed from the policy */
    struct digest trust;       /* see tls_connect */
};
struct destination way_out_destination(const struct exchange *exchange);
/* One of the addresses of the destination, or of the proxy on the way to it. */
MUST_CHECK bool way_out_judge(
    const struct exchange *exchange, const struct address *address, struct judged_address *judged, enum reason *why);
enum progress way_out_begin(struct exchange *exchange); /* after the commit */
void way_out_forget_candidates(struct way_out *way);
bool way_out_may_repeat(const struct exchange *exchange); /* sending the request twice does no harm */
enum progress way_out_failed(struct exchange *exchange, enum reason reason);
void way_out_drop(struct exchange *exchange); /* cancels and closes what is under way */
/* turn.c: which endpoint; STEP_WAIT: all are busy, and one is waited for */
enum progress turn_take(struct exchange *exchange);
void way_out_set_out(struct exchange *exchange);       /* to the destination, from its name on */
enum progress turn_overdue(struct exchange *exchange); /* it has waited for as long as it may */
bool turn_holds_back(const struct exchange *exchange); /* only frames of a stream are there: another may still answer */
/* The LLM call that it is: `call`, about this exchange. */
void exchange_begin_call(struct exchange *exchange);
void exchange_endpoint_failed(struct exchange *exchange, enum reason reason); /* that has the call now */

/* flow.c */
void flow_begin(
    struct exchange *exchange, struct channel *channel, struct text method); /* of a request to that upstream */
void flow_forget(struct exchange *exchange); /* what was on the way, and both sides' places in it */

/* up.c: the request on its way */
void up_begin(struct exchange *exchange, struct upstream *upstream);
/* MOVE_LEFT: the exchange has gone to another state. */
enum move { MOVE_WAITS, MOVE_MORE, MOVE_LEFT };
enum { TURN = 64 }; /* pieces moved before others have a turn */
enum move up_move(struct exchange *exchange);
bool up_is_sent(const struct exchange *exchange);

/* reply.c: what upstream says, to the client's side */
enum reply_result {
    REPLY_GOES_ON,
    REPLY_NEEDS_MORE,
    REPLY_IS_WHOLE,
    REPLY_IS_BROKEN,
    REPLY_IS_TOO_LARGE,
    REPLY_IS_KEPT_OUT, /* its rule lets nobody have it */
    REPLY_HAS_NO_ROOM, /* it would have to be held, and there is no memory */
    REPLY_IS_PROXYS,   /* it is no answer: the proxy on the way has something against us */
    REPLY_WANTS_NEXT,
    REPLY_UPGRADES
};
enum reply_result reply_take(struct exchange *exchange);
/* Upstream closed. REPLY_GOES_ON: that was a complete reply. */
MUST_CHECK enum reply_result reply_end(struct exchange *exchange);
/* Upstream broke off or stalls: did its stream tell the client of its end before? Then the reply ends in order. */
MUST_CHECK bool reply_end_told(struct exchange *exchange);
enum reason pass_stalled_by(struct exchange *exchange);   /* nothing moves: who is waited for */
enum progress pass_finish(struct exchange *exchange);     /* the reply is in `out`, whole */
enum progress commit_overdue(struct exchange *exchange);  /* the disk takes too long */
enum progress resolve_overdue(struct exchange *exchange); /* DNS takes too long */

/* looked.c: what its rule looks for; each function but the first two needs `looked`. Reasons: REASON_NONE, or
 * why it is refused, which the account was told. */
bool exchange_looks(const struct exchange *exchange); /* its rule does */
struct inspected *exchange_inspected(const struct exchange *exchange);
void looked_begin(struct exchange *exchange);
void looked_free(struct looked *looked);
MUST_CHECK enum reason looked_head(struct exchange *exchange);
MUST_CHECK enum reason looked_hold(struct exchange *exchange, struct text content);
struct text looked_held(const struct looked *looked);          /* the body so far; NULL is fine */
bool looked_has_enough(const struct looked *looked);           /* the rest of the body is not held */
MUST_CHECK enum reason looked_body(struct exchange *exchange); /* it is whole */
MUST_CHECK enum reason looked_call(struct exchange *exchange); /* so is that of a call that is answered here */
struct text looked_found(struct looked *looked);               /* for the decision's record; NULL is fine, as next */
void looked_show(const struct looked *looked, struct text *method, struct text *path, struct text *query);
/* On its way: fields that stay behind, how the body is framed, and the body, which is let go. */
size_t looked_dropped(const struct exchange *exchange, struct text *names, size_t capacity);
void looked_frame(const struct exchange *exchange, struct http_message *message);
void looked_put_body(struct exchange *exchange);
bool looked_wants_answer(const struct exchange *exchange);
/* Is it one that cannot be looked into, and that its rule lets nobody have? Of those that `looked_wants_answer`. */
MUST_CHECK bool looked_keeps_out(struct exchange *exchange, const struct message_head *head);
/* An answer that is looked into begins; false: it goes on as it is. */
MUST_CHECK bool looked_take_answer(struct exchange *exchange, const struct message_head *head);
struct text looked_found_after(struct looked *looked); /* for the outcome's record; NULL is fine */

/* keys.c: looks for vendors' keys in its head, once it is judged; true: it is refused for one. */
MUST_CHECK bool keys_refuse(struct exchange *exchange);
struct canary_way keys_canary_way(struct exchange *exchange);
/* In a body that is whole, `held`; REASON_NONE, or why it is refused, which the account was told. */
MUST_CHECK enum reason keys_canary_in_body(struct exchange *exchange, struct text held);
MUST_CHECK enum reason keys_in_body(struct exchange *exchange, struct text held);
struct text keys_host(const struct exchange *exchange); /* whose keys are at home where it goes; empty: nobody's */
inspected_key keys_hear;                                /* context: the exchange */

enum progress step_read_head(struct exchange *exchange);
enum progress step_judge(struct exchange *exchange);
enum progress step_read_body(struct exchange *exchange);
enum progress step_commit(struct exchange *exchange);
enum progress step_queue(struct exchange *exchange);
enum progress step_resolve(struct exchange *exchange);
enum progress step_dial(struct exchange *exchange);
enum progress step_pass(struct exchange *exchange);
enum progress step_answer(struct exchange *exchange);
enum progress step_done(struct exchange *exchange);

#endif
