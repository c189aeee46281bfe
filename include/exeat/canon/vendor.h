/* SPDX-License-Identifier: Apache-2.0 */
/* What a vendor's module can do, as one row: the seam between dialect, which has the table of rows, and the vendors, of
 * which none knows another. */
#ifndef EXEAT_CANON_VENDOR_H
#define EXEAT_CANON_VENDOR_H

#include "exeat/canon.h"
#include "exeat/canon/reading.h"
#include "exeat/canon/refusal.h"
#include "exeat/model/message.h"

struct vendor {
    /* `call->operation` says which; the call borrows from the view's text and lives in the arena. NULL, and the next
     * two with it: its calls are not answered here. */
    bool (*read_call)(struct reading *reading, struct canon_call *call);
    /* The event that tells of a broken stream. */
    void (*write_error_event)(const struct canon_call *call, const struct refusal *refusal, struct buffer *out);
    /* The answer to a list of models, or to one of them when `name` is not empty. */
    void (*write_models)(const struct text *names, size_t count, struct text name, struct buffer *out);
    /* The body of a refusal. */
    void (*write_refusal)(const struct refusal *refusal, struct buffer *out);
    const struct field *fields; /* what its clients look for in the head of any answer */
    size_t field_count;
    struct text blame_field; /* of a refusal's head, where the vendor has one, and what it says */
    struct text blame_words[BLAME_NOBODY + 1];
};

#endif
