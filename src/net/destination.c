/* SPDX-License-Identifier: Apache-2.0 */
/* The original destination of a connection, and whether that is ourselves. */
#include "exeat/net/destination.h"

#include <errno.h>
#include <linux/netfilter_ipv4.h>
#include <string.h>

enum { IP6T_ORIGINAL = 80 }; /* IP6T_SO_ORIGINAL_DST, whose header does not go with netinet/in.h */

static void unmap(struct address *address)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (address->length != 16 || memcmp(address->bytes, mapped, sizeof(mapped)) != 0)
        return;
    memmove(address->bytes, address->bytes + sizeof(mapped), 4);
    memset(address->bytes + 4, 0, 12);
    address->length = 4;
}

static bool take(const struct sockaddr_storage *name, struct destination *found)
{
    if (!address_from_socket((const struct sockaddr *)name, &found->address, &found->port))
        return false;
    unmap(&found->address);
    return true;
}

/* Where nothing was turned the kernel knows none (ENOENT), or what the socket is called. */
static bool ask_for_original(int accepted, bool is_v4, struct destination *found)
{
    struct sockaddr_storage name = {0};
    socklen_t length = is_v4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    return getsockopt(
               accepted, is_v4 ? IPPROTO_IP : IPPROTO_IPV6, is_v4 ? SO_ORIGINAL_DST : IP6T_ORIGINAL, &name, &length) ==
               0 &&
           take(&name, found);
}

static bool is_unspecified(const struct address *address)
{
    return address_class(address) == ADDRESS_UNSPECIFIED;
}

struct destination destination_of(int accepted, const struct address *listener, uint16_t port)
{
    struct destination found = {.kind = DESTINATION_LOST};
    struct sockaddr_storage name;
    socklen_t length = sizeof(name);
    struct address ours = *listener;
    unmap(&ours);
    if (getsockname(accepted, (struct sockaddr *)&name, &length) != 0 || !take(&name, &found))
        return found;
    (void)ask_for_original(accepted, found.address.length == 4, &found);
    bool is_ours = found.port == port && (is_unspecified(&ours) || address_equal(&found.address, &ours));
    found.kind = is_ours ? DESTINATION_OURS : DESTINATION_MEANT;
    return found;
}

bool destination_allow_foreign(int listener)
{
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof(name);
    int one = 1;
    if (getsockname(listener, (struct sockaddr *)&name, &length) != 0)
        return false;
    return name.ss_family == AF_INET6 ? setsockopt(listener, IPPROTO_IPV6, IPV6_TRANSPARENT, &one, sizeof(one)) == 0
                                      : setsockopt(listener, IPPROTO_IP, IP_TRANSPARENT, &one, sizeof(one)) == 0;
}
