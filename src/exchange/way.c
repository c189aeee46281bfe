/* SPDX-License-Identifier: Apache-2.0 */
/* Where an exchange goes: the host it names, or the inference endpoints of its rule in order. */
#include "exchange_internal.h"
#include "exeat/base/memory.h"

static size_t inference_index(const struct exchange *exchange)
{
    return exchange->decision.inference[exchange->way.turn.place];
}

const struct policy_inference *way_out_inference(const struct exchange *exchange)
{
    return exchange->decision.plan == PLAN_REROUTE ? policy_inference(exchange->policy, inference_index(exchange))
                                                   : NULL;
}

struct destination way_out_destination(const struct exchange *exchange)
{
    const struct policy_inference *inference = way_out_inference(exchange);
    const struct request *request = &exchange->ask.request;
    if (inference != NULL)
        return (struct destination){
            inference->scheme, &inference->host, inference->port, inference->via, inference->trust};
    const struct proxy *proxy = policy_proxy(exchange->policy, &exchange->decision);
    return (struct destination){request->scheme, &request->host, request->port, proxy, exchange->decision.trust};
}

void exchange_endpoint_failed(struct exchange *exchange, enum reason reason)
{
    const struct engine_turn *turn = &exchange->way.turn;
    inference_failed(exchange->call, turn->place, turn->engine, reason);
}

/* Idempotent and without content, so that there is nothing to hold (RFC 9110 9.2.2), or to an endpoint of ours. */
bool way_out_may_repeat(const struct exchange *exchange)
{
    static const struct text idempotent[] = {TEXT_INIT("GET"),    TEXT_INIT("HEAD"), TEXT_INIT("OPTIONS"),
                                             TEXT_INIT("DELETE"), TEXT_INIT("PUT"),  TEXT_INIT("TRACE")};
    if (way_out_inference(exchange) != NULL)
        return true;
    const struct message_head *head = exchange->ask.head;
    bool has_content = head->content == CONTENT_UNTIL_END || head->length > 0;
    for (size_t i = 0; !has_content && i < COUNT_OF(idempotent); i++)
        if (text_equal(head->method, idempotent[i]))
            return true;
    return false;
}

/* A name is looked up by whoever connects to it: the proxy, where there is one. Its own address is the operator's
 * word; a host that is an address is judged all the same. */
bool way_out_judge(
    const struct exchange *exchange, const struct address *address, struct judged_address *judged, enum reason *why)
{
    struct destination to = way_out_destination(exchange);
    const struct request *request = &exchange->ask.request;
    if (to.host->kind == HOST_SOCKET)
        return policy_judge_socket(exchange->policy, to.host, judged, why);
    if (way_out_inference(exchange) == NULL && to.proxy == NULL)
        return policy_judge_address(exchange->policy, request, &exchange->decision, address, judged, why);
    if (way_out_inference(exchange) == NULL && to.host->kind == HOST_ADDRESS &&
        !policy_judge_address(exchange->policy, request, &exchange->decision, &to.host->address, judged, why))
        return false;
    uint16_t port = to.proxy != NULL ? to.proxy->port : to.port;
    return policy_judge_endpoint(exchange->policy, address, port, judged, why);
}

void way_out_drop(struct exchange *exchange)
{
    struct way_out *way = &exchange->way;
    if (way->resolving != NULL)
        resolve_cancel(way->resolving);
    connecting_cancel(way->connecting);
    upstream_free(way->upstream);
    channel_free(way->tunnel);
    way->resolving = NULL;
    way->connecting = NULL;
    way->upstream = NULL;
    way->tunnel = NULL;
    way_out_forget_candidates(way);
}

void way_out_forget_candidates(struct way_out *way)
{
    base_free(way->candidates);
    way->candidates = NULL;
    way->candidate_count = 0;
}

/* --- through a proxy -------------------------------------------------------------------------------------------------
 */

bool way_out_is_absolute(const struct exchange *exchange)
{
    struct destination to = way_out_destination(exchange);
    return to.proxy != NULL && to.scheme == SCHEME_HTTP;
}

size_t way_out_proxy_credentials(const struct exchange *exchange, struct field *field)
{
    const struct proxy *proxy = way_out_destination(exchange).proxy;
    if (!way_out_is_absolute(exchange) || secret_is_empty(&proxy->authorization))
        return 0;
    *field = (struct field){TEXT("Proxy-Authorization"), secret_show(&proxy->authorization)};
    return 1;
}
