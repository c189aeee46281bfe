/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the store share: its tables, SQLite, and the start check. */
#ifndef EXEAT_STORE_INTERNAL_H
#define EXEAT_STORE_INTERNAL_H

#include <sqlite3.h>

#include "exeat/store/segment.h"
#include "exeat/tlog/note.h"

/* The newest sealed segment that begins before the sequence; false: there is none. */
MUST_CHECK bool store_segment_before(const char *directory, uint64_t sequence, uint64_t *first);

enum { STORE_FORMAT = 2 };

/* What the files' tables are (schema.c); a sealed file's indexes and triggers are made when its rows are there. */
extern const char schema_hot[];
extern const char schema_sealed[];
extern const char schema_sealed_tables[];
extern const char schema_sealed_end[];
extern const char schema_private[];
/* Tables, indexes and triggers of ours, and nothing that acts in their place. */
bool schema_is_ours(sqlite3 *database, const char *schema);

struct bytes column_bytes(sqlite3_stmt *statement, int index);
void bind_bytes(sqlite3_stmt *statement, int index, struct bytes bytes);
void bind_text(sqlite3_stmt *statement, int index, struct text text);
MUST_CHECK bool sqlite_run(sqlite3_stmt *statement); /* one step; leaves it ready for the next use */
MUST_CHECK bool meta_read(sqlite3 *database, const char *key, struct buffer *out);
/* A sentence with the path and SQLite's reason, for errors. */
char *sqlite_sentence(const char *path, const char *doing, sqlite3 *database);
/* What the end of a store must agree with itself about before anything is added to it; NULL: it does. Fills tree,
 * sizes and last kind of the segment. */
const char *check_identity(sqlite3 *database, const struct store_log *log); /* format and origin */
const char *check_hot_end(struct store_segment *segment, const struct store_log *log);
const char *check_sealed_end(struct store_segment *segment, const struct store_log *log);

/* Read-only; NULL: not readable. The caller closes it. */
sqlite3 *sealed_open(const char *directory, uint64_t first);

#endif
