/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of web share. server.c: connections. pages.c: what is said, without sockets. call.c: the caller. */
#ifndef EXEAT_WEB_INTERNAL_H
#define EXEAT_WEB_INTERNAL_H

#include "exeat/web.h"

/* The page of a request, by its head alone; NULL: `answer` says what is wrong with it. */
MUST_CHECK const struct web_page *
web_find_page(const struct web_server_options *options, const struct message_head *head, struct web_answer *answer);
/* The whole answer, without its body to HEAD. */
void web_answer_put(struct http_side *side, const struct web_answer *answer, bool is_head);

#endif
