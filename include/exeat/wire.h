/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1 messages and the TLS ClientHello, between bytes and nouns (wire/socks.h, wire/dns.h: the others). Pure: no
 * sockets, no clock. Strict: what is ambiguous is refused, nothing is repaired (RFC 9112, RFC 9110, RFC 8446 4.1.2). */
#ifndef EXEAT_WIRE_H
#define EXEAT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/text.h"
#include "exeat/model.h"
#include "exeat/model/fault.h"
#include "exeat/model/message.h"

/* PARSE_DONE: it is whole, and what came behind it is left. PARSE_NEED_MORE: so far it is good; call again with the
 * same bytes and more behind them. PARSE_BAD: it will never be one. */
enum parse { PARSE_DONE, PARSE_NEED_MORE, PARSE_BAD };

struct http_limits {
    size_t head;   /* bytes of start line and fields together */
    size_t fields; /* how many field lines, at most FIELDS_MAX */
};

enum http_framing { FRAMING_NONE, FRAMING_LENGTH, FRAMING_CHUNKED, FRAMING_UNTIL_CLOSE };

/* A head in HTTP/1: the message's, and what it says of the bytes around it. All texts are slices of the parsed input.
 */
struct http_head {
    struct message_head *message; /* borrowed: of whoever wants it parsed; a request's was reset once */
    enum http_framing framing;
    bool keep_alive; /* persistence as RFC 9112 9.3 has it, Proxy-Connection ignored */
};

enum { HTTP_EMPTY_LINES_MAX = 4 };
/* Parses one request head at the start of `input`. PARSE_DONE sets `*used` (bytes up to and including the empty line).
 * PARSE_BAD sets `*fault` (MALFORMED_HEAD, BAD_TARGET, HEAD_TOO_LARGE, TARGET_TOO_LONG, MALFORMED_BODY for framing).
 * Leading empty lines (at most 2: HTTP_EMPTY_LINES_MAX bytes) are skipped. HTTP/1.1 needs exactly one Host, except
 * CONNECT where it may be absent (seen: PHP with HTTP/1.0). */
enum parse http_request_parse(
    struct text input, const struct http_limits *limits, struct http_head *head, size_t *used, struct fault *fault);

/* How far a head that is not whole was looked at: a slow one costs what it is long, not that much with each byte.
 * Zeroed for each head; then `input` grows and keeps what it has. */
struct http_scan {
    size_t skipped; /* empty lines before it */
    size_t seen;    /* of what follows them; this and the next are private to wire */
    size_t line;    /* bytes of its first line with the LF; 0: not seen yet */
};
/* As http_request_parse. */
enum parse http_request_scan(
    struct text input, const struct http_limits *limits, struct http_scan *scan, struct http_head *head, size_t *used,
    struct fault *fault);

/* How far the first words of a connection were looked at, by each of the two who may know them. Zeroed: not at all.
 * With it they are looked at once, however small the pieces in which they come: the input is what it was before, and
 * what came since. */
enum { CLIENT_HELLO_HEAD = 4 };
struct opening_scan {
    uint32_t line;                   /* so many bytes have no end of a line */
    uint32_t record;                 /* so many are records of which no more need be known */
    uint32_t message;                /* bytes of the ClientHello in those */
    uint8_t head[CLIENT_HELLO_HEAD]; /* the first of it */
};
/* Does a connection that begins so speak HTTP/1? PARSE_DONE: yes, its first line is a request line; PARSE_BAD: no. */
enum parse http_looks_so(struct text input, struct opening_scan *scan);

/* What can be read of a request head that is refused or not whole: method and target, as they stand there, for the
 * record alone. User information is left out of the authority; what cannot be read is empty. */
struct http_glimpse {
    struct text method;
    enum scheme scheme; /* 0: unknown */
    struct text authority;
    struct text path;
    struct text query;
};
/* For the record of a head that was refused: what can be told of it. Slices borrow from `input`; empty: it cannot. */
void http_request_glimpse(struct text input, struct http_glimpse *glimpse);

/* Parses one reply head. `method` is the request's: HEAD and CONNECT change the framing, as do 1xx, 204 and 304.
 * Lines may all end in LF alone (RFC 9112 2.2), white space before a colon is removed (5.1).
 * PARSE_BAD sets `*fault` (UPSTREAM_BROKEN, with its flaw). */
enum parse http_reply_parse(
    struct text input, const struct http_limits *limits, struct text method, struct http_head *head, size_t *used,
    struct fault *fault);

/* As http_reply_parse, where `scan` is as with http_request_scan. */
enum parse http_reply_scan(
    struct text input, const struct http_limits *limits, struct http_scan *scan, struct text method,
    struct http_head *head, size_t *used, struct fault *fault);

/* Does this request ask for a WebSocket (RFC 6455 4.1: GET, HTTP/1.1, no body), and for nothing else? */
bool http_asks_for_websocket(const struct message_head *request);

/* The first field of that name (case-insensitive), or NULL. */
const struct field *http_field_find(const struct message_head *head, struct text name);

/* Does a field of this head give its connection an identity, so that it may serve nobody else (RFC 4559 section 6)?
 * True for an authentication scheme that is not known to prove itself with each message, offered or used. */
