/* SPDX-License-Identifier: Apache-2.0 */
/* What was found in a message, in the words of its record: how often which kind stood where, and what became of it.
 * "card redact 2 messages[1].content; email flag 1 customer.mail". Never a value, nor anything made of one. */
#ifndef EXEAT_MODEL_FOUND_H
#define EXEAT_MODEL_FOUND_H

#include "exeat/base/bytes.h"

enum { FOUND_PLACE_MAX = 120 };
/* What became of it. */
enum { FOUND_ACTIONS = 5 };
extern const char *const found_actions[FOUND_ACTIONS]; /* "restore", "unseen", "flag", "redact", "deny" */
struct found {
    struct text kind;   /* "card"; a name of `detectors`; "body": all of it */
    struct text action; /* one of found_actions */
    uint64_t count;
    struct text place; /* of words without blanks and semicolons; empty: nowhere in particular */
};
/* Appends one, behind those that are there. */
void found_append(struct buffer *out, const struct found *found);
/* Takes the next one off the front of `*rest`; its texts are slices of it. False: there is none. What is no such thing
 * is passed over. */
MUST_CHECK bool found_next(struct text *rest, struct found *found);

#endif
