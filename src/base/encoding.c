/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as hex and base64 (RFC 4648). */
#include "exeat/base/bytes.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void hex_encode(struct bytes bytes, char *out)
{
    for (size_t i = 0; i < bytes.length; i++) {
        out[2 * i] = hex_digits[bytes.data[i] >> 4];
        out[2 * i + 1] = hex_digits[bytes.data[i] & 15];
    }
}

void buffer_append_hex(struct buffer *buffer, struct bytes bytes)
{
    if (bytes.length == 0)
        return; /* the buffer may have no memory yet */
    buffer_reserve(buffer, 2 * bytes.length);
    hex_encode(bytes, buffer->data + buffer->length);
    buffer->length += 2 * bytes.length;
}

int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

bool hex_decode(struct text text, uint8_t *out, size_t capacity)
{
    if (text.length != 2 * capacity)
        return false;
    for (size_t i = 0; i < capacity; i++) {
        int high = hex_value(text.data[2 * i]);
        int low = hex_value(text.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool is_escape(struct text text, size_t at, uint8_t *byte)
{
    return text.data[at] == '%' && at + 2 < text.length && hex_decode(text_part(text, at + 1, 2), byte, 1);
}

bool percent_undo(struct text text, struct buffer *out)
{
    uint8_t byte = 0;
    size_t first = text_index(text, '%', 0);
    while (first < text.length && !is_escape(text, first, &byte))
        first = text_index(text, '%', first + 1);
    if (first >= text.length)
        return false;
    buffer_empty(out);
    buffer_reserve(out, text.length);
    buffer_append(out, text_part(text, 0, first));
    for (size_t i = first; i < text.length; i++) {
        bool undo = is_escape(text, i, &byte);
        buffer_append_byte(out, undo ? (char)byte : text.data[i]);
        i += undo ? 2 : 0;
    }
    return true;
}

void buffer_append_base64(struct buffer *buffer, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.length; i += 3) {
        size_t left = bytes.length - i;
        uint32_t group = (uint32_t)bytes.data[i] << 16;
        if (left > 1)
            group |= (uint32_t)bytes.data[i + 1] << 8;
        if (left > 2)
            group |= bytes.data[i + 2];
        buffer_append_byte(buffer, base64_digits[group >> 18]);
        buffer_append_byte(buffer, base64_digits[group >> 12 & 63]);
        buffer_append_byte(buffer, left > 1 ? base64_digits[group >> 6 & 63] : '=');
        buffer_append_byte(buffer, left > 2 ? base64_digits[group & 63] : '=');
    }
}

int base64_value(char digit)
{
    if (digit >= 'A' && digit <= 'Z')
        return digit - 'A';
    if (digit >= 'a' && digit <= 'z')
        return digit - 'a' + 26;
    if (digit >= '0' && digit <= '9')
        return digit - '0' + 52;
    if (digit == '+')
        return 62;
    return digit == '/' ? 63 : -1;
}

/* One group of four digits, `padding` of them "=". Bits that the padding leaves over must be zero: one text per value.
 */
static bool decode_group(const char *digits, size_t padding, struct buffer *out)
{
    uint32_t group = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i < 4 - padding ? base64_value(digits[i]) : 0;
        if (value < 0)
            return false;
        group = group << 6 | (uint32_t)value;
    }
    if ((padding == 1 && (group & 0xff) != 0) || (padding == 2 && (group & 0xffff) != 0))
        return false;
    for (size_t i = 0; i < 3 - padding; i++)
        buffer_append_byte(out, (char)(uint8_t)(group >> (16 - 8 * i)));
    return true;
}

bool base64_decode(struct text text, struct buffer *out)
{
    if (text.length % 4 != 0)
        return false;
    for (size_t i = 0; i < text.length; i += 4) {
        size_t padding = 0;
        if (i + 4 == text.length && text.data[i + 3] == '=')
            padding = text.data[i + 2] == '=' ? 2 : 1;
        if (!decode_group(text.data + i, padding, out))
            return false;
    }
    return true;
}
