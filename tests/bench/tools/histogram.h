/* SPDX-License-Identifier: Apache-2.0 */
/* Counts of durations in nanoseconds: 64 steps for each power of two, so that a percentile is off by less than 2 %. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BITS = 6, HISTOGRAM_SIZE = (64 - HISTOGRAM_BITS) << HISTOGRAM_BITS };
struct histogram {
    uint64_t count;
    uint64_t cells[HISTOGRAM_SIZE];
};
void histogram_add(struct histogram *histogram, uint64_t ns);
uint64_t histogram_at(const struct histogram *histogram, double share); /* 0.99: the 99th percentile; 0 when empty */

#endif
