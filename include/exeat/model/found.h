/* SPDX-License-Identifier: Apache-2.0 */
/* What was found in a message, in the words of its record: how often which kind stood where, and what became of it.
 * "card redact 2 messages[1].content; email flag 1 customer.mail". Never a value, nor anything made of one. */
#ifndef EXEAT_MODEL_FOUND_H
#define EXEAT_MODEL_FOUND_H

#include "exeat/base/bytes.h"

enum { FOUND_PLACE_MAX = 120 };
/* What became of it: "restore", "unseen", "flag", "would_redact" and "would_deny" (in observe mode), "redact", "deny".
 */
enum { FOUND_ACTIONS = 7 };
extern const char *const found_actions[FOUND_ACTIONS];
/* What became of a vendor's key: to its vendor, to somebody else, refused for it, or nowhere. */
enum found_key { FOUND_KEY_SENT, FOUND_KEY_ASTRAY, FOUND_KEY_REFUSED, FOUND_KEY_HELD, FOUND_KEY_COUNT };
extern const char *const found_key_words[FOUND_KEY_COUNT]; /* "sent", "astray", "refused", "held" */
struct found {
    struct text kind;   /* "card"; a name of `detectors`; "body": all of it */
    struct text action; /* one of found_actions, or of found_key_words */
    uint64_t count;
    struct text place; /* without blanks and semicolons; empty: nowhere in particular */
    struct text what;  /* of a key: provider, kind and a keyed hash, with slashes between; else empty */
};
/* Appends one, behind those that are there. */
void found_append(struct buffer *out, const struct found *found);
/* Takes the next one off the front of `*rest`; its texts are slices of it. False: there is none. What is no such thing
 * is passed over. */
MUST_CHECK bool found_next(struct text *rest, struct found *found);

#endif
