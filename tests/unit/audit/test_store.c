/* SPDX-License-Identifier: Apache-2.0 */
/* The store on a real disk: what is answered is there, and what was tampered with does not start. */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "audit_internal.h"
#include "exeat/base/memory.h"
#include "store_fixture.h"
#include "writer.h"

static void an_answered_decision_can_be_read_back(void **state)
{
    struct fixture *fixture = *state;
    struct audit *audit = open_store(fixture);
    struct audit_port *port = audit_port_new(audit);
    decide(port, "evil.example");
    char *error = NULL;
    struct store_reader *reader = store_reader_open(fixture->directory, &error);
    assert_non_null(reader);
    struct store_row row;
    assert_int_equal(store_reader_next(reader, &row), STORE_ROW);
    assert_int_equal(row.kind, RECORD_OPEN);
    assert_int_equal(store_reader_next(reader, &row), STORE_ROW);
    assert_int_equal(row.kind, RECORD_DECISION);
    assert_int_equal(row.verdict, VERDICT_DENY);
    assert_true(text_equal(row.host, TEXT("evil.example")));
    assert_int_equal(row.salt.length, RECORD_SALT_SIZE);
    store_reader_free(reader);
    audit_port_free(port);
    audit_close(audit);
}

static void mark_in(const struct fixture *fixture, const char *secret, uint8_t mark[AUDIT_MARK_SIZE])
{
    struct audit *audit = open_store(fixture);
    struct audit_port *port = audit_port_new(audit);
    audit_port_mark(port, text_from(secret), mark);
    audit_port_free(port);
    audit_close(audit);
}

/* Who has the key can tell which secret it was; nobody else. */
static void a_secret_has_the_same_mark_as_long_as_the_log_has_the_same_key(void **state)
{
    uint8_t marks[4][AUDIT_MARK_SIZE];
    void *other = NULL;
    assert_int_equal(set_up(&other), 0);
    mark_in(*state, "a secret", marks[0]);
    mark_in(*state, "a secret", marks[1]);
    mark_in(*state, "another secret", marks[2]);
    mark_in(other, "a secret", marks[3]);
    assert_memory_equal(marks[0], marks[1], AUDIT_MARK_SIZE);
    assert_memory_not_equal(marks[0], marks[2], AUDIT_MARK_SIZE);
    assert_memory_not_equal(marks[0], marks[3], AUDIT_MARK_SIZE);
    assert_int_equal(tear_down(&other), 0);
}

static void a_store_goes_on_where_it_ended(void **state)
{
    struct fixture *fixture = *state;
    for (int round = 0; round < 3; round++) {
        struct audit *audit = open_store(fixture);
        struct audit_port *port = audit_port_new(audit);
        decide(port, "a.example");
        audit_port_free(port);
        audit_close(audit);
    }
    char *error = NULL;
    struct store_reader *reader = store_reader_open(fixture->directory, &error);
    struct store_row row;
    struct tlog_tree tree = {0};
    struct digest leaf;
    uint64_t expected = 0;
    while (store_reader_next(reader, &row) == STORE_ROW) {
        assert_int_equal(row.sequence, expected++);
        tlog_leaf(row.body, &leaf);
        tlog_tree_append(&tree, &leaf);
    }
    assert_int_equal(expected, 3 * 4); /* open, decision, completion, close */
    struct buffer note = {0};
    uint64_t size = 0;
    assert_true(store_reader_checkpoint(reader, expected - 1, &size, &note));
    struct tlog_checkpoint checkpoint;
    struct digest root;
    uint8_t key[VERIFY_KEY_SIZE];
    signing_key_public(fixture->key, key);
    tlog_tree_root(&tree, &root);
    assert_true(tlog_checkpoint_parse(buffer_text(&note), &checkpoint));
    assert_true(digest_equal(&checkpoint.root, &root));
    assert_true(tlog_checkpoint_verify(buffer_text(&note), fixture->options.origin, key));
    buffer_clear(&note);
    store_reader_free(reader);
}

static void two_processes_never_write_one_store(void **state)
{
    struct fixture *fixture = *state;
    struct audit *audit = open_store(fixture);
    char *error = NULL;
    assert_null(audit_open(&fixture->options, &error));
    assert_non_null(strstr(error, "another exeat writes this audit store"));
    base_free(error);
    audit_close(audit);
}

