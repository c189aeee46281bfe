/* SPDX-License-Identifier: Apache-2.0 */
/* By which proxy a connection goes, as what tells it from others. */
#include "route_internal.h"

struct digest route_via(const struct proxy *proxy)
{
    return proxy == NULL ? (struct digest){{0}} : proxy->id;
}
