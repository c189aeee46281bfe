/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of an event stream (WHATWG HTML 9.2.5): ended by CR, LF or CR LF, after an optional byte order mark, and
 * cut anywhere on their way. */
#ifndef EXEAT_CANON_LINES_H
#define EXEAT_CANON_LINES_H

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"

/* Zeroed is the beginning. */
struct lines {
    struct buffer held; /* of a line that is not whole yet */
    bool is_taken;      /* `held` was given out as a line */
    bool after_return;  /* an LF that comes now belongs to the CR before it */
    bool has_begun;
};

/* Takes the next line off the front of `*bytes`; it is good until the next call. False: the bytes are used up, and what
 * is begun is held. */
MUST_CHECK bool lines_next(struct lines *lines, struct text *bytes, struct text *line);
/* What is held of a line that has not ended. */
struct text lines_rest(const struct lines *lines);
void lines_clear(struct lines *lines);

#endif
