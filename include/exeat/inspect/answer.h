/* SPDX-License-Identifier: Apache-2.0 */
/* What comes back: values are put in the place of the words that stood for them, and what the rule keeps out is
 * refused, replaced or counted. Whole, or event by event. */
#ifndef EXEAT_INSPECT_ANSWER_H
#define EXEAT_INSPECT_ANSWER_H

#include "exeat/inspect.h"

/* Must the answer be looked at? Known when the request has been inspected. */
bool inspected_wants_answer(const struct inspected *inspected);

/* A whole body, as it came; where it is changed, `body` has it without codings. INSPECT_UNREADABLE only where the rule
 * is about answers. */
MUST_CHECK enum inspect_says
inspect_answer(struct inspected *inspected, const struct body_label *label, struct buffer *body, struct detail *detail);

/* A stream of events. What may still become a word, or something that the rule keeps out, is held back, and goes before
 * the next text at the same place; at the end, or where that text ends, it is said by the last such event once more. */
struct inspect_stream;
/* `kind`: BODY_EVENTS, BODY_LINES or BODY_SEQUENCE; `limit`: bytes of an event. Borrows. The caller's, for
 * inspect_stream_free. */
struct inspect_stream *inspect_stream_new(struct inspected *inspected, enum body_kind kind, size_t limit);
void inspect_stream_free(struct inspect_stream *stream); /* NULL is fine */
/* Appends what may go on to `out`. After any other word than INSPECT_PASSES nothing more may: INSPECT_UNREADABLE, an
 * event is too large or none. */
MUST_CHECK enum inspect_says
inspect_stream_feed(struct inspect_stream *stream, struct text piece, struct buffer *out, struct detail *detail);
MUST_CHECK enum inspect_says
inspect_stream_end(struct inspect_stream *stream, struct buffer *out, struct detail *detail);

#endif
