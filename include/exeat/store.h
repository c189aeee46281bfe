/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a store: other processes, at any time, without getting in the writer's way. Hot and sealed segments look the
 * same from here. */
#ifndef EXEAT_STORE_H
#define EXEAT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/digest.h"
#include "exeat/record.h"
#include "exeat/tlog.h"

/* A text that a record names by its digest. */
struct store_blob {
    struct digest digest;
    struct text body;
};

struct store_reader;
/* The segments of a store directory, read-only. NULL with `error` (base_free). */
MUST_CHECK struct store_reader *store_reader_open(const char *directory, char **error);
void store_reader_free(struct store_reader *reader);
struct text store_reader_origin(const struct store_reader *reader);
uint64_t store_reader_first(const struct store_reader *reader); /* sequence of the oldest record that is here */
/* The frontier of the tree before the oldest record that is here. */
const struct tlog_tree *store_reader_base(const struct store_reader *reader);

/* One stored record. Slices live until the next call. */
struct store_row {
    uint64_t sequence;
    struct bytes body;
    int64_t wall_us; /* the columns beside the body: verify compares them with it */
    int64_t kind;
    int64_t verdict; /* 0: none */
    struct text host;
    struct bytes request; /* id; of decisions and outcomes */
    struct bytes salt;    /* of the private part; empty: erased, or there was none */
    struct bytes private_part;
};
/* Are the columns what the record's bytes say, at the place that they say? */
MUST_CHECK bool store_row_agrees(const struct store_row *row, const struct record *record);
enum store_read { STORE_ROW, STORE_END, STORE_UNREADABLE };
/* The next row is the first at or after that sequence. */
void store_reader_seek(struct store_reader *reader, uint64_t sequence);
/* STORE_END: nothing more now (a live store may have more later). */
enum store_read store_reader_next(struct store_reader *reader, struct store_row *row);
/* Why it was STORE_UNREADABLE, or ""; borrowed until the next call. */
const char *store_reader_error(const struct store_reader *reader);
/* The first checkpoint of a size above `after`, of all segments; false when there is none. */
MUST_CHECK bool
store_reader_checkpoint(struct store_reader *reader, uint64_t after, uint64_t *size, struct buffer *note);
/* The largest frontier that is stored of the trees before `sequence`; false when those records were pruned. */
MUST_CHECK bool store_reader_frontier(struct store_reader *reader, uint64_t sequence, struct tlog_tree *tree);
/* The newest checkpoint that a witness has cosigned, with all its signatures, and the tree it is of; false when there
 * is none. It is what the store says: verify the note. */
MUST_CHECK bool store_reader_cosigned(struct store_reader *reader, struct tlog_tree *tree, struct buffer *note);
/* The newest checkpoint, in place of what `note` has, and its size; false when there is none, or a segment cannot be
 * read in which it may be: store_reader_error then says which. */
MUST_CHECK bool store_reader_newest(struct store_reader *reader, uint64_t *size, struct buffer *note);
/* A text that a record names by digest; false when it is not stored. */
MUST_CHECK bool store_reader_blob(struct store_reader *reader, const struct digest *digest, struct buffer *out);
/* Each text of each segment, and as what it is stored; `first` is the segment's first sequence. Slices live until the
 * call returns. */
void store_reader_texts(
    struct store_reader *reader, void (*on_text)(void *context, uint64_t first, struct bytes digest, struct bytes body),
    void *context);
/* What the store says its size is. Where a segment cannot be read it is more than that, and store_reader_error says so.
 */
uint64_t store_reader_size(struct store_reader *reader);

#endif
