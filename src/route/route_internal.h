/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of route share. */
#ifndef EXEAT_ROUTE_INTERNAL_H
#define EXEAT_ROUTE_INTERNAL_H

#include "exeat/route.h"

struct route {
    struct loop *loop; /* borrowed */
    struct route_options options;
    struct list idle; /* struct upstream, most recently used first */
    size_t idle_count;
    size_t bound_count; /* of those, how many have an identity */
    struct timer *sweep; /* owned */
    uint64_t rests_until_us[ROUTE_ENDPOINTS];
};

#endif
