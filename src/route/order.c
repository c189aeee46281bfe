/* SPDX-License-Identifier: Apache-2.0 */
/* In which order the addresses of a host are tried. */
#include <string.h>

#include "route_internal.h"

/* The first from `start` on that is, or is not, of the same family as the first of all. */
static size_t next_of_family(const struct judged_address *all, size_t count, size_t start, bool same)
{
    while (start < count && (all[start].address.length == all[0].address.length) != same)
        start++;
    return start;
}

/* One of each family in turn (RFC 8305 section 4), each family in the order in which it was given. */
void order_interleave(const struct judged_address *all, size_t count, struct judged_address *out)
{
    size_t next[2] = {next_of_family(all, count, 0, false), next_of_family(all, count, 0, true)};
    bool same = true;
    for (size_t i = 0; i < count; i++) {
        if (next[same] == count)
            same = !same;
        out[i] = all[next[same]];
        next[same] = next_of_family(all, count, next[same] + 1, same);
        if (next[!same] < count)
            same = !same;
    }
}

/* Those that failed lately come last. */
void order_failed_last(const struct route *route, struct judged_address *to, size_t count)
{
    struct judged_address failed[RESOLVE_MAX];
    size_t good = 0;
    size_t bad = 0;
    for (size_t i = 0; i < count; i++) {
        if (memory_has_failed(route, &to[i]))
            failed[bad++] = to[i];
        else
            to[good++] = to[i];
    }
    memcpy(to + good, failed, bad * sizeof(*failed));
}
