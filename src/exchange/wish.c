/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked in other words than HTTP's. */
#include "exeat/exchange/wish.h"

#include "exchange_internal.h"

struct exchange *exchange_new_wish(struct exchange_worker *worker, struct entrance *entrance, const struct wish *wish)
{
    struct exchange *exchange = exchange_new(worker, entrance);
    struct ask *ask = &exchange->ask;
    exchange->state = EXCHANGE_JUDGE;
    ask->is_connect = true;
    ask->is_wish = true;
    ask->head->method = wish->method;
    ask->request.scheme = SCHEME_HTTPS;
    ask->request.port = wish->port;
    if (wish->host != NULL)
        ask->request.host = *wish->host;
    if (wish->credentials.length > 0)
        ask->head->fields[ask->head->field_count++] = (struct field){credentials_name, wish->credentials};
    ask->head->places[FIELD_HOP].count = (uint16_t)ask->head->field_count; /* as one that was read would have it */
    if (wish->detail != NULL)
        account_say(&exchange->account, FLAW_NONE, wish->detail);
    if (wish->reason != REASON_NONE)
        (void)exchange_refuse(exchange, wish->reason);
    return exchange;
}

bool exchange_is_wish(const struct exchange *exchange)
{
    return exchange->ask.is_wish;
}

enum reason exchange_refused_for(const struct exchange *exchange)
{
    return exchange->refusal;
}

const struct policy *exchange_worker_policy(const struct exchange_worker *worker)
{
    return worker->term->policy;
}

void exchange_ask_owner(const struct exchange_worker *worker, struct entrance *entrance)
{
    owner_ask(worker, worker->term->policy, entrance);
}