static void a_cut_tail_does_not_start(void **state)
{
    struct fixture *fixture = *state;
    audit_close(open_store(fixture));
    run_sql(fixture, "seg-0000000000000000.db", "DELETE FROM rec WHERE seq = (SELECT max(seq) FROM rec)");
    expect_refused(fixture, "its records do not end where its tree ends");
}

static void another_key_does_not_go_on_with_a_store(void **state)
{
    struct fixture *fixture = *state;
    audit_close(open_store(fixture));
    signing_key_free(fixture->key);
    fixture->key = signing_key_generate();
    fixture->options.key = fixture->key;
    expect_refused(fixture, "signed by another key");
}

static void records_cannot_be_changed_by_accident(void **state)
{
    struct fixture *fixture = *state;
    audit_close(open_store(fixture));
    char path[128];
    sqlite3 *database = NULL;
    snprintf(path, sizeof(path), "%s/seg-0000000000000000.db", fixture->directory);
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, "UPDATE rec SET ts = 0", NULL, NULL, NULL), SQLITE_CONSTRAINT);
    assert_int_equal(sqlite3_exec(database, "DELETE FROM rec", NULL, NULL, NULL), SQLITE_CONSTRAINT);
    sqlite3_close(database);
}

static void a_cancelled_wait_is_not_called_and_the_record_stays(void **state)
{
    struct fixture *fixture = *state;
    struct audit *audit = open_store(fixture);
    struct audit_port *port = audit_port_new(audit);
    struct decision_record decision = a_decision("gone.example");
    struct waiter waiter = {.wait.on_durable = on_durable};
    assert_int_equal(audit_port_decide(port, &decision, &waiter.wait), AUDIT_WAITS);
    assert_true(audit_wait_cancel(&waiter.wait));
    struct outcome_record outcome = {.id = decision.id, .done = PLAN_REFUSE, .reason = REASON_CLIENT_GONE};
    audit_port_complete(port, &outcome);
    audit_port_free(port);
    audit_close(audit);
    assert_int_equal(waiter.calls, 0);
    char *error = NULL;
    struct store_reader *reader = store_reader_open(fixture->directory, &error);
    assert_int_equal(store_reader_size(reader), 4);
    store_reader_free(reader);
}

/* No file may grow: each commit fails until the limit is lifted. */
static void let_files_grow(bool may)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = may ? limit.rlim_max : 1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void on_answer(struct audit_wait *wait, bool durable)
{
    struct waiter *waiter = (struct waiter *)wait;
    waiter->calls++;
    waiter->durable = durable;
}

/* Of each kind on disk, by host. */
struct tally {
    unsigned decisions;
    unsigned outcomes;
};
static void count_pairs(const struct fixture *fixture, uint8_t number, struct tally *tally)
{
    char *error = NULL;
    struct store_reader *reader = store_reader_open(fixture->directory, &error);
    struct store_row row;
    *tally = (struct tally){0};
    while (store_reader_next(reader, &row) == STORE_ROW) {
        if (row.request.length == 0 || row.request.data[0] != number)
            continue;
        if (row.kind == RECORD_COMPLETION)
            assert_int_equal(tally->decisions, 1); /* never before its decision */
        tally->decisions += row.kind == RECORD_DECISION ? 1 : 0;
        tally->outcomes += row.kind == RECORD_COMPLETION ? 1 : 0;
    }
    store_reader_free(reader);
}

static struct decision_record numbered(uint8_t number)
{
    struct decision_record decision = a_decision("full.example");
    decision.id.bytes[0] = number;
    return decision;
}

static void end(struct audit_port *port, const struct decision_record *decision)
{
    struct outcome_record outcome = {.id = decision->id, .done = PLAN_REFUSE, .reason = REASON_CLIENT_GONE};
    audit_port_complete(port, &outcome);
}

/* Three requests of one batch: one is waited for to the end, one that nobody waits for, one whose wait is given up
 * sooner or later. */
