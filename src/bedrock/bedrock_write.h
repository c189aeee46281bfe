/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in Bedrock's words. */
#ifndef EXEAT_BEDROCK_WRITE_H
#define EXEAT_BEDROCK_WRITE_H

#include "exeat/bedrock.h"

/* write_answer.c */
bool bedrock_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out);
/* "stopReason":... of one reply of Converse */
void bedrock_write_stop(const struct canon_call *call, enum canon_finish finish, struct text stop, struct buffer *out);
/* "usage":{...},"metrics":{...} */
void bedrock_write_usage(const struct canon_usage *usage, struct buffer *out);
/* "toolUseId":... of a call; made of the request's id where the endpoint gave none. */
void bedrock_write_call_id(const struct canon_call *call, struct text id, size_t index, struct buffer *out);
/* write_invoke.c: answers of models that are asked by a prompt or a text, and pieces of them */
bool bedrock_write_prompted(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out);
/* `usage` NULL: it is not the last. */
void bedrock_write_piece(
    const struct canon_call *call, struct text text, enum canon_finish finish, const struct canon_usage *usage,
    struct buffer *out);
/* write_stream.c */
void *bedrock_begin_stream(const struct canon_call *call, size_t limit);
bool bedrock_write_event(void *stream, const struct canon_event *event, struct buffer *out);
/* refusal.c */
void bedrock_write_refusal(const struct refusal *refusal, struct buffer *out);
void bedrock_write_context_full(const struct canon_overflow *overflow, struct buffer *out);
void bedrock_write_error_event(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out);
/* An event of another's stream: an error of theirs is an exception here. */
void bedrock_frame(struct text json, struct buffer *out);

#endif
