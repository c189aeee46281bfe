/* SPDX-License-Identifier: Apache-2.0 */
/* The letters of the shops' languages only: names and words with others have no rows. */
#include "exeat/wording/letters.h"

#include <string.h>

#include "exeat/base/attributes.h"
#include "exeat/wording/points.h"

static const struct {
    uint32_t code;
    const char *plain;
} letters[] = {
    {0xdf, "ss"}, {0xe0, "a"},  {0xe1, "a"},  {0xe2, "a"},  {0xe3, "a"},  {0xe4, "ae"}, {0xe5, "a"},
    {0xe7, "c"},  {0xe8, "e"},  {0xe9, "e"},  {0xea, "e"},  {0xeb, "e"},  {0xec, "i"},  {0xed, "i"},
    {0xee, "i"},  {0xf1, "n"},  {0xf2, "o"},  {0xf3, "o"},  {0xf4, "o"},  {0xf6, "oe"}, {0xf8, "o"},
    {0xf9, "u"},  {0xfa, "u"},  {0xfc, "ue"}, {0x105, "a"}, {0x107, "c"}, {0x10d, "c"}, {0x119, "e"},
    {0x142, "l"}, {0x144, "n"}, {0x15b, "s"}, {0x161, "s"}, {0x17a, "z"}, {0x17c, "z"}, {0x17e, "z"},
};

size_t letters_plain_of(uint32_t code, char *out, size_t room)
{
    uint32_t folded = point_fold(code);
    if (folded < 0x80) {
        if (room > 0)
            *out = (char)folded;
        return room > 0;
    }
    for (size_t i = 0; i < COUNT_OF(letters); i++) {
        size_t length = strlen(letters[i].plain);
        if (letters[i].code == folded && length <= room) {
            memcpy(out, letters[i].plain, length);
            return length;
        }
    }
    return 0;
}
