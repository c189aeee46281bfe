/* SPDX-License-Identifier: Apache-2.0 */
/* Charsets to UTF-8 and back. */
#ifndef EXEAT_CODING_CHARSET_H
#define EXEAT_CODING_CHARSET_H

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"

enum charset {
    CHARSET_UNSAID,
    CHARSET_UTF8, /* US-ASCII too */
    CHARSET_UTF16,
    CHARSET_UTF16LE,
    CHARSET_UTF16BE,
    CHARSET_UTF32,
    CHARSET_UTF32LE,
    CHARSET_UTF32BE,
    CHARSET_LATIN1, /* ISO-8859-1, which is read as windows-1252 (WHATWG Encoding) */
    CHARSET_LATIN9, /* ISO-8859-15 */
    CHARSET_WINDOWS1252
};

/* By its names of WHATWG Encoding and of PHP; false: it is not read here (UTF-7 and EBCDIC among them). */
MUST_CHECK bool charset_parse(struct text name, enum charset *charset);
/* What the bytes are read as. A byte-order mark, of `mark_length` bytes, settles what the label left open; bytes that
 * are UTF-8 are read so whatever charset of single bytes the label names, as most readers do. False: the bytes cannot
 * be what the label says, or readers differ: a mark of another charset, wide units without a mark and an order, or in
 * which text of single bytes stands, single bytes of which some are UTF-8. */
MUST_CHECK bool charset_settle(struct text bytes, enum charset *charset, size_t *mark_length);
/* Appends `bytes`, which have no mark, as UTF-8; false: they are not of that charset. Of CHARSET_UTF8 too. */
MUST_CHECK bool charset_read(enum charset charset, struct text bytes, struct buffer *out);
/* Appends UTF-8 in that charset; false: it has no such character. */
MUST_CHECK bool charset_write(enum charset charset, bool has_mark, struct text text, struct buffer *out);
uint32_t windows1252_code(unsigned char byte); /* what has none there is the control character of its number */

#endif
