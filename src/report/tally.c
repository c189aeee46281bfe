/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over a period, counted. */
#include "tally.h"

#include "exeat/base/memory.h"
#include "exeat/model/found.h"

static const int64_t second_us = 1000000;

/* The finest step that gives at most BUCKETS_MAX buckets. */
static const struct step {
    int64_t seconds;
    int64_t span; /* seconds up to which it is used */
    const char *name;
} steps[] = {
    {60, 3LL * 3600, "minute"},
    {3600, 8LL * 86400, "hour"},
    {86400, 370LL * 86400, "day"},
    {30LL * 86400, 30LL * 86400 * BUCKETS_MAX, "30 days"},
};

static const struct step *step_of(int64_t span_us)
{
    for (size_t i = 0; i + 1 < COUNT_OF(steps); i++)
        if (span_us <= steps[i].span * second_us)
            return &steps[i];
    return &steps[COUNT_OF(steps) - 1];
}

const char *tally_bucket_name(const struct tally *tally)
{
    return step_of(tally->period.last_us - tally->period.first_us)->name;
}

int64_t tally_bucket_start(const struct tally *tally, size_t index)
{
    return tally->period.first_us - tally->period.first_us % tally->period.bucket_us +
           (int64_t)index * tally->period.bucket_us;
}

const char *flow_end_name(enum flow_end end)
{
    static const char *const names[] = {"local model", "kept answer", "model list", "fixed text",
                                        "blocked",     "let out",     "failed",     "under way"};
    _Static_assert(COUNT_OF(names) == FLOW_ENDS, "every end has a name");
    return names[end];
}

/* --- the period
 * ---------------------------------------------------------------------------------------------------------- */

uint64_t tally_flow(const struct tally *tally, enum flow_end end)
{
    return tally->calls.flow.ends[end];
}

static void widen(struct tally *tally, struct store_reader *reader, uint64_t sequence)
{
    struct store_row row;
    store_reader_seek(reader, sequence);
    if (store_reader_next(reader, &row) != STORE_ROW)
        return;
    if (tally->period.first_us == 0 || row.wall_us < tally->period.first_us)
        tally->period.first_us = row.wall_us;
    if (row.wall_us > tally->period.last_us)
        tally->period.last_us = row.wall_us;
}

/* What was asked for, else what the log's first and last record say. */
static void set_period(struct tally *tally, struct store_reader *reader, const struct export_filter *filter)
{
    uint64_t size = store_reader_size(reader);
    widen(tally, reader, store_reader_first(reader));
    if (size > store_reader_first(reader))
        widen(tally, reader, size - 1);
    if (filter->since_us != 0)
        tally->period.first_us = filter->since_us;
    if (filter->until_us != 0 && filter->until_us < tally->period.last_us)
        tally->period.last_us = filter->until_us;
    if (tally->period.last_us < tally->period.first_us)
        tally->period.last_us = tally->period.first_us;
    tally->period.bucket_us = step_of(tally->period.last_us - tally->period.first_us)->seconds * second_us;
    int64_t start = tally_bucket_start(tally, 0);
    tally->period.bucket_count = (size_t)((tally->period.last_us - start) / tally->period.bucket_us) + 1;
    if (tally->period.bucket_count > BUCKETS_MAX)
        tally->period.bucket_count = BUCKETS_MAX;
    tally->period.buckets = base_array(tally->period.bucket_count, sizeof(*tally->period.buckets));
    store_reader_seek(reader, store_reader_first(reader));
}

/* A clock that was set may have records outside: they belong to the nearest bucket. */
static struct tally_bucket *bucket_of(struct tally *tally, int64_t wall_us)
{
    int64_t at = (wall_us - tally_bucket_start(tally, 0)) / tally->period.bucket_us;
    if (at < 0)
        at = 0;
    if ((size_t)at >= tally->period.bucket_count)
        at = (int64_t)tally->period.bucket_count - 1;
    return &tally->period.buckets[at];
}

/* --- requests
 * ------------------------------------------------------------------------------------------------------------ */

/* What the gate gave by itself. Records written before `builtin` was there are of fixed texts. */
static enum flow_end own_end(struct text builtin)
{
    if (text_equal(builtin, TEXT("cache")))
        return FLOW_KEPT;
    return text_equal(builtin, TEXT("models")) ? FLOW_LISTED : FLOW_CANNED;
}

