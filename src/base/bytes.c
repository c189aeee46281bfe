/* SPDX-License-Identifier: Apache-2.0 */
/* Growable buffers and big-endian integers. */
#include "exeat/base/bytes.h"

#include <stdio.h>
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"

struct bytes bytes_of_text(struct text text)
{
    return (struct bytes){(const uint8_t *)text.data, text.length};
}

struct text text_of_bytes(struct bytes bytes)
{
    return (struct text){(const char *)bytes.data, bytes.length};
}

void buffer_clear(struct buffer *buffer)
{
    base_free(buffer->data);
    *buffer = (struct buffer){0};
}

void buffer_forget(struct buffer *buffer)
{
    base_forget(buffer->data, buffer->capacity);
    buffer_clear(buffer);
}

void buffer_empty(struct buffer *buffer)
{
    buffer->length = 0;
}

void buffer_reserve(struct buffer *buffer, size_t more)
{
    ASSERT(more < SIZE_MAX - buffer->length);
    size_t needed = buffer->length + more;
    if (needed <= buffer->capacity)
        return;
    size_t capacity = buffer->capacity < 64 ? 64 : buffer->capacity * 2;
    buffer->capacity = capacity < needed ? needed : capacity;
    buffer->data = base_resize(buffer->data, buffer->capacity, 1);
}

void buffer_append(struct buffer *buffer, struct text text)
{
    if (text.length == 0)
        return;
    buffer_reserve(buffer, text.length);
    memcpy(buffer->data + buffer->length, text.data, text.length);
    buffer->length += text.length;
}

void buffer_append_all(struct buffer *buffer, const struct text *texts, size_t count)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += texts[i].length;
    buffer_reserve(buffer, length);
    for (size_t i = 0; i < count; i++)
        buffer_append(buffer, texts[i]);
}

void buffer_append_string(struct buffer *buffer, const char *string)
{
    buffer_append(buffer, text_from(string));
}

void buffer_append_shown(struct buffer *buffer, struct text text, const char *kept)
{
    while (text.length > 0) {
        uint32_t code = 0;
        size_t length = text_utf8_length(text, &code);
        bool is_kept = code != 0 && code < 0x80 && strchr(kept, (int)code) != NULL;
        if (length == 0 || (text_is_unseen(code) && !is_kept))
            buffer_append_byte(buffer, '?');
        else
            buffer_append(buffer, text_part(text, 0, length));
        text = text_after(text, length == 0 ? 1 : length);
    }
}

void buffer_append_byte(struct buffer *buffer, char byte)
{
    buffer_append(buffer, (struct text){&byte, 1});
}

void buffer_append_number(struct buffer *buffer, uint64_t number)
{
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buffer_append(buffer, (struct text){digits + at, sizeof(digits) - at});
}

void buffer_vprintf(struct buffer *buffer, const char *format, va_list arguments)
{
    size_t room = buffer->capacity - buffer->length;
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(room > 0 ? buffer->data + buffer->length : NULL, room, format, arguments);
    ASSERT(length >= 0);
    if ((size_t)length >= room) {
        buffer_reserve(buffer, (size_t)length + 1);
        vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, again);
    }
    va_end(again);
    buffer->length += (size_t)length;
}

void buffer_append_code(struct buffer *buffer, uint32_t code)
{
    if (code < 0x80) {
        buffer_append_byte(buffer, (char)code);
        return;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
    buffer_append_byte(buffer, (char)(leads[more] | code >> (6 * more)));
    while (more-- > 0)
        buffer_append_byte(buffer, (char)(0x80 | (code >> (6 * more) & 0x3f)));
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    buffer_vprintf(buffer, format, arguments);
    va_end(arguments);
}

void buffer_consume(struct buffer *buffer, size_t count)
{
    ASSERT(count <= buffer->length);
    buffer->length -= count;
    if (buffer->length > 0)
        memmove(buffer->data, buffer->data + count, buffer->length);
}

struct text buffer_text(const struct buffer *buffer)
{
    return (struct text){buffer->data == NULL ? "" : buffer->data, buffer->length};
}

char *buffer_take(struct buffer *buffer)
{
    buffer_reserve(buffer, 1);
    buffer->data[buffer->length] = '\0';
    char *data = buffer->data;
    *buffer = (struct buffer){0};
    return data;
}

uint16_t bytes_get_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t bytes_get_u32(const uint8_t *at)
{
    return (uint32_t)bytes_get_u16(at) << 16 | bytes_get_u16(at + 2);
}

uint64_t bytes_get_u64(const uint8_t *at)
{
    return (uint64_t)bytes_get_u32(at) << 32 | bytes_get_u32(at + 4);
}

void bytes_put_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

void bytes_put_u32(uint8_t *at, uint32_t value)
{
    bytes_put_u16(at, (uint16_t)(value >> 16));
    bytes_put_u16(at + 2, (uint16_t)value);
}

void bytes_put_u64(uint8_t *at, uint64_t value)
{
    bytes_put_u32(at, (uint32_t)(value >> 32));
    bytes_put_u32(at + 4, (uint32_t)value);
}
