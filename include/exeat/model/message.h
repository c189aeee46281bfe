/* SPDX-License-Identifier: Apache-2.0 */
/* A message's head (RFC 9110 section 6), whatever version of HTTP brought it. Its texts are slices of bytes that
 * somebody else holds. */
#ifndef EXEAT_MODEL_MESSAGE_H
#define EXEAT_MODEL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/text.h"
#include "exeat/model.h"

/* A field line (RFC 9110 section 5). */
struct field {
    struct text name;  /* as sent */
    struct text value; /* optional white space removed */
};
enum { FIELDS_MAX = 256 };

/* What a field is to whoever forwards its message (RFC 9110 section 7.6). */
enum field_kind {
    FIELD_OTHER,       /* goes on, unless Connection names it */
    FIELD_END_TO_END,  /* goes on, whatever Connection says */
    FIELD_HOP,         /* concerns one hop, or is written anew */
    FIELD_REQUEST_HOP, /* likewise, in requests; goes on in responses */
    FIELD_CONNECTION,  /* this and all below: one name each */
    FIELD_CONTENT_LENGTH,
    FIELD_EXPECT,
    FIELD_HOST,
    FIELD_TRANSFER_ENCODING,
    FIELD_UPGRADE,
    FIELD_VIA,
    FIELD_KIND_COUNT
};
/* Where the fields of one kind are: how many, and the first of them. */
struct field_place {
    uint16_t count;
    uint16_t first;
};

/* RFC 9110 section 7.1, in the forms of RFC 9112 section 3.2 */
enum target_form { TARGET_ORIGIN, TARGET_ABSOLUTE, TARGET_AUTHORITY, TARGET_ASTERISK };
struct target {
    enum target_form form;
    struct text whole;
    enum scheme scheme;    /* TARGET_ABSOLUTE */
    struct text authority; /* TARGET_ABSOLUTE and TARGET_AUTHORITY: host[:port] as sent */
    struct text path;      /* TARGET_ORIGIN and TARGET_ABSOLUTE: without query; "/" for an empty one */
    struct text query;     /* without "?" */
    bool has_query;
};

/* Is there content, and is it known how much (RFC 9110 section 6.4)? */
enum content { CONTENT_NONE, CONTENT_OF_LENGTH, CONTENT_UNTIL_END };

enum http_version { HTTP_1_0, HTTP_1_1, HTTP_2 };

struct message_head {
    enum http_version version; /* in which it came */
    struct text method;        /* requests */
    struct target target;
    uint16_t status;    /* responses; 0: it is a request */
    struct text phrase; /* responses: as it came, empty where the version has none */
    struct text host;   /* Host field's value */
    uint64_t length;    /* CONTENT_OF_LENGTH */
    enum content content;
    bool has_host;
    bool expects_continue; /* Expect has 100-continue, and its sender may be sent one (RFC 9110 10.1.1) */
    bool names_websocket;  /* the one protocol that it would change to is WebSocket (RFC 6455 4.1) */
    struct field_place places[FIELD_KIND_COUNT];
    size_t field_count;
    struct field fields[FIELDS_MAX];
    uint8_t kinds[FIELDS_MAX]; /* enum field_kind, of each field */
};
/* An empty head: what an allocation that was not zeroed needs before its first use. Leaves the fields' memory alone. */
void message_head_reset(struct message_head *head);
/* A field that tells of the host, a hop, or where its message ends (RFC 9110 7.2, 7.6.1, 8.6; RFC 9112 6), whatever it
 * is a field of. */
bool field_is_for_transfer(struct text name);
/* Its content is said to be packed: a Content-Encoding (RFC 9110 8.4) other than "identity". */
MUST_CHECK bool message_head_is_encoded(const struct message_head *head);

#endif
