/* SPDX-License-Identifier: Apache-2.0 */
/* What the step files share: the session, its current exchange, and the few ways to move between steps. */
#ifndef EXEAT_SESSION_INTERNAL_H
#define EXEAT_SESSION_INTERNAL_H

#include "exeat/base/bytes.h"
#include "exeat/base/clock.h"
#include "exeat/base/pool.h"
#include "exeat/dialect.h"
#include "exeat/session.h"
#include "exeat/wire.h"

enum session_state {
    SESSION_START,
    SESSION_READ_HEAD,
    SESSION_JUDGE,
    SESSION_READ_BODY,
    SESSION_COMMIT,
    SESSION_RESOLVE,
    SESSION_DIAL,
    SESSION_ANSWER_CONNECT,
    SESSION_PEEK_HELLO,
    SESSION_ACCEPT_TLS,
    SESSION_EXCHANGE,
    SESSION_TUNNEL,
    SESSION_ANSWER,
    SESSION_FINISH,
    SESSION_CLOSED,
    SESSION_STATE_COUNT
};

/* STEP_NEXT: the step named another; STEP_WAIT: until something happens; STEP_YIELD: give others a turn, then run
 * again. */
enum progress { STEP_NEXT, STEP_WAIT, STEP_YIELD };

struct session;

struct step {
    const char *name;
    enum progress (*run)(struct session *session);
    uint32_t next;   /* a bit for each state that may follow */
    size_t deadline; /* offset of its limit in struct session_limits, plus 1; 0: none */
    void (*on_deadline)(struct session *session);
};
const struct step *session_step(enum session_state state);

/* A policy that this worker's requests are judged by: each holds on to the one it began with. It goes with the last of
 * them, once another has taken its place. */
struct reign {
    struct policy *policy; /* one reference */
    uint64_t sequence;     /* of its POLICY record */
    size_t exchanges;
    bool is_over;
};

/* Random bytes drawn from the system for many request ids at once. */
enum { ID_STOCK = 128 };
struct id_stock {
    struct request_id ids[ID_STOCK];
    size_t left;
};

struct session_worker {
    struct session_options options;
    struct reign *reign; /* owned */
    struct pool exchanges;
    struct pool heads;       /* struct http_head */
    struct buffer head;      /* scratch: a head that is written */
    struct buffer authority; /* scratch: the Host of that head */
    struct id_stock ids;
    struct session_limits limits;
    struct list sessions; /* struct session */
    struct list retired;  /* closed, freed at the end of the turn */
    struct deferred reaper;
    struct deferred runner;
    struct list yielded;           /* sessions that want another turn */
    struct lingering *turned_away; /* owned: connections beyond limits.connections, on their way out */
    struct buffer too_many;        /* what they are told */
    struct session_stats stats;
    uint64_t users;           /* how many there have been */
    uint64_t bypass_until_us; /* 0: none */
    bool draining;
};

/* --- one request and what comes of it ----------------------------------------------------------------------------- */

/* What was asked, and the bytes that the head's slices point into. */
struct ask {
    struct inflight head_bytes;
    struct http_head *head; /* owned, from worker->heads; NULL once nobody asks for it any more */
    struct request request;
    struct buffer kept; /* what `request` points into besides: the canonical path; in a tunnel all of its texts */
    struct http_body body;
    bool is_connect;
    bool wants_continue; /* the client waits for a 100 before it sends its body */
};

/* Where it goes. */
struct way_out {
    struct judged_address *candidates; /* owned; until one of them is connected */
    size_t candidate_count;
    size_t inference_next;         /* index into the decision's inference list */
    struct resolve *resolving;     /* owned while it runs */
    struct connecting *connecting; /* owned while it runs */
    struct upstream *upstream;     /* owned */
    enum reason failure;           /* why no candidate could be connected to */
    bool fresh_only;               /* a pooled connection was stale: the next one is a new one */
    uint64_t began_us;        /* steady time at which a way was looked for: names and connecting have one deadline */
    uint64_t asked_us;        /* steady time at which the request began to leave; 0 before */
    uint16_t endpoint_status; /* what an endpoint answered that does not serve; 0: nothing */
};

