/* SPDX-License-Identifier: Apache-2.0 */
/* What tells a key from a word that looks like one: entropy, a checksum, a word beside it. */
#ifndef EXEAT_VENDOR_KEY_PROOF_H
#define EXEAT_VENDOR_KEY_PROOF_H

#include "exeat/base/text.h"

/* Shannon's entropy of its characters, in tenths of a bit a character. */
unsigned proof_entropy(struct text text);
/* Somebody wrote it to show where a key goes: one character again and again, an alphabet counted up, EXAMPLE, YOUR. */
bool proof_is_placeholder(struct text text);
/* The last six characters are the CRC-32 of those before, in base62 (as GitHub and npm document for theirs). */
bool proof_checksum_holds(struct text text);
enum { PROOF_BEFORE = 80, PROOF_FIELD = 48 };
/* What stands close before a place, and the name of its field, in lower case. */
struct proof_context {
    struct text before;
    struct text field;
    char lower[PROOF_BEFORE];
    char lower_field[PROOF_FIELD];
};
void proof_context_init(struct proof_context *context, struct text text, size_t at, struct text field);
/* One of `words` (with blanks between, in lower case) stands there. */
bool proof_has_context(const struct proof_context *context, const char *words);

#endif
