/* SPDX-License-Identifier: Apache-2.0 */
/* Where commits are waited for, the hot segment's file grows ahead of its records; nobody else sees a difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "exeat/base/check.h"
#include "store_fixture.h"

#define HOT "seg-0000000000000000.hot"

static long wal_size(const struct fixture *fixture)
{
    char path[256];
    struct stat status;
    snprintf(path, sizeof(path), "%s/" HOT "-wal", fixture->directory);
    assert_int_equal(stat(path, &status), 0);
    return (long)status.st_size;
}

static void run_in(const struct fixture *fixture, const char *words)
{
    char command[512];
    snprintf(command, sizeof(command), "cd %s && %s", fixture->directory, words);
    assert_int_equal(system(command), 0);
}

/* Room is made before the next commit, so that the second decision finds that of the first. */
static struct audit *open_with_decisions(const struct fixture *fixture, struct audit_port **port, int count)
{
    struct audit *audit = open_store(fixture);
    *port = audit_port_new(audit);
    for (int i = 0; i < count; i++)
        decide(*port, "room.example");
    return audit;
}

static void close_all(struct audit *audit, struct audit_port *port)
{
    audit_port_free(port);
    audit_close(audit);
}

static void the_file_grows_ahead_of_commits_that_are_waited_for(void **state)
{
    enum { ROOM = 1 << 20 };
    struct audit_port *port;
    struct audit *audit = open_with_decisions(*state, &port, 2);
    long at_first = wal_size(*state);
    assert_true(at_first >= ROOM);
    for (int i = 0; i < 30; i++)
        decide(port, "room.example");
    assert_int_equal(wal_size(*state), at_first);
    for (int i = 0; i < 200; i++)
        decide(port, "room.example");
    assert_true(wal_size(*state) >= at_first + ROOM / 2);
    close_all(audit, port);
}

static void the_room_ends_where_the_segment_will(void **state)
{
    struct fixture *fixture = *state;
    struct audit_port *port;
    fixture->options.segment_bytes = 200 << 10;
    struct audit *audit = open_with_decisions(fixture, &port, 2);
    assert_int_equal(wal_size(fixture), 200 << 10);
    close_all(audit, port);
}

static void where_nobody_waits_no_room_is_made(void **state)
{
    struct fixture *fixture = *state;
    fixture->options.waits_for_disk = false;
    struct audit *audit = open_store(fixture);
    for (int i = 0; i < 2; i++)
        assert_true(audit_event(audit, RECORD_OPEN, (struct bytes){0}, NULL, 0, NULL));
    assert_true(wal_size(fixture) < 100 << 10);
    audit_close(audit);
}

/* As after a crash: zeros, or an old rest, stand after the last record. */
static void expect_to_go_on(struct fixture *fixture, const char *between)
{
    struct buffer before = {0};
    struct buffer after = {0};
    struct audit_port *port;
    struct audit *audit = open_with_decisions(fixture, &port, 20);
    read_everything(fixture, &before);
    run_in(fixture, "cp " HOT " kept && cp " HOT "-wal kept-wal");
    close_all(audit, port);
    run_in(fixture, "rm seg-* && mv kept " HOT " && mv kept-wal " HOT "-wal");
    run_in(fixture, between);
    audit = open_with_decisions(fixture, &port, 20);
    close_all(audit, port);
    read_everything(fixture, &after);
    assert_true(after.length > before.length);
    assert_memory_equal(after.data, before.data, before.length);
    expect_signed_whole(fixture->directory);
    buffer_clear(&before);
    buffer_clear(&after);
}

static void a_run_that_was_cut_goes_on_in_its_room(void **state)
{
    expect_to_go_on(*state, "true");
}

static void what_is_no_record_after_the_last_one_is_room_too(void **state)
{
    expect_to_go_on(*state, "dd if=/dev/urandom bs=4096 count=64 status=none conv=notrunc seek=192 of=" HOT "-wal");
}

static void a_file_that_ends_in_the_middle_of_its_room_is_whole(void **state)
{
    expect_to_go_on(*state, "truncate -s 700001 " HOT "-wal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_file_grows_ahead_of_commits_that_are_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_room_ends_where_the_segment_will, set_up, tear_down),
        cmocka_unit_test_setup_teardown(where_nobody_waits_no_room_is_made, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_run_that_was_cut_goes_on_in_its_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_record_after_the_last_one_is_room_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_ends_in_the_middle_of_its_room_is_whole, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
