/* SPDX-License-Identifier: Apache-2.0 */
/* Decoders that take nothing for granted: a byte that a forgiving one would skip could hide text from this one. */
#include "exeat/coding/transfer.h"

#include "coding_internal.h"

enum { LINE_BYTES = 76, NONE = -1 };

/* clang-format off */
const int8_t base64_values[256] = {
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, 62, -1, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1,
    -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, 63,
    -1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
};
/* clang-format on */

static int digit_value(char byte)
{
    return base64_values[(unsigned char)byte];
}

bool base64_is(struct text text)
{
    for (size_t padding = 0; padding < 2 && text_ends_with(text, TEXT("=")); padding++)
        text.length--;
    for (size_t i = 0; i < text.length; i++)
        if (digit_value(text.data[i]) == NONE)
            return false;
    return true;
}

/* --- base64 --------------------------------------------------------------------------------------------------------
 */

/* What is left of a group at the end: one digit alone says nothing, and is none of base64. */
static bool write_rest(uint32_t group, size_t digits, struct buffer *out)
{
    if (digits >= 2)
        buffer_append_byte(out, (char)(group >> (digits == 2 ? 4 : 10)));
    if (digits == 3)
        buffer_append_byte(out, (char)(group >> 2));
    return digits != 1;
}

static bool read_base64(struct text coded, bool has_blanks, struct buffer *out)
{
    uint32_t group = 0;
    size_t digits = 0;
    size_t padding = 0;
    for (size_t i = 0; i < coded.length; i++) {
        int value = digit_value(coded.data[i]);
        if (has_blanks && is_blank(coded.data[i]))
            continue;
        padding += coded.data[i] == '=';
        if (padding > 0 && coded.data[i] != '=')
            return false;
        if (padding > 0)
            continue;
        if (value == NONE)
            return false;
        group = group << 6 | (uint32_t)value;
        if (++digits % 4 == 0) {
            buffer_append_byte(out, (char)(group >> 16));
            buffer_append_byte(out, (char)(group >> 8));
            buffer_append_byte(out, (char)group);
        }
    }
    return padding <= 2 && (padding == 0 || (digits + padding) % 4 == 0) && write_rest(group, digits % 4, out);
}

static void in_lines(struct text digits, struct buffer *out)
{
    for (; digits.length > LINE_BYTES; digits = text_after(digits, LINE_BYTES))
        BUFFER_APPEND_ALL(out, text_part(digits, 0, LINE_BYTES), TEXT("\r\n"));
    buffer_append(out, digits);
}

static void write_base64(enum transfer transfer, struct text bytes, struct buffer *out)
{
    struct buffer coded = {0};
    buffer_append_base64(&coded, bytes_of_text(bytes));
    for (size_t i = 0; i < coded.length && transfer == TRANSFER_BASE64URL; i++)
        coded.data[i] = coded.data[i] == '+' ? '-' : coded.data[i] == '/' ? '_' : coded.data[i];
    struct text digits = buffer_text(&coded);
    if (transfer == TRANSFER_BASE64_SHORT || transfer == TRANSFER_BASE64URL)
        while (text_ends_with(digits, TEXT("=")))
            digits.length--;
    if (transfer == TRANSFER_BASE64_MIME)
        in_lines(digits, out);
    else
        buffer_append(out, digits);
    buffer_forget(&coded);
}

/* --- quoted-printable ----------------------------------------------------------------------------------------------
 */

/* A line that goes on: "=", blanks that were put behind it on the way, and the line end. 0: it is none. */
static size_t soft_break_length(struct text rest)
{
    size_t length = 1;
    while (length < rest.length && (rest.data[length] == ' ' || rest.data[length] == '\t'))
        length++;
    if (text_starts_with(text_after(rest, length), TEXT("\r\n")))
        return length + 2;
    return length < rest.length && rest.data[length] == '\n' ? length + 1 : 0;
}

static bool read_printable(struct text coded, struct buffer *out)
{
    while (coded.length > 0) {
        size_t length = 1;
        if (coded.data[0] != '=')
            buffer_append_byte(out, coded.data[0]);
        else if (coded.length >= 3 && hex_value(coded.data[1]) >= 0 && hex_value(coded.data[2]) >= 0) {
            buffer_append_byte(out, (char)(hex_value(coded.data[1]) << 4 | hex_value(coded.data[2])));
            length = 3;
        } else
            length = soft_break_length(coded);
        if (length == 0)
            return false;
        coded = text_after(coded, length);
    }
    return true;
}

static void write_printable(struct text bytes, struct buffer *out)
{
    size_t column = 0;
    for (size_t i = 0; i < bytes.length; i++) {
        char byte = bytes.data[i];
        bool is_line_end = byte == '\n' || byte == '\r';
        bool is_plain = (byte > ' ' && byte < 0x7f && byte != '=') || byte == ' ' || byte == '\t' || is_line_end;
        bool ends_line = i + 1 == bytes.length || bytes.data[i + 1] == '\r' || bytes.data[i + 1] == '\n';
        if ((byte == ' ' || byte == '\t') && ends_line)
            is_plain = false;
        if (!is_line_end && column + 3 >= LINE_BYTES) {
            buffer_append_string(out, "=\r\n");
            column = 0;
        }
        if (is_plain)
            buffer_append_byte(out, byte);
        else
            buffer_printf(out, "=%02X", (unsigned)(unsigned char)byte);
        column = is_line_end ? 0 : column + (is_plain ? 1 : 3);
    }
}

/* --- all -----------------------------------------------------------------------------------------------------------
 */

bool transfer_read(enum transfer transfer, struct text coded, struct buffer *out)
{
    switch (transfer) {
    case TRANSFER_NONE:
        buffer_append(out, coded);
        return true;
    case TRANSFER_BASE64:
    case TRANSFER_BASE64_SHORT:
    case TRANSFER_BASE64URL:
        return read_base64(coded, false, out);
    case TRANSFER_BASE64_MIME:
        return read_base64(coded, true, out);
    case TRANSFER_PRINTABLE:
        return read_printable(coded, out);
    }
    return false;
}

void transfer_write(enum transfer transfer, struct text bytes, struct buffer *out)
{
    switch (transfer) {
    case TRANSFER_NONE:
        buffer_append(out, bytes);
        break;
    case TRANSFER_BASE64:
    case TRANSFER_BASE64_SHORT:
    case TRANSFER_BASE64URL:
    case TRANSFER_BASE64_MIME:
        write_base64(transfer, bytes, out);
        break;
    case TRANSFER_PRINTABLE:
        write_printable(bytes, out);
        break;
    }
}
