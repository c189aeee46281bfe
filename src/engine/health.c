/* SPDX-License-Identifier: Apache-2.0 */
/* How an engine is: by its own page, by what came of calls, by the operator's word. What says something about the
 * engine makes it rest: it cannot be reached, does not answer in time, is overloaded. What says something about the
 * call does not: the next caller's may well be answered. */
#include "engine_internal.h"

enum { REST_MS = 5000, REST_MOST_MS = 60000, ASKED_MOST_MS = 300000, SILENCE_US = 300000000 };

const char *engine_state_name(enum engine_state state)
{
    static const char *const names[] = {"unknown", "warming", "ready", "down"};
    return names[state];
}

const char *engine_order_name(enum engine_order order)
{
    static const char *const names[] = {"in_use", "drains", "stands_by"};
    return names[order];
}

struct text engine_name(const struct engine *engine)
{
    return text_from(engine->name);
}

uint32_t engine_slots(const struct engine *engine)
{
    uint32_t given = atomic_load(&engine->slots_given);
    return given > 0 ? given : atomic_load(&engine->slots_told);
}

void engine_look(struct engine *engine, struct engine_view *view)
{
    const struct engine_pulse *pulse = &engine->pulse;
    enum proof proof = (enum proof)atomic_load(&engine->proof);
    *view = (struct engine_view){
        .state = (enum engine_state)atomic_load(&engine->state),
        .order = (enum engine_order)atomic_load(&engine->order),
        .is_up = atomic_load(&pulse->is_up),
        .is_wrong_model = proof == PROOF_WRONG || proof == PROOF_MISSING,
        .is_model_unknown = proof == PROOF_MISSING,
        .rests_until_us = atomic_load(&pulse->rests_until_us),
        .slots = engine_slots(engine),
        .outstanding = atomic_load(&pulse->outstanding),
        .foreign = atomic_load(&pulse->foreign),
        .waiting = atomic_load(&pulse->waiting),
        .served = atomic_load(&pulse->served),
        .fallbacks = atomic_load(&pulse->fallbacks),
        .preferred = atomic_load(&pulse->preferred),
        .followed = atomic_load(&pulse->followed),
    };
    text_store(text_from(engine->name), view->name, sizeof(view->name));
    pthread_mutex_lock(&engine->lock);
    for (size_t i = 0; i < ENGINE_FAULTS; i++)
        view->faults[i] = engine->diary.faults[i];
    view->identity = engine->diary.identity;
    text_store(text_from(engine->diary.why), view->why, sizeof(view->why));
    text_store(text_from(engine->diary.words), view->words, sizeof(view->words));
    text_store(text_from(engine->diary.misfit), view->misfit, sizeof(view->misfit));
    pthread_mutex_unlock(&engine->lock);
}

/* --- by its page and by the operator ---------------------------------------------------------------------------------
 */

bool engine_note_state(struct engine *engine, enum engine_state state, struct text why)
{
    pthread_mutex_lock(&engine->lock);
    text_store(text_part(why, 0, ENGINE_WHY_SIZE - 1), engine->diary.why, sizeof(engine->diary.why));
    pthread_mutex_unlock(&engine->lock);
    enum engine_state before = (enum engine_state)atomic_exchange(&engine->state, (int)state);
    if (before == state)
        return false;
    if (state == ENGINE_READY) {
        atomic_store(&engine->pulse.rests_until_us, 0);
        atomic_store(&engine->pulse.failures, 0);
        engines_wake(engine->engines);
    }
    return true;
}

void engine_note_slots(struct engine *engine, uint32_t slots)
{
    if (atomic_exchange(&engine->slots_told, slots) != slots)
        engines_wake(engine->engines);
}

void engine_note_words(struct engine *engine, struct text words, struct text misfit)
{
    struct engine_diary *diary = &engine->diary;
    pthread_mutex_lock(&engine->lock);
    text_store(words, diary->words, sizeof(diary->words));
    text_store(misfit, diary->misfit, sizeof(diary->misfit));
    pthread_mutex_unlock(&engine->lock);
}

void engine_note_load(struct engine *engine, uint32_t load)
{
    uint32_t ours = atomic_load(&engine->pulse.outstanding);
    atomic_store(&engine->pulse.foreign, load > ours ? load - ours : 0);
}

void engine_set_order(struct engine *engine, enum engine_order order)
{
    atomic_store(&engine->order, (int)order);
    engines_wake(engine->engines);
}

bool engine_may_begin(struct engine *engine)
{
    enum proof proof = (enum proof)atomic_load(&engine->proof);
    return atomic_load(&engine->state) == ENGINE_READY && (proof == PROOF_NOT_ASKED || proof == PROOF_GOOD);
}

