/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of dialect share. */
#ifndef EXEAT_DIALECT_INTERNAL_H
#define EXEAT_DIALECT_INTERNAL_H

#include "exeat/canon.h"
#include "exeat/canon/vendor.h"
#include "exeat/dialect.h"

struct dialect_call {
    const struct vendor *vendor;
    struct buffer body;      /* what the canonical call's texts are slices of */
    struct arena arena;      /* its lists */
    struct canon_call canon; /* all that is known of it */
};

struct dialect_stream {
    const struct dialect_call *call; /* borrowed */
    struct openai_stream *endpoint;
    void *caller; /* the vendor's; NULL: the endpoint's events pass */
};

/* table.c */
const struct vendor *dialect_vendor(enum llm_dialect dialect);

void answer_add(struct dialect_answer *answer, struct text name, struct text value);

#endif
