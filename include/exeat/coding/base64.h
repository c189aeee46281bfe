/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 that stands in a text by itself, without anybody's saying so: runs of its digits, and what they would say. */
#ifndef EXEAT_CODING_BASE64_H
#define EXEAT_CODING_BASE64_H

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/coding/transfer.h"

/* The next run of at least 16 digits from `*at` on, with its padding, and over lines where it goes on in lines of one
 * length; `*at` becomes its end. False: there is none. */
MUST_CHECK bool base64_next(struct text value, size_t *at, struct text *run);
/* How a run was written, so that it can be written so again. */
enum transfer base64_transfer(struct text run);
/* The media type of a file that is known by its first bytes; empty: none. Static. */
struct text base64_file(struct text run);
/* Whether a run would begin as text; false settles nearly all of those that are long words. */
bool base64_begins_as_text(struct text run);
/* Appends what a run says, where that is text: UTF-8 without control characters. */
MUST_CHECK bool base64_text(struct text run, struct buffer *out);

#endif
