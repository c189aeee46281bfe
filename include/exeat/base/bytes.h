/* SPDX-License-Identifier: Apache-2.0 */
/* Binary slices, growable buffers, and the encodings of bytes as text. */
#ifndef EXEAT_BASE_BYTES_H
#define EXEAT_BASE_BYTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"

struct bytes {
    const uint8_t *data;
    size_t length;
};

struct bytes bytes_of_text(struct text text);  /* the same bytes, borrowed */
struct text text_of_bytes(struct bytes bytes); /* the same; whether it is UTF-8 is not looked at */

/* A growable block. Zeroed is empty and valid; buffer_clear frees and makes it so again. */
struct buffer {
    char *data; /* owned */
    size_t length;
    size_t capacity;
};

void buffer_clear(struct buffer *buffer);                    /* frees */
void buffer_forget(struct buffer *buffer);                   /* overwrites what it holds, then frees */
void buffer_empty(struct buffer *buffer);                    /* length 0, keeps the memory */
void buffer_reserve(struct buffer *buffer, size_t more);     /* room for `more` beyond length */
void buffer_append(struct buffer *buffer, struct text text); /* copies; `text` must not be of the buffer */
/* The texts one after the other, with one reservation. */
void buffer_append_all(struct buffer *buffer, const struct text *texts, size_t count);
#define BUFFER_APPEND_ALL(buffer, ...)                                                                                 \
    buffer_append_all(                                                                                                 \
        buffer, (const struct text[]){__VA_ARGS__}, sizeof((const struct text[]){__VA_ARGS__}) / sizeof(struct text))
void buffer_append_string(struct buffer *buffer, const char *string);
/* Foreign text for a terminal: what is not UTF-8, and what text_is_unseen, becomes "?", but for the bytes of `kept`. */
void buffer_append_shown(struct buffer *buffer, struct text text, const char *kept);
void buffer_append_byte(struct buffer *buffer, char byte);
void buffer_append_number(struct buffer *buffer, uint64_t number);
void buffer_append_code(
    struct buffer *buffer, uint32_t code); /* a code point as UTF-8 (RFC 3629 3); at most 0x10ffff */
void buffer_printf(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
void buffer_vprintf(struct buffer *buffer, const char *format, va_list arguments) PRINTF_LIKE(2, 0);
void buffer_consume(struct buffer *buffer, size_t count); /* drops `count` bytes at the front */
struct text buffer_text(const struct buffer *buffer);     /* borrowed until the next change */
/* NUL-terminated content, ownership to the caller (base_free); the buffer is empty after. */
char *buffer_take(struct buffer *buffer);

/* Lower-case hex; `out` has room for 2 * length. */
void hex_encode(struct bytes bytes, char *out);
void buffer_append_hex(struct buffer *buffer, struct bytes bytes);
int hex_value(char digit); /* of either case; -1: it is none */
/* Exactly 2 * capacity hex digits of either case. */
MUST_CHECK bool hex_decode(struct text text, uint8_t *out, size_t capacity);
/* "%41" becomes A (RFC 3986 2.1), what is no such thing stays: in `out`, in place of what was there. False: there is
 * none, and `out` is as it was. */
MUST_CHECK bool percent_undo(struct text text, struct buffer *out);
/* Standard alphabet with padding (RFC 4648 section 4). */
void buffer_append_base64(struct buffer *buffer, struct bytes bytes);
int base64_value(char digit); /* of the standard alphabet (RFC 4648 4); -1: it is none */
MUST_CHECK bool base64_decode(struct text text, struct buffer *out);

/* Big-endian integers. */
uint16_t bytes_get_u16(const uint8_t *at);
uint32_t bytes_get_u32(const uint8_t *at);
uint64_t bytes_get_u64(const uint8_t *at);
void bytes_put_u16(uint8_t *at, uint16_t value);
void bytes_put_u32(uint8_t *at, uint32_t value);
void bytes_put_u64(uint8_t *at, uint64_t value);

#endif
