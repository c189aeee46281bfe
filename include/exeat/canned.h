/* SPDX-License-Identifier: Apache-2.0 */
/* What is said where no model answers: which of the operator's texts, and what becomes of it where the caller asked for
 * JSON. Pure: texts in, texts out. */
#ifndef EXEAT_CANNED_H
#define EXEAT_CANNED_H

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/text.h"
#include "exeat/canon.h"
#include "exeat/config/canned.h"

/* How well a language suits who sends this Accept-Language (RFC 9110 12.5.4), by the longer of the ranges that fit
 * (RFC 4647 3.3.1; a range that says more than the tag fits too): 0 (not at all) to 1000. Without any field each
 * language suits as well. */
unsigned canned_language_suits(struct text accept_language, struct text language);

/* The text for a call: of those whose conditions hold, the one whose language suits best, the first of equals. A text
 * without a language is for those whom no other suits. Borrowed from `settings`. */
struct text
canned_text(const struct settings_canned *settings, const struct canon_call *call, struct text accept_language);

enum { CANNED_SCHEMA_LEVELS = 16, CANNED_LIST_MAX = 64, CANNED_VALUES_MAX = 4096 };
/* Appends what an answer to the call says with these words: themselves; where JSON was asked for, an object of them;
 * where a JSON Schema was given (2020-12: type, enum, const, properties, required, items, anyOf, oneOf, allOf, $ref
 * into itself, bounds, formats, patterns that the words happen to match), the smallest value that satisfies it, with
 * the words as its first free string. False: nothing here can be made to satisfy it, and nothing was appended. */
MUST_CHECK bool canned_content(const struct canon_call *call, struct text words, struct buffer *out);

#endif
