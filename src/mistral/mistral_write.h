/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in Mistral's words. */
#ifndef EXEAT_MISTRAL_WRITE_H
#define EXEAT_MISTRAL_WRITE_H

#include "exeat/mistral.h"

/* write_answer.c */
bool mistral_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out);
extern const struct models_words mistral_models;
/* {"id":...,"object":...,"created":...,"model":...,"choices":[ */
void mistral_begin_answer(const struct canon_call *call, struct text object, uint64_t created, struct buffer *out);
/* ,"usage":{...} */
void mistral_write_usage(const struct canon_usage *usage, struct buffer *out);
/* The caller has a place for thoughts: it asked for them. */
bool mistral_wants_thoughts(const struct canon_call *call);
/* {"type":"thinking","thinking":[{"type":"text","text":...}]} */
void mistral_write_thought(struct text text, struct buffer *out);
/* One call of a tool, as an item of a list. */
void mistral_write_call(
    const struct canon_call *call, const struct canon_part *part, size_t reply, size_t index, struct buffer *out);
struct text mistral_finish_word(enum canon_finish finish, bool has_calls);
/* write_stream.c */
void *mistral_begin_stream(const struct canon_call *call, size_t limit);
bool mistral_write_event(void *stream, const struct canon_event *event, struct buffer *out);
void mistral_end_stream(void *of);
/* refusal.c */
void mistral_write_refusal(const struct refusal *refusal, struct buffer *out);
void mistral_write_error_event(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out);
void mistral_write_context_full(const struct canon_overflow *overflow, struct buffer *out);

#endif
