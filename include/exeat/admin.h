/* SPDX-License-Identifier: Apache-2.0 */
/* What operators and their tools see of a running gate: health and metrics over HTTP (read-only), and the control
 * socket for what changes state. */
#ifndef EXEAT_ADMIN_H
#define EXEAT_ADMIN_H

#include "exeat/anchor.h"
#include "exeat/audit.h"
#include "exeat/budget.h"
#include "exeat/containment.h"
#include "exeat/engine.h"
#include "exeat/memo.h"
#include "exeat/names.h"
#include "exeat/net.h"
#include "exeat/session.h"

struct admin_engines {
    const struct engine_view *views; /* borrowed */
    size_t count;
    struct memo_view memo; /* what is kept of their answers */
};

/* What the gate's own look at its store came to. */
enum admin_verify_state {
    ADMIN_VERIFY_NOT,   /* it does not look */
    ADMIN_VERIFY_WAITS, /* nothing was looked at yet */
    ADMIN_VERIFY_OK,
    ADMIN_VERIFY_FOUND /* the log says what */
};
/* What is told of limits. */
struct admin_limits {
    struct budgets *budgets; /* borrowed; NULL: there are none */
    int64_t now_us;          /* wall clock */
};
struct admin_verify {
    enum admin_verify_state state;
    uint64_t age_us;  /* since the newest pass ended, or the gate began */
    uint64_t took_us; /* the newest pass */
    uint64_t records; /* that it read */
};
/* A moment of the gate, summed over its workers. */
struct admin_view {
    bool ready;
    struct session_stats sessions;
    bool has_names; /* listen.dns */
    struct names_stats names;
    struct audit_stats audit;
    bool has_witness;
    struct anchor_stats witness;
    struct admin_verify verify;
    struct containment_view containment;
    uint64_t policy_sequence;
    uint64_t workers;
    bool bypass_active;
    uint64_t issuer_expires;  /* seconds since 1970; 0: there is none */
    uint64_t reloads;         /* policies that took effect after the first */
    uint64_t reloads_refused; /* offered, and not good */
    struct text rule_lapses;  /* lines of admin_lapse_write; borrowed */
    uint64_t rules_lapsed;    /* while the gate ran */
    struct admin_limits limits;
    struct admin_engines engines;
};
/* Adds one worker's counters to a sum. */
void admin_add(struct session_stats *sum, const struct session_stats *one);
void admin_add_names(struct names_stats *sum, const struct names_stats *one);
/* Appends the line of a rule that ends by itself, for `rule_lapses`. */
void admin_lapse_write(struct text rule, int64_t until_us, struct buffer *out);
/* Prometheus text format 0.0.4. */
void admin_metrics_write(const struct admin_view *view, struct buffer *out);

/* GET /livez, /readyz and /metrics on an accepted-from socket (bound, listening; taken). */
struct admin;
/* For /readyz, at once: NULL, or what is against it, a sentence without its end. */
typedef const char *(*admin_objection)(void *context);
typedef void (*admin_look)(void *context, struct admin_view *view);
/* The caller's, to be freed before the loop. `look` fills a view for /metrics, whose texts live until it is called
 * again. */
struct admin *admin_new(struct loop *loop, int descriptor, admin_objection objection, admin_look look, void *context);
void admin_free(struct admin *admin); /* NULL is fine */
/* The other end, blocking: the status of that page, whose body is appended; 0: nobody answers there in 3 s. */
uint16_t admin_ask(const struct address *address, uint16_t port, struct text page, struct buffer *body);

/* A Unix socket for the gate's owner and root: one line in, one answer out. */
struct control;
typedef void (*control_command)(void *context, struct text line, struct buffer *answer);
/* Replaces a socket that nobody listens on. NULL with `error` (base_free). `on_command` appends the answer to one line.
 */
MUST_CHECK struct control *
control_new(struct loop *loop, const char *path, control_command on_command, void *context, char **error);
void control_free(struct control *control); /* NULL is fine; removes the socket */
/* The other end, blocking: false when no gate answers there, and errno says why: EACCES, it is another user's. `answer`
 * receives what it said. */
MUST_CHECK bool control_ask(const char *path, struct text line, struct buffer *answer);

#endif