enum reply_state { REPLY_HEAD, REPLY_BODY, REPLY_DONE };
enum reply_mode { REPLY_AS_IS, REPLY_HELD, REPLY_EVENTS };
/* What the client has of it: nothing; nothing yet, but it waits in `out`; maybe some of it. */
enum reply_said { REPLY_UNSAID, REPLY_IN_HAND, REPLY_SAID };

/* Bytes between the two sides. */
struct flow {
    struct inflight up;   /* to upstream */
    struct inflight down; /* from upstream, not yet parsed */
    struct http_body body;
    enum reply_state state;
    enum reply_mode mode;
    enum http_framing framing; /* of the reply as we send it */
    uint16_t held_status;      /* of a reply that is held */
    enum reply_said said;
    size_t said_at;   /* REPLY_IN_HAND: where in `out` it begins */
    size_t interim;   /* how many 1xx came before it */
    uint64_t head_us; /* steady time at which a head began that is not whole yet; 0: none */
    bool upstream_reusable;
    bool upload_broke; /* upstream takes no more; it may still answer */
};

/* What an endpoint had against the call. */
enum { RETRY_AFTER_SIZE = 40 };
struct objection {
    uint16_t status; /* 0: none was heard */
    bool is_answer;  /* nobody else serves: the caller gets it */
    struct text endpoint;
    char retry_after[RETRY_AFTER_SIZE];
    struct buffer body;
};

/* An LLM call that is answered here. */
struct call {
    struct dialect_call *request;  /* owned; NULL until the body is read */
    struct dialect_stream *stream; /* owned; events being rewritten */
    struct buffer body;            /* the caller's body, then the endpoint's reply */
    struct dialect_usage usage;
    struct text served_model; /* borrowed from the policy or the call */
    struct objection objection;
};

/* What goes into the records. */
struct account {
    struct request_id id;
    char id_text[REQUEST_ID_TEXT_SIZE];
    uint64_t started_us;
    enum reason refusal; /* why we say no; REASON_NONE while we do not */
    enum reason reason;  /* of the outcome */
    enum plan done;
    uint16_t status;
    uint64_t bytes_up;
    uint64_t bytes_down;
    struct address address; /* dialled */
    uint8_t peer_key[32];
    bool has_peer_key;
    struct text inference; /* who answered; borrowed from the policy */
    enum flaw flaw;        /* of a host's reply */
    char *detail;          /* owned: what exactly went wrong; NULL: nothing to add */
};

enum commit_state { COMMIT_IDLE, COMMIT_WAITS, COMMIT_DURABLE, COMMIT_FAILED, COMMIT_OVERDUE };

struct exchange {
    struct session *session; /* borrowed */
    struct reign *reign;     /* held: the whole request is judged by one policy */
    struct policy *policy;   /* the reign's */
    struct decision decision;
    struct ask ask;
    struct way_out way;
    struct flow flow;
    struct call call;
    struct account account;
    struct audit_wait wait;
    enum commit_state commit; /* from COMMIT_WAITS on an outcome is owed, unless it failed */
};

/* --- the connection ----------------------------------------------------------------------------------------------- */

/* An opened connection: every request inside is bound to this name. With https the TLS is ours; with http the client
 * speaks HTTP within its CONNECT (seen: Node's ProxyAgent for http:// URLs, https-proxy-agent for ws://). */
struct opened {
    enum scheme scheme;
    struct host host;
    uint16_t port;
    struct tls_connection *handshake; /* owned until it is the channel's transport */
    bool is_used;                     /* a request came */
};

