/* SPDX-License-Identifier: Apache-2.0 */
/* Letters as they are written without accents. */
#ifndef EXEAT_WORDING_LETTERS_H
#define EXEAT_WORDING_LETTERS_H

#include <stddef.h>
#include <stdint.h>

#include "exeat/wording/points.h"

/* Writes the small letters that `code` is without accents; how many (0: it has none, or there is no room). */
size_t letters_plain_of(uint32_t code, char *out, size_t room);
static inline size_t letters_plain(uint32_t code, char *out, size_t room)
{
    if (code >= 0x80)
        return letters_plain_of(code, out, room);
    if (room > 0)
        *out = (char)point_fold(code);
    return room > 0;
}

#endif
