/* SPDX-License-Identifier: Apache-2.0 */
/* Vendors whose messages hold several of the canonical ones: parts, and among them results of tools, which are messages
 * of their own and come first. What blocks are called, and what says their kind, is each vendor's own table. */
#ifndef EXEAT_CANON_SAID_H
#define EXEAT_CANON_SAID_H

#include "exeat/canon/reading.h"

/* --- one block -----------------------------------------------------------------------------------------------------
 */

enum said_kind {
    SAID_NOTHING,
    SAID_TEXT,
    SAID_DATA,
    SAID_THOUGHT,
    SAID_CALL,
    SAID_RESULT,
    SAID_MARK, /* what only the vendor reads: it is dropped */
};
/* A block while it is read. */
struct said_block {
    enum said_kind kind;
    struct canon_part part;      /* of all but ... */
    struct canon_message result; /* ... SAID_RESULT */
};
/* What the block is, where a member of it says so; false: another one did already. */
MUST_CHECK bool said_take_kind(struct reading *reading, enum said_kind kind, struct said_block *block);
/* Rows of such blocks; the field is the struct said_block. */
bool said_take_text(struct reading *reading, uint32_t value, const struct member *row, void *block);
/* An object by the row's table, which fills a struct canon_part: id, name, arguments ({} where they are left out). */
bool said_take_call(struct reading *reading, uint32_t value, const struct member *row, void *block);

/* --- one message ---------------------------------------------------------------------------------------------------
 */

struct said {
    enum canon_role role;
    bool has_role;
    enum canon_content form; /* CANON_NO_CONTENT: as canon_form() has it */
    struct canon_part *parts;
    size_t part_count;
    struct canon_message *results;
    size_t result_count;
};
/* user or assistant; the field is the struct said. */
bool said_take_role(struct reading *reading, uint32_t value, const struct member *row, void *said);
/* Room for the blocks of this list, at most so many of them results. What is no list has none: read_each() refuses it.
 */
void said_make_room(struct reading *reading, uint32_t list, size_t results, struct said *said);
void said_add(struct said *said, const struct said_block *block);
/* Only the user gives results of tools; `content`: the member that has them. */
MUST_CHECK bool said_may_give(struct reading *reading, const struct said *said, struct text content);
/* ... and it says something. */
MUST_CHECK bool said_is_whole(struct reading *reading, const struct said *said, struct text content);

/* --- all of them ---------------------------------------------------------------------------------------------------
 */

/* Behind the call's messages: the system's words may have been read already, and stay in front. */
void said_append(struct reading *reading, struct canon_call *call, const struct said *said, size_t count);
/* The texts of a list as one, a line each; `read` reads a block, and fails for what is no text. Marks say nothing. */
MUST_CHECK bool said_join_texts(
    struct reading *reading, uint32_t list, bool (*read)(struct reading *, uint32_t, struct said_block *),
    struct text *joined);

#endif
