/* SPDX-License-Identifier: Apache-2.0 */
/* Where nobody waits for the disk, chunks go into the open transaction as they end. What is in it is on disk with the
 * commit and not before, once and in order, whatever fails in between. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "store_fixture.h"
#include "writer.h"

/* --- a writer without its thread, and a port --- */

struct scene {
    struct audit *audit;
    struct writer *writer;
    struct audit_port *port;
    uint16_t handed;
};

static void begin(struct fixture *fixture, struct scene *scene)
{
    char *error = NULL;
    fixture->options.waits_for_disk = false;
    audit_close(open_store(fixture)); /* so that it has first records */
    *scene = (struct scene){.audit = base_zalloc(sizeof(*scene->audit)), .writer = base_zalloc(sizeof(*scene->writer))};
    scene->audit->options = fixture->options;
    scene->audit->directory = fixture->directory;
    pthread_mutex_init(&scene->audit->ports_lock, NULL);
    list_init(&scene->audit->ports);
    scene->writer->audit = scene->audit;
    scene->writer->segment = &scene->audit->segment;
    scene->writer->has_begun = true;
    struct store_log log = audit_log_of(scene->audit);
    assert_true(store_segment_open(&scene->audit->segment, &log, &error));
    record_loose_add_fields(&scene->writer->said, RECORD_ADMIN, (struct bytes){0});
    commit_batch(scene->writer, false);
    scene->port = audit_port_new(scene->audit);
}

static void end(struct scene *scene)
{
    struct writer *writer = scene->writer;
    struct audit_chunk *left;
    while ((left = port_take_chunk(scene->port, false)) != NULL)
        port_answer(scene->port, left);
    store_segment_close(&scene->audit->segment);
    audit_port_free(scene->port);
    buffer_clear(&writer->note);
    buffer_clear(&writer->salts);
    record_loose_clear(&writer->own);
    record_loose_clear(&writer->owed);
    record_loose_clear(&writer->said);
    base_free(writer);
    base_free(scene->audit);
}

static void hand_over_one(struct audit_port *port, uint8_t worker, uint16_t number)
{
    struct decision_record decision = a_decision("ahead.example");
    decision.id = (struct request_id){{worker, (uint8_t)(number >> 8), (uint8_t)number}};
    assert_int_equal(audit_port_decide(port, &decision, NULL), AUDIT_RECORDED);
    audit_port_forget(port);
}

/* Until one more chunk has ended; it, and not the one after it, is taken. */
static void end_and_take_a_chunk(struct scene *scene)
{
    struct audit_chunk *chunk;
    assert_null(port_take_chunk(scene->port, true));
    do
        hand_over_one(scene->port, 0, scene->handed++);
    while ((chunk = port_take_chunk(scene->port, true)) == NULL);
    scene->writer->batch[scene->writer->count++] = (struct taken_chunk){chunk, scene->port};
}

static void take_the_rest(struct scene *scene)
{
    struct audit_chunk *chunk = port_take_chunk(scene->port, false);
    assert_non_null(chunk);
    scene->writer->batch[scene->writer->count++] = (struct taken_chunk){chunk, scene->port};
}

/* Decisions of a worker on disk, in their order from 0 on. */
static int count_in_order(const struct fixture *fixture, uint8_t worker)
{
    char *error = NULL;
    struct store_row row;
    int count = 0;
    struct store_reader *reader = store_reader_open(fixture->directory, &error);
    assert_non_null(reader);
    while (store_reader_next(reader, &row) == STORE_ROW)
        if (row.kind == RECORD_DECISION && row.request.data[0] == worker)
            assert_int_equal(bytes_get_u16(row.request.data + 1), count++);
    store_reader_free(reader);
    return count;
}

