/* SPDX-License-Identifier: Apache-2.0 */
/* Connecting to a host of which several addresses were judged: a race (RFC 8305 section 5). The next address is tried
 * when the one before has failed or is silent for a while, and the first that is connected wins. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "route_internal.h"

/* RFC 8305 section 8; where there are many, all of them have begun after two seconds. */
enum { ATTEMPT_DELAY_MS = 250, ALL_BEGUN_MS = 2000 };

static void race_free(struct connecting *race)
{
    struct list_node *node;
    while ((node = list_first(&race->attempts)) != NULL)
        attempt_free(list_owner(node, struct attempt, node));
    timer_free(race->delay);
    base_free(race);
}

void connecting_cancel(struct connecting *race)
{
    if (race != NULL)
        race_free(race);
}

/* --- the order -------------------------------------------------------------------------------------------------------
 */

/* The first from `start` on that is, or is not, of the same family as the first of all. */
static size_t next_of_family(const struct judged_address *all, size_t count, size_t start, bool same)
{
    while (start < count && (all[start].address.length == all[0].address.length) != same)
        start++;
    return start;
}

/* One of each family in turn (RFC 8305 section 4), each family in the order in which it was given. */
static void interleave(const struct judged_address *all, size_t count, struct judged_address *out)
{
    size_t next[2] = {next_of_family(all, count, 0, false), next_of_family(all, count, 0, true)};
    bool same = true;
    for (size_t i = 0; i < count; i++) {
        if (next[same] == count)
            same = !same;
        out[i] = all[next[same]];
        next[same] = next_of_family(all, count, next[same] + 1, same);
        if (next[!same] < count)
            same = !same;
    }
}

/* Those that failed lately come last. */
static void put_failed_last(const struct route *route, struct judged_address *to, size_t count)
{
    struct judged_address failed[RESOLVE_MAX];
    size_t good = 0;
    size_t bad = 0;
    for (size_t i = 0; i < count; i++) {
        if (memory_has_failed(route, &to[i]))
            failed[bad++] = to[i];
        else
            to[good++] = to[i];
    }
    memcpy(to + good, failed, bad * sizeof(*failed));
}

/* --- the race --------------------------------------------------------------------------------------------------------
 */

static void wait_for_next(struct connecting *race)
{
    uint64_t share = ALL_BEGUN_MS / race->count;
    if (race->next < race->count)
        timer_start(race->delay, share < ATTEMPT_DELAY_MS ? share : ATTEMPT_DELAY_MS);
}

static void start_next(struct connecting *race)
{
    if (race->next == race->count)
        return;
    attempt_start(race, &race->to[race->next++]);
    wait_for_next(race);
}

static void on_delay(void *context)
{
    start_next(context);
}

void race_goes_well(struct connecting *race)
{
    wait_for_next(race);
}

/* How far the way led says most about what is wrong with it. */
static int distance(enum reason reason)
{
    if (reason == REASON_UPSTREAM_TLS || reason == REASON_UPSTREAM_PIN || reason == REASON_UPSTREAM_REVOKED)
        return 3;
    return reason == REASON_CONNECT_FAILED ? 2 : 1;
}

static void note_failure(struct attempt *attempt, enum reason reason, const char *why)
{
    struct connecting *race = attempt->race;
    struct buffer line = {0};
    memory_note(race->route, &attempt->to, false);
    if (race->reason == REASON_NONE || distance(reason) > distance(race->reason))
        race->reason = reason;
    buffer_printf(&line, "%s%s", race->detail, race->detail[0] == '\0' ? "" : "; ");
    address_append(&line, &attempt->to.address);
    buffer_printf(&line, ": %s", why);
    text_store(buffer_text(&line), race->detail, sizeof(race->detail));
    buffer_clear(&line);
}

static void fail(struct connecting *race)
{
    char detail[sizeof(race->detail)];
    text_store(text_from(race->detail), detail, sizeof(detail));
    route_done on_done = race->on_done;
    void *context = race->context;
    enum reason reason = race->reason;
    race_free(race);
    on_done(context, NULL, reason, detail);
}

void race_lost(struct attempt *attempt, enum reason reason, const char *why)
{
    struct connecting *race = attempt->race;
    note_failure(attempt, reason, why);
    attempt_free(attempt);
    start_next(race);
    if (list_is_empty(&race->attempts))
        fail(race);
}

/* Whoever began before the winner and is not there yet was too slow. */
void race_won(struct attempt *winner)
{
    struct connecting *race = winner->race;
    for (struct list_node *node = list_first(&race->attempts); node != &winner->node;
         node = list_next(&race->attempts, node))
        memory_note(race->route, &list_owner(node, struct attempt, node)->to, false);
    memory_note(race->route, &winner->to, true);
    struct upstream *upstream = attempt_take_upstream(winner);
    route_done on_done = race->on_done;
    void *context = race->context;
    race_free(race);
    on_done(context, upstream, REASON_NONE, "");
}

void connecting_expire(struct connecting *race)
{
    struct list_node *node;
    while ((node = list_first(&race->attempts)) != NULL) {
        struct attempt *attempt = list_owner(node, struct attempt, node);
        note_failure(attempt, REASON_CONNECT_TIMEOUT, attempt_stage(attempt));
        attempt_free(attempt);
    }
    fail(race);
}

struct connecting *route_connect(struct route *route, const struct route_way *way, route_done on_done, void *context)
{
    ASSERT(way->count > 0 && way->count <= RESOLVE_MAX);
    struct connecting *race = base_zalloc(sizeof(*race));
    race->route = route;
    race->scheme = way->scheme;
    race->host = *way->host;
    race->trust = way->trust;
    race->on_done = on_done;
    race->context = context;
    race->count = way->count;
    list_init(&race->attempts);
    race->delay = timer_new(route->loop, on_delay, race);
    interleave(way->to, way->count, race->to);
    if (!memory_is_empty(route))
        put_failed_last(route, race->to, race->count);
    start_next(race);
    return race;
}
