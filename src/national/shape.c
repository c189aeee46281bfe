/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing but comparing. */
#include "shape.h"

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

bool shape_fits(const char *shape, struct text code)
{
    for (size_t i = 0; i < code.length; i++) {
        char byte = code.data[i];
        bool fits = shape[i] == '9'   ? is_digit(byte)
                    : shape[i] == 'a' ? is_letter(byte)
                    : shape[i] == 'x' ? is_digit(byte) || is_letter(byte)
                                      : shape[i] == byte;
        if (shape[i] == '\0' || !fits)
            return false;
    }
    return shape[code.length] == '\0';
}