bool http_binds_connection(const struct message_head *head);
/* How long its sender keeps the connection open when idle, if it says so (Keep-Alive: timeout=N). */
MUST_CHECK bool http_keep_alive_seconds(const struct message_head *head, uint64_t *seconds);

/* --- bodies
 * ------------------------------------------------------------------------------------------------------------ */

/* Reads a body piece by piece as framed. In replies, bad white space in a chunk's line (RFC 9112 7.1.1) and trailers
 * that may not be some (RFC 9110 6.5.1) are passed over; in requests both are refused. Plain data, no allocation;
 * zeroed and then http_body_begin. */
struct http_body {
    enum http_framing framing;
    int state;     /* private to http1_body.c */
    uint64_t left; /* of the length or the current chunk */
    size_t line;   /* bytes of the current chunk-size or trailer section seen */
    size_t trailer_limit;
    bool is_reply;
    const char *wrong; /* after PARSE_BAD: what was (static) */
};
/* `head` says how it is framed (RFC 9112 6.3), and is not needed any more then. */
void http_body_begin(struct http_body *body, const struct http_head *head, const struct http_limits *limits);
bool http_body_is_done(const struct http_body *body); /* nothing of it is to come */
/* Looks at `input`, says how many bytes were consumed and which slice of them is content (possibly empty). PARSE_DONE:
 * the body is complete, trailers were checked and dropped; PARSE_NEED_MORE: call again with what is left and more. */
enum parse http_body_read(struct http_body *body, struct text input, struct text *content, size_t *used);
/* The peer closed: is that a complete body? */
bool http_body_end(const struct http_body *body);

/* A chunk's head, such as "1a\r\n"; returns its length. After each chunk's data comes HTTP_CHUNK_END, after the last
 * chunk HTTP_LAST_CHUNK (RFC 9112 7.1). */
enum { HTTP_CHUNK_HEAD_SIZE = 18 };
#define HTTP_CHUNK_END TEXT("\r\n")
#define HTTP_LAST_CHUNK TEXT("0\r\n\r\n")
/* RFC 9112 7.1: the size in hex and CRLF; how many bytes of `out` that is. */
size_t http_chunk_head(size_t length, char out[HTTP_CHUNK_HEAD_SIZE]);

/* --- writing
 * ----------------------------------------------------------------------------------------------------------- */

struct http_forward {
    struct text via;           /* our Via entry's received-by and loop token, such as "exeat-1f2e3d4c" */
    bool keep_alive;           /* towards the receiver */
    bool says_keep_alive;      /* the receiver speaks HTTP/1.0 and would not know (RFC 9112 appendix C.2.2) */
    enum http_framing framing; /* as it will be sent */
    uint64_t content_length;
    const struct text *drop; /* further field names to leave out (credentials) */
    size_t drop_count;
    const struct field *add; /* fields to add */
    size_t add_count;
    bool is_absolute;  /* of a request: an http URL, for a proxy (RFC 9112 3.2.2), in place of origin-form */
    bool keep_upgrade; /* pass Upgrade and its Connection option on: for a WebSocket alone (RFC 9110 7.8) */
};
/* Re-serialises a request in origin-form for `authority` (which becomes Host), hop-by-hop fields (RFC 9110 7.6.1, and
 * those that Connection names, never Host or framing; Expect of HTTP/1.0), Proxy-*, X-Forwarded-* and Proxy left out,
 * framing written anew. The path is sent as received, byte for byte; of a CONNECT it is the host and its port. */
void http_request_write(
    struct buffer *out, const struct message_head *head, struct text authority, const struct http_forward *forward);
/* Re-serialises a reply. */
void http_reply_write(struct buffer *out, const struct message_head *head, const struct http_forward *forward);
/* How many hops a TRACE or OPTIONS may still make (RFC 9110 7.6.2). False: it does not say, or it is another method. */
MUST_CHECK bool http_max_forwards(const struct message_head *head, uint64_t *left);
/* True when a Via field names `token`: the request went through this gate before. */
bool http_via_has(const struct message_head *head, struct text token);

/* The head of a reply that is nobody else's: status line, the fields to add, framing. */
void http_own_head_write(struct buffer *out, uint16_t status, const struct http_forward *forward);
/* A whole reply of our own: status line, the fields (Date is the caller's), Content-Length, body. `keep_alive` false
 * adds Connection: close. `head_only` leaves the body out (HEAD). */
void http_answer_write(
    struct buffer *out, uint16_t status, const struct field *fields, size_t field_count, struct text body,
    bool keep_alive, bool head_only);
const char *http_status_phrase(uint16_t status); /* "" when unknown */

/* --- ClientHello
 * ------------------------------------------------------------------------------------------------------- */

struct client_hello {
    struct text server_name; /* slice of `scratch`; empty when absent */
    bool has_server_name;
    bool server_name_bad; /* doubled, of another type, or not a host name */
    bool has_ech;         /* extension 0xfe0d (outer) */
};
enum { CLIENT_HELLO_MAX = 32768 };
/* Parses a ClientHello that may be split over records. `scratch` is emptied and receives the joined handshake message;
 * the slices in `hello` live as long as it does. PARSE_BAD: not TLS, or a malformed or oversized hello. */
enum parse
client_hello_parse(struct text input, struct opening_scan *scan, struct buffer *scratch, struct client_hello *hello);

#endif
