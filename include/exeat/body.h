/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in a body: it is decoded, brought to UTF-8 and walked, place by place, so that others can look at each;
 * and it is written anew with other text in some places, all other bytes as they were. What cannot be read is a fault,
 * never a guess; what stands beside the text (a comment of gzip, a preamble) is a place too. Pure: bytes in, bytes out.
 *
 *     body_label_field, _end    what it is said to be (body/label.h)
 *     body_read                 decoded: codings, charset, bounds
 *     body_walk                 each place, to a visitor, which may call body_edit
 *     body_rewrite              the body with its edits
 *
 * Streams of events, piece by piece: feed.h. */
#ifndef EXEAT_BODY_H
#define EXEAT_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/detail.h"
#include "exeat/base/text.h"
#include "exeat/body/label.h"

struct body_limits {
    size_t decoded; /* bytes of the decoded text; of all texts inside it together, four times as much at a time, and
                       sixteen times in all */
    size_t ratio;   /* decoded bytes for each coded one, beyond the first 64 KiB */
    size_t places;  /* places that are told */
};
/* 16 MiB, 200, four million. */
extern const struct body_limits body_limits_usual;

enum body_what {
    BODY_VALUE,   /* text: may be edited */
    BODY_NUMBER,  /* a JSON number: may not be edited */
    BODY_NAME,    /* the name of a member, field, column or element: may not be edited */
    BODY_OUTSIDE, /* text beside the content: comments, preambles, heads of parts, what stands behind the end */
    BODY_OPAQUE   /* a binary body or part: `type` says of what type, and nobody has looked at it */
};

/* All texts are borrowed: `raw` from the body until it is read again, the others until the visitor returns. */
struct body_place {
    enum body_what what;
    uint16_t layer;    /* which text it stands in: 0 is the body, others lie inside (a part, JSON in a string) */
    uint8_t spelling;  /* how it is spelled there; of the module */
    struct text field; /* the nearest name, decoded: of its member, form field, column, element, head field; or empty */
    struct text parent; /* the name above that: "billing_address" */
    struct text beside; /* of the value of a pair, what names it: "cost" of {"code": "cost", "value": 9} */
    struct text value;  /* what it says, in UTF-8 */
    struct text raw;    /* as it is spelled, without quotes */
    struct text type;   /* BODY_OPAQUE: "image/png"; "" when none was said */
    size_t at;          /* where `raw` begins in its text */
    size_t number;      /* of the places that are told, from 1 on */
    size_t same_as;     /* the place of which this is another reading, where what was found there is found again; or
                           itself */
};

/* One of these holds a body and all that was found out about it; it may read many, one after the other. It belongs to
 * one thread. */
struct body;
struct body *body_new(void);         /* reads nothing yet */
void body_free(struct body *body);   /* wipes; NULL is fine */
void body_forget(struct body *body); /* wipes what it holds, keeps nothing */

/* Decodes. `sent` is borrowed as long as the body is used, `label` copied. On a fault `detail` (may be NULL) says where
 * and why, without a byte of the body. An empty body is fine, whatever its label says: GETs come with types. */
MUST_CHECK enum body_fault body_read(
    struct body *body, const struct body_label *label, struct bytes sent, const struct body_limits *limits,
    struct detail *detail);
/* What it is: of BODY_UNSAID, what was found. */
enum body_kind body_kind(const struct body *body);
/* Decoded, in UTF-8, borrowed; of BODY_BINARY, and of what has no charset as a whole (multipart): the decoded bytes. */
struct text body_text(const struct body *body);

/* False stops the walk. */
typedef bool (*body_see)(void *context, struct body *body, const struct body_place *place);

/* Its coding has room for bytes that no decoder shows (metadata blocks of brotli): send on what body_rewrite gives, not
 * what came. */
bool body_hides(const struct body *body);

/* Each place, and behind it those of the texts inside it: what it says where escapes are undone that some reader
 * undoes, and in base64, JSON, data URLs. What is malformed may be found after places
 * before it were told: they count for nothing then. With `see` NULL it only finds out whether the body is well formed;
 * texts inside are not read. */
MUST_CHECK enum body_fault body_walk(struct body *body, body_see see, void *context, struct detail *detail);
/* The same; values of the body's own text for which `keeps` is true are told as they stand, and what lies within them
 * is not read. `keeps` is asked before the place is told. */
MUST_CHECK enum body_fault
body_walk_keeping(struct body *body, body_see keeps, body_see see, void *context, struct detail *detail);
/* Nothing in it can be spelled otherwise than body_text shows it, but for JSON's escapes: a look at body_text for what
 * may be of interest misses nothing. It says nothing about whether the body is well formed. */
bool body_is_plain(const struct body *body);

/* While `place` is being told: where it stands, as messages[1].content. Names that may be data themselves (not
 * [A-Za-z_$][A-Za-z0-9_$-]*, longer than 40, or with 5 digits in a row) are written as *. At most 200 bytes. The second
 * appends it. */
struct text body_path_text(struct body *body, const struct body_place *place); /* borrowed until the visitor returns */
void body_path(struct body *body, const struct body_place *place, struct buffer *path);

struct body_span {
    size_t start;
    size_t end;
};
/* Where in body_text a part of a value stands; what is coded as a whole (base64) stands there as a whole. While `place`
 * is being told. False: it stands beside body_text, or the range is none of its characters. Of BODY_OPAQUE: all of it,
 * whatever the range. */
MUST_CHECK bool
body_outer(struct body *body, const struct body_place *place, size_t start, size_t length, struct body_span *span);

/* `length` bytes of the value of `place`, from `start` on, become `text` (UTF-8, copied). Edits of one place may come
 * in any order and must not overlap. False: it cannot be edited (a name, a number, what is opaque), or the range is
 * none of its value's characters, or an escape would be cut that another reader undoes; deny then. Of BODY_OUTSIDE
 * beside the decoded text (gzip's comment) any edit drops it, since a rewritten body is not coded. */
MUST_CHECK bool
body_edit(struct body *body, const struct body_place *place, size_t start, size_t length, struct text text);
bool body_is_edited(const struct body *body);
/* Appends the body with its edits, not coded, in its charset. Without edits it is the decoded body, byte for byte.
 * False: a text cannot be written in its charset. */
MUST_CHECK bool body_rewrite(struct body *body, struct buffer *out);

#endif
