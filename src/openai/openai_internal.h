/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of openai share that pass answers on. */
#ifndef EXEAT_OPENAI_INTERNAL_H
#define EXEAT_OPENAI_INTERNAL_H

#include "exeat/base/json.h"
#include "exeat/base/json_view.h"
#include "exeat/canon/answer.h"
#include "exeat/canon/edit.h"
#include "exeat/canon/scan.h"
#include "exeat/openai.h"

/* answer.c: `object` is written to `out` as the caller expects it, and its usage noted. */
void openai_restore(const struct canon_call *call, struct scan object, struct buffer *out, struct canon_usage *usage);
/* The same for a text that is no JSON: where a member `model` can be seen, its name is exchanged. */
void openai_restore_loosely(const struct canon_call *call, struct text text, struct buffer *out);
/* Counts of tokens for callers that asked for them, without an answer. */
bool openai_is_usage_alone(const struct canon_call *call, struct scan object);
void openai_note_usage(struct scan counts, struct canon_usage *usage);
enum canon_finish openai_finish(struct scan word); /* what a `finish_reason` says */
/* read_answer.c: what a chunk, or a whole answer, says. Texts may live in the arena. False: the sink did not take it,
 * or it is none. */
MUST_CHECK bool openai_tell(struct scan object, struct arena *arena, const struct canon_sink *sink, struct buffer *out);
/* thoughts.c: the member of a message that has them, for this caller; and the endpoint's, renamed to it */
struct text openai_thoughts_name(const struct canon_call *call);
void openai_name_thoughts(const struct canon_call *call, struct scan choices, struct edit *edit);
/* embedding.c: the vectors of `data` as they were asked for. */
void openai_respell(const struct canon_call *call, struct scan data, struct edit *edit);
/* write_answer.c: up to the model's name; `object` is chat's */
void openai_begin_answer(const struct canon_call *call, struct text object, uint64_t created, struct buffer *out);
void openai_write_usage(const struct canon_usage *usage, struct buffer *out); /* ,"usage":{...} */
void openai_write_finish(enum canon_finish finish, struct buffer *out);
void openai_write_logprobs(const struct canon_call *call, struct text logprobs, struct buffer *out);
/* Of a call of a tool; an empty one is made of the request's. */
void openai_write_call_id(const struct canon_call *call, struct text id, size_t index, struct buffer *out);

#endif
