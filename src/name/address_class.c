/* SPDX-License-Identifier: Apache-2.0 */
/* What an address is for (IANA special-purpose registries, RFC 6890). An IPv6 address that carries an IPv4 address is
 * judged by what it carries as well: a translator would deliver it there. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/name.h"

struct special_range {
    uint8_t bytes[16];
    uint8_t length;
    uint8_t prefix;
    enum address_class class;
};

/* The first match decides, so narrow ranges stand before wide ones. */
static const struct special_range ranges[] = {
    {{0}, 4, 8, ADDRESS_UNSPECIFIED},
    {{10}, 4, 8, ADDRESS_PRIVATE},
    {{100, 64}, 4, 10, ADDRESS_SHARED},
    {{127}, 4, 8, ADDRESS_LOOPBACK},
    {{169, 254}, 4, 16, ADDRESS_LINK_LOCAL},
    {{172, 16}, 4, 12, ADDRESS_PRIVATE},
    {{192, 0, 0}, 4, 24, ADDRESS_RESERVED},
    {{192, 0, 2}, 4, 24, ADDRESS_DOCUMENTATION},
    {{192, 88, 99}, 4, 24, ADDRESS_RESERVED},
    {{192, 168}, 4, 16, ADDRESS_PRIVATE},
    {{198, 18}, 4, 15, ADDRESS_RESERVED},
    {{198, 51, 100}, 4, 24, ADDRESS_DOCUMENTATION},
    {{203, 0, 113}, 4, 24, ADDRESS_DOCUMENTATION},
    {{224}, 4, 4, ADDRESS_MULTICAST},
    {{240}, 4, 4, ADDRESS_RESERVED},
    {{0}, 16, 128, ADDRESS_UNSPECIFIED},
    {{[15] = 1}, 16, 128, ADDRESS_LOOPBACK},
    {{1}, 16, 64, ADDRESS_RESERVED}, /* 100::/64, discard */
    {{0x20, 0x01, 0x0d, 0xb8}, 16, 32, ADDRESS_DOCUMENTATION},
    {{0x3f, 0xff}, 16, 20, ADDRESS_DOCUMENTATION},
    {{0x20, 0x01}, 16, 23, ADDRESS_RESERVED}, /* IETF protocols; Teredo is looked through first */
    {{0x20, 0x02}, 16, 16, ADDRESS_RESERVED}, /* 6to4, whatever it embeds */
    {{0x5f, 0x00}, 16, 16, ADDRESS_RESERVED}, /* SRv6 SIDs */
    {{0xfc}, 16, 7, ADDRESS_PRIVATE},
    {{0xfe, 0x80}, 16, 10, ADDRESS_LINK_LOCAL},
    {{0xfe, 0xc0}, 16, 10, ADDRESS_RESERVED},
    {{0xff}, 16, 8, ADDRESS_MULTICAST},
    {{0}, 16, 96, ADDRESS_RESERVED},                        /* IPv4-compatible, deprecated */
    {{[10] = 0xff, [11] = 0xff}, 16, 96, ADDRESS_RESERVED}, /* IPv4-mapped: no host has it on the wire */
    {{0x20}, 16, 3, ADDRESS_PUBLIC},                        /* global unicast, all of it that is given out */
    {{0x00, 0x64, 0xff, 0x9b}, 16, 96, ADDRESS_PUBLIC},     /* NAT64, by what it carries */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 16, 48, ADDRESS_PUBLIC},
    {{0}, 16, 0, ADDRESS_RESERVED}, /* nobody's yet */
};

static const char *const names[] = {
    [ADDRESS_PUBLIC] = "public",       [ADDRESS_UNSPECIFIED] = "unspecified",     [ADDRESS_LOOPBACK] = "loopback",
    [ADDRESS_PRIVATE] = "private",     [ADDRESS_LINK_LOCAL] = "link-local",       [ADDRESS_SHARED] = "shared",
    [ADDRESS_MULTICAST] = "multicast", [ADDRESS_DOCUMENTATION] = "documentation", [ADDRESS_RESERVED] = "reserved",
};
_Static_assert(COUNT_OF(names) == ADDRESS_CLASS_COUNT, "every class has a name");

const char *address_class_name(enum address_class class)
{
    ASSERT(class < ADDRESS_CLASS_COUNT);
    return names[class];
}

static bool begins_alike(const struct special_range *special, const struct address *address)
{
    return special->length == address->length && (special->prefix < 8 || special->bytes[0] == address->bytes[0]);
}

static bool is_in(const struct special_range *special, const struct address *address)
{
    if (!begins_alike(special, address))
        return false;
    struct address_range range = {.prefix = special->prefix};
    range.base.length = special->length;
    memcpy(range.base.bytes, special->bytes, sizeof(special->bytes));
    return address_range_has(&range, address);
}

static enum address_class own_class(const struct address *address)
{
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        if (is_in(&ranges[i], address))
            return ranges[i].class;
    return ADDRESS_PUBLIC;
}

