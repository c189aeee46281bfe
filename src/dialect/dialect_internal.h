/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of dialect share. */
#ifndef EXEAT_DIALECT_INTERNAL_H
#define EXEAT_DIALECT_INTERNAL_H

#include "canon.h"
#include "exeat/base/json.h"
#include "exeat/dialect.h"

struct dialect_call {
    enum llm_operation operation;
    struct buffer body;      /* what the canonical call's texts are slices of */
    struct arena arena;      /* its lists */
    struct canon_call canon; /* all that is known of it */
    struct text model;       /* as the caller knows it; in the arena */
    bool streams;
    bool wants_usage; /* the caller asked for a usage event itself */
};

/* Puts the caller's name of the model back into an answer or event, and notes its usage. */
void reply_restore(const struct dialect_call *call, json_t *object, struct dialect_usage *usage);

void answer_add(struct dialect_answer *answer, struct text name, struct text value);

#endif
