/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded decisions, judged anew: what this policy would have done differently, counted by host. */
#include <string.h>

#include "exeat/base/memory.h"
#include "exeat/review.h"
#include "fate.h"
#include "recorded.h"

struct review_replay {
    const struct policy *policy;
    bool looks_inside; /* a rule has a condition on method or path */
    struct tally_rows changes[REVIEW_CHANGE_COUNT];
    struct review_replay_counts counts;
};

static bool looks_inside(const struct settings_conditions *when)
{
    return when->methods.present || when->paths.present;
}

struct review_replay *review_replay_new(const struct policy *policy)
{
    const struct settings_lists *lists = &policy_settings(policy)->lists;
    struct review_replay *replay = base_zalloc(sizeof(*replay));
    replay->policy = policy;
    for (size_t i = 0; i < lists->rule_count; i++)
        replay->looks_inside =
            replay->looks_inside || looks_inside(&lists->rules[i].when) || looks_inside(&lists->rules[i].unless);
    return replay;
}

static void
count_change(struct review_replay *replay, const struct request *request, const struct fate *was, const struct fate *is)
{
    enum review_change change = fate_change(was, is);
    struct buffer key = {0};
    recorded_target(&key, request);
    buffer_append(&key, TEXT(": "));
    fate_append(&key, was);
    buffer_append(&key, TEXT(" -> "));
    fate_append(&key, is);
    tally_rows_add(&replay->changes[change], buffer_text(&key));
    replay->counts.changes[change]++;
    buffer_clear(&key);
}

/* What a rule finds depends on bodies, which are not kept: what it lets go on, and what it refused. */
static bool is_looked_into(const struct review_replay *replay, const struct request *request)
{
    struct decision now;
    policy_judge(replay->policy, request, &now);
    return now.inspection != NULL;
}

static bool was_refused_by_inspect(const struct decision_record *decision)
{
    return decision->reason >= REASON_INSPECT_DENIED && decision->reason <= REASON_INSPECT_UNCHANGED;
}

/* Neither are the fields of heads. */
static bool was_refused_by_placeholder(const struct decision_record *decision)
{
    return decision->reason == REASON_CREDENTIAL_MISPLACED || decision->reason == REASON_CREDENTIAL_MISSING;
}

void review_replay_add(struct review_replay *replay, const struct decision_record *decision, int64_t at_us)
{
    struct arena arena = {0};
    struct request request;
    struct fate was = {
        .verdict = decision->verdict, .plan = decision->plan, .observed = decision->observed, .rule = decision->rule};
    if (!recorded_request(decision, at_us, &arena, &request)) {
        replay->counts.passed_over++;
        arena_clear(&arena);
        return;
    }
    struct fate is = fate_in_the_end(replay->policy, &request);
    bool looks = is_looked_into(replay, &request);
    bool same = fate_is_same(&was, &is) || was_refused_by_placeholder(decision) ||
                (looks && was_refused_by_inspect(decision)); /* it may be so again */
    bool asks_inside = is.plan == PLAN_OPEN || (request.scheme == SCHEME_HTTP && replay->looks_inside);
    bool unknown = !same && asks_inside && !request.inside_known && decision->plan != PLAN_OPEN;
    replay->counts.judged++;
    replay->counts.looked_into += looks ? 1 : 0;
    if (unknown)
        replay->counts.unknown++;
    else if (!same)
        count_change(replay, &request, &was, &is);
    arena_clear(&arena);
}

void review_replay_write(const struct review_replay *replay, struct buffer *out, struct review_replay_counts *counts)
{
    for (enum review_change change = 0; change < REVIEW_CHANGE_COUNT; change++)
        for (size_t i = 0; i < replay->changes[change].count; i++) {
            const struct tally_row *row = &replay->changes[change].rows[i];
            buffer_printf(
                out, "%-9s %s (%llu)\n", review_change_name(change), row->key, (unsigned long long)row->count);
        }
    *counts = replay->counts;
}

void review_replay_free(struct review_replay *replay)
{
    if (replay == NULL)
        return;
    for (size_t i = 0; i < REVIEW_CHANGE_COUNT; i++)
        tally_rows_clear(&replay->changes[i]);
    base_free(replay);
}
