/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked by a connection that was turned to us. */
#include "exeat/exchange/turned.h"

#include "exchange_internal.h"
#include "exeat/policy/lapse.h"

static struct host host_of(const struct address *address)
{
    struct host host = {.kind = HOST_ADDRESS, .address = *address};
    struct buffer text = {0};
    address_append(&text, address);
    text_store(buffer_text(&text), host.text, sizeof(host.text));
    host.length = (uint8_t)text.length;
    buffer_clear(&text);
    return host;
}

struct exchange *exchange_new_turned(
    struct exchange_worker *worker, struct entrance *entrance, const struct host *host, const char *detail)
{
    struct exchange *exchange = exchange_new(worker, entrance);
    struct ask *ask = &exchange->ask;
    exchange->state = EXCHANGE_JUDGE;
    ask->is_connect = true;
    ask->is_turned = true;
    ask->head->method = TEXT("CONNECT");
    ask->request.scheme = SCHEME_HTTPS;
    ask->request.host = host != NULL ? *host : host_of(&entrance->turned->address);
    ask->request.port = entrance->turned->port;
    if (detail != NULL)
        account_say(&exchange->account, FLAW_NONE, detail);
    return exchange;
}

bool exchange_is_turned(const struct exchange *exchange)
{
    return exchange->ask.is_turned;
}

bool exchange_lets_any_bytes(struct exchange_worker *worker, struct entrance *entrance)
{
    const struct policy *policy = worker->term->policy;
    struct request request = {
        .scheme = SCHEME_HTTPS,
        .host = host_of(&entrance->turned->address),
        .port = entrance->turned->port,
        .asked_us = policy_now(policy),
    };
    struct decision decision;
    owner_ask(worker, policy, entrance);
    enum identity identity = policy_identify(policy, &entrance->peer, TEXT(""), &request.client);
    if (identity != IDENTITY_KNOWN && identity != IDENTITY_NOBODY)
        return false;
    policy_judge(policy, &request, &decision);
    return decision.plan == PLAN_TUNNEL && decision.scheme == SCHEME_TCP;
}
