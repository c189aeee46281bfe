/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAI's words towards its callers: their calls are read, and answered in them. The servers that speak so, too:
 * compatible.h. Source: the API's reference. */
#ifndef EXEAT_OPENAI_H
#define EXEAT_OPENAI_H

#include "exeat/base/attributes.h"
#include "exeat/canon.h"
#include "exeat/canon/answer.h"
#include "exeat/canon/server.h"
#include "exeat/canon/vendor.h"

extern const struct vendor openai_vendor;

/* --- an endpoint's answer (compatible.h has those that pass)
 * ----------------------------------------------------------
 */

/* The body of a 4xx, as an error. */
void openai_pass_objection(uint16_t status, struct text body, struct text id, struct buffer *out);
/* Vectors of a server with other words, as the body of one with these: what respells them, and who passes bytes on,
 * goes on from there. False: they are not as many as were asked for. */
MUST_CHECK bool
openai_write_vectors(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out);

/* --- without an endpoint ---------------------------------------------------------------------------------------------
 */

/* A fixed answer: `text`, whole or as a stream, as the call wants it. `now` is in seconds since 1970. False: there is
 * none for this operation. */
MUST_CHECK bool
openai_write_canned(const struct canon_call *call, struct text text, struct text id, int64_t now, struct buffer *out);

/* --- for who speaks so, with some words of his own (kin.h) -----------------------------------------------------------
 */

#define OPENAI_NO_SEARCH "is not done here, for nothing is looked up on the network: leave it out"
extern const struct models_words openai_models;
enum { OPENAI_PACE_FIELDS = 6 };
extern const struct field openai_pace[OPENAI_PACE_FIELDS]; /* of every answer's head */
/* Each as canon/vendor.h has it. */
bool openai_read_call(struct reading *reading, struct canon_call *call);
struct text openai_deployment_of(struct text path);
bool openai_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out);
void *openai_begin_stream(const struct canon_call *call, size_t limit);
bool openai_write_event(void *of, const struct canon_event *event, struct buffer *out);
void openai_end_stream(void *of);
void openai_write_context_full(const struct canon_overflow *overflow, struct buffer *out);
void openai_write_refusal(const struct refusal *refusal, struct buffer *out);
void openai_write_error_event(
    const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out);

#endif
