/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors as numbers, and as base64 of little-endian float32. */
#include "exeat/canon/vectors.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exeat/base/json_view.h"

enum { FLOAT_BYTES = 4, NUMBER_MAX = 64 };

static void put_float(float value, struct buffer *out)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    for (int i = 0; i < FLOAT_BYTES; i++)
        buffer_append_byte(out, (char)(bits >> (8 * i) & 0xff));
}

static float get_float(const char *at)
{
    uint32_t bits = 0;
    float value;
    for (int i = FLOAT_BYTES - 1; i >= 0; i--)
        bits = bits << 8 | (uint8_t)at[i];
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* The decimal with all its digits in one integer: "-12.5e-3" is -125 * 10^-4. False: it is not so simple. */
static bool read_decimal(struct text text, double *mantissa, int *exponent)
{
    enum { DIGITS_MOST = 18 };
    size_t at = text.length > 0 && text.data[0] == '-' ? 1 : 0;
    uint64_t digits = 0;
    int count = 0;
    int behind = 0;
    bool in_fraction = false;
    for (; at < text.length; at++) {
        char byte = text.data[at];
        if (byte == '.' && !in_fraction) {
            in_fraction = true;
            continue;
        }
        if (byte < '0' || byte > '9' || ++count > DIGITS_MOST)
            break;
        digits = digits * 10 + (uint64_t)(byte - '0');
        behind += in_fraction ? 1 : 0;
    }
    *mantissa = (double)digits;
    *exponent = -behind;
    return at == text.length && count > 0;
}

/* strtof is right and slow; most numbers are so plain that one division gives their float beyond doubt. */
static bool read_plain(struct text text, float *value)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
    static const double doubt = 4 * DBL_EPSILON;
    double mantissa;
    int exponent;
    if (!read_decimal(text, &mantissa, &exponent))
        return false;
    double exact = mantissa / powers[-exponent];
    float least = (float)(exact * (1 - doubt));
    float most = (float)(exact * (1 + doubt));
    *value = text.data[0] == '-' ? -least : least;
    return least == most;
}

static bool read_float(struct text text, float *value)
{
    char digits[NUMBER_MAX + 1];
    char *end;
    if (read_plain(text, value))
        return true;
    if (text.length > NUMBER_MAX || text_has(text, 'x'))
        return false;
    text_store(text, digits, sizeof(digits));
    *value = strtof(digits, &end);
    return *end == '\0' && isfinite(*value);
}

static bool append_packed(struct scan numbers, struct buffer *out)
{
    struct scan_walk walk = scan_walk(numbers);
    struct text key;
    struct scan item;
    while (scan_next(&walk, &key, &item)) {
        float value;
        if (item.kind != SCAN_WORD || !read_float(item.text, &value))
            return false;
        put_float(value, out);
    }
    return true;
}

static bool numbers_to_base64(struct scan numbers, struct buffer *out)
{
    struct buffer packed = {0};
    bool good = append_packed(numbers, &packed);
    if (good) {
        buffer_append_byte(out, '"');
        buffer_append_base64(out, bytes_of_text(buffer_text(&packed)));
        buffer_append_byte(out, '"');
    }
    buffer_clear(&packed);
    return good;
}

static bool append_numbers(struct text packed, struct buffer *out)
{
    if (packed.length % FLOAT_BYTES != 0)
        return false;
    for (size_t at = 0; at < packed.length; at += FLOAT_BYTES) {
        float value = get_float(packed.data + at);
        if (!isfinite(value))
            return false;
        if (at > 0)
            buffer_append_byte(out, ',');
        buffer_printf(out, "%.9g", (double)value); /* so many digits give every float32 back */
    }
    return true;
}

static bool base64_to_numbers(struct scan string, struct buffer *out)
{
    struct buffer plain = {0};
    struct buffer packed = {0};
    size_t before = out->length;
    json_spelled_append(&plain, scan_spelled(string));
    buffer_append_byte(out, '[');
    bool good = base64_decode(buffer_text(&plain), &packed) && append_numbers(buffer_text(&packed), out);
    buffer_append_byte(out, ']');
    if (!good)
        out->length = before;
    buffer_clear(&plain);
    buffer_clear(&packed);
    return good;
}

bool vector_respell(bool as_base64, struct scan vector, struct buffer *out)
{
    if (as_base64)
        return vector.kind == SCAN_ARRAY && numbers_to_base64(vector, out);
    return vector.kind == SCAN_STRING && base64_to_numbers(vector, out);
}
