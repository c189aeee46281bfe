/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses are judged after the name and its record: the only place that makes one of what a client asks for. */
#include <ifaddrs.h>
#include <sys/stat.h>

#include "exeat/policy/names.h"
#include "policy_internal.h"

/* As the machine is now. Asked only for the ports that the gate itself listens on, and of its names. */
bool policy_is_of_this_machine(const struct address *address)
{
    struct ifaddrs *list = NULL;
    bool found = false;
    if (getifaddrs(&list) != 0)
        return true; /* nobody knows: not to a port of the gate's own */
    for (const struct ifaddrs *each = list; each != NULL && !found; each = each->ifa_next) {
        struct address own;
        uint16_t port;
        found =
            each->ifa_addr != NULL && address_from_socket(each->ifa_addr, &own, &port) && address_equal(&own, address);
    }
    freeifaddrs(list);
    return found;
}

/* A socket on every address (0.0.0.0, ::) is on each of the machine's. */
static bool is_socket(const struct setting_socket *socket, const struct address *address, uint16_t port)
{
    enum address_class class = address_class(address);
    if (socket->address.length == 0 || socket->port != port)
        return false;
    if (class == ADDRESS_LOOPBACK || class == ADDRESS_UNSPECIFIED || address_equal(&socket->address, address))
        return true;
    return address_class(&socket->address) == ADDRESS_UNSPECIFIED && policy_is_of_this_machine(address);
}

static bool is_own_socket(const struct settings_listen *listen, const struct address *address, uint16_t port)
{
    bool is_own = is_socket(&listen->admin, address, port);
    for (size_t i = 0; i < listen->forward.count; i++)
        is_own = is_own || is_socket(&listen->forward.items[i].socket, address, port);
    for (size_t i = 0; i < listen->socks.count; i++)
        is_own = is_own || is_socket(&listen->socks.items[i].socket, address, port);
    for (size_t i = 0; i < listen->transparent.count; i++)
        is_own = is_own || is_socket(&listen->transparent.items[i].socket, address, port);
    for (size_t i = 0; i < listen->dns.count; i++)
        is_own = is_own || is_socket(&listen->dns.items[i].socket, address, port);
    return is_own;
}

static bool refuse(enum reason *why, enum reason reason)
{
    *why = reason;
    return false;
}

bool policy_judge_address(
    const struct policy *policy, const struct request *request, const struct decision *decision,
    const struct address *address, struct judged_address *judged, enum reason *why)
{
    if (is_own_socket(&policy->settings->listen, address, request->port))
        return refuse(why, REASON_LOOP);
    if (!policy_lets_reach(policy, request, decision, address))
        return refuse(why, address_is_metadata(address) ? REASON_ADDRESS_METADATA : REASON_ADDRESS);
    *judged = (struct judged_address){.address = *address, .port = request->port};
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

/* By whatever path it is named; asked each time, since a link may lead elsewhere tomorrow. Two stat() cost less than
 * the connection that follows. */
static bool is_same_file(struct text left, struct text right)
{
    struct stat one;
    struct stat other;
    return text_equal(left, right) || (stat(left.data, &one) == 0 && stat(right.data, &other) == 0 &&
                                       one.st_dev == other.st_dev && one.st_ino == other.st_ino);
}

bool policy_is_control(const struct settings *settings, const struct host *socket)
{
    struct text control = settings->listen.control;
    return socket->kind == HOST_SOCKET && control.length > 0 && is_same_file(host_text(socket), control);
}

bool policy_judge_socket(
    const struct policy *policy, const struct host *socket, struct judged_address *judged, enum reason *why)
{
    if (policy_is_control(policy->settings, socket))
        return refuse(why, REASON_LOOP);
    *judged = (struct judged_address){.is_socket = true};
    return true;
}

static void advise(
    const struct policy *policy, const struct request *request, const struct decision *decision,
    const struct address *address, struct text text, struct detail *detail)
{
    struct text denier = policy_who_denies(policy, request, decision, address);
    const char *class = address_class_name(address_class(address));
    int bits = address->length * 8;
    if (denier.length > 0)
        (void)detail_say(detail, "rule %.*s denies %.*s", TEXT_ARG(denier), TEXT_ARG(text));
    else if (decision->rule.length == 0)
        (void)detail_say(detail, "%.*s is %s, and no rule opens it", TEXT_ARG(text), class);
    else
        (void)detail_say(
            detail, "%.*s is %s: add addresses: [%.*s/%d] to rule %.*s", TEXT_ARG(text), class, TEXT_ARG(text), bits,
            TEXT_ARG(decision->rule));
}

void policy_explain_address(
    const struct policy *policy, const struct request *request, const struct decision *decision,
    const struct address *address, enum reason why, struct detail *detail)
{
    struct buffer text = {0};
    address_append(&text, address);
    if (why == REASON_LOOP)
        (void)detail_say(detail, "%.*s, port %u, is the gate itself", TEXT_ARG(buffer_text(&text)), request->port);
    else
        advise(policy, request, decision, address, buffer_text(&text), detail);
    buffer_clear(&text);
}
