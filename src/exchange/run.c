/* SPDX-License-Identifier: Apache-2.0 */
/* An exchange runs through its steps, and each has its deadline. Only exchange_enter writes the state. */
#include "exchange_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/log.h"

static const struct exchange_step *step_of(const struct exchange *exchange, enum exchange_state state)
{
    ASSERT(state < EXCHANGE_STATE_COUNT);
    return &exchange->worker->steps[state];
}

/* --- deadlines ------------------------------------------------------------------------------------------------------
 */

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t forsaken_ms(const struct exchange *exchange)
{
    return smaller(FORSAKEN_MS, exchange->worker->limits.idle_ms);
}

bool exchange_is_forsaken(const struct exchange *exchange)
{
    /* While it has yet to take something it is slow, not gone: a reset would tell. */
    const struct http_side *client = &exchange->client;
    bool may_listen = exchange->state == EXCHANGE_PASS && http_side_has_ended(client) && !http_side_has_output(client);
    return may_listen && forsaken_ms(exchange) < exchange->worker->limits.stream_ms;
}

static uint64_t limit_ms(const struct exchange *exchange)
{
    const struct exchange_limits *limits = &exchange->worker->limits;
    switch (step_of(exchange, exchange->state)->deadline) {
    case WITHIN_NONE:
        return 0;
    case WITHIN_HEAD:
        return limits->head_ms;
    case WITHIN_QUEUE:
        return engine_turn_wait_ms(&exchange->way.turn);
    case WITHIN_CONNECT:
        return limits->connect_ms;
    case WITHIN_STREAM:
        break;
    }
    return exchange_is_forsaken(exchange) ? forsaken_ms(exchange) : limits->stream_ms;
}

/* A head has its time as a whole, lest a client send it byte by byte, and so have a body that is held, a commit and the
 * way out (names and connecting are one), whatever the client sends meanwhile; everything else may take long while it
 * moves, and all together timeouts.longest. */
static uint64_t quiet_since(const struct exchange *exchange)
{
    switch (exchange->state) {
    case EXCHANGE_RESOLVE:
    case EXCHANGE_DIAL:
        return exchange->way.began_us;
    case EXCHANGE_READ_HEAD:
    case EXCHANGE_READ_BODY:
    case EXCHANGE_COMMIT:
    case EXCHANGE_QUEUE:
        return exchange->entered_us;
    case EXCHANGE_JUDGE:
    case EXCHANGE_PASS:
    case EXCHANGE_ANSWER:
    case EXCHANGE_DONE:
    case EXCHANGE_STATE_COUNT:
        break;
    }
    return exchange->active_us;
}

static uint64_t end_us(const struct exchange *exchange)
{
    return exchange->account.started_us + exchange->worker->limits.longest_ms * 1000;
}

static uint64_t next_content_us(const struct exchange *exchange)
{
    const struct account_service *service = &exchange->account.service;
    const struct engine_pace pace = {exchange->way.asked_us, service->first_us, service->newest_us};
    return exchange->way.turn.engine == NULL ? UINT64_MAX : engine_due_us(policy_answerers(&exchange->decision), &pace);
}

/* When its step will have taken too long; 0: never. */
static uint64_t patience_us(const struct exchange *exchange)
{
    uint64_t limit = limit_ms(exchange);
    if (limit == 0)
        return 0;
    uint64_t due = quiet_since(exchange) + limit * 1000;
    if (exchange->state == EXCHANGE_PASS)
        due = smaller(due, next_content_us(exchange));
    if (exchange->state == EXCHANGE_PASS && exchange->flow->head_us != 0) /* a head of upstream's has begun */
        due = smaller(due, exchange->flow->head_us + exchange->worker->limits.head_ms * 1000);
    return smaller(due, end_us(exchange));
}

/* When the caller of a stream that has nothing new is told to wait; UINT64_MAX: it is not. */
static uint64_t waiting_due_us(const struct exchange *exchange)
{
    bool may_wait =
        exchange->state == EXCHANGE_PASS || (exchange->state == EXCHANGE_QUEUE && inference_waits(exchange->call));
    return may_wait && exchange->call != NULL ? inference_waiting_due_us(exchange->call) : UINT64_MAX;
}

uint64_t exchange_due_us(const struct exchange *exchange)
{
    uint64_t patience = patience_us(exchange);
    return patience == 0 ? 0 : smaller(patience, waiting_due_us(exchange));
}