static void run(struct scene *scene, const char *sql)
{
    assert_int_equal(sqlite3_exec(scene->audit->segment.database, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void let_files_grow(bool may)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = may ? limit.rlim_max : 1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* --- what holds --- */

static void what_is_done_ahead_is_seen_with_its_commit(void **state)
{
    struct scene scene;
    begin(*state, &scene);
    for (int i = 0; i < 3; i++) {
        end_and_take_a_chunk(&scene);
        assert_true(commit_ahead(scene.writer));
        assert_false(commit_ahead(scene.writer));
        assert_int_equal(count_in_order(*state, 0), 0);
    }
    take_the_rest(&scene);
    commit_batch(scene.writer, false);
    assert_int_equal(count_in_order(*state, 0), scene.handed);
    end(&scene);
}

static void nothing_is_done_ahead_of_what_must_come_first(void **state)
{
    struct scene scene;
    struct own_record life = {.kind = RECORD_ADMIN};
    begin(*state, &scene);
    end_and_take_a_chunk(&scene);
    scene.writer->life = &life;
    assert_false(commit_ahead(scene.writer));
    scene.writer->life = NULL;
    scene.writer->lost = 1;
    assert_false(commit_ahead(scene.writer));
    scene.writer->lost = 0;
    scene.writer->has_begun = false;
    assert_false(commit_ahead(scene.writer));
    scene.writer->has_begun = true;
    record_loose_add_fields(&scene.writer->owed, RECORD_COMPLETION, (struct bytes){0});
    assert_false(commit_ahead(scene.writer));
    commit_batch(scene.writer, false);
    end(&scene);
}

static void what_cannot_be_done_ahead_is_done_by_the_commit(void **state)
{
    struct scene scene;
    begin(*state, &scene);
    end_and_take_a_chunk(&scene);
    assert_true(commit_ahead(scene.writer));
    run(&scene, "CREATE TEMP TRIGGER broken BEFORE INSERT ON batch BEGIN SELECT RAISE(ABORT, 'broken'); END");
    end_and_take_a_chunk(&scene);
    assert_false(commit_ahead(scene.writer));
    assert_true(scene.writer->is_urgent);
    run(&scene, "DROP TRIGGER IF EXISTS broken");
    commit_batch(scene.writer, false);
    assert_int_equal(count_in_order(*state, 0), scene.handed - 1); /* the last one is in a chunk of its own */
    end(&scene);
}

static void a_failed_commit_keeps_what_was_done_ahead(void **state)
{
    struct scene scene;
    begin(*state, &scene);
    uint64_t size = scene.audit->segment.tree.size;
    end_and_take_a_chunk(&scene);
    assert_true(commit_ahead(scene.writer));
    signal(SIGXFSZ, SIG_IGN);
    let_files_grow(false);
    commit_batch(scene.writer, false);
    let_files_grow(true);
    assert_int_equal(scene.audit->segment.tree.size, size);
    assert_int_equal(scene.writer->count, 0);
    assert_int_equal(count_in_order(*state, 0), 0);
    take_the_rest(&scene);
    commit_batch(scene.writer, false);
    assert_int_equal(count_in_order(*state, 0), scene.handed);
    end(&scene);
}

/* --- with its thread --- */

static void an_ended_chunk_is_taken_though_nothing_is_due(void **state)
{
    struct fixture *fixture = *state;
    fixture->options.waits_for_disk = false;
    fixture->options.batch_ms = 600000;
    struct audit *audit = open_store(fixture);
    struct audit_port *port = audit_port_new(audit);
    uint16_t handed = 0;
    assert_true(audit_event(audit, RECORD_OPEN, (struct bytes){0}, NULL, 0, NULL));
    while (port->head < 3)
        hand_over_one(port, 0, handed++);
    while (atomic_load(&port->slots[0]) != NULL || atomic_load(&port->slots[1]) != NULL)
        sched_yield();
    assert_int_equal(count_in_order(fixture, 0), 0);
    assert_true(audit_event(audit, RECORD_ADMIN, (struct bytes){0}, NULL, 0, NULL)); /* commits all */
    assert_int_equal(count_in_order(fixture, 0), handed);
    audit_port_free(port);
    audit_close(audit);
    expect_signed_whole(fixture->directory);
}

enum { HANDED = 20000, WORKERS = 3 };
struct worker {
    pthread_t thread;
    struct audit *audit;
    uint8_t number;
};

static void *hand_many_over(void *context)
{
    struct worker *worker = context;
    struct audit_port *port = audit_port_new(worker->audit);
    for (uint16_t i = 0; i < HANDED; i++)
        hand_over_one(port, worker->number, i);
    audit_port_free(port);
    return NULL;
}

static void workers_for_whom_nobody_waits_keep_their_order_and_lose_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct worker workers[WORKERS] = {0};
    fixture->options.waits_for_disk = false;
    fixture->options.batch_ms = 2;
    fixture->options.segment_bytes = 3 << 20;
    struct audit *audit = open_store(fixture);
    assert_true(audit_event(audit, RECORD_OPEN, (struct bytes){0}, NULL, 0, NULL));
    for (uint8_t i = 0; i < WORKERS; i++) {
        workers[i] = (struct worker){.audit = audit, .number = i};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, hand_many_over, &workers[i]), 0);
    }
    for (size_t i = 0; i < WORKERS; i++)
        pthread_join(workers[i].thread, NULL);
    audit_close(audit);
    for (uint8_t i = 0; i < WORKERS; i++)
        assert_int_equal(count_in_order(fixture, i), HANDED);
    expect_signed_whole(fixture->directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_done_ahead_is_seen_with_its_commit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_done_ahead_of_what_must_come_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_done_ahead_is_done_by_the_commit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failed_commit_keeps_what_was_done_ahead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_ended_chunk_is_taken_though_nothing_is_due, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            workers_for_whom_nobody_waits_keep_their_order_and_lose_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
