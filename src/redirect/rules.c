/* SPDX-License-Identifier: Apache-2.0 */
/* The text of the rules. Three chains: `turn` gives new flows another destination, `leave` says what may go at all, and
 * `wire` holds what was turned to loopback, since a socket that is bound to a device keeps it whatever its destination
 * has become. The order of the lines is the argument; each says why it stands there. */
#include <stdio.h>

#include "exeat/redirect.h"

#define PROBE_V4 "192.0.2.77"
#define PROBE_V6 "2001:db8::4d"

const struct address redirect_probe_v4 = {.bytes = {192, 0, 2, 77}, .length = 4};
const struct address redirect_probe_v6 = {.bytes = {0x20, 0x01, 0x0d, 0xb8, [15] = 0x4d}, .length = 16};

bool redirect_is_probe(const struct address *address)
{
    return address_equal(address, &redirect_probe_v4) || address_equal(address, &redirect_probe_v6);
}

/* --- counters --------------------------------------------------------------------------------------------------------
 */

static const char counters[] =
    "    counter redirected_tcp { comment \"connections turned to the gate\" }\n"
    "    counter redirected_dns { comment \"questions turned to the gate\" }\n"
    "    counter closed_quic { comment \"UDP to port 443\" }\n"
    "    counter closed_udp { comment \"UDP to other ports\" }\n"
    "    counter closed_icmp { comment \"ICMP and ICMPv6\" }\n"
    "    counter closed_tcp { comment \"TCP that has nowhere to be turned to\" }\n"
    "    counter closed_other { comment \"whatever else\" }\n"
    "    counter closed_device { comment \"turned, but bound to a device\" }\n"
    "    counter closed_direct { comment \"to a place of one user: not turned there, or by another\" }\n"
    "    counter closed_impostor { comment \"answers from a port of the gate, not by it\" }\n"
    "\n";

/* --- new flows -------------------------------------------------------------------------------------------------------
 */

#define DNS "meta l4proto { tcp, udp } th dport 53"

static bool has(const struct redirect_target *target)
{
    return target->address.length > 0;
}

static void
append_target(const char *match, const char *counter, const struct redirect_target *target, struct buffer *out)
{
    if (!has(target))
        return;
    bool is_v4 = target->address.length == 4;
    buffer_printf(
        out, "        meta nfproto %s %s counter name %s dnat %s to %s", is_v4 ? "ipv4" : "ipv6", match, counter,
        is_v4 ? "ip" : "ip6", is_v4 ? "" : "[");
    address_append(out, &target->address);
    buffer_printf(out, "%s:%u\n", is_v4 ? "" : "]", target->port);
}

static bool has_way(const struct redirect_way *way)
{
    return has(&way->tcp) || has(&way->dns);
}

static bool has_owners(const struct redirect_rules *rules)
{
    for (size_t i = 0; i < rules->owner_count; i++)
        if (has_way(&rules->owners[i].v4) || has_way(&rules->owners[i].v6))
            return true;
    return false;
}

static bool has_names(const struct redirect_rules *rules)
{
    bool has_any = has(&rules->v4.dns) || has(&rules->v6.dns);
    for (size_t i = 0; i < rules->owner_count; i++)
        has_any = has_any || has(&rules->owners[i].v4.dns) || has(&rules->owners[i].v6.dns);
    return has_any;
}

static void append_names(const struct redirect_rules *rules, struct buffer *out)
{
    char match[96];
    if (has_names(rules))
        buffer_append_string(
            out, "        # names are asked of the gate, loopback or not: any other resolver is a tunnel\n");
    for (size_t i = 0; i < rules->owner_count; i++) {
        (void)snprintf(match, sizeof(match), "meta skuid %u " DNS, rules->owners[i].uid);
        append_target(match, "redirected_dns", &rules->owners[i].v4.dns, out);
        append_target(match, "redirected_dns", &rules->owners[i].v6.dns, out);
    }
    append_target(DNS, "redirected_dns", &rules->v4.dns, out);
    append_target(DNS, "redirected_dns", &rules->v6.dns, out);
}

