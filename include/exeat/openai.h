/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAI's words, both ways: its calls are read, and written anew for endpoints, which speak them too; what an endpoint
 * answers goes to who speaks them byte by byte, but for the model's name and what was asked for beside.
 * Sources: the API's reference, and what llama.cpp, vLLM and Ollama take and send. */
#ifndef EXEAT_OPENAI_H
#define EXEAT_OPENAI_H

#include "exeat/base/attributes.h"
#include "exeat/canon.h"
#include "exeat/canon/answer.h"
#include "exeat/canon/server.h"
#include "exeat/canon/vendor.h"

extern const struct vendor openai_vendor;
/* An endpoint that speaks them. Its streams are read by openai_stream, not by `tell`: they may pass as they are. */
extern const struct server openai_server;
/* What a server says that was asked for a response where chat is meant: whole, and one event (canon/server.h). */
bool openai_read_response(
    const struct canon_call *call, struct text body, struct arena *arena, struct canon_replies *answer);
enum told openai_tell_response(struct canon_telling *telling, struct scan event); /* likewise */

/* --- an endpoint's call ----------------------------------------------------------------------------------------------
 */

/* Nothing for a list of models. A stream is asked for its tokens by `stream_options`. */
void openai_write_call(const struct canon_call *call, const struct canon_endpoint *endpoint, struct buffer *out);

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
/* What came cannot be told: no more of it is taken. */
bool openai_stream_is_lost(const struct openai_stream *stream);
struct canon_usage openai_stream_usage(const struct openai_stream *stream);

/* --- an endpoint's answer, to who does not ---------------------------------------------------------------------------
 */

/* Vectors of a server with other words, as the body of one with these: what respells them, and who passes bytes on,
 * goes on from there. False: they are not as many as were asked for. */
MUST_CHECK bool
openai_write_vectors(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out);
/* A whole body as a canonical answer, which borrows from it and lives in the arena. False: it is none. */
MUST_CHECK bool
openai_read_answer(enum llm_operation operation, struct text body, struct arena *arena, struct canon_replies *answer);
/* The stream's events go to the sink instead, which writes what the caller gets. To be said before any byte. */
void openai_stream_translate(struct openai_stream *stream, struct canon_sink sink);

/* --- without an endpoint ---------------------------------------------------------------------------------------------
 */

/* A fixed answer: `text`, whole or as a stream, as the call wants it. `now` is in seconds since 1970. False: there is
 * none for this operation. */
MUST_CHECK bool
openai_write_canned(const struct canon_call *call, struct text text, struct text id, int64_t now, struct buffer *out);

/* --- for who speaks so, with some words of his own (kin.h) -----------------------------------------------------------
 */

extern const struct models_words openai_models;
enum { OPENAI_PACE_FIELDS = 6 };
extern const struct field openai_pace[OPENAI_PACE_FIELDS]; /* of every answer's head */
/* Each as canon/vendor.h has it. */
bool openai_read_call(struct reading *reading, struct canon_call *call);
struct text openai_deployment_of(struct text path);
bool openai_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out);
void *openai_begin_stream(const struct canon_call *call, size_t limit);
bool openai_write_event(void *stream, const struct canon_event *event, struct buffer *out);
void openai_end_stream(void *stream);
void openai_write_context_full(const struct canon_overflow *overflow, struct buffer *out);
void openai_write_refusal(const struct refusal *refusal, struct buffer *out);
void openai_write_error_event(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out);

#endif
