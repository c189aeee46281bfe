/* SPDX-License-Identifier: Apache-2.0 */
/* A text copied with some of its slices exchanged: everything else keeps its bytes. Slices are given front to back. */
#ifndef EXEAT_CANON_EDIT_H
#define EXEAT_CANON_EDIT_H

#include "exeat/base/bytes.h"

struct edit {
    struct buffer *out; /* borrowed */
    struct text rest;   /* of the source, not copied yet */
};

/* Borrows both. */
static inline struct edit edit_begin(struct text source, struct buffer *out)
{
    return (struct edit){out, source};
}

/* Copies up to the front of `slice`, which lies in the source. */
static inline void edit_reach(struct edit *edit, struct text slice)
{
    size_t length = (size_t)(slice.data - edit->rest.data);
    buffer_append(edit->out, text_part(edit->rest, 0, length));
    edit->rest = text_after(edit->rest, length);
}

/* The slice is left out; what is appended to `out` now stands in its place. */
static inline void edit_drop(struct edit *edit, struct text slice)
{
    edit_reach(edit, slice);
    edit->rest = text_after(edit->rest, slice.length);
}

/* Copies what is left. */
static inline void edit_end(struct edit *edit)
{
    buffer_append(edit->out, edit->rest);
    edit->rest = TEXT("");
}

#endif
