/* SPDX-License-Identifier: Apache-2.0 */
/* Events that are in the loop, or nobody is there any more. */
#include "exeat/base/check.h"
#include "net_internal.h"

void loop_add(struct event *event, const struct timeval *after)
{
    int result = event_add(event, after);
    ASSERT(result == 0);
}
