/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a CONNECT, and of an upgraded request, once its exchange has ended: a tunnel, an opened connection,
 * or a refusal of what followed. */
#include "exchange_internal.h"
#include "exeat/base/check.h"
#include "exeat/policy/lapse.h"

const struct request *exchange_request(const struct exchange *exchange)
{
    return &exchange->ask.request;
}

const struct decision *exchange_decision(const struct exchange *exchange)
{
    return &exchange->decision;
}

void exchange_say_connected(struct exchange *exchange)
{
    exchange->account.status = 200;
    http_side_say_connected(&exchange->client);
}

/* --- a tunnel -------------------------------------------------------------------------------------------------------
 */

static struct text keep(struct buffer *kept, struct text text)
{
    buffer_append(kept, text);
    return text_part(buffer_text(kept), kept->length - text.length, text.length);
}

/* A tunnel outlives the bytes of its head, and may be judged anew: what it was judged by becomes a copy of its own. */
static void keep_request(struct ask *ask)
{
    struct request *request = &ask->request;
    struct buffer kept = {0};
    if (!request->inside_known)
        return;
    buffer_reserve(
        &kept, request->method.length + request->path.length + request->path_otherwise.length + request->query.length);
    request->method = keep(&kept, request->method);
    request->path = keep(&kept, request->path);
    request->path_otherwise = keep(&kept, request->path_otherwise);
    request->query = keep(&kept, request->query);
    buffer_clear(&ask->kept);
    ask->kept = kept;
}

struct channel *exchange_tunnel(struct exchange *exchange)
{
    if (exchange->ask.is_connect)
        exchange->account.done = PLAN_TUNNEL;
    keep_request(&exchange->ask);
    exchange_forget_head(exchange);
    flow_forget(exchange);
    exchange->way.tunnel = upstream_strip(exchange->way.upstream);
    exchange->way.upstream = NULL;
    return exchange->way.tunnel;
}

bool exchange_is_outdated(const struct exchange *exchange)
{
    return exchange->term != exchange->worker->term;
}

/* Would the present policy, now, let the same request through in the same way, to the same address? No bypass outlives
 * a policy. */
bool exchange_is_denied_now(const struct exchange *exchange)
{
    const struct policy *policy = exchange->worker->term->policy;
    struct request request = exchange->ask.request;
    struct decision decision;
    struct judged_address judged;
    enum reason why;
    request.asked_us = policy_now(policy);
    policy_judge(policy, &request, &decision);
    bool was_unseen = exchange->decision.scheme == SCHEME_TCP; /* bytes that need not be TLS */
    if (decision.plan != exchange->decision.plan || (was_unseen && decision.scheme != SCHEME_TCP))
        return true;
    /* Of a tunnel through a proxy nobody here knows where it leads: only the way counts. */
    const struct proxy *proxy = policy_proxy(policy, &decision);
    const struct proxy *was = policy_proxy(exchange->policy, &exchange->decision);
    if (proxy != NULL || was != NULL)
        return proxy == NULL || was == NULL || !digest_equal(&proxy->id, &was->id);
    return !policy_judge_address(policy, &request, &decision, &exchange->account.address, &judged, &why);
}

void exchange_count_bytes(struct exchange *exchange, uint64_t up, uint64_t down)
{
    exchange->account.bytes_up += up;
    exchange->account.bytes_down += down;
}

/* --- what followed is something else --------------------------------------------------------------------------------
 */

void exchange_refuse_inside(struct exchange *exchange, enum reason reason, const char *detail)
{
    way_out_drop(exchange);
    if (detail != NULL)
        account_say(&exchange->account, FLAW_NONE, detail);
    exchange->account.reason = reason;
    exchange->account.done = PLAN_REFUSE;
}

/* Of a tunnel that was decided on, and perhaps connected, the outcome says that it was opened. */
void exchange_discard(struct exchange *exchange)
{
    way_out_drop(exchange);
    exchange->account.done = PLAN_OPEN;
    if (exchange->account.state == ACCOUNT_OPEN)
        exchange->account.state = ACCOUNT_CLOSED;
    exchange_free(exchange, REASON_NONE);
}