enum { CLIENT_NAME_SIZE = 64 };
struct session {
    struct session_worker *worker; /* borrowed */
    struct list_node node;         /* in worker->sessions or ->retired */
    struct list_node yield;        /* in worker->yielded */
    enum session_state state;
    struct channel *client; /* owned */
    struct timer *deadline; /* owned */
    uint64_t active_us;     /* when something last moved */
    uint64_t user;          /* of upstream connections: this connection, and who it says it is */
    struct address peer;
    char peer_text[ADDRESS_TEXT_SIZE];
    char client_name[CLIENT_NAME_SIZE]; /* who asked last; of an opened connection: who made it */
    struct inflight in;                 /* from the client, not yet parsed */
    struct inflight out;                /* to the client */
    struct exchange *exchange;          /* owned; NULL between requests */
    struct opened *opened;              /* owned; NULL while the connection is plain */
    struct tunnel tunnel;
    bool keeps_alive;  /* after this exchange */
    bool client_ended; /* its end came */
};

/* session.c: the only writers of state */
void session_enter(struct session *session, enum session_state next);
void session_run(struct session *session);
void session_watch_deadline(struct session *session); /* what it depends on has changed: a head has begun */
void session_touch(struct session *session);          /* something moved: the deadline starts anew */
void session_close(struct session *session, enum reason reason);
enum io session_fill(struct session *session, size_t limit); /* read from the client into `in` */
enum io session_flush(struct session *session);              /* write `out` to the client */
/* While something else is waited for: notices a client that went away. One that ended its side in order (FIN,
 * close_notify) may still listen: it is given FORSAKEN_MS of silence in an exchange. */
enum { FORSAKEN_MS = 10000 };
bool session_is_forsaken(const struct session *session); /* that is the deadline which holds now */
enum progress session_watch_client(struct session *session);
void session_say(struct session *session, struct text text); /* appends to `out` */
void session_continue(struct session *session); /* a 100 of our own, if the client waits for one and nobody else will */

/* worker.c */
struct reign *reign_hold(struct session_worker *worker); /* the present one */
void reign_release(struct reign *reign);
struct request_id session_draw_id(struct session_worker *worker);
bool session_is_denied_now(const struct session *session); /* a tunnel that the present policy would not have */

/* exchange.c */
struct exchange *exchange_new(struct session *session);
void exchange_free(struct session *session);
/* A tunnel needs no head: an idle one shall hold no more than the request that it was judged by. */
void exchange_forget_head(struct exchange *exchange);
struct http_limits exchange_limits(const struct session *session);

/* ask.c: bytes to request */
enum reason ask_from_head(struct session *session);
/* Of a head that is refused: what can be read of it, for the record. */
void ask_glimpse(struct session *session, struct text input);

/* account.c: records and counters */
enum commit_state account_decide(struct session *session);
void account_complete(struct session *session, enum reason reason);
void account_opened_unused(struct session *session, const struct host *host, uint16_t port, enum reason reason);
void account_latency(struct session *session);
/* What exactly is wrong, for the reply, the log and the record; the newest word counts. */
void account_say(struct account *account, enum flaw flaw, const char *detail);
void account_unsay(struct account *account); /* it went well after all */

/* answer.c: replies of our own */
enum progress session_refuse(struct session *session, enum reason reason); /* before the decision is recorded */
/* Half a head: nothing of it counts. */
enum progress session_refuse_head(struct session *session, const struct fault *fault);
enum progress session_fail(struct session *session, enum reason reason); /* after it, before a reply */
void session_cut(struct session *session, enum reason reason);           /* in the middle of a reply */
/* The fields of a reply that is ours: Date (RFC 9110 6.6.1), those of the dialect, and what HTTP/1.0 must be told. */
struct own_fields {
    struct field fields[DIALECT_FIELDS_MAX + 2];
    size_t count;
    char date[CLOCK_HTTP_SIZE];
};
void own_fields(const struct session *session, const struct dialect_answer *answer, struct own_fields *own);

/* way_out.c: who answers */
const struct policy_inference *way_out_inference(const struct exchange *exchange); /* NULL: the host itself */
struct destination {
    enum scheme scheme;
    const struct host *host; /* borrowed from the request or the policy */
    uint16_t port;
};
struct destination way_out_destination(const struct exchange *exchange);
MUST_CHECK bool way_out_judge(
    const struct exchange *exchange, const struct address *address, uint16_t port, struct judged_address *judged,
    enum reason *why);