static void fail_a_batch(struct audit_port *port, uint8_t number, bool *kept)
{
    struct decision_record waited = numbered(number);
    struct decision_record alone = numbered((uint8_t)(number + 1));
    struct decision_record left = numbered((uint8_t)(number + 2));
    struct waiter patient = {.wait.on_durable = on_answer};
    struct waiter hasty = {.wait.on_durable = on_answer};
    assert_int_equal(audit_port_decide(port, &alone, NULL), AUDIT_RECORDED);
    assert_int_equal(audit_port_decide(port, &left, &hasty.wait), AUDIT_WAITS);
    assert_int_equal(audit_port_decide(port, &waited, &patient.wait), AUDIT_WAITS);
    end(port, &alone);
    for (int i = 0; i < number % 7; i++)
        sched_yield();
    *kept = audit_wait_cancel(&hasty.wait);
    if (*kept)
        end(port, &left);
    else
        audit_port_forget(port);
    while (patient.calls == 0)
        collect_one(port);
    assert_false(patient.durable);
    audit_port_forget(port);
    assert_int_equal(hasty.calls, 0);
}

static void a_failed_commit_leaves_no_outcome_without_its_decision(void **state)
{
    enum { ROUNDS = 20 };
    struct fixture *fixture = *state;
    bool kept[ROUNDS];
    struct tally tally;
    struct audit *audit = open_store(fixture);
    struct audit_port *port = audit_port_new(audit);
    signal(SIGXFSZ, SIG_IGN);
    let_files_grow(false);
    for (uint8_t i = 0; i < ROUNDS; i++)
        fail_a_batch(port, (uint8_t)(1 + 3 * i), &kept[i]);
    let_files_grow(true);
    audit_port_free(port);
    audit_close(audit);
    for (uint8_t i = 0; i < ROUNDS; i++) {
        count_pairs(fixture, (uint8_t)(1 + 3 * i), &tally);
        assert_true(tally.decisions == 0 && tally.outcomes == 0); /* its caller was told that it is lost */
        count_pairs(fixture, (uint8_t)(2 + 3 * i), &tally);
        assert_true(tally.decisions == 1 && tally.outcomes == 1);
        count_pairs(fixture, (uint8_t)(3 + 3 * i), &tally);
        assert_int_equal(tally.decisions, kept[i] ? 1 : 0);
        assert_int_equal(tally.outcomes, kept[i] ? 1 : 0);
    }
}

/* --- layouts and ends --- */

static void sealing_changes_no_byte_of_a_record(void **state)
{
    struct fixture *fixture = *state;
    struct audit *audit = open_store(fixture);
    struct audit_port *port = audit_port_new(audit);
    for (int i = 0; i < 600; i++)
        decide(port, i % 3 == 0 ? "a.example" : "b.example");
    audit_port_free(port);
    struct buffer hot = {0};
    struct buffer sealed = {0};
    read_everything(fixture, &hot);
    assert_true(has_file(fixture, "seg-0000000000000000.hot"));
    audit_close(audit);
    read_everything(fixture, &sealed);
    assert_false(has_file(fixture, "seg-0000000000000000.hot") || has_file(fixture, "seg-0000000000000000.hot-wal"));
    assert_true(sealed.length > hot.length); /* by CLOSE */
    assert_memory_equal(sealed.data, hot.data, hot.length);
    buffer_clear(&hot);
    buffer_clear(&sealed);
}

