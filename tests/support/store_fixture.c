/* SPDX-License-Identifier: Apache-2.0 */
/* A store on disk that a test fills through the writer's own port. */
#include "store_fixture.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"

int store_set_up(void **state)
{
    struct store_fixture *store = base_zalloc(sizeof(*store));
    char *error = NULL;
    text_store(TEXT("/tmp/exeat-evidence-XXXXXX"), store->directory, sizeof(store->directory));
    assert_non_null(mkdtemp(store->directory));
    store->key = signing_key_generate();
    struct audit_options options = {
        .directory = store->directory,
        .origin = TEXT("audit.example/test"),
        .key = store->key,
        .batch_ms = 1,
        .heartbeat_ms = 3600000,
    };
    store->audit = audit_open(&options, &error);
    assert_non_null(store->audit);
    store->port = audit_port_new(store->audit);
    *state = store;
    return 0;
}

int store_tear_down(void **state)
{
    struct store_fixture *store = *state;
    char command[128];
    for (; store->under_way > 0; store->under_way--)
        audit_port_forget(store->port);
    audit_port_free(store->port);
    audit_close(store->audit);
    snprintf(command, sizeof(command), "rm -r %s", store->directory);
    assert_int_equal(system(command), 0);
    signing_key_free(store->key);
    base_free(store);
    return 0;
}

void store_settle(struct store_fixture *store)
{
    struct audit_stats stats;
    do {
        audit_port_collect(store->port);
        sched_yield();
        audit_stats_read(store->audit, &stats);
    } while (stats.queued > 0);
}

void store_decide(struct store_fixture *store, uint64_t number, const char *host, enum verdict verdict)
{
    struct decision_record decision = {
        .verdict = verdict,
        .plan = PLAN_FORWARD,
        .reason = REASON_RULE,
        .host = text_from(host),
        .personal.path = TEXT("/p")};
    bytes_put_u64(decision.id.bytes, number);
    bytes_put_u64(decision.id.bytes + 8, number);
    while (audit_port_decide(store->port, &decision, NULL) == AUDIT_REFUSED)
        store_settle(store);
    store->under_way++;
}

void store_end(struct store_fixture *store, uint64_t number, enum reason reason)
{
    struct outcome_record outcome = {.done = PLAN_FORWARD, .reason = reason, .status = 200};
    bytes_put_u64(outcome.id.bytes, number);
    bytes_put_u64(outcome.id.bytes + 8, number);
    audit_port_complete(store->port, &outcome);
    store->under_way--;
}

struct store_reader *store_reader(const struct store_fixture *store)
{
    char *error = NULL;
    struct store_reader *reader = store_reader_open(store->directory, &error);
    if (reader == NULL)
        fail_msg("%s", error);
    return reader;
}