enum progress way_out_begin(struct session *session); /* after the commit */
void way_out_set_out(struct session *session);        /* to the destination, from its name on */
void way_out_forget_candidates(struct way_out *way);
bool way_out_may_repeat(const struct exchange *exchange); /* sending the request twice does no harm */
enum progress way_out_failed(struct session *session, enum reason reason);
void way_out_drop(struct exchange *exchange); /* cancels and closes what is under way */

/* inference.c: rerouted calls */
bool inference_answers(const struct exchange *exchange); /* rerouted, or canned */
enum reason inference_read_call(struct exchange *exchange);
bool inference_asks_for_models(const struct exchange *exchange); /* a list that only an endpoint can give */
void inference_write_request(struct session *session);

/* endpoint.c: what the endpoint of now says or does not say */
enum endpoint_says { ENDPOINT_SERVES, ENDPOINT_OBJECTS, ENDPOINT_FAILS };
enum endpoint_says endpoint_weigh(uint16_t status);
bool endpoint_is_well(const struct session *session);
void endpoint_answered(const struct session *session);
void endpoint_failed(struct session *session, enum reason reason); /* or by way.endpoint_status */
void endpoint_objects(struct exchange *exchange, const struct http_head *head);
bool endpoint_objection_stands(const struct exchange *exchange); /* when no other serves */

/* content.c: what http_body_read found at the front of `from` goes on to `to`, in chunks if it is sent in chunks */
void content_pass(
    struct loop *loop, struct inflight *from, struct text content, size_t used, struct inflight *to, bool in_chunks);
/* Content of our own for the client: one chunk, where the reply is in chunks. */
void content_say(struct session *session, struct text content, enum http_framing framing);

/* step_exchange.c */
void exchange_begin(struct session *session, struct upstream *upstream);
void session_enter_tunnel(struct session *session);       /* step_tunnel.c: `tunnel` is set; may close */
enum reason exchange_stalled_by(struct session *session); /* nothing moves: who is waited for */
/* reply.c: from upstream's bytes to the client's */
enum reply_result {
    REPLY_GOES_ON,
    REPLY_NEEDS_MORE,
    REPLY_IS_WHOLE,
    REPLY_IS_BROKEN,
    REPLY_IS_TOO_LARGE,
    REPLY_WANTS_NEXT,
    REPLY_UPGRADES
};
enum reply_result reply_take(struct session *session);
MUST_CHECK bool reply_end(struct session *session); /* upstream closed: was that a complete reply? */
void reply_take_back(struct session *session);      /* while nothing of it has left: as if it had never come */
/* Upstream broke off or stalls: did its stream tell the client of its end before? Then the reply ends in order. */
MUST_CHECK bool reply_end_told(struct session *session);

/* turn_away.c: connections beyond limits.connections */
void turn_away_begin(struct session_worker *worker);
void turn_away_end(struct session_worker *worker);
void session_turn_away(struct session_worker *worker, int descriptor); /* takes the descriptor */
enum progress session_commit_overdue(struct session *session);         /* step_commit.c: the disk takes too long */

enum progress session_resolve_overdue(struct session *session); /* step_resolve.c: DNS takes too long */

enum progress step_start(struct session *session);
enum progress step_read_head(struct session *session);
enum progress step_judge(struct session *session);
enum progress step_read_body(struct session *session);
enum progress step_commit(struct session *session);
enum progress step_resolve(struct session *session);
enum progress step_dial(struct session *session);
enum progress step_answer_connect(struct session *session);
enum progress step_peek_hello(struct session *session);
enum progress step_accept_tls(struct session *session);
enum progress step_exchange(struct session *session);
enum progress step_tunnel(struct session *session);
enum progress step_answer(struct session *session);
enum progress step_finish(struct session *session);
enum progress step_closed(struct session *session);

#endif
