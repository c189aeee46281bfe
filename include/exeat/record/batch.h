/* SPDX-License-Identifier: Apache-2.0 */
/* Records on their way to the disk: written into room that is there, many in one batch, completed in place. */
#ifndef EXEAT_RECORD_BATCH_H
#define EXEAT_RECORD_BATCH_H

#include "exeat/record.h"
#include "exeat/tlog.h"

enum { RECORD_OUTCOME_ROOM = 1280 };                                 /* the fields of an outcome are never longer */
size_t record_decision_room(const struct decision_record *decision); /* bytes that record_decision_put writes at most */
/* The fields of a record, without its head; gives the place behind them, as all below do. */
uint8_t *record_decision_put(const struct decision_record *decision, uint8_t *at);
/* Bytes that record_private_put writes at most. */
size_t record_private_room(const struct decision_record *decision);
/* The private part: client's address, path, query. */
uint8_t *record_private_put(const struct decision_record *decision, uint8_t *at);
uint8_t *record_outcome_put(const struct outcome_record *outcome, uint8_t *at); /* at most RECORD_OUTCOME_ROOM bytes */
enum { RECORD_COMMITMENT_ROOM = 3 + 32 };
uint8_t *record_commitment_leave_room(uint8_t *at); /* record_batch_complete fills it */

/* The columns beside a record that are for queries. */
struct record_columns {
    int64_t wall_us;
    int64_t kind;
    int64_t verdict;      /* 0: none */
    struct text host;     /* borrowed from the record, as is request */
    struct bytes request; /* id */
};
void record_projection(const struct record *record, struct record_columns *columns); /* Of a parsed record. */

/* --- batches: what one hand-over holds. A body is { u16 length, record }..., the private parts beside it are
 * { u32 ordinal of the record, u16 length, salt, private part }... --- */

enum { RECORD_BATCH_HEAD = 2, RECORD_PRIVATE_HEAD = 4 + 2 + RECORD_SALT_SIZE };
struct record_batch {
    uint8_t *body; /* both borrowed */
    size_t body_length;
    uint8_t *private_part;
    size_t private_length;
    uint32_t count;
};
struct record_private {
    uint32_t ordinal;
    struct bytes salt;
    struct bytes part;
};
/* The next one off the front of `*rest`; false at the end, or (then `*rest` is not empty) where it is cut. */
bool record_batch_next(struct bytes *rest, struct bytes *record);
bool record_batch_next_private(struct bytes *rest, struct record_private *private_part);
/* A record whose head but the kind is left to the writer: where its fields go. */
uint8_t *record_batch_begin(uint8_t *at, enum record_kind kind);
uint8_t *record_batch_end(uint8_t *begin, uint8_t *end); /* writes the length; gives `end` */
/* The same for records that the writer collects itself. */
struct record_loose {
    struct buffer body; /* owned, both */
    struct buffer private_part;
    uint32_t count;
};
/* Copies, as the next; `private_part` NULL: none. */
void record_loose_add(struct record_loose *loose, struct bytes record, const struct record_private *private_part);
/* A record of the writer's own. */
void record_loose_add_fields(struct record_loose *loose, enum record_kind kind, struct bytes fields);
void record_loose_empty(struct record_loose *loose);               /* no record, and the memory stays */
void record_loose_clear(struct record_loose *loose);               /* frees */
struct record_batch record_loose_view(struct record_loose *loose); /* borrowed until the next change */

struct record_clock {
    int64_t wall_us;
    uint64_t boot_us;
};
uint32_t record_batch_count_private(const struct record_batch *batch); /* how many of its records have a private part */
/* Fills heads, salts (32 bytes each, from `salts`) and commitments, and lets the tree grow by the leaves. */
void record_batch_complete(
    struct record_batch *batch, const struct record_clock *clock, const uint8_t *salts, struct tlog_tree *tree);

#endif