static enum flow_end end_of(const struct export_item *item)
{
    if (!item->decision.observed && (item->decision.verdict == VERDICT_DENY || item->decision.verdict == VERDICT_ERROR))
        return FLOW_BLOCKED;
    if (!item->has_outcome)
        return FLOW_UNKNOWN;
    switch (item->outcome.done) {
    case PLAN_REROUTE:
        return item->outcome.reason == REASON_NONE ? FLOW_LOCAL : FLOW_FAILED;
    case PLAN_ANSWER:
        return own_end(item->outcome.service.builtin);
    case PLAN_TUNNEL:
    case PLAN_FORWARD:
        return FLOW_OUT;
    case PLAN_OPEN:
    case PLAN_REFUSE:
        break;
    }
    return FLOW_FAILED;
}

static void add_with_bytes(struct counters *counters, struct text name, const struct export_item *item)
{
    struct counter *counter = counters_add(counters, name, item->decision.verdict, item->head.wall_us);
    if (counter == NULL)
        return;
    counter->bytes_up += item->outcome.bytes_up;
    counter->bytes_down += item->outcome.bytes_down;
}

static void count_model(struct tally *tally, const struct export_item *item)
{
    const struct decision_record *decision = &item->decision;
    struct buffer name = {0};
    if (decision->llm.model.length == 0 && item->outcome.served_model.length == 0)
        return;
    buffer_append(&name, decision->llm.provider);
    buffer_append(&name, TEXT(": "));
    buffer_append(&name, decision->llm.model.length > 0 ? decision->llm.model : TEXT("(not said)"));
    buffer_append(&name, TEXT(" -> "));
    buffer_append(&name, item->outcome.served_model.length > 0 ? item->outcome.served_model : TEXT("none"));
    (void)counters_add(&tally->models, buffer_text(&name), decision->verdict, item->head.wall_us);
    buffer_clear(&name);
}

/* No call is a question for the vendor's name, a connection that was opened (what is asked in it is), or what else a
 * host does. */
static bool is_call(const struct export_item *item)
{
    bool is_opened = item->has_outcome && item->outcome.done == PLAN_OPEN;
    const struct decision_record *decision = &item->decision;
    return decision->llm.operation != LLM_NONE && decision->llm.provider.length > 0 && decision->scheme != SCHEME_DNS &&
           !is_opened;
}

static void count_call(struct tally *tally, const struct export_item *item)
{
    const struct decision_record *decision = &item->decision;
    enum flow_end end = end_of(item);
    if (!is_call(item))
        return;
    bool is_rerouted = decision->verdict == VERDICT_REROUTE && !decision->observed;
    tally->calls.all++;
    tally->calls.rerouted += is_rerouted ? 1 : 0;
    tally->calls.fallbacks += is_rerouted && (end == FLOW_CANNED || end == FLOW_FAILED) ? 1 : 0;
    tally->calls.tokens_in += item->outcome.tokens_in;
    tally->calls.tokens_out += item->outcome.tokens_out;
    tally->calls.flow.ends[end]++;
    count_model(tally, item);
    const struct counter *counter =
        counters_add(&tally->providers, decision->llm.provider, decision->verdict, item->head.wall_us);
    if (counter == NULL)
        return;
    size_t index = (size_t)(counter - tally->providers.list);
    if (index >= tally->calls.flow_count) {
        tally->calls.flows = base_resize(tally->calls.flows, index + 1, sizeof(*tally->calls.flows));
        tally->calls.flows[index] = (struct flow){{0}};
        tally->calls.flow_count = index + 1;
    }
    tally->calls.flows[index].ends[end]++;
}

/* What was found in requests, or in answers. */
static void count_found(struct tally *tally, const struct export_item *item, struct text found, const char *where)
{
    struct buffer name = {0};
    struct found one;
    while (found_next(&found, &one)) {
        buffer_empty(&name);
        BUFFER_APPEND_ALL(&name, item->decision.rule, TEXT(": "), one.kind, text_from(where), TEXT(", "), one.action);
        struct counter *counter =
            counters_add(&tally->found, buffer_text(&name), item->decision.verdict, item->head.wall_us);
        if (counter != NULL)
            counter->count += one.count - 1;
        bucket_of(tally, item->head.wall_us)->found += one.count;
    }
    buffer_clear(&name);
}

/* Where a secret went that the gate put in. */
static void count_credential(struct tally *tally, const struct export_item *item)
{
    const struct decision_record *decision = &item->decision;
    struct buffer name = {0};
    if (decision->credential.length == 0)
        return;
    buffer_printf(
        &name, "%.*s -> %s://%.*s:%u", TEXT_ARG(decision->credential), scheme_name(decision->scheme),
        TEXT_ARG(decision->host), (unsigned)decision->port);
    (void)counters_add(&tally->credentials, buffer_text(&name), decision->verdict, item->head.wall_us);
    buffer_clear(&name);
}

