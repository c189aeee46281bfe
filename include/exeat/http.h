/* SPDX-License-Identifier: Apache-2.0 */
/* Exchanges over a connection, in both roles: a head and content come in, a head and content go out. How they are
 * framed, whether the connection goes on, interim responses, Expect, Upgrade and the lingering close are this module's
 * matter (RFC 9112; RFC 9110 7.8, 10.1.1, 15.2): above it nobody knows of chunks, nor which version it is. */
#ifndef EXEAT_HTTP_H
#define EXEAT_HTTP_H

#include "exeat/base/bytes.h"
#include "exeat/model.h"
#include "exeat/model/message.h"
#include "exeat/net.h"
#include "exeat/wire.h"

/* --- a connection ----------------------------------------------------------------------------------------------------
 */

/* What all connections of a loop share. */
struct http_worker {
    struct loop *loop;     /* borrowed */
    struct buffer scratch; /* a head that is written */
};
void http_worker_clear(struct http_worker *worker); /* after its connections */

/* Made by http_connection_begin. Without bytes it holds no memory. */
struct http_connection {
    struct http_worker *worker; /* borrowed */
    struct channel *channel;    /* borrowed */
    struct inflight in;         /* came, and is not parsed yet */
    struct inflight out;        /* is to go */
    bool has_ended;             /* the peer's orderly end came */
    bool persists;              /* another exchange may follow this one (RFC 9112 9.3) */
    enum http_version speaks;   /* how its exchanges begin */
};
/* With room for a block of bytes each way; it speaks HTTP/1. */
void http_connection_begin(struct http_connection *connection, struct http_worker *worker, struct channel *channel);
/* `in` is to take what is read as a whole and may be so large: a head, a ClientHello. Never less than a block. */
void http_connection_make_room(struct http_connection *connection, size_t whole);
void http_connection_clear(struct http_connection *connection); /* frees what is held; the channel stays the caller's */
/* Reads once. IO_FULL: take from `in` first. IO_END for ever after the peer's orderly end. */
enum io http_connection_read(struct http_connection *connection);
/* Writes all it can; IO_OK when nothing is left. Adds what went to `*put`. */
enum io http_connection_write(struct http_connection *connection, uint64_t *put);
/* Bytes that are no message of an exchange: a TLS alert, the answer to a CONNECT. */
void http_connection_say(struct http_connection *connection, struct text bytes);
/* While something else is waited for: takes what the peer sends ahead, until `in` is full. IO_BROKEN: it has gone;
 * also after its orderly end, when a reset tells of it. IO_OK and IO_END: something came. */
enum io http_connection_watch(struct http_connection *connection);
/* After the last response: ends our direction, and reads away what still comes, lest a reset take it from the peer (RFC
 * 9112 9.6). IO_AGAIN: call again when the channel is ready; IO_OK: much came, and more may be here: call again when
 * others had their turn, or close; all else: it is over. */
enum io http_connection_linger(struct http_connection *connection);

/* --- one exchange's side of a connection -----------------------------------------------------------------------------
 */

/* What has left of the response: nothing; nothing yet, but it waits in `out`; maybe some of it. */
enum http_said { HTTP_UNSAID, HTTP_IN_HAND, HTTP_SAID };

/* How HTTP/1 frames an exchange: for its two roles alone. */
struct http1_framing {
    struct http_limits limits;
    struct http_scan scan;      /* of a head that is not whole yet */
    struct inflight head_bytes; /* what the texts of a request's head are slices of */
    size_t head_length;         /* of a response's head, which is still in `in` */
    struct http_body body;      /* what comes */
    struct text method;         /* of the request: it frames the response (RFC 9112 6.3) */
    enum http_framing out;      /* of what goes */
    size_t said_at;             /* HTTP_IN_HAND: where in `out` it begins */
};

struct http_role;
/* Whoever has an exchange asks its sides, and never the connections below them: of one that carries many exchanges at
 * once, each side has its own share. */
struct http_side {
    const struct http_role *role;
    struct http_connection *connection; /* borrowed */
    enum http_version version;          /* of the peer */
    bool wants_continue;                /* the client waits for a 100 before it sends its content */
    enum http_said said;
    struct http1_framing http1;
};

/* HTTP_TAKEN: there it is, and there may be more. HTTP_NEEDS_MORE: read first. HTTP_WHOLE: the message has ended.
 * HTTP_BAD: it is none. */
enum http_taken { HTTP_TAKEN, HTTP_NEEDS_MORE, HTTP_WHOLE, HTTP_BAD };

/* A piece of content: bytes that still lie in a connection, so that they can be passed on without a copy, or our own.
 */
struct http_piece {
    struct text content;
    struct http_connection *from; /* NULL: it is our own */
    size_t used;                  /* how much of `from` goes with it */
};
/* A piece that was looked at goes nowhere. */
void http_piece_drop(struct http_piece *piece);

