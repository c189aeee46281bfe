/* SPDX-License-Identifier: Apache-2.0 */
/* Setting out: to the host, or to one endpoint after the other. */
#include "exchange_internal.h"

enum progress way_out_begin(struct exchange *exchange)
{
    if (way_out_inference(exchange) != NULL)
        return turn_take(exchange);
    way_out_set_out(exchange);
    return STEP_NEXT;
}

/* This way is closed: the next endpoint of a rerouted call, or a refusal with what went wrong. A rerouted call never
 * falls back to the vendor. */
enum progress way_out_failed(struct exchange *exchange, enum reason reason)
{
    if (way_out_inference(exchange) == NULL)
        return exchange_fail(exchange, reason);
    way_out_drop(exchange);
    exchange_take_back(exchange);
    flow_forget(exchange);
    exchange_endpoint_failed(exchange, reason);
    engine_turn_fail(&exchange->way.turn);
    exchange->way.fresh_only = false;
    return turn_take(exchange);
}
