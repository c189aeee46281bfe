/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate's side knows of its witness: which state may follow which, and what follows from it. */
#include "client_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/clock.h"
#include "exeat/base/log.h"

#define KNOWS(state) (1u << ANCHOR_##state)
enum {
    HEARD = KNOWS(WITNESSED) | KNOWS(UNREACHABLE),
    BROKEN = KNOWS(ROLLED_BACK) | KNOWS(FORKED) | KNOWS(KEY_REFUSED)
};
/* Those that end signing are proven by the witness's signature: nothing that it says later takes that back. A restart
 * asks anew, of the store as it is then. */
static const struct {
    const char *name;
    enum log_level level;
    enum audit_signing signing;
    unsigned next;
} states[] = {
    [ANCHOR_STARTING] = {"starting", LOG_INFO, AUDIT_SIGNS_LAST, HEARD | BROKEN},
    [ANCHOR_WITNESSED] = {"witnessed", LOG_INFO, AUDIT_SIGNS, HEARD | BROKEN},
    [ANCHOR_UNREACHABLE] = {"unreachable", LOG_WARN, AUDIT_SIGNS, HEARD | BROKEN},
    [ANCHOR_ROLLED_BACK] = {"rolled_back", LOG_ERROR, AUDIT_SIGNS_NOT, 0},
    [ANCHOR_FORKED] = {"forked", LOG_ERROR, AUDIT_SIGNS_NOT, 0},
    [ANCHOR_KEY_REFUSED] = {"key_refused", LOG_ERROR, AUDIT_SIGNS_NOT, 0},
};
_Static_assert(COUNT_OF(states) == ANCHOR_STATE_COUNT, "every state has a row");

const char *anchor_state_name(enum anchor_state state)
{
    return states[state].name;
}

bool anchor_state_is_broken(enum anchor_state state)
{
    return states[state].next == 0;
}

/* A witness that cannot be reached stops signing only where the operator wants nothing to happen without it, and then
 * not over the last record of a run: an end never leaves a log unsigned for want of an answer. */
void anchor_apply(struct anchor *anchor)
{
    const struct anchor_options *options = &anchor->options;
    bool was_witnessed = anchor->times.witnessed_us != 0;
    uint64_t since = was_witnessed ? anchor->times.witnessed_us : anchor->times.begun_us;
    bool is_old = clock_boot_us() - since > options->deny_after_ms * 1000;
    bool is_alone =
        anchor->state == ANCHOR_STARTING || (anchor->state == ANCHOR_UNREACHABLE && (is_old || !was_witnessed));
    bool waits = options->denies && is_alone && !was_witnessed;
    options->hooks.hold(
        options->hooks.context, waits ? AUDIT_SIGNS_LAST : states[anchor->state].signing,
        options->denies && (is_alone || anchor_state_is_broken(anchor->state)));
}

static void say(const struct anchor *anchor, const char *why)
{
    struct log_fact facts[] = {
        log_string("state", states[anchor->state].name), log_string("origin", anchor->kept.origin),
        log_string("witness", anchor->kept.witness), log_string("why", why)};
    log_write(states[anchor->state].level, "witness", facts, COUNT_OF(facts));
}

void anchor_begin_state(struct anchor *anchor)
{
    anchor->times.begun_us = clock_boot_us();
    atomic_store(&anchor->told.since_us, anchor->times.begun_us);
    atomic_store(&anchor->told.state, (int)anchor->state);
    anchor_apply(anchor);
}

void anchor_learn(struct anchor *anchor, enum anchor_state state, const char *why)
{
    bool is_news = state != anchor->state;
    ASSERT((states[anchor->state].next & 1u << state) != 0);
    anchor->state = state;
    anchor_apply(anchor);
    atomic_store(&anchor->told.state, (int)state);
    if (is_news)
        say(anchor, why);
}

void anchor_stats_read(const struct anchor *anchor, struct anchor_stats *stats)
{
    stats->state = (enum anchor_state)atomic_load(&anchor->told.state);
    stats->witnessed_size = atomic_load(&anchor->told.witnessed_size);
    stats->witnessed_at = atomic_load(&anchor->told.witnessed_at);
    stats->age_us = clock_boot_us() - atomic_load(&anchor->told.since_us);
    stats->cosigned = atomic_load(&anchor->told.cosigned);
    stats->failures = atomic_load(&anchor->told.failures);
}
