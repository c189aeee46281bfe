/* SPDX-License-Identifier: Apache-2.0 */
/* Slices of text: a pointer and a length, never NUL-terminated by promise.
 * A `struct text` borrows; whoever made it says how long the bytes live. */
#ifndef EXEAT_BASE_TEXT_H
#define EXEAT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/attributes.h"

struct text {
    const char *data;
    size_t length;
};

/* A slice of a string literal; `literal` must be one. */
#define TEXT(literal) ((struct text){"" literal, sizeof(literal) - 1})
/* The same, usable as a static initialiser. */
#define TEXT_INIT(literal)                                                                                             \
    {                                                                                                                  \
        "" literal, sizeof(literal) - 1                                                                                \
    }
/* For printf: "%.*s", TEXT_ARG(slice). */
#define TEXT_ARG(slice) (int)(slice).length, (slice).data

/* Of ASCII, whatever the locale. */
static inline bool is_ascii_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}
static inline bool is_ascii_letter(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}
static inline bool is_ascii_alnum(char byte)
{
    return is_ascii_digit(byte) || is_ascii_letter(byte);
}
static inline char ascii_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

struct text text_from(const char *string);                           /* NULL gives the empty slice */
struct text text_part(struct text text, size_t from, size_t length); /* clamped to the slice */
struct text text_after(struct text text, size_t from);               /* without the first `from` bytes; clamped */
struct text text_trim(struct text text, const char *set);            /* without the bytes of `set` at both ends */

bool text_equal(struct text left, struct text right);                         /* bytewise; all empty ones are equal */
bool text_equal_nocase(struct text left, struct text right);                  /* ASCII only */
bool text_is_among(struct text text, const struct text *texts, size_t count); /* bytewise equal to one of them */
bool text_is_among_nocase(struct text text, const struct text *texts, size_t count); /* ASCII only */
int text_compare(struct text left, struct text right);                               /* bytewise, then shorter first */
bool text_starts_with(struct text text, struct text prefix);                         /* bytewise, as below */
bool text_ends_with(struct text text, struct text suffix);                           /* an empty suffix always */
bool text_has(struct text text, char byte);                                          /* anywhere */
/* Index of the first `byte` at or after `from`; text.length when absent. */
size_t text_index(struct text text, char byte, size_t from);
/* Takes the piece before the next `separator` off the front of `*rest`; false when nothing is left. */
bool text_split(struct text *rest, char separator, struct text *piece);

/* Takes the line at the front of `*rest`, without its LF, or (named) one that begins with `word`: what follows that.
 * False leaves `*rest` as it was: no line ends there, or it is another. */
MUST_CHECK bool text_take_line(struct text *rest, struct text *line);
bool text_take_named(struct text *rest, struct text word, struct text *value);

/* Unsigned decimal, digits only, no sign, no space, at most `maximum`; false otherwise. */
MUST_CHECK bool text_to_number(struct text text, uint64_t maximum, uint64_t *number);

/* Compares in time that depends only on the lengths. For secrets. */
bool text_equal_secret(struct text left, struct text right);

/* A NUL-terminated heap copy; free with base_free. */
char *text_copy(struct text text);

/* Copies into a fixed place, cut to fit, NUL-terminated. */
void text_store(struct text text, char *out, size_t size);

/* For qsort: of `char *`. */
int string_compare(const void *left, const void *right);

/* `*`-glob over the whole of `text` (the only wildcard is `*`, any run of bytes, ASCII case kept). */
bool text_glob(struct text pattern, struct text text);

/* How many single-byte edits (insert, delete, replace, swap) turn one into the other. */
size_t text_distance(struct text left, struct text right);
/* Which of `words` was probably meant by `word`; NULL when none is near. Borrowed from `words`. */
const char *text_nearest(struct text word, const char *const *words, size_t count);

/* Length of the valid UTF-8 sequence at the front (RFC 3629), and its code point; 0 when there is none. */
size_t text_utf8_length(struct text text, uint32_t *code);
bool text_is_utf8(struct text text);
/* Would a terminal act on this code point, or would a reader not see it: controls (C0, DEL, C1), line separators, and
 * what turns the direction of text or hides in it? */
bool text_is_unseen(uint32_t code);

#endif
