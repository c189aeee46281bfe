/* SPDX-License-Identifier: Apache-2.0 */
/* The audit: the writer, one thread, to which each worker speaks by a port of its own. Who decides does so through
 * account.h. Records are in record.h, the segments that keep them in store.h, the tree over them in tlog.h, signed
 * checkpoints in tlog/note.h.
 *
 * The promise: a decision is on disk before its request goes on (AUDIT_WAITS, then on_durable with true). Two options
 * make exceptions:
 *     waits_for_disk is false: AUDIT_RECORDED at once, on disk at most batch_ms later. Where a commit has failed, it is
 *         tried again, and new decisions are AUDIT_REFUSED until it succeeds (unless allows_on_failure).
 *     allows_on_failure: a commit that fails, or a full disk, refuses nobody. Who waits is told on_durable with true,
 *         though the decision is lost; a GAP record counts those. Without it on_durable is called with false.
 * Always AUDIT_REFUSED: too much is queued, or audit_hold refuses decisions. An outcome is owed after AUDIT_WAITS and
 * AUDIT_RECORDED, whatever the disk does, until on_durable or audit_wait_cancel says that there is no decision. */
#ifndef EXEAT_AUDIT_H
#define EXEAT_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/digest.h"
#include "exeat/base/list.h"
#include "exeat/model.h"
#include "exeat/record.h"
#include "exeat/store.h"
#include "exeat/tlog.h"
#include "exeat/tlog/note.h"

/* --- the store
 * ------------------------------------------------------------------------------------------------------------- */

/* What becomes of a private text: kept apart and erasable, a keyed hash of it, or nothing. */
enum audit_privacy { AUDIT_PRIVATE, AUDIT_HASHED, AUDIT_OMITTED };

/* When checkpoints are signed. */
enum audit_signing {
    AUDIT_SIGNS,      /* as records come, and over the last one of a segment or a run */
    AUDIT_SIGNS_LAST, /* over the last record of a run alone: nobody knows yet whether the log may go on */
    AUDIT_SIGNS_NOT   /* never: it is known that it may not */
};
struct audit_options {
    const char *directory;         /* made if absent */
    struct text origin;            /* the log's name: no spaces, no "+" */
    const struct signing_key *key; /* borrowed for the store's life */
    bool waits_for_disk;           /* false: an exception to the promise, see above */
    uint64_t batch_ms;
    uint64_t heartbeat_ms;
    uint64_t segment_bytes;     /* a segment ends and is sealed when it was written that much to; 0: never for that */
    uint64_t segment_ms;        /* and after that long; 0: never for that */
    uint64_t retention_ms;      /* sealed segments are removed when their records are older; 0: never */
    const char *ship_directory; /* sealed segments and checkpoints are copied there; NULL: nowhere */
    uint64_t disk_warn_bytes;   /* less room than that on the disk is said; 0: never */
    uint64_t disk_refuse_bytes; /* with less than that decisions are refused, unless allows_on_failure; 0: never */
    uint64_t ballast_bytes;     /* room that is kept for the last words; 0: none */
    bool allows_on_failure;     /* the other exception: a store that cannot be written lets decisions pass; see above */
    enum audit_privacy path;
    enum audit_privacy query;
    enum audit_signing signing; /* until audit_hold says otherwise */
};

struct audit;
/* Locks the directory, checks the newest segment's end (not its history: that is `verify`'s), writes OPEN and starts
 * the writer thread. NULL with `error` (base_free) on failure: one sentence, with what to do. */
MUST_CHECK struct audit *audit_open(const struct audit_options *options, char **error);
/* Has it go on with other values of retention_ms, disk_warn_bytes, disk_refuse_bytes, allows_on_failure, path and
 * query; the rest of `options` is what the store was opened with. From the thread that opened it. */
void audit_change(struct audit *audit, const struct audit_options *options);
/* After its ports are freed: writes what is queued, CLOSE and a last checkpoint, unless it may not be signed at all.
 * NULL is fine. */
void audit_close(struct audit *audit);

/* Writes one record of the gate's own life, and waits until it is on disk. False: it is not. Any thread but the
 * writer's. `sequence` may be NULL. */
MUST_CHECK bool audit_event(
    struct audit *audit, enum record_kind kind, struct bytes fields, const struct store_blob *blobs, size_t blob_count,
    uint64_t *sequence);
/* The common shape of those: an event and its detail; adds what the record has beyond them by itself. */
MUST_CHECK bool audit_event_text(struct audit *audit, enum record_kind kind, struct text event, struct text detail);

/* When checkpoints are signed; are decisions refused (AUDIT_REFUSED)? Any thread. */
void audit_hold(struct audit *audit, enum audit_signing signing, bool decisions);
/* A witness has cosigned the checkpoint of this tree: the whole note is kept in the store. Any thread; never waits for
 * the disk. */
