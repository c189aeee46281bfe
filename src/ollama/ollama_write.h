/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in Ollama's words. */
#ifndef EXEAT_OLLAMA_WRITE_H
#define EXEAT_OLLAMA_WRITE_H

#include "exeat/ollama.h"

/* write_answer.c */
bool ollama_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out);
/* {"model":...,"created_at":... */
void ollama_begin(const struct canon_call *call, uint64_t created, struct buffer *out);
/* ,"done":true,"done_reason":... and all counts } */
void ollama_end(enum canon_finish finish, const struct canon_usage *usage, struct buffer *out);
/* What is said so far in `parts`, as a message or as a response; on one line. False: it cannot be said. */
MUST_CHECK bool
ollama_write_said(const struct canon_call *call, const struct canon_part *parts, size_t count, struct buffer *out);
/* ,"logprobs":[...] for who asked */
void ollama_write_logprobs(const struct canon_call *call, struct text logprobs, struct buffer *out);
/* write_models.c */
void ollama_write_models(
    const struct canon_call *call, const struct text *names, size_t count, struct text name, struct buffer *out);
struct text ollama_one_of_models(struct text path);
/* write_stream.c */
void *ollama_begin_stream(const struct canon_call *call, size_t limit);
bool ollama_write_event(void *stream, const struct canon_event *event, struct buffer *out);
void ollama_end_stream(void *of);
struct text ollama_type_of(const struct canon_call *call, bool streams);
/* refusal.c */
void ollama_write_refusal(const struct refusal *refusal, struct buffer *out);
void ollama_write_waiting(const struct canon_call *call, int64_t now, struct buffer *out);
void ollama_write_error_event(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out);
void ollama_write_context_full(const struct canon_overflow *overflow, struct buffer *out);

#endif