/* A message that goes out. With a head its fields are forwarded as RFC 9110 7.6 has it; without, it is our own. All
 * borrowed for the call. */
struct http_message {
    const struct message_head *head; /* NULL: none, the response is made of the members below */
    uint16_t status;                 /* of a response of our own */
    enum content content;
    uint64_t length;         /* CONTENT_OF_LENGTH */
    struct text authority;   /* of a request: what becomes Host */
    bool is_absolute;        /* a request for a proxy: its target is an http URL (RFC 9112 3.2.2) */
    struct text via;         /* received-by and loop token of our Via; empty: none is added */
    const struct text *drop; /* names of fields that stay behind */
    size_t drop_count;
    const struct field *add;
    size_t add_count;
    bool upgrades; /* the change to a WebSocket that both sides agree on goes on (RFC 9110 7.8) */
};

/* How a version of HTTP does it, in one role. A message goes out in the order put_head, put_content…, end. */
struct http_role {
    const char *name;
    /* HTTP_TAKEN fills `head`, whose texts are good until http_side_forget_head; HTTP_BAD fills `fault`. Of a response,
     * interim heads (1xx) come one by one before the final one. */
    enum http_taken (*take_head)(struct http_side *side, struct message_head *head, struct fault *fault);
    /* HTTP_TAKEN fills `piece`, maybe with nothing; it is the caller's to put somewhere or to drop, at once. HTTP_BAD:
     * see http_side_wrong. */
    enum http_taken (*take_content)(struct http_side *side, struct http_piece *piece);
    void (*put_head)(struct http_side *side, const struct http_message *message);
    void (*put_content)(struct http_side *side, struct http_piece *piece); /* uses the piece up */
    void (*end)(struct http_side *side);                                   /* the message is whole */
    void (*reset)(struct http_side *side); /* it will never be: the peer shall see a break, not an end */
};

/* Begins the next exchange of a connection, as what it speaks has it; in HTTP/1 it must be between messages. */
void http_server_begin(struct http_side *side, struct http_connection *connection, const struct http_limits *limits);
void http_client_begin(
    struct http_side *side, struct http_connection *connection, const struct http_limits *limits, struct text method);

void http_side_forget_head(struct http_side *side); /* its texts are gone; done before, nothing happens */
/* A request's head that is not taken: its bytes leave `in`, to be told of. Good until http_side_forget_head. */
struct text http_side_abandon_head(struct http_side *side);

bool http_side_is_whole(const struct http_side *side);     /* all that was to come is here */
bool http_side_ends_whole(const struct http_side *side);   /* the peer has ended: was that the message's end? */
const char *http_side_wrong(const struct http_side *side); /* what was, after HTTP_BAD; static, or NULL */

/* Another exchange may follow it on its connection: the response says so (RFC 9112 9.6). */
bool http_side_persists(const struct http_side *side);
void http_side_make_last(struct http_side *side); /* none does */
bool http_side_may_persist(
    const struct http_side *side); /* it is over, nothing came behind it, and another may follow */

/* --- its bytes: those that came for it, and those that are to go -----------------------------------------------------
 */

enum io http_side_read(struct http_side *side);          /* as http_connection_read */
enum io http_side_watch(struct http_side *side);         /* as http_connection_watch */
bool http_side_has_ended(const struct http_side *side);  /* the peer's orderly end came: it will say nothing more */
bool http_side_has_input(const struct http_side *side);  /* of what came, some was not taken */
bool http_side_is_quiet(const struct http_side *side);   /* nothing came, and nothing is there to be read */
void http_side_drop_input(struct http_side *side);       /* what came goes nowhere */
bool http_side_has_output(const struct http_side *side); /* something waits to go */
bool http_side_is_full(const struct http_side *side);    /* so much that nothing more shall be put */
void http_side_drop_output(struct http_side *side);      /* it will not go: the peer takes no more */
/* After both sides changed to another protocol: what came behind the head is to go as it is. */
void http_side_pass_rest(struct http_side *from, struct http_side *to);
/* A secret was put: no copy of it stays behind but what waits to go, and that is overwritten once it has gone. */
void http_side_forget_put(struct http_side *side);

/* Writes all it can, as http_connection_write; from then on the response can no longer be taken back. */
enum io http_side_send(struct http_side *side, uint64_t *put);
/* While nothing of a response has left: as if it had never been put. */
void http_side_take_back(struct http_side *side);
/* A 100 of our own, if the client waits for one and nobody else will say it. */
void http_side_continue(struct http_side *side);
/* The answer to a CONNECT that stands: what follows on this side is no message (RFC 9110 9.3.6). */
void http_side_say_connected(struct http_side *side);
/* Reads away what is here of content that nobody wants. False: there is more, so the connection cannot go on. */
MUST_CHECK bool http_side_drain(struct http_side *side);

#endif
