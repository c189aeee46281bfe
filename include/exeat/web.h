/* SPDX-License-Identifier: Apache-2.0 */
/* What the program says of itself over HTTP/1.1 (RFC 9110, RFC 9112): a small server for pages of our own, and one
 * request to a peer that the operator has named. For few and short messages; what passes through is session's. */
#ifndef EXEAT_WEB_H
#define EXEAT_WEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/bytes.h"
#include "exeat/base/secret.h"
#include "exeat/http.h"
#include "exeat/net.h"
#include "exeat/route.h"
#include "exeat/tls.h"

/* --- pages ---------------------------------------------------------------------------------------------------------
 */

/* A request that has a page, whole; all borrowed for the call. */
struct web_visit {
    const struct message_head *head;
    struct text rest; /* of the path, behind the page's */
    struct text body;
};
/* What a page says. Zeroed, then filled; the server clears the body. */
struct web_answer {
    uint16_t status;
    const char *type;  /* Content-Type; static */
    struct field also; /* a further field, of static texts; an empty name: none */
    struct buffer body;
};
/* A sentence in plain text. */
void web_answer_text(struct web_answer *answer, uint16_t status, const char *text);

enum web_method {
    WEB_GET, /* and HEAD, which gets the same without its body (RFC 9110 9.3.2) */
    WEB_POST
};
struct web_page {
    struct text path;
    bool is_prefix; /* all paths that begin so */
    enum web_method method;
    void (*answer)(void *context, const struct web_visit *visit, struct web_answer *answer);
};

/* --- the server ----------------------------------------------------------------------------------------------------
 */

struct web_server;
struct web_server_options {
    struct loop *loop;            /* borrowed, as are all below */
    int descriptor;               /* bound and listening; taken */
    struct tls_identity *tls;     /* NULL: plain */
    const struct web_page *pages; /* the first that fits */
    size_t page_count;
    void *context;        /* of the pages */
    const char *overview; /* what is said where there is no page */
    size_t visitors;      /* connections at a time; more are closed at once */
    size_t body;          /* bytes of a request's content; more is 413 */
    uint64_t visit_ms;    /* for a request with its answer, and the silence before it */
    bool keeps_alive;     /* else each connection has one request */
};
/* Answers 404 and 405 by the table; 400, 408, 411, 413, 414 and 431 where there is no whole request of a fit size.
 * Requests of one connection are answered in turn, and none is read while an answer waits to be written. Before a close
 * what still comes is read away for a moment, so that the answer arrives (RFC 9112 9.6). */
struct web_server *web_server_new(const struct web_server_options *options);
void web_server_free(struct web_server *server); /* closes all connections; NULL is fine */

/* --- the caller ----------------------------------------------------------------------------------------------------
 */

struct web_peer;
/* May this be dialled, an address of its host, or the host itself where it is a socket (NULL)? REASON_NONE: `judged` is
 * what to dial. */
typedef enum reason (*web_judge)(
    const void *judge, const struct web_peer *peer, const struct address *address, struct judged_address *judged);
/* Where to ask. All borrowed for the peer's life, which must be longer than its calls'. */
struct web_peer {
    struct loop *loop;
    struct resolver *resolver;
    struct route *route;
    enum scheme scheme;
    const struct host *host;
    uint16_t port;
    struct digest trust; /* see tls_connect; all zero: whom the route's TLS trusts */
    web_judge may_dial;  /* NULL: anything, for the URL is the operator's word */
    const void *judge;   /* of may_dial */
    struct text prefix;  /* of paths; may be empty */
    uint64_t timeout_ms; /* from the name to the end of the answer */
    size_t answer;       /* bytes of an answer's content; more is a failure */
};
/* The texts are sent as they are: the asker's to keep free of CR, LF and NUL, but the body. */
struct web_request {
    struct text method;          /* GET or POST, a literal */
    struct text path;            /* behind the peer's prefix */
    const struct secret *bearer; /* a token (RFC 6750 2.1); NULL: none */
    struct text body;            /* may be empty */
    struct text type;            /* Content-Type of the body; empty: text/plain */
    struct text accept;          /* empty: anything */
    struct field also;           /* a further field; an empty name: none */
    /* Told of each piece of the content of a final answer as it comes; NULL: nobody listens. The context is that of
     * the answer. */
    void (*on_content)(void *context, struct text content);
};
/* Status 0: there was no answer, and `error` says why. The texts live until the callback returns. */
typedef void (*web_answered)(void *context, uint16_t status, struct text body, const char *error);
struct web_call;
/* One request on a connection of its own. Calls back once, never from within, unless cancelled. The request is not
 * needed after it returns. */
struct web_call *
web_call_start(const struct web_peer *peer, const struct web_request *request, web_answered on_answer, void *context);
void web_call_cancel(struct web_call *call); /* only before the call back; NULL is fine */

#endif
