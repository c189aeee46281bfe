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