/* --- by calls --------------------------------------------------------------------------------------------------------
 */

/* Its own credentials are the operator's matter: a caller could make nothing of 401 and 403. */
enum engine_says engine_weigh(uint16_t status)
{
    if (status >= 200 && status < 300)
        return ENGINE_SERVES;
    bool is_objection = status >= 400 && status < 500 && status != 401 && status != 403 && status != 407;
    return is_objection ? ENGINE_OBJECTS : ENGINE_FAILS;
}

/* Seconds alone: a date (RFC 9110 10.2.3) is passed on to the caller, and no server of models was seen to send one. */
static uint64_t asked_rest_ms(struct text retry_after)
{
    uint64_t seconds;
    if (!text_to_number(retry_after, UINT32_MAX, &seconds))
        return REST_MS;
    return seconds * 1000 < ASKED_MOST_MS ? seconds * 1000 : ASKED_MOST_MS;
}

static uint64_t rest_for(uint16_t code, struct text retry_after)
{
    switch (code) {
    case REASON_DNS_FAILED:
    case REASON_DNS_TIMEOUT:
    case REASON_CONNECT_FAILED:
    case REASON_CONNECT_TIMEOUT:
    case REASON_NET_UNREACHABLE:
    case REASON_HOST_UNREACHABLE:
    case REASON_UPSTREAM_TLS:
    case REASON_UPSTREAM_PIN:
    case REASON_UPSTREAM_REVOKED:
    case REASON_UPSTREAM_TIMEOUT:
    case 502:
    case 503:
    case 504:
        return REST_MS;
    case 429:
        return asked_rest_ms(retry_after);
    default:
        return 0;
    }
}

struct engine_failure engine_failure_of(enum reason reason, uint16_t status, struct text retry_after)
{
    uint16_t code = status != 0 ? status : (uint16_t)reason;
    return (struct engine_failure){
        .code = code,
        .rest_ms = rest_for(code, retry_after),
        .is_down = status == 0 ? reason != REASON_ANSWER_TOO_LARGE : engine_weigh(status) == ENGINE_FAILS,
    };
}

void engine_code_append(uint16_t code, struct buffer *out)
{
    if (code < REASON_COUNT)
        buffer_append_string(out, code == 0 ? "other" : reason_row((enum reason)code)->code);
    else
        buffer_printf(out, "status_%u", (unsigned)code);
}

bool engine_answered(struct engine *engine, uint64_t now_us)
{
    struct engine_pulse *pulse = &engine->pulse;
    (void)now_us;
    atomic_store(&pulse->rests_until_us, 0);
    atomic_store(&pulse->failures, 0);
    atomic_fetch_add(&pulse->served, 1);
    return !atomic_exchange(&pulse->is_up, true);
}

/* The last place takes what is too many. */
static struct engine_fault *fault_of(struct engine_diary *diary, uint16_t code)
{
    size_t i = 0;
    while (i + 1 < ENGINE_FAULTS && diary->faults[i].count > 0 && diary->faults[i].code != code)
        i++;
    diary->faults[i].code = diary->faults[i].count == 0 || diary->faults[i].code == code ? code : 0;
    return &diary->faults[i];
}

/* Who goes on failing is asked less and less often; who says for how long is believed. */
static void let_rest(struct engine_pulse *pulse, const struct engine_failure *failure, uint64_t now_us)
{
    uint32_t before = atomic_fetch_add(&pulse->failures, 1);
    uint64_t rest_ms = failure->rest_ms;
    for (uint32_t i = 0; i < before && failure->code != 429 && rest_ms < REST_MOST_MS; i++)
        rest_ms *= 2;
    if (failure->code != 429 && rest_ms > REST_MOST_MS)
        rest_ms = REST_MOST_MS;
    atomic_store(&pulse->rests_until_us, now_us + rest_ms * 1000);
}

bool engine_failed(struct engine *engine, const struct engine_failure *failure, uint64_t now_us)
{
    pthread_mutex_lock(&engine->lock);
    struct engine_fault *fault = fault_of(&engine->diary, failure->code);
    bool is_news = fault->count++ == 0 || now_us - fault->told_us >= SILENCE_US;
    if (is_news)
        fault->told_us = now_us;
    pthread_mutex_unlock(&engine->lock);
    atomic_store(&engine->pulse.is_up, !failure->is_down);
    if (failure->rest_ms > 0)
        let_rest(&engine->pulse, failure, now_us);
    return is_news;
}