void audit_keep_cosigned(struct audit *audit, const struct tlog_tree *tree, struct text note);
enum audit_erase_state { AUDIT_ERASE_NONE, AUDIT_ERASING, AUDIT_ERASED, AUDIT_ERASE_FAILED };
struct audit_erasing {
    enum audit_erase_state state;
    int64_t before_us;
    uint64_t parts; /* erased, once it is done */
    char who[64];
    char error[128];
};
/* Orders that the private parts of all records before that time (microseconds since 1970) be removed, in the
 * background: PRUNE is written first. `who` is copied for the record. False: an order is being carried out, or the
 * store is closing. Any thread. */
MUST_CHECK bool audit_erase(struct audit *audit, int64_t before_us, struct text who);
void audit_erase_look(struct audit *audit, struct audit_erasing *erasing); /* of the last order */

/* Read by metrics, from any thread. */
enum { AUDIT_LATENCY_BUCKETS = 10 };
extern const uint64_t audit_latency_bounds_us[AUDIT_LATENCY_BUCKETS];
/* What became of the last look at audit.ship. */
enum audit_shipping {
    AUDIT_SHIPS_NOT, /* there is none, or it was not looked at yet */
    AUDIT_SHIPPED,
    AUDIT_SHIP_FAILING, /* the folder cannot be written; tried again */
    AUDIT_SHIP_REFUSED  /* the folder is another log's, or has what this log has no more */
};
struct audit_stats {
    uint64_t queued; /* entries handed over and not yet answered */
    uint64_t records;
    uint64_t commits;
    uint64_t failures;  /* commits that failed */
    uint64_t lost;      /* decisions let through unrecorded, by allows_on_failure */
    uint64_t disk_free; /* bytes */
    enum audit_shipping shipping;
    uint64_t shipped_at; /* POSIX seconds; 0: never in this run */
    uint64_t commit_us;
    uint64_t commit_latency[AUDIT_LATENCY_BUCKETS + 1];
};
void audit_stats_read(struct audit *audit, struct audit_stats *stats); /* from any thread */

/* --- ports: how one worker hands records over, without locks
 * ------------------------------------------------------------------- */

struct audit_port;
struct audit_port *audit_port_new(struct audit *audit); /* the worker's, to be freed before the audit */
/* Waits until the writer has answered everything that was handed over. */
void audit_port_free(struct audit_port *port);
/* Becomes readable when there is something to collect. */
int audit_port_descriptor(const struct audit_port *port);
/* Calls back for each decision that is on disk, or given up. */
void audit_port_collect(struct audit_port *port);

enum { AUDIT_MARK_SIZE = 8 };
/* What stands for a secret in records: the first bytes of SHA-256 under a key that is derived from the log's signing
 * key, so that who has that can tell which secret it was, and nobody else can try. The same secret has the same mark as
 * long as the log has the same key. */
void audit_port_mark(const struct audit_port *port, struct text value, uint8_t mark[AUDIT_MARK_SIZE]);

struct audit_chunk;
struct audit_wait {
    /* True: go on; it is on disk, or allows_on_failure lets it pass. False: no record; audit_port_forget is due. */
    void (*on_durable)(struct audit_wait *wait, bool durable);
    struct list_node node; /* private to the port, as is what follows; zeroed before the first use */
    struct audit_chunk *chunk;
    uint32_t ordinal;
};
enum audit_answer {
    AUDIT_WAITS,    /* on_durable will be called by audit_port_collect */
    AUDIT_RECORDED, /* go on: nobody waits for the disk */
    AUDIT_REFUSED   /* fail closed: there is no record, and nothing more is due */
};
/* Hands a decision over and reserves room for its outcome: AUDIT_WAITS and AUDIT_RECORDED are followed by exactly one
 * audit_port_complete or audit_port_forget. `wait` NULL: nothing will leave, so nobody waits, and it is not
 * AUDIT_WAITS; else it is zeroed with on_durable set, and stays where it is until then. */
MUST_CHECK enum audit_answer
audit_port_decide(struct audit_port *port, const struct decision_record *decision, struct audit_wait *wait);
/* Hands the outcome over, whose room is reserved: it never fails and never waits. */
void audit_port_complete(struct audit_port *port, const struct outcome_record *outcome);
void audit_port_forget(struct audit_port *port); /* the decision never became durable: nothing to complete */
/* Nobody is called back. True: the decision stays, now or once the store can be written again. False: the store has
 * given it up already, as it would have told: audit_port_forget is due. */
MUST_CHECK bool audit_wait_cancel(struct audit_wait *wait);

#endif
