/* SPDX-License-Identifier: Apache-2.0 */
/* What stands outside of the pod: a witness that remembers how far each log had come and signs that it did (C2SP
 * tlog-witness, tlog-cosignature), and how a gate speaks with one. docs/audit-format.md has the bytes. */
#ifndef EXEAT_ANCHOR_H
#define EXEAT_ANCHOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/audit.h"
#include "exeat/net.h"
#include "exeat/tls.h"
#include "exeat/web.h"

/* --- the witness's memory ------------------------------------------------------------------------------------------
 */

struct witness;
struct witness_options {
    const char *directory;         /* of its state: made if absent; one process at a time */
    struct text name;              /* as cosignatures show it; a schema-less URL, without spaces and "+" */
    const struct signing_key *key; /* borrowed for the witness's life */
};
/* NULL with `error` (base_free): one sentence, with what to do. */
MUST_CHECK struct witness *witness_open(const struct witness_options *options, char **error);
void witness_free(struct witness *witness); /* NULL is fine */

/* Answers in HTTP's terms, whose bodies are the caller's to clear. `text` is the body of POST /add-checkpoint. A
 * cosignature is in the answer only after the state is on disk: 200 cosigned, 400 malformed, 403 not signed by the
 * enrolled key, 404 unknown origin, 409 not the size that is known (which is the answer's body), 422 another root at
 * that size, or not shown to continue it, 500 not on disk. */
void witness_add_checkpoint(struct witness *witness, struct text text, struct web_answer *answer);
/* `text` is the body of POST /enrol, from somebody whose token was good: "vkey VKEY LF", and "previous ORIGIN LF" when
 * the log follows another. 200 enrolled or known already, 400 malformed, 409 the origin is enrolled with another key,
 * 500 not on disk. */
void witness_enrol(struct witness *witness, struct text text, struct web_answer *answer);
/* The newest cosigned checkpoint of a log: 200, or 404. */
void witness_last(struct witness *witness, struct text origin, struct web_answer *answer);

struct witness_stats {
    uint64_t logs;
    uint64_t cosigned;
    uint64_t forked;         /* signed checkpoints that are proven to contradict what is known */
    uint64_t unproven;       /* signed checkpoints with a proof of nothing: anybody can send those */
    uint64_t older;          /* signed checkpoints below what is known: a log rolled back, or somebody who kept one */
    uint64_t refused;        /* unknown origins and wrong keys */
    uint64_t malformed;      /* bodies that are none */
    uint64_t enrolled;       /* since the start */
    uint64_t enrol_refused;  /* another key for a known origin */
    uint64_t token_refused;  /* enrolments without a good token */
    uint64_t failed_on_disk; /* answers that could not be given because the state could not be written */
};
const struct witness_stats *witness_statistics(const struct witness *witness); /* borrowed; of the loop's thread */
void witness_note_bad_token(struct witness *witness);                          /* an enrolment was refused: counts */
/* Prometheus text format 0.0.4. */
void witness_metrics_write(const struct witness *witness, struct buffer *out);

/* --- the witness's server ------------------------------------------------------------------------------------------
 */

struct witness_server;
struct witness_server_options {
    struct loop *loop; /* borrowed, as are all below */
    struct witness *witness;
    int descriptor;              /* bound and listening; taken */
    struct tls_identity *tls;    /* NULL: plain HTTP */
    const struct digest *tokens; /* SHA-256 of each enrolment token */
    size_t token_count;
};
/* POST /add-checkpoint and /enrol, GET /checkpoint/ORIGIN, /metrics and /livez. */
struct witness_server *witness_server_new(const struct witness_server_options *options);
void witness_server_free(struct witness_server *server); /* NULL is fine */

/* One token a line; empty lines and lines with "#" in front are left out. Fails, with `error`, when there is none or
 * one is shorter than 16 bytes. The caller owns `*tokens` (base_free); what was read is forgotten. */
MUST_CHECK bool anchor_tokens_read(const char *path, struct digest **tokens, size_t *count, char **error);

/* --- the gate's side -----------------------------------------------------------------------------------------------
 */

enum anchor_state {
    ANCHOR_STARTING,    /* nothing was heard yet */
    ANCHOR_WITNESSED,   /* the last question was answered with a cosignature */
    ANCHOR_UNREACHABLE, /* no answer, or none that can be used */
    ANCHOR_ROLLED_BACK, /* the witness knows more of this log than the store has */
    ANCHOR_FORKED,      /* the witness knows another history of this log */
    ANCHOR_KEY_REFUSED, /* the witness knows this log with another key */
    ANCHOR_STATE_COUNT
};
const char *anchor_state_name(enum anchor_state state); /* static */
/* The last three: signing stops until `exeat audit new-origin`. Each is proven by the witness's own signature. */
bool anchor_state_is_broken(enum anchor_state state);

/* What the client does to the store's writer; called from its thread. */
struct anchor_hooks {
    void *context;
    /* When checkpoints are signed, and whether decisions are refused. */
    void (*hold)(void *context, enum audit_signing signing, bool decisions);
    /* The checkpoint of this tree was cosigned: `note` has all signatures. */
    void (*keep)(void *context, const struct tlog_tree *tree, struct text note);
    /* The tree that `keep` was given last, in this run or an earlier one; false: never. */
    bool (*recall)(void *context, struct tlog_tree *tree);
};
struct anchor_options {
    const char *store; /* directory; all texts are copied */
    struct text origin;
    struct text previous;          /* the origin that this log follows; empty: none */
    const struct signing_key *key; /* of the log; borrowed */
    struct text witness;           /* the witness's vkey */
    enum scheme scheme;
    struct host host;
    uint16_t port;
    struct text prefix;     /* path before /add-checkpoint */
    const char *token_file; /* of enrolment; NULL or "": the log is enrolled by hand */
    const char *roots;      /* PEM; NULL or "": the system's */
    bool denies;            /* without a witness there are no decisions */
    uint64_t deny_after_ms; /* how old the last cosignature may be then */
    uint64_t interval_ms;   /* between two questions */
    struct anchor_hooks hooks;
};
struct anchor;
/* Starts its thread; until the witness has answered, only a run's end is signed. NULL with `error` (base_free). */
MUST_CHECK struct anchor *anchor_start(const struct anchor_options *options, char **error);
/* Ends its thread: no hook is called after it. A witness that was not heard yet is waited for that long. NULL is fine,
 * here and below. */
void anchor_stop(struct anchor *anchor, uint64_t patience_ms);
/* After anchor_stop and the store's own end: shows the last checkpoint to the witness, and waits for it that long. */
void anchor_farewell(struct anchor *anchor, uint64_t timeout_ms);
void anchor_free(struct anchor *anchor); /* after anchor_stop */

/* Read by metrics, from any thread. */
struct anchor_stats {
    enum anchor_state state;
    uint64_t witnessed_size; /* of the newest cosigned checkpoint */
    uint64_t witnessed_at;   /* POSIX seconds, by the witness's clock; 0: never in this run */
    uint64_t age_us;         /* since it was cosigned, or the client began */
    uint64_t cosigned;
    uint64_t failures; /* questions without a usable answer */
};
void anchor_stats_read(const struct anchor *anchor, struct anchor_stats *stats); /* From any thread. */

#endif
