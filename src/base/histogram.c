/* SPDX-License-Identifier: Apache-2.0 */
/* Buckets of a histogram: few, so that they are gone through. */
#include "exeat/base/histogram.h"

size_t histogram_bucket(const uint64_t *bounds, size_t count, uint64_t value)
{
    size_t bucket = 0;
    while (bucket < count && value > bounds[bucket])
        bucket++;
    return bucket;
}
