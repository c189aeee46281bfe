/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in Anthropic's words. */
#ifndef EXEAT_ANTHROPIC_WRITE_H
#define EXEAT_ANTHROPIC_WRITE_H

#include "exeat/anthropic.h"

/* write_answer.c */
bool anthropic_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out);
void anthropic_write_models(
    const struct canon_call *call, const struct text *names, size_t count, struct text name, struct buffer *out);
void anthropic_write_context_full(const struct canon_overflow *overflow, struct buffer *out);
/* "stop_reason":...,"stop_sequence":... of one reply */
void anthropic_write_stop(
    const struct canon_call *call, enum canon_finish finish, struct text stop, struct buffer *out);
/* ,"usage":{...} */
void anthropic_write_usage(const struct canon_usage *usage, struct buffer *out);
/* The front of a message up to its content's list. */
void anthropic_begin_message(const struct canon_call *call, struct buffer *out);
/* The id of a call that the endpoint gave none: made of the request's. */
void anthropic_write_call_id(const struct canon_call *call, struct text id, size_t index, struct buffer *out);
/* write_stream.c */
void *anthropic_begin_stream(const struct canon_call *call, size_t limit);
bool anthropic_write_event(void *stream, const struct canon_event *event, struct buffer *out);
/* refusal.c */
void anthropic_write_refusal(const struct refusal *refusal, struct buffer *out);
void anthropic_write_waiting(const struct canon_call *call, int64_t now, struct buffer *out);
void anthropic_write_error_event(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out);

#endif
