/* SPDX-License-Identifier: Apache-2.0 */
/* Whose turn it is to answer a rerouted call, and the wait for it. Which endpoint it is, is engine's to choose. */
#include "exchange_internal.h"

void way_out_set_out(struct exchange *exchange)
{
    struct way_out *way = &exchange->way;
    way->began_us = loop_now_us(exchange->worker->loop);
    way->failure = REASON_NONE;
    exchange_enter(exchange, EXCHANGE_RESOLVE);
}

static void on_turn(void *context)
{
    exchange_go_on(context);
}

static uint64_t beginning_of(const struct exchange *exchange)
{
    bool is_a_choice = exchange->decision.inference_count > 1;
    return is_a_choice ? dialect_call_beginning(exchange->call->request) : 0;
}

static void begin_turns(struct exchange *exchange)
{
    exchange->way.turn = (struct engine_turn){
        .queue = exchange->worker->queue,
        .set = exchange->term->engines,
        .list = exchange->decision.inference,
        .count = exchange->decision.inference_count,
        .begins = beginning_of(exchange),
        .unfit = exchange->call != NULL ? exchange->call->unfit : 0,
        .may_be_canned = llm_can_be_canned(exchange->decision.llm.operation),
        .wait = {.on_turn = on_turn, .context = exchange},
    };
}

/* Who asks why nobody answered is told of whom nobody asked. */
static void say_who_was_not_asked(struct exchange *exchange)
{
    struct account *account = &exchange->account;
    struct detail kept = {0};
    struct detail both = {0};
    if (!engine_turn_kept_out(&exchange->way.turn, &kept))
        return;
    const char *said = account->detail == NULL ? "" : account->detail;
    (void)detail_say(&both, "%s%s%s", said, said[0] == '\0' ? "" : "; ", kept.text);
    account_say(account, account->flaw, both.text);
}

/* What the last endpoint had against the call is the answer, if it was that. */
static enum progress give_up(struct exchange *exchange, enum reason reason)
{
    if (!inference_objection_stands(exchange->call, exchange->way.turn.place))
        return exchange_fail(exchange, reason);
    exchange->call->objection.is_answer = true;
    account_unsay(&exchange->account);
    if (inference_waits(exchange->call))
        return exchange_fail(exchange, reason);
    exchange_enter(exchange, EXCHANGE_ANSWER);
    return STEP_NEXT;
}

static enum progress take(struct exchange *exchange, bool may_wait)
{
    struct engine_turn *turn = &exchange->way.turn;
    switch (engine_turn_take(turn, loop_now_us(exchange->worker->loop), may_wait)) {
    case ENGINE_WAITS:
        if (exchange->state == EXCHANGE_QUEUE)
            return exchange_watch_client(exchange);
        exchange_enter(exchange, EXCHANGE_QUEUE);
        return STEP_NEXT;
    case ENGINE_BUSY:
        return give_up(exchange, REASON_INFERENCE_BUSY);
    case ENGINE_NOBODY:
        say_who_was_not_asked(exchange);
        return give_up(exchange, REASON_INFERENCE_DOWN);
    case ENGINE_CHOSEN:
        break;
    }
    account_unsay(&exchange->account);
    if (turn->engine == NULL)
        exchange_enter(exchange, EXCHANGE_ANSWER);
    else
        way_out_set_out(exchange);
    return STEP_NEXT;
}

enum progress turn_take(struct exchange *exchange)
{
    bool is_first = exchange->way.turn.set == NULL;
    if (is_first)
        begin_turns(exchange);
    if (is_first && inference_recall(exchange->call)) {
        exchange_enter(exchange, EXCHANGE_ANSWER);
        return STEP_NEXT;
    }
    return take(exchange, true);
}

enum progress step_queue(struct exchange *exchange)
{
    return take(exchange, true);
}

/* Whoever has no queue, or is no engine, may have its turn now. */
enum progress turn_overdue(struct exchange *exchange)
{
    return take(exchange, false);
}

bool turn_holds_back(const struct exchange *exchange)
{
    return exchange->call != NULL && inference_is_silent(exchange->call) && exchange->client.said != HTTP_SAID &&
           engine_turn_could_go_on(&exchange->way.turn) && !http_side_is_full(&exchange->client);
}
