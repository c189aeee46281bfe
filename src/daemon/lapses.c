/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that end by themselves, while the gate runs. The judge needs nobody to tell it; here it is told to people: a
 * day before in the log, then in the log, on record and in a counter. Moments are of the wall clock, which somebody may
 * set: it is looked at each second, and a rule that holds once more is on record too. */
#include "daemon_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "exeat/policy/lapse.h"
#include "exeat/record.h"

enum { LOOK_MOST_MS = 1000 };

struct lapses {
    struct gate *gate; /* borrowed */
    struct timer *timer;
    const struct policy *policy; /* of the gate, in force */
    size_t told;                 /* of its lapses so many are on record */
    size_t warned;
    _Atomic uint64_t count; /* since the gate began */
    pthread_mutex_t lock;   /* of what follows */
    struct buffer metrics;
};

static void write_fields(const struct policy_lapse *lapse, const char *event, struct buffer *fields)
{
    const struct settings_rule *rule = lapse->rule;
    struct buffer detail = {0};
    char time[CLOCK_TEXT_SIZE];
    clock_write(lapse->until_us, time);
    buffer_printf(&detail, "rule %.*s until %.19sZ", TEXT_ARG(rule->id.text), time);
    if (rule->owner.length > 0)
        buffer_printf(&detail, ", owner %.*s", TEXT_ARG(rule->owner));
    record_field_append(fields, EVENT_NAME, bytes_of_text(text_from(event)));
    record_field_append(fields, EVENT_DETAIL, bytes_of_text(buffer_text(&detail)));
    record_field_append(fields, EVENT_RULE, bytes_of_text(rule->id.text));
    record_field_append(fields, EVENT_OWNER, bytes_of_text(rule->owner));
    buffer_clear(&detail);
}

static void say(const struct policy_lapse *lapse, const char *event)
{
    char time[CLOCK_TEXT_SIZE];
    clock_write(lapse->until_us, time);
    log_warn(
        event, log_text("rule", lapse->rule->id.text), log_string("until", time),
        log_text("owner", lapse->rule->owner));
}

/* On record first, then in the log. */
static bool tell(const struct lapses *lapses, const struct policy_lapse *lapse, const char *event)
{
    struct buffer fields = {0};
    write_fields(lapse, event, &fields);
    bool done =
        audit_event(lapses->gate->ledger.audit, RECORD_CONFIG, bytes_of_text(buffer_text(&fields)), NULL, 0, NULL);
    buffer_clear(&fields);
    if (done)
        say(lapse, event);
    else
        log_error("audit_write_failed", log_string("event", event));
    return done;
}

/* False: the store cannot be written; the rest is told later. */
static bool tell_all(struct lapses *lapses, const struct policy_lapse *list, size_t lapsed)
{
    while (lapses->told < lapsed) {
        if (!tell(lapses, &list[lapses->told], "rule_lapsed"))
            return false;
        lapses->told++;
    }
    while (lapses->told > lapsed) {
        if (!tell(lapses, &list[lapses->told - 1], "rule_holds_again"))
            return false;
        lapses->told--;
    }
    return true;
}

static void warn(struct lapses *lapses, const struct policy_lapse *list, size_t lapsed, size_t soon)
{
    size_t first = lapses->warned > lapsed ? lapses->warned : lapsed;
    for (size_t i = first; i < soon; i++)
        say(&list[i], "rule_lapses_soon");
    lapses->warned = soon;
}

static void wait(struct lapses *lapses, int64_t now_us, bool is_told)
{
    int64_t next_us = policy_next_lapse(lapses->policy, now_us);
    int64_t wait_ms = next_us == INT64_MAX ? LOOK_MOST_MS : (next_us - now_us) / 1000 + 1;
    if (wait_ms > LOOK_MOST_MS)
        wait_ms = LOOK_MOST_MS;
    timer_start(lapses->timer, is_told ? (uint64_t)wait_ms : LOOK_MOST_MS);
}

/* What is open may be about to end, as after a reload (`on_reload: cut-denied`). */
static void judge_anew(const struct lapses *lapses)
{
    if (policy_settings(lapses->policy)->run.cut_denied)
        crew_give_policy(&lapses->gate->crew, &lapses->gate->in_force);
}

static void look(struct lapses *lapses)
{
    size_t count = 0;
    const struct policy_lapse *list = policy_lapses(lapses->policy, &count);
    int64_t now_us = clock_wall_us();
    if (count == 0)
        return;
    size_t lapsed = policy_lapsed(lapses->policy, now_us);
    bool is_told = tell_all(lapses, list, lapsed);
    warn(lapses, list, lapsed, policy_lapsed(lapses->policy, now_us + POLICY_LAPSE_WARNING_US));
    wait(lapses, now_us, is_told);
}

static void on_time(void *context)
{
    struct lapses *lapses = context;
    size_t before = lapses->told;
    look(lapses);
    if (lapses->told > before)
        atomic_fetch_add(&lapses->count, lapses->told - before);
    if (lapses->told != before)
        judge_anew(lapses);
}

/* The moments change only with the policy. */
static void write_metrics(struct lapses *lapses)
{
    size_t count = 0;
    const struct policy_lapse *list = policy_lapses(lapses->policy, &count);
    pthread_mutex_lock(&lapses->lock);
    buffer_empty(&lapses->metrics);
    for (size_t i = 0; i < count; i++)
        admin_lapse_write(list[i].rule->id.text, list[i].until_us, &lapses->metrics);
    pthread_mutex_unlock(&lapses->lock);
}

struct lapses *lapses_new(struct gate *gate)
{
    struct lapses *lapses = base_zalloc(sizeof(*lapses));
    lapses->gate = gate;
    lapses->timer = timer_new(gate->loop, on_time, lapses);
    pthread_mutex_init(&lapses->lock, NULL);
    return lapses;
}

void lapses_watch(struct lapses *lapses)
{
    if (lapses->policy == lapses->gate->in_force.policy)
        return;
    lapses->policy = lapses->gate->in_force.policy;
    lapses->told = 0;
    lapses->warned = 0;
    timer_stop(lapses->timer);
    write_metrics(lapses);
    look(lapses);
}

void lapses_look(struct lapses *lapses, struct buffer *metrics, uint64_t *count)
{
    pthread_mutex_lock(&lapses->lock);
    buffer_empty(metrics);
    buffer_append(metrics, buffer_text(&lapses->metrics));
    pthread_mutex_unlock(&lapses->lock);
    *count = atomic_load(&lapses->count);
}

void lapses_free(struct lapses *lapses)
{
    if (lapses == NULL)
        return;
    timer_free(lapses->timer);
    buffer_clear(&lapses->metrics);
    pthread_mutex_destroy(&lapses->lock);
    base_free(lapses);
}
