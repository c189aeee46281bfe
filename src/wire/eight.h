/* SPDX-License-Identifier: Apache-2.0 */
/* Eight bytes of a head looked at in one step. Each answer may be "maybe" where no byte is meant (bytes above 0x7f, or
 * behind one that is): whoever hears anything but 0 looks at each byte. */
#ifndef EXEAT_WIRE_EIGHT_H
#define EXEAT_WIRE_EIGHT_H

#include <stdint.h>
#include <string.h>

#define EIGHT_ONES UINT64_C(0x0101010101010101)

static inline uint64_t eight_of(const char *bytes)
{
    uint64_t eight;
    memcpy(&eight, bytes, sizeof(eight));
    return eight;
}

/* 0: none of them is below this, which is at most 0x80. */
static inline uint64_t eight_below(uint64_t eight, uint8_t bound)
{
    return (eight - EIGHT_ONES * bound) & (EIGHT_ONES * 0x80);
}

/* 0: none of them is this. */
static inline uint64_t eight_equal(uint64_t eight, char byte)
{
    return eight_below(eight ^ (EIGHT_ONES * (uint8_t)byte), 1);
}

#endif
