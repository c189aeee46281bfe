/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses are judged after the name and its record: the only place that makes a judged address. */
#include "policy_internal.h"

static bool is_own_socket(const struct settings_listen *listen, const struct address *address, uint16_t port)
{
    enum address_class class = address_class(address);
    bool here = class == ADDRESS_LOOPBACK || class == ADDRESS_UNSPECIFIED;
    if (listen->admin.address.length > 0 && listen->admin.port == port &&
        (here || address_equal(&listen->admin.address, address)))
        return true;
    for (size_t i = 0; i < listen->forward_count; i++)
        if (listen->forward[i].port == port && (here || address_equal(&listen->forward[i].address, address)))
            return true;
    return false;
}

static bool names_exactly(const struct setting_ranges *ranges, const struct address *address)
{
    for (size_t i = 0; i < ranges->count; i++) {
        const struct address_range *range = &ranges->items[i].range;
        if (range->prefix == range->base.length * 8 && address_equal(&range->base, address))
            return true;
    }
    return false;
}

static bool ranges_have(const struct setting_ranges *ranges, const struct address *address)
{
    for (size_t i = 0; i < ranges->count; i++)
        if (address_range_has(&ranges->items[i].range, address))
            return true;
    return false;
}

static bool refuse(enum reason *why, enum reason reason)
{
    *why = reason;
    return false;
}

bool policy_judge_address(
    const struct policy *policy, const struct decision *decision, const struct address *address, uint16_t port,
    struct judged_address *judged, enum reason *why)
{
    static const struct setting_ranges none = {0};
    const struct setting_ranges *ranges = decision->winner == NULL ? &none : &decision->winner->when.source->addresses;
    if (is_own_socket(&policy->settings->listen, address, port))
        return refuse(why, REASON_LOOP);
    if (address_is_metadata(address) && !names_exactly(ranges, address))
        return refuse(why, REASON_ADDRESS_METADATA);
    bool accepted = ranges->present ? ranges_have(ranges, address) : address_class(address) == ADDRESS_PUBLIC;
    if (!accepted)
        return refuse(why, REASON_ADDRESS);
    *judged = (struct judged_address){.address = *address, .port = port};
    return true;
}

bool policy_judge_endpoint(
    const struct policy *policy, const struct address *address, uint16_t port, struct judged_address *judged,
    enum reason *why)
{
    if (is_own_socket(&policy->settings->listen, address, port))
        return refuse(why, REASON_LOOP);
    if (address_is_metadata(address))
        return refuse(why, REASON_ADDRESS_METADATA);
    *judged = (struct judged_address){.address = *address, .port = port};
    return true;
}
