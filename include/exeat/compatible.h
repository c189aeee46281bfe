/* SPDX-License-Identifier: Apache-2.0 */
/* Servers that are compatible with OpenAI's API (llama.cpp, vLLM, Ollama's and others): what they are asked, and what
 * they answer. That goes to who speaks as they do byte by byte, but for the model's name and what was asked for beside;
 * to all others it is told. Sources: the API's reference, and what those servers take and send. */
#ifndef EXEAT_COMPATIBLE_H
#define EXEAT_COMPATIBLE_H

#include "exeat/base/attributes.h"
#include "exeat/canon.h"
#include "exeat/canon/answer.h"
#include "exeat/canon/server.h"

/* Its streams are read by compatible_stream, not by `tell`: they may pass as they are. */
extern const struct server compatible_server;
/* What a server says that was asked for a response where chat is meant: whole, and one event (canon/server.h). */
bool compatible_read_response(
    const struct canon_call *call, struct text body, struct arena *arena, struct canon_replies *answer);
enum told compatible_tell_response(struct canon_telling *telling, struct scan event); /* likewise */

/* --- a call ----------------------------------------------------------------------------------------------------------
 */

/* Nothing for a list of models. A stream is asked for its tokens by `stream_options`. */
void compatible_write_call(const struct canon_call *call, const struct canon_endpoint *endpoint, struct buffer *out);

/* --- an answer, to who speaks as it does -----------------------------------------------------------------------------
 */

/* A whole body: the model's name as the caller knows it, vectors as the caller wants them, all else byte for byte.
 * False: it is no JSON object. */
MUST_CHECK bool
compatible_pass_answer(const struct canon_call *call, struct text body, struct buffer *out, struct canon_usage *usage);

/* A stream of server-sent events (WHATWG HTML 9.2), rewritten event by event. */
struct compatible_stream;
/* Borrows the call; an event may have `limit` bytes. */
struct compatible_stream *compatible_stream_new(const struct canon_call *call, size_t limit);
void compatible_stream_free(struct compatible_stream *stream); /* NULL is fine */
/* Takes bytes, appends the whole events among them to `out`. */
MUST_CHECK enum canon_progress
compatible_stream_feed(struct compatible_stream *stream, struct text bytes, struct buffer *out);
/* The body has ended in order: appends what was held and the end that is missing. False: the stream is broken off. */
MUST_CHECK bool compatible_stream_end(struct compatible_stream *stream, struct buffer *out);
bool compatible_stream_has_spoken(const struct compatible_stream *stream); /* a piece of an answer came, or the end */
/* The caller was told how it ended, if by an error of the endpoint's: nothing more is to be said. */
bool compatible_stream_has_told(const struct compatible_stream *stream);
/* What came cannot be told: no more of it is taken. */
bool compatible_stream_is_lost(const struct compatible_stream *stream);
struct canon_usage compatible_stream_usage(const struct compatible_stream *stream);

/* --- an answer, to who does not --------------------------------------------------------------------------------------
 */

/* A whole body as a canonical answer, which borrows from it and lives in the arena. False: it is none. */
MUST_CHECK bool compatible_read_answer(
    enum llm_operation operation, struct text body, struct arena *arena, struct canon_replies *answer);
/* The stream's events go to the sink instead, which writes what the caller gets. To be said before any byte. */
void compatible_stream_translate(struct compatible_stream *stream, struct canon_sink sink);

#endif
