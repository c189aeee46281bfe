/* SPDX-License-Identifier: Apache-2.0 */
/* Vendors' keys and canaries in a request: looked for once it is judged, and in a body that is held. */
#include "exchange_internal.h"
#include "exeat/base/memory.h"

static const struct vendor_key_index *index_of(struct exchange_worker *worker)
{
    if (worker->keys == NULL) {
        worker->keys = base_zalloc(sizeof(*worker->keys));
        vendor_key_index_init(worker->keys);
    }
    return worker->keys;
}

struct text keys_host(const struct exchange *exchange)
{
    return inference_answers(&exchange->decision) ? TEXT("") : host_text(&exchange->ask.request.host);
}

static struct keys_seen_at at_of(const struct exchange *exchange)
{
    return (struct keys_seen_at){
        .index = index_of(exchange->worker),
        .account = &exchange->account,
        .way = {keys_host(exchange), exchange->decision.llm.provider.length > 0},
    };
}

struct canary_way keys_canary_way(struct exchange *exchange)
{
    return (struct canary_way){&exchange->keys, exchange->policy, &exchange->decision, &exchange->account};
}

bool keys_refuse(struct exchange *exchange)
{
    const struct ask *ask = &exchange->ask;
    const struct canary_way way = keys_canary_way(exchange);
    bool is_refused = canary_refuses_head(&way, host_text(&ask->request.host), ask->head);
    if (!is_refused && !ask->is_connect && !ask->is_wish && ask->request.inside_known) {
        const struct keys_seen_at at = at_of(exchange);
        keys_seen_look(&exchange->keys, &at, ask->head);
        is_refused = keys_seen_refuse(&way);
    }
    if (is_refused)
        exchange->refusal = exchange->decision.reason;
    return is_refused;
}

void keys_hear(void *context, const struct vendor_key *key, struct text value, struct text place, bool goes_on)
{
    struct exchange *exchange = context;
    const struct keys_seen_at at = at_of(exchange);
    const struct carried_key carried = {.key = key, .value = value, .in = CARRIED_IN_BODY};
    keys_seen_add(&exchange->keys, &at, &carried, place, goes_on);
}

enum reason keys_canary_in_body(struct exchange *exchange, struct text held)
{
    const struct canary_way way = keys_canary_way(exchange);
    return canary_in_held(&way, exchange->ask.head, held);
}

enum reason keys_in_body(struct exchange *exchange, struct text held)
{
    const struct canary_way way = keys_canary_way(exchange);
    const struct keys_seen_at at = at_of(exchange);
    enum reason reason = exchange->call != NULL ? keys_seen_in_call(&way, &at, held) : REASON_NONE;
    return keys_seen_refuse(&way) ? REASON_KEY_ELSEWHERE : reason;
}
