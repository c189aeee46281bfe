/* SPDX-License-Identifier: Apache-2.0 */
/* Charsets to UTF-8 and back. */
#ifndef EXEAT_BODY_CHARSET_H
#define EXEAT_BODY_CHARSET_H

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/body/label.h"

/* What the bytes are read as. A byte-order mark, of `mark_length` bytes, settles what the label left open; bytes that
 * are UTF-8 are read so whatever charset of single bytes the label names, as most readers do; wide units are what has a
 * NUL or a mark, and UTF-8 has none. False: the bytes cannot be what the label says. */
MUST_CHECK bool charset_settle(struct text bytes, enum body_charset *charset, size_t *mark_length);
/* Appends `bytes`, which have no mark, as UTF-8; false: they are not of that charset. Of BODY_UTF8 too. */
MUST_CHECK bool charset_read(enum body_charset charset, struct text bytes, struct buffer *out);
/* Appends UTF-8 in that charset; false: it has no such character. */
MUST_CHECK bool charset_write(enum body_charset charset, bool has_mark, struct text text, struct buffer *out);

#endif