static void append_owners(const struct redirect_rules *rules, struct buffer *out)
{
    char match[64];
    if (has_owners(rules))
        buffer_append_string(out, "        # these have places of their own, by which the gate knows them\n");
    for (size_t i = 0; i < rules->owner_count; i++) {
        (void)snprintf(match, sizeof(match), "meta skuid %u meta l4proto tcp", rules->owners[i].uid);
        append_target(match, "redirected_tcp", &rules->owners[i].v4.tcp, out);
        append_target(match, "redirected_tcp", &rules->owners[i].v6.tcp, out);
    }
}

static void append_turn(const struct redirect_rules *rules, struct buffer *out)
{
    if (!has_way(&rules->v4) && !has_way(&rules->v6) && !has_owners(rules))
        return;
    buffer_printf(
        out,
        "    chain turn {\n"
        "        type nat hook output priority -110; policy accept;\n"
        "        # the gate leaves by itself, but for its probes, which go the way of everybody\n"
        "        meta skuid %u ip daddr != " PROBE_V4 " accept\n"
        "        meta skuid %u ip6 daddr != " PROBE_V6 " accept\n",
        rules->uid, rules->uid);
    append_names(rules, out);
    buffer_append_string(
        out, "        # the pod's own containers reach each other\n"
             "        oifname \"lo\" accept\n"
             "        # a zone binds the socket to its device: `leave` refuses it\n"
             "        ip6 daddr fe80::/10 accept\n");
    append_owners(rules, out);
    append_target("meta l4proto tcp", "redirected_tcp", &rules->v4.tcp, out);
    append_target("meta l4proto tcp", "redirected_tcp", &rules->v6.tcp, out);
    buffer_append_string(out, "    }\n\n");
}

/* --- what may go -----------------------------------------------------------------------------------------------------
 */

static void append_ports(const struct redirect_rules *rules, struct buffer *out)
{
    if (rules->port_count == 0)
        return;
    buffer_append_string(
        out, "        # while the gate is down, nobody answers from its ports in its place\n"
             "        meta l4proto { tcp, udp } th sport { ");
    for (size_t i = 0; i < rules->port_count; i++)
        buffer_printf(out, "%s%u", i == 0 ? "" : ", ", rules->ports[i]);
    buffer_printf(out, " } meta skuid != %u counter name closed_impostor drop\n", rules->uid);
}

static void append_place(const char *match, const char *how, const struct redirect_target *place, struct buffer *out)
{
    if (has(place))
        buffer_printf(
            out,
            "        meta nfproto %s %s dport %u oifname \"lo\" ct direction original counter name closed_direct "
            "reject%s\n",
            place->address.length == 4 ? "ipv4" : "ipv6", match, place->port, how);
}

static void append_places_of(const struct redirect_way *way, struct buffer *out)
{
    append_place("tcp", " with tcp reset", &way->tcp, out);
    append_place("tcp", " with tcp reset", &way->dns, out);
    append_place("udp", "", &way->dns, out);
}

/* Loopback lets everybody connect: to these places by no other way than being turned. */
static void append_places(const struct redirect_rules *rules, struct buffer *out)
{
    if (has_owners(rules))
        buffer_append_string(
            out, "        # who comes to a place of one user without having been turned there may be another\n");
    for (size_t i = 0; i < rules->owner_count; i++) {
        append_places_of(&rules->owners[i].v4, out);
        append_places_of(&rules->owners[i].v6, out);
    }
}

static void
append_taken(uint32_t uid, const char *match, const char *how, const struct redirect_target *place, struct buffer *out)
{
    if (has(place))
        buffer_printf(
            out,
            "        meta nfproto %s ct status dnat ct direction original %s dport %u meta skuid != %u counter name "
            "closed_direct reject%s\n",
            place->address.length == 4 ? "ipv4" : "ipv6", match, place->port, uid, how);
}

