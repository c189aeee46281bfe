/* SPDX-License-Identifier: Apache-2.0 */
/* Which bucket of a histogram a value is counted in. */
#ifndef EXEAT_BASE_HISTOGRAM_H
#define EXEAT_BASE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/* The first whose bound the value does not pass; `count`, one more than there are bounds, for what passes all. */
size_t histogram_bucket(const uint64_t *bounds, size_t count, uint64_t value);

#endif
