/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses failed lately, or were slower than another: they are tried last. A few of them, for a while (RFC 6555
 * section 4.2). */
#include "route_internal.h"

enum { FAILED_FOR_US = 600000000 };

static bool is_place_of(const struct failed_address *place, const struct judged_address *to)
{
    return place->until_us != 0 && place->to.port == to->port && address_equal(&place->to.address, &to->address);
}

bool memory_is_empty(const struct route *route)
{
    return route->failed_until_us <= loop_now_us(route->loop);
}

bool memory_has_failed(const struct route *route, const struct judged_address *to)
{
    for (size_t i = 0; i < FAILED_ADDRESSES; i++)
        if (is_place_of(&route->failed[i], to))
            return route->failed[i].until_us > loop_now_us(route->loop);
    return false;
}

void memory_note(struct route *route, const struct judged_address *to, bool well)
{
    struct failed_address *place = NULL;
    if (to->is_socket || (well && memory_is_empty(route))) /* a socket is the only place of its host */
        return;
    for (size_t i = 0; i < FAILED_ADDRESSES && place == NULL; i++)
        if (is_place_of(&route->failed[i], to))
            place = &route->failed[i];
    if (place == NULL && !well)
        place = &route->failed[route->failed_next++ % FAILED_ADDRESSES];
    if (place == NULL)
        return;
    *place = (struct failed_address){*to, well ? 0 : loop_now_us(route->loop) + FAILED_FOR_US};
    if (!well)
        route->failed_until_us = place->until_us;
}
