/* SPDX-License-Identifier: Apache-2.0 */
/* What both roles of HTTP/1 share. */
#ifndef EXEAT_HTTP_INTERNAL_H
#define EXEAT_HTTP_INTERNAL_H

#include "exeat/http.h"

void http1_server_begin(struct http_side *side, struct http_connection *connection, const struct http_limits *limits);
void http1_client_begin(
    struct http_side *side, struct http_connection *connection, const struct http_limits *limits, struct text method);

enum http_taken http1_take_content(struct http_side *side, struct http_piece *piece);
void http1_put_content(struct http_side *side, struct http_piece *piece);
void http1_end(struct http_side *side);
struct buffer *http1_scratch(struct http_side *side); /* emptied */
void http1_say_scratch(struct http_side *side);

#endif