static void append_taken_of(uint32_t uid, const struct redirect_way *way, struct buffer *out)
{
    append_taken(uid, "tcp", " with tcp reset", &way->tcp, out);
    append_taken(uid, "tcp", " with tcp reset", &way->dns, out);
    append_taken(uid, "udp", "", &way->dns, out);
}

/* `turn` sees the first packet of a flow alone, and a flow outlives the socket that began it. */
static void append_takers(const struct redirect_rules *rules, struct buffer *out)
{
    if (has_owners(rules))
        buffer_append_string(
            out,
            "        # who takes up the port of a user, and with it a flow that was turned to that user's place\n");
    for (size_t i = 0; i < rules->owner_count; i++) {
        append_taken_of(rules->owners[i].uid, &rules->owners[i].v4, out);
        append_taken_of(rules->owners[i].uid, &rules->owners[i].v6, out);
    }
}

static void append_leave(const struct redirect_rules *rules, struct buffer *out)
{
    buffer_append_string(out, "    chain leave {\n        type filter hook output priority 0; policy drop;\n");
    append_ports(rules, out);
    buffer_printf(
        out,
        "        meta skuid %u ip daddr != " PROBE_V4 " accept\n"
        "        meta skuid %u ip6 daddr != " PROBE_V6 " accept\n",
        rules->uid, rules->uid);
    append_takers(rules, out);
    buffer_append_string(
        out, "        # what was turned; `wire` sees where it really goes\n"
             "        ct status dnat accept\n");
    append_places(rules, out);
    if (!has(&rules->v4.dns))
        buffer_append_string(out, "        meta nfproto ipv4 " DNS " ct direction original jump refuse\n");
    if (!has(&rules->v6.dns))
        buffer_append_string(out, "        meta nfproto ipv6 " DNS " ct direction original jump refuse\n");
    buffer_append_string(
        out,
        "        oifname \"lo\" accept\n"
        "        # answers to who came in: probes of the kubelet, requests to the shop. Not to who was left behind\n"
        "        # by the gate: a flow of its own that another user takes up is of the original direction\n"
        "        ct direction reply ct state established accept\n"
        "        # whatever has a user: of any but the gate's\n"
        "        meta skuid 0-4294967295 jump refuse\n"
        "        # what has none is the kernel's: the end of the gate's connections, errors, neighbours\n"
        "        meta l4proto tcp ct state established accept\n"
        "        icmp type { destination-unreachable, time-exceeded, parameter-problem } ct state related accept\n"
        "        icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } ct state "
        "related accept\n"
        "        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit } accept\n"
        "        counter name closed_other drop\n"
        "    }\n\n");
}

static const char refuse[] =
    "    chain refuse {\n"
    "        udp dport 443 counter name closed_quic reject with icmpx type admin-prohibited\n"
    "        meta l4proto udp counter name closed_udp reject with icmpx type admin-prohibited\n"
    "        meta l4proto { icmp, ipv6-icmp } counter name closed_icmp reject with icmpx type "
    "admin-prohibited\n"
    "        meta l4proto tcp counter name closed_tcp reject with tcp reset\n"
    "        counter name closed_other reject with icmpx type admin-prohibited\n"
    "    }\n\n";

static const char wire[] =
    "    chain wire {\n"
    "        type filter hook postrouting priority 300; policy accept;\n"
    "        ct status dnat ct direction original oifname != \"lo\" counter name closed_device drop\n"
    "    }\n";

void redirect_rules_write(const struct redirect_rules *rules, struct buffer *out)
{
    buffer_printf(
        out,
        "# One way out of this network namespace: user %u, the gate. `exeat redirect print` wrote it, `nft -f` reads "
        "it;\n"
        "# it replaces what was loaded before, in one transaction.\n"
        "table inet exeat\n"
        "delete table inet exeat\n"
        "table inet exeat {\n",
        rules->uid);
    buffer_append_string(out, counters);
    append_turn(rules, out);
    append_leave(rules, out);
    buffer_append_string(out, refuse);
    buffer_append_string(out, wire);
    buffer_append_string(out, "}\n");
}
