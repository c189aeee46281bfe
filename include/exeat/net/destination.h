/* SPDX-License-Identifier: Apache-2.0 */
/* Where a connection was meant to go that the kernel gave to a listener of ours: by a redirect (nftables dnat and
 * redirect; SO_ORIGINAL_DST of linux/netfilter_ipv4.h, IP6T_SO_ORIGINAL_DST of linux/netfilter_ipv6/ip6_tables.h) or by
 * TPROXY (Documentation/networking/tproxy.rst: the destination is the socket's own name). What a client wrote there
 * proves nothing: it is a wish, and never an address to dial. */
#ifndef EXEAT_NET_DESTINATION_H
#define EXEAT_NET_DESTINATION_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/name.h"

enum destination_kind {
    DESTINATION_MEANT, /* it was meant for another than us */
    DESTINATION_OURS,  /* for this very listener: nobody turned it, or it would turn in a circle */
    DESTINATION_LOST   /* the kernel does not know it any more: the client has gone */
};
struct destination {
    enum destination_kind kind;
    struct address address; /* of DESTINATION_MEANT and DESTINATION_OURS; IPv4 is IPv4 here, mapped or not */
    uint16_t port;
};
/* Of an accepted socket. `listener` is the address that it was accepted at, as it is bound: one on every address is
 * each of them. */
struct destination destination_of(int accepted, const struct address *listener, uint16_t port);

/* Lets a bound and listening socket, and all that it accepts, take connections to foreign addresses, as TPROXY hands
 * them over (IP_TRANSPARENT, ip(7); wants CAP_NET_ADMIN or CAP_NET_RAW). False: errno says why. */
MUST_CHECK bool destination_allow_foreign(int listener);

#endif
