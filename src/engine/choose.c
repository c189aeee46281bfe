/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a call is given to. A list is walked pool by pool; an entry of no pool is one of its own. */
#include "engine_internal.h"
#include "exeat/config.h"

enum fitness { FIT, NEEDS_TRIAL, RESTS, WARMS, CLOSED };

/* The places of a list that are equals. */
struct stage {
    size_t begin;
    size_t end;
};

static const struct policy_inference *entry_at(const struct engine_wish *wish, size_t place)
{
    return policy_inference(wish->set->policy, wish->list[place]);
}

static size_t places_of(const struct engine_wish *wish)
{
    return wish->count < ENGINE_PLACES ? wish->count : ENGINE_PLACES;
}

static struct stage stage_from(const struct engine_wish *wish, size_t begin)
{
    struct text pool = entry_at(wish, begin)->engine->pool.text;
    size_t end = begin + 1;
    while (pool.length > 0 && end < places_of(wish) && text_equal(entry_at(wish, end)->engine->pool.text, pool))
        end++;
    return (struct stage){begin, end};
}

static bool is_tried(const struct engine_wish *wish, size_t place)
{
    return place >= 64 || ((wish->tried | wish->unfit) & (UINT64_C(1) << place)) != 0;
}

static struct engine *engine_at(const struct engine_wish *wish, size_t place)
{
    return wish->set->items[wish->list[place]];
}

static enum fitness fitness_of(const struct engine *engine, uint64_t now_us)
{
    enum proof proof = (enum proof)atomic_load(&engine->proof);
    if (atomic_load(&engine->order) != ENGINE_IN_USE || proof == PROOF_MISSING || proof == PROOF_WRONG)
        return CLOSED;
    enum engine_state state = (enum engine_state)atomic_load(&engine->state);
    if (state == ENGINE_WARMING)
        return WARMS;
    if (state == ENGINE_DOWN || atomic_load(&engine->pulse.rests_until_us) > now_us)
        return RESTS;
    if (atomic_load(&engine->pulse.failures) > 0)
        return atomic_load(&engine->pulse.is_tried) ? RESTS : NEEDS_TRIAL;
    return FIT;
}

/* Who waits goes before who comes. */
static bool has_room(const struct engine_wish *wish, const struct engine *engine)
{
    uint32_t slots = engine_slots(engine);
    bool is_my_turn = wish->waits || atomic_load(&engine->pulse.waiting) == 0;
    return slots == 0 || (is_my_turn && atomic_load(&engine->pulse.outstanding) < slots);
}

/* False: others were faster. */
static bool enter(struct engine *engine, bool is_trial)
{
    uint32_t slots = engine_slots(engine);
    if (is_trial && atomic_exchange(&engine->pulse.is_tried, true))
        return false;
    if (atomic_fetch_add(&engine->pulse.outstanding, 1) < slots || slots == 0)
        return true;
    engine_leave(engine, is_trial);
    return false;
}

void engine_leave(struct engine *engine, bool is_trial)
{
    if (engine == NULL)
        return;
    if (is_trial)
        atomic_store(&engine->pulse.is_tried, false);
    atomic_fetch_sub(&engine->pulse.outstanding, 1);
    if (atomic_load(&engine->engines->waiting) > 0)
        engines_wake(engine->engines);
}

/* --- within a pool ---------------------------------------------------------------------------------------------------
 */

/* Our calls as they are now, and those of others as it said last. Slots are for ours alone: what was said is old by the
 * time between two questions. */
static uint32_t burden_of(const struct engine *engine)
{
    return atomic_load(&engine->pulse.outstanding) + atomic_load(&engine->pulse.foreign);
}

static bool is_less_busy(const struct engine *one, const struct engine *other)
{
    uint32_t mine = burden_of(one);
    uint32_t its = burden_of(other);
    if (mine != its)
        return mine < its;
    return atomic_load(&one->pulse.served) < atomic_load(&other->pulse.served);
}

/* Each engine draws a lot with the beginning, and the highest has it: the same one as long as it is there, and when it
 * goes only its own beginnings move (rendezvous hashing). The mixer is that of splitmix64. */
