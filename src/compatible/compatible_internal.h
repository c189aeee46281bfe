/* SPDX-License-Identifier: Apache-2.0 */
/* What the files share that read answers, or pass them on. */
#ifndef EXEAT_COMPATIBLE_COMPATIBLE_INTERNAL_H
#define EXEAT_COMPATIBLE_COMPATIBLE_INTERNAL_H

#include "exeat/base/json.h"
#include "exeat/base/json_view.h"
#include "exeat/canon/edit.h"
#include "exeat/canon/scan.h"
#include "exeat/compatible.h"

/* answer.c: `object` is written to `out` as the caller expects it, and its usage noted. */
void compatible_restore(
    const struct canon_call *call, struct scan object, struct buffer *out, struct canon_usage *usage);
/* The same for a text that is no JSON: where a member `model` can be seen, its name is exchanged. */
void compatible_restore_loosely(const struct canon_call *call, struct text text, struct buffer *out);
/* Counts of tokens for callers that asked for them, without an answer. */
bool compatible_is_usage_alone(const struct canon_call *call, struct scan object);
void compatible_note_usage(struct scan counts, struct canon_usage *usage);
enum canon_finish compatible_finish(struct scan word); /* what a `finish_reason` says */
/* read_answer.c: what a chunk, or a whole answer, says. Texts may live in the arena. False: the sink did not take it,
 * or it is none. */
MUST_CHECK bool
compatible_tell(struct scan object, struct arena *arena, const struct canon_sink *sink, struct buffer *out);
/* thoughts.c: the member of a message that has them, renamed to what this caller looks for. */
void compatible_name_thoughts(const struct canon_call *call, struct scan choices, struct edit *edit);
/* embedding.c: the vectors of `data` as they were asked for. */
void compatible_respell(const struct canon_call *call, struct scan data, struct edit *edit);

#endif
