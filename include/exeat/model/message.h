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

/* Names that have a meaning for whoever forwards a message; all others are FIELD_OTHER. */
enum field_name {
    FIELD_OTHER,
    FIELD_CONNECTION,
    FIELD_CONTENT_LENGTH,
    FIELD_EXPECT,
    FIELD_HOST,
    FIELD_TRANSFER_ENCODING,
    FIELD_UPGRADE,
    FIELD_VIA,
    FIELD_NAME_COUNT
};
/* Where the fields of one name are: how many, and the first of them. */
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
    struct field_place places[FIELD_NAME_COUNT];
    size_t field_count;
    struct field fields[FIELDS_MAX];
    uint8_t fates[FIELDS_MAX]; /* of each field: whether it goes on; private to wire */
};

#endif
