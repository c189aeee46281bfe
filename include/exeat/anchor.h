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

/* What was asked, in HTTP's terms. `body` is the caller's to clear. */
struct witness_answer {
    uint16_t status;
    const char *type; /* Content-Type */
    struct buffer body;
};
/* `text` is the body of POST /add-checkpoint. A cosignature is in the answer only after the state is on disk:
 * 200 cosigned, 400 malformed, 403 not signed by the enrolled key, 404 unknown origin, 409 not the size that is known
 * (which is the answer's body), or another root at that size, 422 the tree is not a continuation, 500 not on disk. */
void witness_add_checkpoint(struct witness *witness, struct text text, struct witness_answer *answer);
/* `text` is the body of POST /enrol, from somebody whose token was good: "vkey VKEY LF", and "previous ORIGIN LF" when
 * the log follows another. 200 enrolled or known already, 400 malformed, 409 the origin is enrolled with another key,
 * 500 not on disk. */
void witness_enrol(struct witness *witness, struct text text, struct witness_answer *answer);
/* The newest cosigned checkpoint of a log: 200, or 404. */
void witness_last(struct witness *witness, struct text origin, struct witness_answer *answer);

struct witness_stats {
    uint64_t logs;
    uint64_t cosigned;
    uint64_t rolled_back;    /* signed checkpoints below what is known */
    uint64_t forked;         /* signed checkpoints that contradict what is known */
    uint64_t refused;        /* unknown origins and wrong keys */
    uint64_t malformed;      /* bodies that are none */
    uint64_t enrolled;       /* since the start */
    uint64_t enrol_refused;  /* another key for a known origin */
    uint64_t token_refused;  /* enrolments without a good token */
    uint64_t failed_on_disk; /* answers that could not be given because the state could not be written */
};
const struct witness_stats *witness_statistics(const struct witness *witness);
void witness_note_bad_token(struct witness *witness);
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

#endif
