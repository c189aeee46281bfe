/* SPDX-License-Identifier: Apache-2.0 */
/* How a text is spelled where it stands, both ways: what a spelling says, and how other text is put in its place. It is
 * read unit by unit, so that each byte of what it says is known to come from one place. */
#ifndef EXEAT_CODING_SPELLING_H
#define EXEAT_CODING_SPELLING_H

#include <stdbool.h>
#include <stddef.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/text.h"

enum spelling {
    SPELLED_PLAIN,
    SPELLED_JSON,        /* escapes of RFC 8259 section 7 */
    SPELLED_JSON_PLAIN,  /* the same, and there are none */
    SPELLED_FORM,        /* percent, and + for a blank */
    SPELLED_PERCENT,     /* percent alone; %u0041 too */
    SPELLED_XML,         /* the five entities and the names of Latin 1, and characters by number */
    SPELLED_CDATA,       /* ends at ]]> */
    SPELLED_COMMENT,     /* of XML: no -- within */
    SPELLED_CELL,        /* of a table, without quotes */
    SPELLED_QUOTED,      /* of a table: "" is a quote */
    SPELLED_PAIRS,       /* a quoted string of a head: a backslash before a character */
    SPELLED_FIELD,       /* one line of a head or an event */
    SPELLED_LINES,       /* the lines of data of one event */
    SPELLED_HTML,        /* as SPELLED_XML, but as browsers read it: also without semicolons */
    SPELLED_SLASHES,     /* backslashes of JSON and JavaScript, in a text that is neither as a whole */
    SPELLED_JSON_SHOWN,  /* as it stands, blanks for its escapes; text is put there as in JSON */
    SPELLED_PAIRS_SHOWN, /* as it stands; text is put there as in a quoted string */
    SPELLED_FORM_SHOWN,  /* ... as in a form */
    SPELLED_XML_SHOWN,   /* ... as in XML */
    SPELLED_FIXED,       /* what stands there, and nothing can be put in its place */
    SPELLING_COUNT
};

/* Appends what it says: what is no escape stands for itself; a surrogate becomes U+FFFD, a byte that is no UTF-8 a
 * character of windows-1252. */
void spelling_read(enum spelling spelling, struct text raw, struct buffer *out);
/* Whether it may say something else than it shows; false is certain. */
bool spelling_differs(enum spelling spelling, struct text raw);
/* Whether an escape stands at the front of `raw`, which is not empty. */
bool spelling_is_escape(enum spelling spelling, struct text raw);
/* A place in a spelling, and how many bytes it says up to there. */
struct spelled {
    enum spelling spelling;
    struct text raw;
    size_t at;
    size_t said;
};
/* Goes on to where the unit begins that says byte `offset`, not before where it is; raw.length for the end. False: no
 * unit begins there (of what is only shown: an escape would be cut), or `raw` does not say that much. */
MUST_CHECK bool spelled_seek(struct spelled *spelled, size_t offset);
/* Appends `text` as it is spelled there; what cannot stand there (a line end in a cell) becomes a blank. */
void spelling_write(enum spelling spelling, struct text text, struct buffer *out);

#endif
