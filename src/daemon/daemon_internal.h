/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of daemon share: the gate and its workers. */
#ifndef EXEAT_DAEMON_INTERNAL_H
#define EXEAT_DAEMON_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "exeat/admin.h"
#include "exeat/anchor.h"
#include "exeat/checkup.h"
#include "exeat/containment.h"
#include "exeat/daemon.h"
#include "exeat/store/succession.h"
#include "exeat/worker.h"

/* places.c: no two listeners may share one. */
void places_look(const struct settings *settings, struct diags *diags);

/* redirect.c: NULL: the settings say nothing about rules. */
struct containment *containment_of(const struct settings *settings, const _Atomic bool *drains);

/* Calls back, some time after it, when a file of the policy, a revocation list or a link to one has changed. */
struct files_watch;
struct files_watch *files_watch_new(struct loop *loop, timer_function on_change, void *context);
void files_watch_set(struct files_watch *files, const struct policy *policy, const struct listeners *listeners);
void files_watch_free(struct files_watch *files);

/* retired.c: takes the reference of a policy that is no longer in force, and drops it when it is the last. */
struct retired;
struct retired *retired_new(struct loop *loop);
void retired_add(struct retired *retired, struct policy *policy);
void retired_free(struct retired *retired); /* NULL is fine */

/* lapses.c: tells of the rules that end: the log, the store, the metrics. */
struct gate;
struct lapses;
struct lapses *lapses_new(struct gate *gate);
/* Of the policy that is in force now. What has lapsed before is told at once. */
void lapses_watch(struct lapses *lapses);
/* From the desk: the lines of admin_lapse_write, and how many rules lapsed since the gate began. */
void lapses_look(struct lapses *lapses, struct buffer *metrics, uint64_t *count);
void lapses_free(struct lapses *lapses); /* NULL is fine */

/* verifying.c: verifies the store now and then, in a thread of its own. Ending it does not wait for a pass. */
struct verifying;
struct verifying *verifying_new(const char *store, const struct signing_key *key, uint64_t every_ms);
void verifying_look(const struct verifying *verifying, struct admin_verify *view);
void verifying_free(struct verifying *verifying); /* NULL is fine */

/* limits.c: the counters of a policy's limits, the caller's reference. */
struct budget_table *limits_new(struct budgets *budgets, const struct policy *policy, size_t workers);
/* Counts what the newest records say was used before this start. */
void limits_recall(struct budget_table *table, const struct policy *policy);

/* listeners.c: what the gate was started with; all texts owned, NULL: none. */
void listeners_note(struct listeners *listeners, const struct settings_listen *listen);
void listeners_clear(struct listeners *listeners);
/* Their TLS, of those that have it; what is in `out` afterwards is the caller's, also on false. */
MUST_CHECK bool
listeners_load(const struct listeners *listeners, struct tls_identity *out[LISTENERS_MAX], char **error);

/* trust.c: NULL with `error` */
MUST_CHECK struct trust *
trust_new(const struct policy *policy, const struct listeners *listeners, const char *path, char **error);
void trust_free(struct trust *trust);                                                  /* and all older */
MUST_CHECK struct tls_client *trust_client(const struct policy *policy, char **error); /* for one worker */
/* Can the files of that one be used, policy_trust_at(index)? Else `error`. */
MUST_CHECK bool trust_is_usable(const struct policy *policy, size_t index, char **error);
/* What of the files that rules name cannot work, a sentence each. */
void trust_remarks(const struct policy *policy, void (*say)(void *context, const char *sentence), void *context);

struct in_force {
    struct policy *policy;        /* one reference */
    struct budget_table *budgets; /* one reference */
    uint64_t sequence;            /* of its POLICY record */
    struct trust *trust;
    struct buffer start_values; /* in_force_start_values of when the gate started */
    struct lapses *lapses;      /* NULL: it does not run yet */
};
/* Something that ends by itself. */
struct until {
    struct timer *timer;
    uint64_t us; /* steady clock; 0: it is not on */
};
/* What the main thread tells the desk, and the desk the main thread. */
struct told {
    _Atomic uint64_t policy_sequence;
    _Atomic uint64_t reloads;
    _Atomic uint64_t reloads_refused;
    _Atomic uint64_t drain_ms;
    _Atomic uint64_t issuer_expires; /* seconds since 1970; 0: there is none */
    _Atomic bool has_bypass;
    _Atomic bool drains; /* by the desk */
};
struct crew {
    struct worker **workers;
    size_t worker_count;
    struct sockets *sockets; /* owned; of each worker that is to be, those of the gate first */
    size_t socket_count;
    struct pipe_budget pipes;    /* shared by all of them, as is */
    struct names_budget *budget; /* owned */
    struct tls_places *places;   /* owned */
    struct engines *engines;     /* owned */
};
/* crew.c */
/* Has all of them judge by the policy in force, and what is open anew. */
void crew_give_policy(const struct crew *crew, const struct in_force *in_force);
/* Waits until all of them do; false: one is busy for longer than some seconds. Who asked for a reload may act on it. */
MUST_CHECK bool crew_has_policy(const struct crew *crew, uint64_t sequence);

