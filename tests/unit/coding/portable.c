/* SPDX-License-Identifier: Apache-2.0 */
/* exeat/coding/scan.h, once more. */
#define EXEAT_PORTABLE
#include "portable.h"

#include "exeat/coding/scan.h"

size_t portable_plain(const char *at, size_t length)
{
    return (size_t)(scan_plain(at, at + length) - at);
}

bool portable_has(const char *at, size_t length, char one, char other)
{
    return scan_has(at, length, one, other);
}

unsigned portable_base64(const char *at, size_t count)
{
    unsigned bits = 0;
    for (size_t i = 0; i < count; i += SCAN_STEP)
        bits |= scan_base64_step(at + i) << i;
    return bits;
}