static void after_a_crash_the_same_segment_goes_on(void **state)
{
    struct fixture *fixture = *state;
    pid_t child = fork();
    if (child == 0) {
        char *error = NULL;
        struct audit *audit = audit_open(&fixture->options, &error);
        struct audit_port *port = audit == NULL ? NULL : audit_port_new(audit);
        if (port != NULL)
            decide(port, "before.example");
        _exit(port == NULL);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_true(has_file(fixture, "seg-0000000000000000.hot"));
    audit_close(open_store(fixture));
    struct buffer all = {0};
    read_everything(fixture, &all);
    assert_non_null(memmem(all.data, all.length, "before.example", 14));
    assert_non_null(memmem(all.data, all.length, "start_after_crash", 17));
    buffer_clear(&all);
    assert_true(has_file(fixture, "seg-0000000000000000.db"));
}

/* --- many workers at once --- */

enum { HANDED = 3000, WORKERS = 4 };
struct worker {
    pthread_t thread;
    struct audit *audit;
    uint8_t number;
    int durable;
};

static void on_one_more(struct audit_wait *wait, bool durable)
{
    struct waiter *waiter = (struct waiter *)(void *)wait;
    waiter->calls++;
    waiter->durable = durable;
}

static void *hand_over(void *context)
{
    struct worker *worker = context;
    struct audit_port *port = audit_port_new(worker->audit);
    struct waiter *waiters = base_array(HANDED, sizeof(*waiters));
    for (uint32_t i = 0; i < HANDED; i++) {
        struct decision_record decision = a_decision("load.example");
        decision.id = (struct request_id){{worker->number, (uint8_t)(i >> 8), (uint8_t)i}};
        waiters[i].wait.on_durable = on_one_more;
        if (audit_port_decide(port, &decision, &waiters[i].wait) != AUDIT_WAITS)
            break;
        struct outcome_record outcome = {.id = decision.id, .done = PLAN_REFUSE, .status = 403};
        audit_port_complete(port, &outcome);
        if (i % 16 == 0)
            audit_port_collect(port);
    }
    audit_port_free(port);
    for (size_t i = 0; i < HANDED; i++)
        worker->durable += waiters[i].calls == 1 && waiters[i].durable;
    base_free(waiters);
    return NULL;
}

static void each_worker_keeps_its_order_and_loses_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct audit *audit = open_store(fixture);
    struct worker workers[WORKERS] = {0};
    for (size_t i = 0; i < WORKERS; i++) {
        workers[i] = (struct worker){.audit = audit, .number = (uint8_t)i};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, hand_over, &workers[i]), 0);
    }
    for (size_t i = 0; i < WORKERS; i++) {
        pthread_join(workers[i].thread, NULL);
        assert_int_equal(workers[i].durable, HANDED);
    }
    audit_close(audit);
    char *error = NULL;
    struct store_row row;
    uint32_t seen[WORKERS] = {0};
    uint64_t expected = 0;
    struct store_reader *reader = store_reader_open(fixture->directory, &error);
    while (store_reader_next(reader, &row) == STORE_ROW) {
        assert_int_equal(row.sequence, expected++);
        if (row.kind != RECORD_DECISION)
            continue;
        assert_int_equal(bytes_get_u16(row.request.data + 1), seen[row.request.data[0]]++);
    }
    for (size_t i = 0; i < WORKERS; i++)
        assert_int_equal(seen[i], HANDED);
    assert_int_equal(expected, 2 * HANDED * WORKERS + 2);
    store_reader_free(reader);
}

static void wait_until_answered(struct audit *audit)
{
    struct audit_stats stats;
    do {
        sched_yield();
        audit_stats_read(audit, &stats);
    } while (stats.queued > 0);
}

static void a_worker_for_whom_nobody_waits_never_runs_out_of_room(void **state)
{
    struct fixture *fixture = *state;
    struct audit *audit = open_store(fixture);
    struct audit_port *port = audit_port_new(audit);
    for (size_t i = 0; i < CHUNK_COUNT + 8; i++) { /* each is taken away with its chunk before the next comes */
        struct decision_record decision = a_decision("load.example");
        struct outcome_record outcome = {.id = decision.id, .done = PLAN_REFUSE, .status = 403};
        assert_int_equal(audit_port_decide(port, &decision, NULL), AUDIT_RECORDED);
        audit_port_complete(port, &outcome);
        wait_until_answered(audit);
    }
    audit_port_free(port);
    audit_close(audit);
}

/* Sizes of the newest checkpoint (0: there is none) and of the log. */
static uint64_t signed_size(struct fixture *fixture, uint64_t *size)
{
    char *error = NULL;
    struct buffer note = {0};
    uint64_t covered = 0;
    struct store_reader *reader = store_reader_open(fixture->directory, &error);
    assert_non_null(reader);
    if (!store_reader_newest(reader, &covered, &note))
        covered = 0;
    *size = store_reader_size(reader);
    buffer_clear(&note);
    store_reader_free(reader);
    return covered;
}

static uint64_t live_shortly(struct fixture *fixture, enum audit_signing at_end, uint64_t *size)
{
    struct audit *audit = open_store(fixture);
    struct audit_port *port = audit_port_new(audit);
    decide(port, "a.example");
    audit_port_free(port);
    audit_hold(audit, at_end, false);
    audit_close(audit);
    return signed_size(fixture, size);
}