/* That moves nothing: the deadlines of the step go on. */
static void tell_to_wait(struct exchange *exchange)
{
    uint64_t put = 0;
    bool is_slow = exchange->client.said == HTTP_SAID && http_side_has_output(&exchange->client);
    if (is_slow)
        inference_put_off_waiting(exchange->call);
    else
        inference_tell_to_wait(exchange->call, &exchange->client, &exchange->account.bytes_down);
    exchange->worker->stats.keepalives += is_slow ? 0 : 1;
    if (http_side_send(&exchange->client, &put) == IO_BROKEN)
        (void)exchange_finish(exchange, EXCHANGE_FORSAKEN, REASON_CLIENT_GONE);
    else
        exchange_watch_deadline(exchange);
}

bool exchange_is_too_long(const struct exchange *exchange)
{
    return loop_now_us(exchange->worker->loop) >= end_us(exchange);
}

void exchange_expire(struct exchange *exchange)
{
    uint64_t now_us = loop_now_us(exchange->worker->loop);
    if (now_us >= waiting_due_us(exchange) && now_us < patience_us(exchange))
        tell_to_wait(exchange);
    else
        step_of(exchange, exchange->state)->on_deadline(exchange);
}

void exchange_watch_deadline(struct exchange *exchange)
{
    exchange->worker->options.on_deadline(exchange->entrance, exchange);
}

void exchange_touch(struct exchange *exchange)
{
    exchange->active_us = loop_now_us(exchange->worker->loop);
}

/* --- steps ----------------------------------------------------------------------------------------------------------
 */

void exchange_enter(struct exchange *exchange, enum exchange_state next)
{
    const struct exchange_step *step = step_of(exchange, exchange->state);
    ASSERT((step->next & (1u << next)) != 0);
    if (log_is_on(LOG_DEBUG))
        log_debug(
            "step", log_string("from", step->name), log_string("to", step_of(exchange, next)->name),
            log_string("request", exchange->account.id_text));
    exchange->state = next;
    exchange_touch(exchange);
    exchange->entered_us = exchange->active_us;
    if (next != EXCHANGE_DONE)
        exchange_watch_deadline(exchange);
}

enum progress exchange_finish(struct exchange *exchange, enum exchange_ending how, enum reason reason)
{
    exchange->end = (struct exchange_end){how, reason};
    exchange_enter(exchange, EXCHANGE_DONE);
    return STEP_NEXT;
}

bool exchange_is_reading_head(const struct exchange *exchange)
{
    return exchange->state == EXCHANGE_READ_HEAD;
}

struct exchange_end exchange_ended(const struct exchange *exchange)
{
    ASSERT(exchange->state == EXCHANGE_DONE);
    return exchange->end;
}

void exchange_go_on(struct exchange *exchange)
{
    exchange->worker->options.on_ready(exchange->entrance, exchange);
}

enum exchange_progress exchange_run(struct exchange *exchange)
{
    enum progress progress = STEP_NEXT;
    while (progress == STEP_NEXT && exchange->state != EXCHANGE_DONE)
        progress = step_of(exchange, exchange->state)->run(exchange);
    if (exchange->state == EXCHANGE_DONE)
        return EXCHANGE_ENDED;
    return progress == STEP_YIELD ? EXCHANGE_YIELDS : EXCHANGE_WAITS;
}

enum progress step_done(struct exchange *exchange)
{
    (void)exchange;
    return STEP_WAIT;
}

/* --- the client -----------------------------------------------------------------------------------------------------
 */

enum io exchange_read_client(struct exchange *exchange)
{
    struct http_side *client = &exchange->client;
    bool had_ended = http_side_has_ended(client);
    enum io result = http_side_read(client);
    if (!had_ended && (result == IO_OK || result == IO_END))
        exchange_touch(exchange);
    if (!had_ended && result == IO_END && exchange->state == EXCHANGE_PASS)
        exchange_watch_deadline(exchange);
    return result;
}

enum io exchange_send_client(struct exchange *exchange)
{
    uint64_t put = 0;
    enum io result = http_side_send(&exchange->client, &put);
    if (put > 0)
        exchange_touch(exchange);
    if (put > 0 && http_side_has_ended(&exchange->client))
        exchange_watch_deadline(exchange);
    return result;
}

enum progress exchange_watch_client(struct exchange *exchange)
{
    struct http_side *client = &exchange->client;
    bool had_ended = http_side_has_ended(client);
    enum io result = http_side_watch(client);
    if (result == IO_BROKEN)
        return exchange_finish(exchange, EXCHANGE_FORSAKEN, REASON_CLIENT_GONE);
    if (result == IO_OK || (result == IO_END && !had_ended))
        exchange_touch(exchange);
    if (!had_ended && http_side_has_ended(client) && exchange->state == EXCHANGE_PASS)
        exchange_watch_deadline(exchange);
    return STEP_WAIT;
}
