/* SPDX-License-Identifier: Apache-2.0 */
/* The writer's side of a store: its lock, its files by name, the segment that is written, and what becomes of it. */
#ifndef EXEAT_STORE_SEGMENT_H
#define EXEAT_STORE_SEGMENT_H

#include "exeat/record/batch.h"
#include "exeat/store.h"

struct sqlite3;
struct sqlite3_stmt;

/* Whose files they are; borrowed. */
struct store_log {
    const char *directory;
    struct text origin;            /* the log's name */
    const struct signing_key *key; /* that signed the newest checkpoint, if there is one */
};
/* Before the first use of SQLite. */
void store_prepare(void);
/* The disk's promise is lost: says so and ends the process at once; who restarts it has the store looked at. */
_Noreturn void store_end_process(const char *directory, const char *why);
/* The lock that keeps a second writer away; it ends with the descriptor. */
MUST_CHECK bool store_lock(const char *directory, int *descriptor, char **error);

/* --- files --- */

enum store_segment_layout { STORE_HOT, STORE_SEALED, STORE_PRIVATE }; /* seg-<16 hex> and .hot, .db, .priv.db */
enum { STORE_NAME_SIZE = 32 };
/* The file's name, NUL-terminated. */
void store_segment_name(uint64_t first, enum store_segment_layout layout, char out[STORE_NAME_SIZE]);
/* False: no segment is called so. */
bool store_segment_name_parse(const char *name, uint64_t *first, enum store_segment_layout *layout);
/* The caller's (base_free). `suffix`: "", or that of a file beside it. */
char *store_segment_path(const char *directory, uint64_t first, enum store_segment_layout layout, const char *suffix);

/* Of what the tables are, one after the other: what an OPEN record says. */
void store_schema_digest(struct digest *digest);
/* fsync of a file that SQLite does not have open (closing it would drop SQLite's locks), or of a folder. */
MUST_CHECK bool store_sync_path(const char *path);

/* --- the hot segment: the one that is written --- */

struct store_segment_statements {
    struct sqlite3_stmt *begin;
    struct sqlite3_stmt *commit;
    struct sqlite3_stmt *rollback;
    struct sqlite3_stmt *batch;
    struct sqlite3_stmt *checkpoint;
    struct sqlite3_stmt *meta;
    struct sqlite3_stmt *blob;
    struct sqlite3_stmt *policy;
};
struct store_segment {
    struct sqlite3 *database;                 /* owned */
    struct store_segment_statements prepared; /* owned */
    uint64_t first;                           /* its first sequence */
    struct tlog_tree tree;                    /* of what is committed, and of the open transaction */
    uint64_t framed_size;                     /* tree size at the newest row with a frontier */
    uint64_t signed_size;                     /* of the newest checkpoint */
    uint8_t hash_key[32];                     /* of AUDIT_HASHED texts */
    enum record_kind last_kind;               /* of its last record; 0: it has none */
    uint64_t wal_bytes;                       /* what its WAL has grown to, since it is watched */
    uint64_t wal_room;                        /* the length of the WAL's file, with what was made ready; 0: not known */
};
/* Where a transaction began, to go back to. */
struct store_segment_mark {
    struct tlog_tree tree;
    uint64_t framed_size;
};
/* Opens the hot segment that was not ended, or makes the one that goes on where the store ends. False with `error`. */
MUST_CHECK bool store_segment_open(struct store_segment *segment, const struct store_log *log, char **error);
/* Leaves an ended segment to the sealer and begins the next one. On false the segment is as it was. */
MUST_CHECK bool store_segment_roll(struct store_segment *segment, const struct store_log *log, char **error);
/* Keeps wal_bytes from now on; the segment stays where it is. */
void store_segment_watch(struct store_segment *segment);
void store_segment_close(struct store_segment *segment);
MUST_CHECK bool store_segment_prepare(struct store_segment *segment);
MUST_CHECK bool store_segment_put_meta(struct store_segment *segment, const char *key, struct bytes value);
/* Inside a transaction; each false means: roll back. */
MUST_CHECK bool store_segment_begin(struct store_segment *segment);
MUST_CHECK bool store_segment_add_batch(
    struct store_segment *segment, struct record_batch *batch, const struct record_clock *clock, const uint8_t *salts);
MUST_CHECK bool store_segment_add_checkpoint(struct store_segment *segment, uint64_t size, struct text note);
MUST_CHECK bool store_segment_add_blob(struct store_segment *segment, const struct store_blob *blob);
MUST_CHECK bool store_segment_add_policy(struct store_segment *segment, uint64_t sequence, const struct digest *digest);
MUST_CHECK bool store_segment_commit(struct store_segment *segment);
/* Between two transactions, when the WAL has little room left: lengthens its file, up to `most` bytes (0: without end),
 * so that commits to come need not. A disk without room is no failure; false: the sync failed, as with
 * store_segment_lost_the_disk. */
MUST_CHECK bool store_segment_make_room(struct store_segment *segment, uint64_t most);
void store_segment_rollback(struct store_segment *segment, const struct store_segment_mark *mark);
/* Did the last failure lose the disk's promise? Then the process must end (an fsync error is never retried). */
bool store_segment_lost_the_disk(const struct store_segment *segment);
bool store_segment_is_full(const struct store_segment *segment);      /* was it room that was missing? */
const char *store_segment_error(const struct store_segment *segment); /* of the last failure; the segment's */

/* --- sealed segments --- */

/* Rebuilds a hot segment that nobody writes any more into its sealed files, and removes it. Can be done again after a
 * crash at any point. */
MUST_CHECK bool store_seal(const char *directory, uint64_t first, char **error);
void store_segment_remove_hot(const char *directory, uint64_t first);
/* First sequences of the sealed segments, ascending. The caller owns the list (base_free). */
uint64_t *store_sealed_list(const char *directory, size_t *count);
/* The wall clock of its newest record; false: not readable. */
MUST_CHECK bool store_sealed_end_time(const char *directory, uint64_t first, int64_t *wall_us);
/* How many private parts of records before a time it has. False: cannot be read. No file of private parts means that
 * none are there. */
MUST_CHECK bool store_private_count(const char *directory, uint64_t first, int64_t before_us, uint64_t *count);
/* Writes its private parts anew without those. */
MUST_CHECK bool store_private_erase(const char *directory, uint64_t first, int64_t before_us);

#endif