/* SIGHUP. */
struct hangups {
    int descriptor; /* signalfd */
    struct watch *watch;
};
/* When the configuration is read again. */
struct occasions {
    struct hangups hangups;
    struct files_watch *files; /* owned: one of them has changed */
    struct timer *daily;       /* owned */
};
/* The log of decisions. All owned. */
struct ledger {
    struct signing_key *key;
    struct store_succession succession; /* who it is */
    struct audit *audit;                /* its writer */
    struct anchor *anchor;              /* NULL: no witness */
    struct verifying *verifying;        /* NULL: it does not */
};
struct gate {
    const char *path; /* of the configuration */
    struct loop *loop;
    struct in_force in_force;
    struct retired *retired;
    struct ledger ledger;
    struct containment *containment;
    struct checkup *checkup; /* of the engines */
    struct listeners listeners;
    struct budgets *budgets; /* owned: all counters */
    struct sockets sockets;  /* the first worker's, which those of the others join */
    struct crew crew;
    struct desk *desk;
    struct control *control;
    struct occasions occasions;
    struct until bypass;      /* without a timer: there was none yet */
    struct confined confined; /* since the start */
    bool has_locked_keys;
    struct told told;
    char via[24];
};
/* confinement.c: before the first thread, with sockets bound and keys read. False with `error`. */
MUST_CHECK bool confinement_enter(const struct settings *settings, struct confined *confined, char **error);
MUST_CHECK bool
confinement_enter_witness(const struct daemon_witness_options *source, struct confined *confined, char **error);
/* Appends why a file was not read, and what of it is our own doing. */
void confinement_explain(const struct confined *confined, struct text why, struct buffer *out);
/* notify.c: "READY=1", to who started us as a service */
void notify_manager(const char *state);
/* desk.c */
struct desk *desk_new(struct gate *gate);
void desk_listen(struct desk *desk, int descriptor); /* listen.admin; taken */
void desk_open(struct desk *desk);                   /* when the gate runs */
void desk_close(struct desk *desk);
/* commands.c: a control_command */
void gate_command(void *context, struct text line, struct buffer *answer);
/* bypass.c */
void gate_bypass(struct gate *gate, struct text words, struct buffer *answer);
void gate_end_bypass(struct gate *gate, struct text why);
/* inference.c: asks the engines of the policy in force from now on; an order of the control socket */
void gate_look_after_engines(struct gate *gate);
void gate_inference(struct gate *gate, struct text words, struct buffer *answer);
/* erase.c: the commands "erase MICROSECONDS WHO" and "erasing" */
void erase_begin(struct audit *audit, struct text order, struct buffer *answer);
void erase_look(struct audit *audit, struct buffer *answer);
/* reload.c */
/* Somebody asked for it, and hears that nothing has changed; or a folder was seen to change, in which others may write.
 */
enum reload { RELOAD_ASKED, RELOAD_SEEN };
/* `answer`: "ok" and what is to be known, or why not. */
void gate_reload(struct gate *gate, enum reload reload, struct buffer *answer);
/* Gives what the settings say to those who can change while they run: log, audit. */
void gate_apply(struct gate *gate);
/* Has the policy on disk before anyone is judged by it. False: it is not. */
MUST_CHECK bool gate_record_policy(struct gate *gate, const struct policy *policy, uint64_t *sequence);
/* anchoring.c: false with `error`, when there is a witness and it cannot be asked. */
MUST_CHECK bool gate_start_anchor(struct gate *gate, char **error);
/* succession.c */
MUST_CHECK bool gate_record_succession(struct gate *gate);
/* The next start begins a new log; says to the operator which. */
MUST_CHECK bool gate_announce_succession(struct gate *gate, struct text reason, struct buffer *answer);

/* load.c: what the configuration wants opened and the authority may not speak for, as a sentence. NULL: nothing. */
char *issuer_missing_name(const struct policy *policy, const struct tls_issuer *issuer, const char *path);

#endif
