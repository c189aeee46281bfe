/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and ranges, to and from text and sockets. */
#include <arpa/inet.h>
#include <string.h>

#include "exeat/name.h"

static bool parse_v4(struct text text, uint8_t out[4])
{
    struct text part;
    for (size_t i = 0; i < 4; i++) {
        uint64_t number;
        if (!text_split(&text, '.', &part) || part.length > 3 || !text_to_number(part, 255, &number))
            return false;
        if (part.length > 1 && part.data[0] == '0')
            return false;
        out[i] = (uint8_t)number;
    }
    return text.data == NULL;
}

bool address_parse(struct text text, struct address *address)
{
    *address = (struct address){.length = 4};
    if (parse_v4(text, address->bytes))
        return true;
    char copy[INET6_ADDRSTRLEN];
    if (text.length >= sizeof(copy) || !text_has(text, ':') || text_has(text, '\0') || text_has(text, '%'))
        return false;
    memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    address->length = 16;
    return inet_pton(AF_INET6, copy, address->bytes) == 1;
}

void address_append(struct buffer *out, const struct address *address)
{
    char text[INET6_ADDRSTRLEN] = "";
    if (address->length == 0)
        return;
    inet_ntop(address->length == 4 ? AF_INET : AF_INET6, address->bytes, text, sizeof(text));
    buffer_append_string(out, text);
}

bool address_equal(const struct address *left, const struct address *right)
{
    /* most that are compared differ in their first byte */
    return left->length == right->length && left->bytes[0] == right->bytes[0] &&
           memcmp(left->bytes, right->bytes, left->length) == 0;
}

static bool shares_prefix(const struct address *left, const struct address *right, uint8_t prefix)
{
    size_t whole = prefix / 8;
    if (whole > 0 && (left->bytes[0] != right->bytes[0] || memcmp(left->bytes, right->bytes, whole) != 0))
        return false;
    unsigned rest = prefix % 8;
    if (rest == 0)
        return true;
    unsigned mask = 0xffu << (8 - rest) & 0xffu;
    return ((left->bytes[whole] ^ right->bytes[whole]) & mask) == 0;
}

static bool host_bits_are_zero(const struct address_range *range)
{
    struct address network = range->base;
    for (unsigned bit = range->prefix; bit < network.length * 8u; bit++)
        if ((network.bytes[bit / 8] & (0x80u >> bit % 8)) != 0)
            return false;
    return true;
}

bool address_range_parse(struct text text, struct address_range *range)
{
    size_t slash = text_index(text, '/', 0);
    uint64_t prefix;
    if (!address_parse(text_part(text, 0, slash), &range->base))
        return false;
    unsigned bits = range->base.length * 8u;
    if (slash == text.length)
        prefix = bits;
    else if (!text_to_number(text_after(text, slash + 1), bits, &prefix))
        return false;
    range->prefix = (uint8_t)prefix;
    return host_bits_are_zero(range);
}

bool address_range_has(const struct address_range *range, const struct address *address)
{
    return range->base.length == address->length && shares_prefix(&range->base, address, range->prefix);
}

bool address_from_socket(const struct sockaddr *socket_address, struct address *address, uint16_t *port)
{
    if (socket_address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, socket_address, sizeof(v4));
        address->length = 4;
        memcpy(address->bytes, &v4.sin_addr, 4);
        *port = ntohs(v4.sin_port);
        return true;
    }
    if (socket_address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, socket_address, sizeof(v6));
        address->length = 16;
        memcpy(address->bytes, &v6.sin6_addr, 16);
        *port = ntohs(v6.sin6_port);
        return true;
    }
    return false;
}

socklen_t address_to_socket(const struct address *address, uint16_t port, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof(*out));
    if (address->length == 16) {
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
        memcpy(&v6.sin6_addr, address->bytes, 16);
        memcpy(out, &v6, sizeof(v6));
        return sizeof(v6);
    }
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    memcpy(&v4.sin_addr, address->bytes, 4);
    memcpy(out, &v4, sizeof(v4));
    return sizeof(v4);
}
