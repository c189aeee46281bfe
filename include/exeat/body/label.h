/* SPDX-License-Identifier: Apache-2.0 */
/* What a body is said to be: its type, charset, boundary and codings, from the fields of its head (RFC 9110 section 8).
 * Nothing is guessed from a label that contradicts itself: it has a fault, and the body is not read. */
#ifndef EXEAT_BODY_LABEL_H
#define EXEAT_BODY_LABEL_H

#include <stdbool.h>
#include <stddef.h>

#include "exeat/base/text.h"
#include "exeat/coding.h"
#include "exeat/coding/charset.h"
#include "exeat/model/message.h"

/* Why a body cannot be looked at. Rows of one table (src/body/fault.c); only ever appended. */
enum body_fault {
    BODY_FINE = 0,
    BODY_STOPPED,           /* the visitor wanted no more */
    BODY_TYPE_CONFLICT,     /* two types, or a type and its parameters that contradict each other */
    BODY_TYPE_MALFORMED,    /* Content-Type is none */
    BODY_TYPE_UNKNOWN,      /* no type, and its bytes do not say what it is */
    BODY_CODING_UNKNOWN,    /* a Content-Encoding that is not read here, or a dictionary that is not here */
    BODY_CODING_DEEP,       /* more codings than BODY_CODINGS, one upon the other */
    BODY_CODING_MALFORMED,  /* it is not what Content-Encoding says */
    BODY_CODING_UNSAID,     /* compressed, and no Content-Encoding says so */
    BODY_TRUNCATED,         /* it ends in the middle */
    BODY_TRAILING,          /* something stands behind its end that is no text */
    BODY_TOO_LARGE,         /* decoded, it is larger than the limit */
    BODY_BOMB,              /* it grows more than the limit of the ratio when it is decoded */
    BODY_CHARSET_UNKNOWN,   /* a charset that is not read here (UTF-7 and EBCDIC among them) */
    BODY_CHARSET_MALFORMED, /* bytes that are none of its charset */
    BODY_MALFORMED,         /* no JSON, form, XML or multipart as its type says */
    BODY_TOO_DEEP,          /* nested deeper than is read */
    BODY_TOO_MANY,          /* more places, or parts in parts, than are looked at */
    BODY_ENTITIES,          /* XML with a document type of its own */
    BODY_FAULT_COUNT
};
struct body_fault_row {
    const char *code; /* snake_case: for records and metrics */
    const char *text; /* one sentence: what is wrong, and what to do */
};
const struct body_fault_row *body_fault_row(enum body_fault fault); /* static */

enum body_kind {
    BODY_UNSAID,    /* no type: body_read finds out, strictly */
    BODY_JSON,      /* RFC 8259; also +json */
    BODY_LINES,     /* JSON texts, one a line: NDJSON, JSON Lines */
    BODY_SEQUENCE,  /* JSON text sequences (RFC 7464) */
    BODY_EVENTS,    /* Server-Sent Events (WHATWG HTML section 9.2) */
    BODY_FORM,      /* application/x-www-form-urlencoded (WHATWG URL section 5) */
    BODY_MULTIPART, /* form-data, mixed, related and others (RFC 2046, RFC 7578) */
    BODY_XML,       /* also +xml */
    BODY_TABLE,     /* CSV and TSV (RFC 4180) */
    BODY_TEXT,      /* text/ of other kinds, and what is text by another name */
    BODY_BINARY,    /* anything else: it has a type, and nobody looks into it */
    BODY_JSON_PART  /* no type says so: a piece of a JSON text, cut anywhere. One place, its escapes undone */
};

enum { BODY_CODINGS = 3, BODY_TYPE_SIZE = 128, BODY_BOUNDARY_SIZE = 71 };
struct body_label {
    enum body_kind kind;
    enum charset charset;
    enum coding codings[BODY_CODINGS]; /* in the order in which they were put on */
    size_t coding_count;
    char separator;                    /* of a table: ',' or tab */
    char type[BODY_TYPE_SIZE];         /* "image/png", in lower case; empty: none was said */
    char boundary[BODY_BOUNDARY_SIZE]; /* of multipart */
    bool has_type;                     /* a Content-Type was there */
    enum body_fault fault;             /* the first of what is wrong with the fields */
};

/* Zeroed is a label that says nothing. Each field of a head, in its order; fields that say nothing about the body are
 * passed over. Copies what it keeps. */
void body_label_field(struct body_label *label, struct text name, struct text value);
/* After the last field: BODY_FINE, or what is wrong with them. */
enum body_fault body_label_end(struct body_label *label);
/* Both, of a whole head: its label. What is wrong is in `fault`. */
struct body_label body_label_of_head(const struct message_head *head);
/* "application/json", for bodies whose type is known otherwise. */
struct body_label body_label_of(enum body_kind kind);

#endif
