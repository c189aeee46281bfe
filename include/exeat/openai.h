/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAI's words, both ways: its calls are read, and written anew for endpoints, which speak them too; what an endpoint
 * answers goes to who speaks them byte by byte, but for the model's name and what was asked for beside.
 * Sources: the API's reference, and what llama.cpp, vLLM and Ollama take and send. */
#ifndef EXEAT_OPENAI_H
#define EXEAT_OPENAI_H

#include "exeat/base/attributes.h"
#include "exeat/canon.h"
#include "exeat/canon/answer.h"
#include "exeat/canon/vendor.h"

extern const struct vendor openai_vendor;

/* --- an endpoint's call ----------------------------------------------------------------------------------------------
 */

struct openai_endpoint {
    struct text model; /* its own name of it */
    bool takes_usage;  /* a stream may be asked for its tokens (`stream_options`) */
};
/* Nothing for a list of models. */
void openai_write_call(const struct canon_call *call, const struct openai_endpoint *endpoint, struct buffer *out);
struct text openai_path(enum llm_operation operation); /* "/v1/chat/completions" */
struct text openai_method(enum llm_operation operation);

/* --- an endpoint's answer, to who speaks as it does ------------------------------------------------------------------
 */

/* A whole body: the model's name as the caller knows it, vectors as the caller wants them, all else byte for byte.
 * False: it is no JSON object. */
MUST_CHECK bool
openai_pass_answer(const struct canon_call *call, struct text body, struct buffer *out, struct canon_usage *usage);
/* The body of a 4xx, as an error. */
void openai_pass_objection(uint16_t status, struct text body, struct text id, struct buffer *out);

/* A stream of server-sent events (WHATWG HTML 9.2), rewritten event by event. */
struct openai_stream;
/* Borrows the call; an event may have `limit` bytes. */
struct openai_stream *openai_stream_new(const struct canon_call *call, size_t limit);
void openai_stream_free(struct openai_stream *stream); /* NULL is fine */
/* Takes bytes, appends the whole events among them to `out`. */
MUST_CHECK enum canon_progress openai_stream_feed(struct openai_stream *stream, struct text bytes, struct buffer *out);
/* The body has ended in order: appends what was held and the end that is missing. False: the stream is broken off. */
MUST_CHECK bool openai_stream_end(struct openai_stream *stream, struct buffer *out);
/* The caller was told how it ended, if by an error of the endpoint's: nothing more is to be said. */
bool openai_stream_has_spoken(const struct openai_stream *stream); /* a piece of an answer came, or the end */
bool openai_stream_has_told(const struct openai_stream *stream);
struct canon_usage openai_stream_usage(const struct openai_stream *stream);

/* --- an endpoint's answer, to who does not ---------------------------------------------------------------------------
 */

/* A whole body as a canonical answer, which borrows from it and lives in the arena. False: it is none. */
MUST_CHECK bool
openai_read_answer(enum llm_operation operation, struct text body, struct arena *arena, struct canon_replies *answer);
/* The stream's events go to the sink instead, which writes what the caller gets. To be said before any byte. */
void openai_stream_translate(struct openai_stream *stream, struct canon_sink sink);
/* What a 4xx says in words, for the caller's dialect; appended. `overflow` gets the counts, not the words. */
enum canon_objection
openai_read_objection(uint16_t status, struct text body, struct buffer *words, struct canon_overflow *overflow);

/* --- without an endpoint ---------------------------------------------------------------------------------------------
 */

/* A fixed answer: `text`, whole or as a stream, as the call wants it. `now` is in seconds since 1970. False: there is
 * none for this operation. */
MUST_CHECK bool
openai_write_canned(const struct canon_call *call, struct text text, struct text id, int64_t now, struct buffer *out);

#endif
