/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of dialect share. */
#ifndef EXEAT_DIALECT_INTERNAL_H
#define EXEAT_DIALECT_INTERNAL_H

#include "canon.h"
#include "edit.h"
#include "exeat/base/json.h"
#include "exeat/dialect.h"
#include "scan.h"

/* How vectors are wanted. */
enum dialect_encoding { ENCODING_FLOAT, ENCODING_BASE64 };

struct dialect_call {
    enum llm_operation operation;
    struct buffer body;      /* what the canonical call's texts are slices of */
    struct arena arena;      /* its lists */
    struct canon_call canon; /* all that is known of it */
    struct text model;       /* as the caller knows it; in the arena */
    bool streams;
    bool wants_usage; /* the caller asked for a usage event itself */
    enum dialect_encoding encoding;
    size_t choices; /* how many answers to one question; at least 1 */
};

/* reply.c: `object` is written to `out` as the caller expects it, and its usage noted. */
void reply_restore(
    const struct dialect_call *call, struct scan object, struct buffer *out, struct dialect_usage *usage);
/* The same for a text that is no JSON: where a member `model` can be seen, its name is exchanged. */
void reply_restore_loosely(const struct dialect_call *call, struct text text, struct buffer *out);
/* Counts of tokens for callers that asked for them, without an answer. */
bool reply_is_usage_alone(const struct dialect_call *call, struct scan object);
/* embedding.c: the vectors of `data` as they were asked for. */
void embedding_respell(const struct dialect_call *call, struct scan data, struct edit *edit);

void answer_add(struct dialect_answer *answer, struct text name, struct text value);

#endif
