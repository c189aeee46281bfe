/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing but comparing. */
#include "shape.h"

static bool is_letter(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

bool shape_fits(const char *shape, struct text code)
{
    for (size_t i = 0; i < code.length; i++) {
        char byte = code.data[i];
        char hole = shape[i];
        if (hole == '9') {
            if (!is_ascii_digit(byte))
                return false;
        } else if (
            hole == 'a'   ? !is_letter(byte)
            : hole == 'x' ? !is_ascii_digit(byte) && !is_letter(byte)
                          : hole != byte) {
            return false;
        }
    }
    return shape[code.length] == '\0';
}
