/* SPDX-License-Identifier: Apache-2.0 */
/* What a server says, told as canonical events: readers of whole answers and of streams tell piece by piece, and know
 * neither framing nor who listens. */
#ifndef EXEAT_CANON_TELLING_H
#define EXEAT_CANON_TELLING_H

#include "exeat/base/arena.h"
#include "exeat/canon/answer.h"
#include "exeat/canon/scan.h"

/* Filled with the first four; the rest is what was told so far. */
struct canon_telling {
    const struct canon_call *call; /* borrowed */
    struct canon_sink sink;
    struct arena *arena; /* borrowed; of texts that are spelled anew */
    struct buffer *out;  /* the sink's; may be NULL */
    struct canon_usage usage;
    uint64_t created;
    struct text logprobs;             /* of the texts that are told next */
    size_t call_count;                /* calls of tools */
    uint32_t places[CANON_CALLS_MAX]; /* where the server has each of them */
    bool has_spoken;
    bool has_finished;
};

/* Each: false: the sink does not take it, or there is more than anybody asks for. Texts are spelled as JSON; an empty
 * one is not told. */
MUST_CHECK bool canon_tell_text(struct canon_telling *telling, enum canon_part_kind kind, struct text text);
/* A call, or a piece of one: the server has it at `place`; id and name with the first piece, and again or not later. */
MUST_CHECK bool
canon_tell_call(struct canon_telling *telling, uint32_t place, struct text id, struct text name, struct text arguments);
MUST_CHECK bool canon_tell_finish(struct canon_telling *telling, enum canon_finish finish, struct text stop);
MUST_CHECK bool canon_tell_alone(struct canon_telling *telling, enum canon_event_kind kind); /* waits, ends */
MUST_CHECK bool canon_tell_failure(struct canon_telling *telling, struct text words);        /* words as they mean */

/* A string's text, such as may stand between quotes in any JSON: the scanner lets more pass. */
struct text canon_tell_spelled(const struct canon_telling *telling, struct scan string);
/* The same of a member; empty: there is none, or it is no string. */
struct text canon_tell_member(const struct canon_telling *telling, struct scan object, struct text name);
/* A member that is JSON of any kind, spelled as a text; empty: there is none. */
struct text canon_tell_json(const struct canon_telling *telling, struct scan object, struct text name);
/* A count; as it was where it is none. */
void canon_tell_count(struct scan object, struct text name, uint64_t *count);

#endif
