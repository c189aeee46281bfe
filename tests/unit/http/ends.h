/* SPDX-License-Identifier: Apache-2.0 */
/* A connection over a scripted peer, and one exchange's side of it. */
#ifndef TESTS_UNIT_HTTP_ENDS_H
#define TESTS_UNIT_HTTP_ENDS_H

#include "exeat/http.h"
#include "fake.h"

/* A connection, and who is at its other end. */
struct ends {
    struct http_worker worker;
    struct http_connection connection;
    struct http_side side;
    struct message_head head;
    struct fault fault;
    struct fake_peer *peer;
};
void ends_begin(struct ends *ends);
void ends_end(struct ends *ends);
void ends_serve(struct ends *ends);                              /* the side is a server's */
void ends_ask(struct ends *ends, const char *method);            /* ... a client's, that sends such a request */
enum http_taken ends_hear(struct ends *ends, const char *bytes); /* the peer says it; what take_head makes of it */
/* What of the content is here, as text; empty when there is none. */
struct text ends_take(struct ends *ends, struct buffer *content);
void ends_answer(struct ends *ends, enum content content, uint64_t length, const char *body); /* 200, as a whole */

#endif
