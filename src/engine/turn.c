/* SPDX-License-Identifier: Apache-2.0 */
/* The turns of one call: it has a slot, or waits for one, and goes from one engine to the next. */
#include "engine_internal.h"
#include "exeat/config.h"

static void end_wait(struct engine_turn *turn)
{
    engine_wait_end(turn->queue, &turn->wait);
}

void engine_turn_leave(struct engine_turn *turn)
{
    end_wait(turn);
    engine_leave(turn->engine, turn->is_trial);
    turn->engine = NULL;
    turn->is_trial = false;
}

void engine_turn_fail(struct engine_turn *turn)
{
    engine_turn_leave(turn);
    turn->tried |= UINT64_C(1) << turn->place;
}

bool engine_turn_could_go_on(const struct engine_turn *turn)
{
    for (size_t i = 0; i < turn->count && i < ENGINE_PLACES; i++)
        if (i != turn->place && ((turn->tried | turn->unfit) & (UINT64_C(1) << i)) == 0)
            return true;
    return false;
}

static const char *why_kept_out(const struct engine *engine)
{
    switch ((enum proof)atomic_load(&engine->proof)) {
    case PROOF_WRONG:
        return "its model is not that of `expect_digest` (wrong_model)";
    case PROOF_MISSING:
        return "nobody knows whether its model is that of `expect_digest` (model_unknown)";
    case PROOF_NOT_ASKED:
    case PROOF_GOOD:
        break;
    }
    switch ((enum engine_order)atomic_load(&engine->order)) {
    case ENGINE_DRAINS:
        return "it drains, by `exeat control`";
    case ENGINE_STANDS_BY:
        return "it stands by";
    case ENGINE_IN_USE:
        break;
    }
    return NULL;
}

bool engine_turn_kept_out(const struct engine_turn *turn, struct detail *detail)
{
    for (size_t i = 0; i < turn->count && i < ENGINE_PLACES; i++) {
        const struct engine *engine = turn->set->items[turn->list[i]];
        const char *why = engine == NULL ? NULL : why_kept_out(engine);
        if (why == NULL)
            continue;
        (void)detail_say(detail, "%s gets no calls: %s", engine->name, why);
        return true;
    }
    return false;
}

/* Who has begun to wait asks again at once: a slot may have become free before. */
static void wait(struct engine_turn *turn, const struct engine_pick *pick)
{
    if (turn->wait.engine != NULL)
        return;
    turn->place = pick->place;
    engine_wait_begin(turn->queue, &turn->wait, pick->engine);
}

enum engine_choice engine_turn_take(struct engine_turn *turn, uint64_t now_us, bool may_wait)
{
    if (!may_wait)
        end_wait(turn);
    const struct engine_wish wish = {
        .set = turn->set,
        .list = turn->list,
        .count = turn->count,
        .tried = turn->tried,
        .unfit = turn->unfit,
        .begins = turn->begins,
        .now_us = now_us,
        .may_be_canned = turn->may_be_canned,
        .may_wait = may_wait,
        .waits = turn->wait.engine != NULL,
    };
    const struct engine_pick pick = engine_choose(&wish);
    if (pick.choice == ENGINE_WAITS) {
        wait(turn, &pick);
        return pick.choice;
    }
    end_wait(turn);
    if (pick.choice != ENGINE_CHOSEN)
        return pick.choice;
    turn->engine = pick.engine;
    turn->is_trial = pick.is_trial;
    turn->place = pick.place;
    return pick.choice;
}

uint64_t engine_turn_wait_ms(const struct engine_turn *turn)
{
    return policy_inference(turn->set->policy, turn->list[turn->place])->engine->queue_ms;
}

uint64_t engine_due_us(const struct settings_answerers *patience, const struct engine_pace *pace)
{
    bool has_begun = pace->first_us != 0;
    uint64_t ms = has_begun ? patience->between_ms : patience->first_ms;
    uint64_t since = has_begun ? pace->newest_us : pace->asked_us;
    return ms == 0 ? UINT64_MAX : since + ms * 1000;
}