/* Where an IPv6 address carries an IPv4 address: it does if the bytes [from, to) are these. */
static const struct {
    uint8_t bytes[16];
    uint8_t from, to;
    uint8_t at[4];
    uint8_t invert; /* Teredo hides the client's address by inverting it */
    bool may_be;    /* a prefix of another length may have been meant, if nothing (0.0.0.0/8) is there */
} embeddings[] = {
    {{[10] = 0xff, [11] = 0xff}, 0, 12, {12, 13, 14, 15}, 0, false},          /* mapped */
    {{0}, 0, 12, {12, 13, 14, 15}, 0, false},                                 /* compatible */
    {{[8] = 0xff, [9] = 0xff}, 0, 12, {12, 13, 14, 15}, 0, false},            /* translated (RFC 2765) */
    {{0x00, 0x64, 0xff, 0x9b}, 0, 12, {12, 13, 14, 15}, 0, false},            /* NAT64 (RFC 6052) */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 0, 6, {12, 13, 14, 15}, 0, false}, /* local NAT64 (RFC 8215), /96 */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 0, 6, {6, 7, 9, 10}, 0, true},     /* /48 (RFC 6052 2.2) */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 0, 6, {7, 9, 10, 11}, 0, true},    /* /56 */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 0, 6, {9, 10, 11, 12}, 0, true},   /* /64 */
    {{0x20, 0x02}, 0, 2, {2, 3, 4, 5}, 0, false},                             /* 6to4 (RFC 3056) */
    {{0x20, 0x01, 0x00, 0x00}, 0, 4, {12, 13, 14, 15}, 0xff, false},          /* Teredo client (RFC 4380) */
    {{0x20, 0x01, 0x00, 0x00}, 0, 4, {4, 5, 6, 7}, 0, false},                 /* Teredo server */
    {{[8] = 0x00, [9] = 0x00, [10] = 0x5e, [11] = 0xfe}, 8, 12, {12, 13, 14, 15}, 0, false}, /* ISATAP (RFC 5214) */
    {{[8] = 0x02, [9] = 0x00, [10] = 0x5e, [11] = 0xfe}, 8, 12, {12, 13, 14, 15}, 0, false},
};

static bool embedded_in(const struct address *address, size_t row, struct address *inner)
{
    size_t from = embeddings[row].from;
    if (memcmp(embeddings[row].bytes + from, address->bytes + from, embeddings[row].to - from) != 0)
        return false;
    *inner = (struct address){.length = 4};
    for (size_t i = 0; i < 4; i++)
        inner->bytes[i] = address->bytes[embeddings[row].at[i]] ^ embeddings[row].invert;
    return true;
}

static bool leads_inside(const struct address *inner, size_t row)
{
    enum address_class class = own_class(inner);
    return class != ADDRESS_PUBLIC && !(class == ADDRESS_UNSPECIFIED && embeddings[row].may_be);
}

static bool is_unspecified_or_loopback(const struct address *address)
{
    enum address_class class = own_class(address);
    return class == ADDRESS_UNSPECIFIED || class == ADDRESS_LOOPBACK;
}

enum address_class address_class(const struct address *address)
{
    if (address->length == 16 && is_unspecified_or_loopback(address))
        return own_class(address);
    for (size_t row = 0; address->length == 16 && row < COUNT_OF(embeddings); row++) {
        struct address inner;
        if (embedded_in(address, row, &inner) && leads_inside(&inner, row))
            return own_class(&inner);
    }
    return own_class(address);
}

static const struct address metadata[] = {
    {{169, 254, 169, 254}, 4},                                /* AWS, Azure, Google, DigitalOcean and most others */
    {{0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54}, 16}, /* fd00:ec2::254, AWS */
    {{169, 254, 170, 2}, 4},                                  /* ECS task credentials */
    {{169, 254, 170, 23}, 4},                                 /* EKS pod identity */
    {{0xfd, 0x00, 0x0e, 0xc2, [15] = 0x23}, 16},              /* fd00:ec2::23, EKS */
    {{100, 100, 100, 200}, 4},                                /* Alibaba */
    {{192, 0, 0, 192}, 4},                                    /* Oracle */
    {{168, 63, 129, 16}, 4},                                  /* Azure wire server */
    {{0xfd, 0x20, 0x00, 0xce, [14] = 0x02, [15] = 0x54}, 16}, /* fd20:ce::254, Google */
};

static bool is_listed_metadata(const struct address *address)
{
    for (size_t i = 0; i < COUNT_OF(metadata); i++)
        if (address_equal(&metadata[i], address))
            return true;
    return false;
}

bool address_is_metadata(const struct address *address)
{
    if (is_listed_metadata(address))
        return true;
    for (size_t row = 0; address->length == 16 && row < COUNT_OF(embeddings); row++) {
        struct address inner;
        if (embedded_in(address, row, &inner) && is_listed_metadata(&inner))
            return true;
    }
    return false;
}
