/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets for questions: each address by UDP and TCP. */
#include <unistd.h>

#include "exeat/base/check.h"
#include "names_internal.h"

/* Both or none. */
static bool add(struct names_sockets *sockets, const struct names_place *place, int udp, int tcp)
{
    if (udp < 0)
        return false;
    if (tcp < 0) {
        close(udp);
        return false;
    }
    sockets->places[sockets->count] = *place;
    sockets->udp[sockets->count] = udp;
    sockets->tcp[sockets->count++] = tcp;
    return true;
}

bool names_sockets_bind(struct names_sockets *sockets, const struct names_place *place, char **error)
{
    struct names_place bound = *place;
    ASSERT(sockets->count < NAMES_SOCKETS_MAX);
    int udp = datagram_bind(&place->address, &bound.port, error);
    int tcp = udp < 0 ? -1 : listener_bind(&place->address, &bound.port, error);
    return add(sockets, &bound, udp, tcp);
}

bool names_sockets_join(const struct names_sockets *first, struct names_sockets *sockets, char **error)
{
    sockets->count = 0;
    for (size_t i = 0; i < first->count; i++) {
        int udp = datagram_join(first->udp[i], error);
        if (!add(sockets, &first->places[i], udp, udp < 0 ? -1 : listener_join(first->tcp[i], error)))
            return false;
    }
    return true;
}

void names_sockets_close(const struct names_sockets *sockets)
{
    for (size_t i = 0; i < sockets->count; i++) {
        close(sockets->udp[i]);
        close(sockets->tcp[i]);
    }
}
