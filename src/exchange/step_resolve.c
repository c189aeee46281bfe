/* SPDX-License-Identifier: Apache-2.0 */
/* resolve: from the recorded decision to addresses that the policy has judged. A pooled connection needs no name, but
 * its address is judged like any other. */
#include "exchange_internal.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

static bool accepts_pooled(void *context, const struct address *address, uint16_t port)
{
    const struct exchange *exchange = context;
    struct judged_address judged;
    enum reason why;
    (void)port;
    return way_out_judge(exchange, address, &judged, &why);
}

static struct upstream *take_pooled(struct exchange *exchange)
{
    struct destination to = way_out_destination(exchange);
    if (exchange->ask.is_connect || exchange->way.fresh_only)
        return NULL;
    struct route_wish wish = {
        .scheme = to.scheme,
        .host = to.host,
        .port = to.port,
        .user = exchange->entrance->user,
        .proxy = to.proxy,
        .may_repeat = way_out_may_repeat(exchange),
        .trust = to.trust,
    };
    return route_take(exchange->worker->options.route, &wish, accepts_pooled, exchange);
}

/* None may be connected to: the first of them says why. */
static enum progress refuse_address(struct exchange *exchange, const struct address *address, enum reason why)
{
    struct destination to = way_out_destination(exchange);
    struct detail detail = {0};
    if (to.host->kind != HOST_SOCKET)
        policy_explain_address(exchange->policy, &exchange->ask.request, &exchange->decision, address, why, &detail);
    if (to.proxy != NULL && to.host->kind != HOST_ADDRESS)
        (void)detail_say(&detail, "the address of proxy %.60s may not be connected to", to.proxy->name.data);
    else if (way_out_inference(exchange) != NULL)
        (void)detail_say(
            &detail, to.host->kind == HOST_SOCKET ? "the endpoint is the gate's own control socket"
                                                  : "the endpoint's address may not be connected to");
    account_say(&exchange->account, FLAW_NONE, detail.text);
    log_info(
        "address_refused", log_text("host", host_text(to.host)), log_number("port", to.port),
        log_string("reason", reason_row(why)->code), log_string("detail", detail.text),
        log_string("request", exchange->account.id_text));
    return way_out_failed(exchange, why);
}

static enum progress judge_answers(struct exchange *exchange, const struct address *addresses, size_t count)
{
    struct way_out *way = &exchange->way;
    enum reason why = REASON_ADDRESS;
    enum reason first = REASON_ADDRESS;
    way_out_forget_candidates(way);
    way->candidates = base_array(count, sizeof(*way->candidates));
    for (size_t i = 0; i < count; i++) {
        if (way_out_judge(exchange, &addresses[i], &way->candidates[way->candidate_count], &why))
            way->candidate_count++;
        else if (i == 0)
            first = why;
    }
    if (way->candidate_count == 0)
        return refuse_address(exchange, &addresses[0], first);
    exchange_enter(exchange, EXCHANGE_DIAL);
    return STEP_NEXT;
}

static enum progress cannot_resolve(struct exchange *exchange, enum reason why, const char *detail)
{
    struct account *account = &exchange->account;
    exchange->worker->stats.lookups_failed++;
    account_say(account, FLAW_NONE, detail);
    if (way_out_inference(exchange) == NULL) /* an endpoint's failures are told by inference */
        log_info(
            "resolve_failed", log_text("host", host_text(way_out_destination(exchange).host)),
            log_string("reason", reason_row(why)->code), log_string("detail", detail),
            log_string("request", account->id_text));
    return way_out_failed(exchange, why);
}

enum progress resolve_overdue(struct exchange *exchange)
{
    struct way_out *way = &exchange->way;
    resolve_cancel(way->resolving);
    way->resolving = NULL;
    return cannot_resolve(exchange, REASON_DNS_TIMEOUT, "no answer within timeouts.connect");
}

static void on_resolved(void *context, const struct resolved *resolved)
{
    struct exchange *exchange = context;
    exchange->way.resolving = NULL;
    exchange->worker->stats.lookups[resolved->source]++;
    enum reason why = resolved->result == RESOLVE_TIMED_OUT ? REASON_DNS_TIMEOUT : REASON_DNS_FAILED;
    enum progress progress;
    if (resolved->result == RESOLVE_OK)
        progress = judge_answers(exchange, resolved->addresses, resolved->count);
    else
        progress = cannot_resolve(exchange, why, resolved->detail);
    if (progress == STEP_NEXT)
        exchange_go_on(exchange);
}

enum progress step_resolve(struct exchange *exchange)
{
    if (exchange->way.resolving != NULL)
        return exchange_watch_client(exchange);
    struct upstream *pooled = take_pooled(exchange);
    if (pooled != NULL) {
        up_begin(exchange, pooled);
        exchange_enter(exchange, EXCHANGE_PASS);
        return STEP_NEXT;
    }
    static const struct address none = {.length = 0};
    struct destination to = way_out_destination(exchange);
    if (to.host->kind == HOST_SOCKET) /* it has neither name nor address */
        return judge_answers(exchange, &none, 1);
    const struct host *host = to.proxy != NULL ? &to.proxy->host : to.host;
    exchange->way.resolving = resolve_start(exchange->worker->options.resolver, host, on_resolved, exchange);
    return STEP_WAIT;
}
