/* SPDX-License-Identifier: Apache-2.0 */
/* See histogram.h: the cell of a value is its highest bit and the six bits below it. */
#include "histogram.h"

#include <stddef.h>

static size_t cell_of(uint64_t value)
{
    if (value < (1u << (HISTOGRAM_BITS + 1)))
        return (size_t)value;
    unsigned shift = 63u - (unsigned)__builtin_clzll(value) - HISTOGRAM_BITS;
    return ((size_t)shift << HISTOGRAM_BITS) + (size_t)(value >> shift);
}

static uint64_t value_of(size_t cell)
{
    if (cell < (1u << (HISTOGRAM_BITS + 1)))
        return cell;
    unsigned shift = (unsigned)(cell >> HISTOGRAM_BITS) - 1;
    return (uint64_t)(cell - ((size_t)shift << HISTOGRAM_BITS)) << shift;
}

void histogram_add(struct histogram *histogram, uint64_t ns)
{
    histogram->cells[cell_of(ns)]++;
    histogram->count++;
}

uint64_t histogram_at(const struct histogram *histogram, double share)
{
    uint64_t wanted = (uint64_t)((double)histogram->count * share);
    uint64_t seen = 0;
    for (size_t cell = 0; cell < HISTOGRAM_SIZE; cell++) {
        seen += histogram->cells[cell];
        if (seen > wanted)
            return value_of(cell);
    }
    return 0;
}
