/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of web share. server.c: connections. pages.c: what is said, without sockets. call.c: the caller. */
#ifndef EXEAT_WEB_INTERNAL_H
#define EXEAT_WEB_INTERNAL_H

#include "exeat/web.h"

/* How an answer goes out. */
struct web_manner {
    bool keep_alive;
    bool is_old;    /* to HTTP/1.0, which must be told that a connection is kept */
    bool head_only; /* to HEAD */
};
/* The page of a request, by its head alone; NULL: `answer` says what is wrong with it. */
MUST_CHECK const struct web_page *
web_find_page(const struct web_server_options *options, const struct message_head *head, struct web_answer *answer);
void web_answer_write(struct buffer *out, const struct web_answer *answer, const struct web_manner *manner);

#endif
