/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in Gemini's words. */
#ifndef EXEAT_GEMINI_WRITE_H
#define EXEAT_GEMINI_WRITE_H

#include "exeat/gemini.h"

/* write_answer.c */
bool gemini_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out);
void gemini_write_context_full(const struct canon_overflow *overflow, struct buffer *out);
/* One part of a candidate; nothing for a thought that was not asked for. False: it cannot be said. */
MUST_CHECK bool gemini_write_part(const struct canon_call *call, const struct canon_part *part, struct buffer *out);
/* {"candidates":[ and, behind the candidates, ],"usageMetadata":...} */
void gemini_begin_answer(struct buffer *out);
void gemini_end_answer(const struct canon_call *call, const struct canon_usage *usage, struct buffer *out);
/* {"content":{"role":"model","parts":[ and, behind the parts, ]},"finishReason":...,"index":N} */
void gemini_begin_candidate(struct buffer *out);
void gemini_end_candidate(
    const struct canon_call *call, enum canon_finish finish, size_t index, struct text logprobs, struct buffer *out);
/* write_models.c */
void gemini_write_models(
    const struct canon_call *call, const struct text *names, size_t count, struct text name, struct buffer *out);
/* write_logprobs.c: ,"logprobsResult":{...},"avgLogprobs":... for who asked */
void gemini_write_logprobs(const struct canon_call *call, struct text logprobs, struct buffer *out);
/* write_stream.c */
void *gemini_begin_stream(const struct canon_call *call, size_t limit);
bool gemini_write_event(void *stream, const struct canon_event *event, struct buffer *out);
void gemini_end_stream(void *of);
void gemini_write_waiting(const struct canon_call *call, int64_t now, struct buffer *out);
void gemini_write_error_event(
    const struct canon_call *call, const void *of, const struct refusal *refusal, struct buffer *out);
struct text gemini_type_of(const struct canon_call *call, bool streams);
/* refusal.c */
void gemini_write_refusal(const struct refusal *refusal, struct buffer *out);

#endif
