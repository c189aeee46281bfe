/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in Cohere's words. */
#ifndef EXEAT_COHERE_WRITE_H
#define EXEAT_COHERE_WRITE_H

#include "exeat/cohere.h"

/* write_answer.c */
bool cohere_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out);
extern const struct models_words cohere_models;
/* "finish_reason":...,"usage":{...}, with the comma before it. `has_calls`: the reply has some. */
void cohere_write_end(
    const struct canon_call *call, const struct canon_reply *reply, bool has_calls, const struct canon_usage *usage,
    struct buffer *out);
/* {"id":...,"type":"function","function":{...}} */
void cohere_write_call(const struct canon_call *call, const struct canon_part *part, size_t index, struct buffer *out);
/* The caller has a place for thoughts: it asked for them. */
bool cohere_wants_thoughts(const struct canon_call *call);
/* write_stream.c */
void *cohere_begin_stream(const struct canon_call *call, size_t limit);
bool cohere_write_event(void *stream, const struct canon_event *event, struct buffer *out);
/* refusal.c */
void cohere_write_refusal(const struct refusal *refusal, struct buffer *out);
void cohere_write_error_event(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out);
void cohere_write_context_full(const struct canon_overflow *overflow, struct buffer *out);

#endif