static uint64_t lot_of(const struct engine *engine, uint64_t begins)
{
    uint64_t mixed = engine->seed ^ begins;
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

/* What stands in a pool's way, and who of it would do. */
struct survey {
    struct engine *least; /* busy, of those with room; NULL: none */
    struct engine *favourite;
    size_t least_place;
    size_t favourite_place;
    size_t fit;
    size_t full; /* of the fit */
    size_t warming;
    size_t canned; /* place + 1; 0: none */
};

static void survey_engine(const struct engine_wish *wish, size_t place, struct survey *survey)
{
    struct engine *engine = engine_at(wish, place);
    enum fitness fitness = fitness_of(engine, wish->now_us);
    survey->warming += fitness == WARMS ? 1 : 0;
    if (fitness != FIT && fitness != NEEDS_TRIAL)
        return;
    survey->fit++;
    survey->full += has_room(wish, engine) ? 0 : 1;
    if (has_room(wish, engine) && (survey->least == NULL || is_less_busy(engine, survey->least))) {
        survey->least = engine;
        survey->least_place = place;
    }
    bool is_higher =
        survey->favourite == NULL || lot_of(engine, wish->begins) > lot_of(survey->favourite, wish->begins);
    if (fitness == FIT && is_higher) {
        survey->favourite = engine;
        survey->favourite_place = place;
    }
}

static struct survey survey_stage(const struct engine_wish *wish, struct stage stage)
{
    struct survey survey = {0};
    for (size_t place = stage.begin; place < stage.end; place++) {
        if (is_tried(wish, place))
            continue;
        if (engine_at(wish, place) != NULL)
            survey_engine(wish, place, &survey);
        else if (wish->may_be_canned)
            survey.canned = place + 1;
    }
    return survey;
}

/* Where it has room, and where somebody else would have it much better, it has not. */
static bool follows(const struct engine_wish *wish, const struct survey *survey)
{
    enum { MORE_BUSY = 1 };
    const struct engine *favourite = survey->favourite;
    if (wish->begins == 0 || survey->fit < 2 || favourite == NULL || !has_room(wish, favourite))
        return false;
    if (engine_slots(favourite) > 0 && atomic_load(&favourite->pulse.foreign) == 0)
        return true;
    return burden_of(favourite) <= burden_of(survey->least) + MORE_BUSY;
}

static bool enter_one(const struct engine_wish *wish, const struct survey *survey, struct engine_pick *pick)
{
    bool follow = follows(wish, survey);
    struct engine *engine = follow ? survey->favourite : survey->least;
    bool is_trial = fitness_of(engine, wish->now_us) == NEEDS_TRIAL;
    if (!enter(engine, is_trial))
        return false;
    if (wish->begins != 0 && survey->fit > 1)
        atomic_fetch_add(&engine->pulse.preferred, 1);
    if (follow)
        atomic_fetch_add(&engine->pulse.followed, 1);
    if (wish->tried != 0)
        atomic_fetch_add(&engine->pulse.fallbacks, 1);
    *pick =
        (struct engine_pick){ENGINE_CHOSEN, follow ? survey->favourite_place : survey->least_place, engine, is_trial};
    return true;
}

/* --- the list --------------------------------------------------------------------------------------------------------
 */

static bool somebody_else_serves(const struct engine_wish *wish, size_t from)
{
    for (size_t place = from; place < places_of(wish); place++) {
        struct survey survey = survey_stage(wish, (struct stage){place, place + 1});
        if (survey.least != NULL || survey.canned > 0)
            return true;
    }
    return false;
}

/* Of the pool as a whole: what its members have together. */
static bool has_queue(const struct engine_wish *wish, struct stage stage)
{
    uint64_t length = 0;
    uint64_t waiting = 0;
    for (size_t place = stage.begin; place < stage.end; place++)
        if (engine_at(wish, place) != NULL) {
            length += entry_at(wish, place)->engine->queue_length;
            waiting += atomic_load(&engine_at(wish, place)->pulse.waiting);
        }
    return wish->may_wait && (wish->waits || waiting < length);
}

/* True: this pool has the call. */
static bool try_stage(const struct engine_wish *wish, struct stage stage, bool *is_full, struct engine_pick *pick)
{
    struct survey survey = survey_stage(wish, stage);
    while (survey.least != NULL && !enter_one(wish, &survey, pick))
        survey = survey_stage(wish, stage);
    if (survey.least != NULL)
        return true;
    if (survey.canned > 0) {
        *pick = (struct engine_pick){ENGINE_CHOSEN, survey.canned - 1, NULL, false};
        return true;
    }
    bool waits = survey.full > 0 || (survey.warming > 0 && !somebody_else_serves(wish, stage.end));
    *is_full = *is_full || survey.full > 0;
    if (!waits || !has_queue(wish, stage))
        return false;
    size_t place = stage.begin;
    while (engine_at(wish, place) == NULL || is_tried(wish, place))
        place++;
    *pick = (struct engine_pick){ENGINE_WAITS, place, engine_at(wish, place), false};
    return true;
}

/* Whoever may be asked at all: better a dead one than none. */
static bool try_anybody(const struct engine_wish *wish, struct engine_pick *pick)
{
    for (size_t place = 0; place < places_of(wish); place++) {
        struct engine *engine = engine_at(wish, place);
        if (is_tried(wish, place) || engine == NULL || fitness_of(engine, wish->now_us) == CLOSED ||
            !enter(engine, false))
            continue;
        if (wish->tried != 0)
            atomic_fetch_add(&engine->pulse.fallbacks, 1);
        *pick = (struct engine_pick){ENGINE_CHOSEN, place, engine, false};
        return true;
    }
    return false;
}

struct engine_pick engine_choose(const struct engine_wish *wish)
{
    struct engine_pick pick = {.choice = ENGINE_NOBODY};
    bool is_full = false;
    for (size_t place = 0; place < places_of(wish);) {
        struct stage stage = stage_from(wish, place);
        if (try_stage(wish, stage, &is_full, &pick))
            return pick;
        place = stage.end;
    }
    if (!try_anybody(wish, &pick) && is_full)
        pick.choice = ENGINE_BUSY;
    return pick;
}

size_t engine_step_of(const struct engine_set *set, const size_t *list, size_t count, size_t place)
{
    const struct engine_wish wish = {.set = set, .list = list, .count = count};
    size_t step = 1;
    for (size_t end = stage_from(&wish, 0).end; end <= place; end = stage_from(&wish, end).end)
        step++;
    return step;
}
