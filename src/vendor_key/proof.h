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
/* One of `words` (with blanks between) stands in `field`, or in `text` close before `at`. Of any case. */
bool proof_has_context(const char *words, struct text text, size_t at, struct text field);

#endif
