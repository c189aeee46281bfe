/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of a reply share: reply.c writes it to the client, reply_call.c reads what an endpoint answered.
 */
#ifndef EXEAT_SESSION_REPLY_H
#define EXEAT_SESSION_REPLY_H

#include "session_internal.h"

/* reply.c */
/* As the client can take it: a body whose length is unknown is chunked for who knows chunks, and ended by closing for
 * who does not. */
enum http_framing reply_framing(struct session *session, enum http_framing framing);
/* From here on `out` holds a reply, which can be taken back until some of it is flushed. */
void reply_begin(struct session *session, uint16_t status);
void reply_write_head(struct session *session, const struct http_head *head, const struct http_forward *forward);
void reply_finish(struct session *session); /* the client has all of it */

/* reply_call.c: of a rerouted call */
enum reply_result reply_call_begin(struct session *session, const struct http_head *head);
/* Uses up what was read: `content` lies in the first `used` bytes from upstream. */
enum reply_result reply_call_take(struct session *session, struct text content, size_t used);
bool reply_call_end(struct session *session); /* the body is whole. False: it is no answer */

#endif