static void an_end_is_signed_unless_it_is_known_that_it_must_not_be(void **state)
{
    struct fixture *fixture = *state;
    uint64_t size;
    fixture->options.signing = AUDIT_SIGNS_LAST;
    for (int i = 0; i < 3; i++) {
        uint64_t covered = live_shortly(fixture, AUDIT_SIGNS_LAST, &size);
        assert_int_equal(covered, size);
    }
    uint64_t before = size;
    uint64_t covered = live_shortly(fixture, AUDIT_SIGNS_NOT, &size);
    assert_int_equal(covered, before);
    assert_true(size > before);
    covered = live_shortly(fixture, AUDIT_SIGNS, &size); /* what was left is covered, too */
    assert_int_equal(covered, size);
}

static void nothing_but_the_end_is_signed_before_a_witness_was_heard(void **state)
{
    struct fixture *fixture = *state;
    uint64_t size;
    fixture->options.signing = AUDIT_SIGNS_LAST;
    struct audit *audit = open_store(fixture);
    assert_true(audit_event_text(audit, RECORD_ADMIN, TEXT("test"), TEXT("")));
    assert_true(audit_roll(audit)); /* the end of a segment is no end of a run */
    assert_true(audit_event_text(audit, RECORD_ADMIN, TEXT("test"), TEXT("")));
    assert_int_equal(signed_size(fixture, &size), 0);
    audit_close(audit);
    uint64_t covered = signed_size(fixture, &size);
    assert_int_equal(covered, size);
}

/* A writer without its thread, on a store that nobody has open. */
static void begin_writer(const struct fixture *fixture, struct audit *audit, struct writer *writer)
{
    char *error = NULL;
    *audit = (struct audit){.options = fixture->options, .directory = (char *)(uintptr_t)fixture->directory};
    pthread_mutex_init(&audit->ports_lock, NULL);
    list_init(&audit->ports);
    *writer = (struct writer){.audit = audit, .segment = &audit->segment, .has_begun = true};
    struct store_log log = audit_log_of(audit);
    assert_true(store_segment_open(&audit->segment, &log, &error));
}

static void what_a_failed_commit_left_goes_before_the_last_record(void **state)
{
    struct fixture *fixture = *state;
    struct audit *audit = base_zalloc(sizeof(*audit));
    struct writer *writer = base_zalloc(sizeof(*writer));
    begin_writer(fixture, audit, writer);
    record_loose_add_fields(&writer->owed, RECORD_COMPLETION, (struct bytes){0});
    record_loose_add_fields(&writer->said, RECORD_ADMIN, (struct bytes){0});
    assert_true(writer_write_last(writer, RECORD_SEAL, (struct bytes){0}));
    store_segment_close(&audit->segment);
    char *error = NULL;
    struct store_row row;
    int64_t last = 0;
    uint64_t size;
    struct store_reader *reader = store_reader_open(fixture->directory, &error);
    while (store_reader_next(reader, &row) == STORE_ROW)
        last = row.kind;
    store_reader_free(reader);
    assert_int_equal(last, RECORD_SEAL);
    uint64_t covered = signed_size(fixture, &size);
    assert_true(size >= 3);
    assert_int_equal(covered, size);
    buffer_clear(&writer->note);
    buffer_clear(&writer->salts);
    record_loose_clear(&writer->own);
    record_loose_clear(&writer->owed);
    record_loose_clear(&writer->said);
    base_free(writer);
    base_free(audit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_answered_decision_can_be_read_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_secret_has_the_same_mark_as_long_as_the_log_has_the_same_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_goes_on_where_it_ended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_processes_never_write_one_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cut_tail_does_not_start, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_key_does_not_go_on_with_a_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(records_cannot_be_changed_by_accident, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failed_commit_leaves_no_outcome_without_its_decision, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cancelled_wait_is_not_called_and_the_record_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sealing_changes_no_byte_of_a_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(after_a_crash_the_same_segment_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_worker_keeps_its_order_and_loses_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_worker_for_whom_nobody_waits_never_runs_out_of_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_end_is_signed_unless_it_is_known_that_it_must_not_be, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_but_the_end_is_signed_before_a_witness_was_heard, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_failed_commit_left_goes_before_the_last_record, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
