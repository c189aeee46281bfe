/* SPDX-License-Identifier: Apache-2.0 */
/* A place in one segment of either layout, for reading. */
#ifndef EXEAT_STORE_CURSOR_H
#define EXEAT_STORE_CURSOR_H

#include "store_internal.h"

struct cursor {
    enum store_segment_layout layout;
    sqlite3 *database;         /* owned, as is all below */
    sqlite3 *private_database; /* sealed segments only; NULL: the file is gone */
    sqlite3_stmt *rows;
    sqlite3_stmt *private_rows;
    uint64_t next; /* sequence wanted */
    bool is_stepping;
    /* sealed: the private row at hand */
    bool has_private;
    /* hot: the batch at hand */
    uint64_t at; /* sequence of the next record of `rest` */
    uint64_t batch_first;
    struct bytes rest;
    struct bytes private_rest;
    struct record_private part;
    bool has_part;
};
/* Read-only. False with `error`, and `*is_gone` when the file is not there (any more). */
MUST_CHECK bool cursor_open(
    struct cursor *cursor, const char *directory, uint64_t first, enum store_segment_layout layout, bool *is_gone,
    char **error);
void cursor_close(struct cursor *cursor);
void cursor_seek(struct cursor *cursor, uint64_t sequence);
/* STORE_UNREADABLE: the database says why, or the bytes are cut. */
enum store_read cursor_next(struct cursor *cursor, struct store_row *row);
/* A database of the store, opened as foreign data. NULL on failure. */
sqlite3 *open_foreign(const char *path, bool *is_gone);

#endif
