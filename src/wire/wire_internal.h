/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of wire share. */
#ifndef EXEAT_WIRE_INTERNAL_H
#define EXEAT_WIRE_INTERNAL_H

#include "exeat/wire.h"

struct known_field {
    struct text name;
    enum field_kind kind;
};
enum field_kind known_field_find(struct text name); /* of a token, in any case */
size_t known_field_table(const struct known_field **table);

/* Takes "http://" or "https://" off a URL; ws and wss are the same with another name (RFC 6455 section 3). */
MUST_CHECK bool take_scheme(struct text *target, enum scheme *scheme);
enum { METHOD_MAX = 32 };
size_t empty_lines(struct text input); /* at the front: how many bytes of them are skipped */

bool is_token_byte(char byte); /* RFC 9110 5.6.2 */
bool is_token(struct text text);
bool is_field_value(struct text text); /* VCHAR, obs-text, SP, HTAB */

/* How a head is read. A client's as RFC 9112 writes it; of a host's, what a proxy may take or must remove. */
enum line_end { LINE_CRLF, LINE_LF }; /* 2.2: all lines of one head end alike */
struct reading {
    enum line_end line_end;
    bool trims_names; /* 5.1: white space before a colon is removed */
};
/* The end of the head that starts at `input`: bytes up to and including the empty line, 0 when it is not there yet. */
size_t head_length(struct text input, const struct http_scan *scan, enum line_end line_end);
/* Where its first LF is; input.length when it is not there yet. */
size_t first_line_end(struct text input, struct http_scan *scan);
/* Parses field lines up to the empty line into `head`. */
enum fields { FIELDS_GOOD, FIELDS_BAD, FIELDS_TOO_MANY };
MUST_CHECK enum fields parse_fields(
    struct text lines, const struct reading *reading, const struct http_limits *limits, struct http_head *head,
    struct detail *detail);
/* Content-Length, Transfer-Encoding: the framing they declare. FRAMING_NONE when neither is there. */
MUST_CHECK bool parse_framing(struct http_head *head, struct detail *detail);
enum content content_framed(enum http_framing framing);
/* Connection, Host, Expect, Upgrade. */
MUST_CHECK bool parse_control(struct http_head *head, struct detail *detail);
/* Is `option` among the comma-separated tokens of the Connection fields? */
bool connection_names(const struct message_head *head, struct text option);
/* Takes the next line without its end; false when there is none, or it holds a CR or LF that ends no line. */
MUST_CHECK bool take_line(struct text *rest, enum line_end line_end, struct text *line);
struct text trim_end(struct text text); /* without blanks at its end */

#endif
