/* SPDX-License-Identifier: Apache-2.0 */
/* JSON from texts that are spelled as JSON already: members and items, with the comma that they need. What was not said
 * (data NULL, UNSAID) is not written. */
#ifndef EXEAT_CANON_OUT_H
#define EXEAT_CANON_OUT_H

#include "exeat/base/bytes.h"
#include "exeat/canon.h"

void out_name(struct buffer *out, struct text name);                           /* and its colon */
void out_comma(struct buffer *out);                                            /* before an item, where one is needed */
void out_text(struct buffer *out, struct text name, struct text text);         /* spelled as JSON */
void out_raw(struct buffer *out, struct text name, struct text json);          /* numbers, schemas */
void out_flag(struct buffer *out, struct text name, enum canon_answer answer); /* true or false */
void out_quoted(struct buffer *out, struct text text);                         /* a text alone */
void out_list(struct buffer *out, struct text name, const struct canon_list *list);       /* one, or a list of them */
void out_data_url(struct buffer *out, struct text name, const struct canon_inline *data); /* RFC 2397 */

/* The id of a call of a tool, by its place where the endpoint gave none; it is no other's of the whole answer. */
void out_call_id(struct buffer *out, const struct canon_call *call, struct text id, size_t reply, size_t index);

/* The ends of lines among what was appended since `from` become blanks: in JSON they are blanks too, and in the framing
 * of some streams they are not. */
void out_flatten(struct buffer *out, size_t from);

#endif