static void count_outcome(struct tally *tally, const struct export_item *item)
{
    tally->requests.unfinished += item->has_outcome ? 0 : 1;
    tally->requests.bytes_up += item->outcome.bytes_up;
    tally->requests.bytes_down += item->outcome.bytes_down;
    tally->requests.with_address += item->outcome.address.length > 0 ? 1 : 0;
    bool was_let = item->decision.verdict == VERDICT_ALLOW || item->decision.verdict == VERDICT_REROUTE;
    tally->requests.failed += was_let && item->outcome.reason != REASON_NONE ? 1 : 0;
}

static void count_request(struct tally *tally, const struct export_item *item)
{
    const struct decision_record *decision = &item->decision;
    size_t verdict = (size_t)decision->verdict < VERDICT_SLOTS ? (size_t)decision->verdict : 0;
    tally->requests.all++;
    tally->requests.verdicts[verdict]++;
    bucket_of(tally, item->head.wall_us)->verdicts[verdict]++;
    enum reason reason = export_item_reason(item);
    tally->requests.reasons[reason < REASON_COUNT ? reason : REASON_INTERNAL]++;
    tally->requests.observed += decision->observed ? 1 : 0;
    tally->requests.with_client += decision->client.length > 0 ? 1 : 0;
    tally->requests.with_private +=
        decision->personal.path.length > 0 || decision->personal.client_address.length > 0 ? 1 : 0;
    struct text host = decision->host.length > 0 ? decision->host : TEXT("(malformed)");
    add_with_bytes(&tally->hosts, host, item);
    if (decision->client.length > 0)
        add_with_bytes(&tally->clients, decision->client, item);
    count_found(tally, item, decision->found, "");
    count_found(tally, item, item->outcome.found, " in answers");
    count_credential(tally, item);
    count_outcome(tally, item);
    count_call(tally, item);
}

/* --- the gate's own life
 * ----------------------------------------------------------------------------------------------- */

static void keep_event(struct tally *tally, const struct export_item *item)
{
    struct buffer what = {0};
    if (item->head.kind == RECORD_HEARTBEAT)
        return;
    if (tally->events.count == EVENTS_MAX) {
        tally->events.beyond++;
        return;
    }
    export_item_sentence(item, &what);
    tally->events.list = base_resize(tally->events.list, tally->events.count + 1, sizeof(*tally->events.list));
    tally->events.list[tally->events.count++] = (struct tally_event){
        item->head.kind, item->head.sequence, item->head.wall_us, arena_text(&tally->texts, buffer_text(&what))};
    buffer_clear(&what);
}

static void count_life(struct tally *tally, const struct export_item *item)
{
    struct tally_bucket *bucket = bucket_of(tally, item->head.wall_us);
    bucket->starts += item->head.kind == RECORD_OPEN ? 1 : 0;
    bucket->policies += item->head.kind == RECORD_POLICY ? 1 : 0;
    bucket->gaps += item->head.kind == RECORD_GAP ? 1 : 0;
    keep_event(tally, item);
}

static void count_item(struct tally *tally, const struct export_item *item)
{
    tally->kinds[item->head.kind < COUNT_OF(tally->kinds) ? item->head.kind : 0]++;
    bucket_of(tally, item->head.wall_us)->records++;
    if (export_item_is_request(item))
        count_request(tally, item);
    else
        count_life(tally, item);
}

bool tally_read(
    struct tally *tally, struct store_reader *reader, const struct export_filter *filter,
    const struct export_progress *progress, char **error)
{
    struct export_requests_options options = {.filter = filter, .progress = progress};
    struct export_item *item;
    enum store_read read;
    *tally = (struct tally){0};
    set_period(tally, reader, filter);
    struct export_requests *requests = export_requests_new(reader, &options);
    while ((read = export_requests_next(requests, &item)) == STORE_ROW)
        count_item(tally, item);
    while (read == STORE_END && (item = export_requests_rest(requests)) != NULL)
        count_item(tally, item);
    if (read == STORE_UNREADABLE)
        *error = export_requests_error(requests);
    export_requests_free(requests);
    return read == STORE_END;
}

void tally_clear(struct tally *tally)
{
    counters_clear(&tally->hosts);
    counters_clear(&tally->clients);
    counters_clear(&tally->found);
    counters_clear(&tally->credentials);
    counters_clear(&tally->providers);
    counters_clear(&tally->models);
    base_free(tally->period.buckets);
    base_free(tally->calls.flows);
    base_free(tally->events.list);
    arena_clear(&tally->texts);
}
