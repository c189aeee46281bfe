/* SPDX-License-Identifier: Apache-2.0 */
/* What the step files share: the session, and the few ways to move between steps. */
#ifndef EXEAT_SESSION_INTERNAL_H
#define EXEAT_SESSION_INTERNAL_H

#include "exeat/base/bytes.h"
#include "exeat/base/progress.h"
#include "exeat/exchange/wish.h"
#include "exeat/net/tunnel.h"
#include "exeat/session.h"
#include "exeat/wire/socks.h"

enum session_state {
    SESSION_START,
    SESSION_LOOK,
    SESSION_GREET,
    SESSION_SOCKS_OFFER,
    SESSION_SOCKS_USER,
    SESSION_SOCKS_REQUEST,
    SESSION_SERVE,
    SESSION_ANSWER_CONNECT,
    SESSION_PEEK_HELLO,
    SESSION_ACCEPT_TLS,
    SESSION_TUNNEL,
    SESSION_FINISH,
    SESSION_CLOSED,
    SESSION_STATE_COUNT
};

/* DEADLINE_SERVE: an exchange's own, or between exchanges the idle limit. DEADLINE_HEAD: the step as a whole, lest
 * somebody say what it waits for byte by byte. The others: how long nothing may move, and all of it timeouts.longest.
 */
enum session_deadline { DEADLINE_NONE, DEADLINE_SERVE, DEADLINE_HEAD, DEADLINE_LAST_WORDS, DEADLINE_STREAM };

struct session;

struct session_step {
    const char *name;
    enum progress (*run)(struct session *session);
    uint32_t next; /* a bit for each state that may follow */
    enum session_deadline deadline;
    enum progress (*on_deadline)(struct session *session); /* NULL: it ends, as idle */
};
const struct session_step *session_steps(void); /* by enum session_state */

/* Connections beyond a limit. */
struct turned_away {
    struct lingering *leaving; /* owned: on their way out */
    struct buffer too_many;    /* what those beyond limits.connections are told */
    struct buffer no_memory;   /* likewise, beyond limits.memory */
    uint64_t over_limit;
    uint64_t over_memory;
};

struct session_counts {
    uint64_t accepted;
    uint64_t socks; /* of them, by listeners for SOCKS */
    uint64_t open;
};

struct session_worker {
    struct session_options options;
    const struct session_step *steps; /* the table */
    struct http_worker http;
    struct account_book *book;         /* owned */
    struct owners *owners;             /* owned */
    struct exchange_worker *exchanges; /* owned */
    struct session_limits limits;
    struct list sessions; /* struct session */
    struct list retired;  /* closed, freed at the end of the turn */
    struct deferred reaper;
    struct deferred runner;
    struct list yielded; /* sessions that want another turn */
    struct turned_away turned_away;
    struct session_counts counts;
    bool is_draining;
};

/* An opened connection: what every request inside is bound to, and the handshake while it runs. Owned by its session,
 * which has it as its entrance's binding. */
struct opened {
    struct binding binding;
    struct tls_connection *handshake; /* owned until it is the channel's transport */
};

/* TLS of the listener that the client speaks through, and the names in its certificate, each with a NUL after it. */
enum { CERTIFIED_MAX = 16 };
struct greeting {
    const struct tls_identity *by;    /* which let it in */
    struct tls_connection *handshake; /* owned until it is the channel's layer */
    struct buffer names;
    struct text certified[CERTIFIED_MAX];
};

/* A client that speaks SOCKS, until its wish is judged. */
struct socks {
    struct buffer credentials;         /* as Proxy-Authorization has them; empty: none */
    uint8_t refusal[SOCKS_REPLY_SIZE]; /* what it is told of a wish that is none */
    size_t refusal_length;             /* 0: the reason says it */
};

struct session {
    struct session_worker *worker;           /* borrowed */
    const struct session_listener *listener; /* borrowed */
    struct greeting *greeting;               /* owned; NULL: without TLS */
    struct socks *socks;                     /* owned; NULL: it has said nothing, or its wish was judged */
    struct list_node node;                   /* in worker->sessions or ->retired */
    struct list_node yield;                  /* in worker->yielded */
    enum session_state state;
    bool deadline_moved;       /* since the timer was set */
    struct opening_scan heard; /* of what the client says first; each step begins anew */
    struct timer *deadline;    /* owned */
    uint64_t entered_us;       /* the present state */
    uint64_t active_us;        /* when something last moved, outside exchanges */
    struct entrance entrance;  /* its channel, names, binding and `turned` are owned */
    struct exchange *exchange; /* owned; NULL between requests */
    struct tunnel *tunnel;     /* owned; NULL: it is none */
};

/* session.c: the only writers of state */
/* Its client was let in by a certificate that has been withdrawn, or may have been: it asks for nothing more. */
bool session_is_outdated(const struct session *session);
struct opened *session_opened(const struct session *session); /* NULL while the connection is plain */
void session_enter(struct session *session, enum session_state next);
enum session_state session_first(const struct session *session); /* what a client that can be heard begins with */
void session_run(struct session *session);
void session_watch_deadline(struct session *session); /* what it depends on has changed: see session_run */
void session_touch(struct session *session);          /* something moved: the deadline starts anew */
void session_close(struct session *session, enum reason reason);
enum progress session_forsaken(struct session *session); /* the client has gone */
/* The client has said nothing that was not heard, and an event will tell when it does: there is nothing to read. */
bool session_hears_nothing(const struct session *session);
enum io session_read(struct session *session);
enum io session_write(struct session *session);

/* step_connect.c */
enum progress connect_answer(struct session *session); /* its exchange may be connected, or opened */
/* step_socks.c */
void socks_free(struct socks *socks);                  /* NULL is fine */
enum progress tunnel_overdue(struct session *session); /* as the next */
enum progress socks_overdue(struct session *session);  /* it has had its time */
enum progress socks_refuse(struct session *session);
enum progress socks_go_on(struct session *session);
/* step_look.c */
enum progress look_unnamed(struct session *session); /* it has had its time */
enum progress look_refuse(struct session *session);
enum progress look_go_on(struct session *session);
/* step_tunnel.c */
enum progress tunnel_begin(struct session *session);

/* turn_away.c: connections beyond limits.connections, RLIMIT_NOFILE (both REASON_LIMIT) or limits.memory */
void turn_away_begin(struct session_worker *worker);
void turn_away_end(struct session_worker *worker);
void session_turn_away(/* takes the descriptor */
                       struct session_worker *worker, int descriptor, const struct session_listener *listener,
                       enum reason reason);
void session_count_over(struct session_worker *worker, enum reason reason);

enum progress step_start(struct session *session);
enum progress step_look(struct session *session);
enum progress step_greet(struct session *session);
void greeting_free(struct greeting *greeting); /* step_greet.c; NULL is fine */
enum progress step_socks_offer(struct session *session);
enum progress step_socks_user(struct session *session);
enum progress step_socks_request(struct session *session);
enum progress step_serve(struct session *session);
enum progress step_answer_connect(struct session *session);
enum progress step_peek_hello(struct session *session);
enum progress step_accept_tls(struct session *session);
enum progress step_tunnel(struct session *session);
enum progress step_finish(struct session *session);
enum progress step_closed(struct session *session);

#endif
