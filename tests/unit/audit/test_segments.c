/* SPDX-License-Identifier: Apache-2.0 */
/* A store of many segments: rolling and sealing are not seen by who writes and by who reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <dirent.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <time.h>

#include "audit_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "store_fixture.h"

static int count_files(const struct fixture *fixture, const char *suffix)
{
    int count = 0;
    DIR *folder = opendir(fixture->directory);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += text_ends_with(text_from(entry->d_name), text_from(suffix));
    closedir(folder);
    return count;
}

static void record_policy(struct audit *audit, struct text body)
{
    struct store_blob blob = {.body = body};
    struct buffer fields = {0};
    digest_sha256(bytes_of_text(body), &blob.digest);
    record_field_append(&fields, 0x28, bytes_of_text(TEXT("policy")));
    assert_true(audit_event(audit, RECORD_POLICY, bytes_of_text(buffer_text(&fields)), &blob, 1, NULL));
    buffer_clear(&fields);
}

/* Some hundred decisions over several segments. */
static void fill(struct fixture *fixture)
{
    fixture->options.segment_bytes = 100 << 10;
    struct audit *audit = open_store(fixture);
    struct audit_port *port = audit_port_new(audit);
    record_policy(audit, TEXT("version: 1"));
    for (int i = 0; i < 200; i++)
        decide(port, "many.example");
    audit_port_free(port);
    audit_close(audit);
}

static void a_full_segment_is_sealed_and_the_next_goes_on(void **state)
{
    struct fixture *fixture = *state;
    struct buffer all = {0};
    fill(fixture);
    assert_true(count_files(fixture, ".priv.db") >= 4);
    assert_int_equal(count_files(fixture, ".hot"), 0);
    assert_int_equal(count_files(fixture, ".tmp"), 0);
    read_everything(fixture, &all); /* holds the order over all segments */
    buffer_clear(&all);
    struct stat status;
    char path[128];
    snprintf(path, sizeof(path), "%s/seg-0000000000000000.db", fixture->directory);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0440);
}

static void each_segment_says_what_was_in_force(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture);
    char *error = NULL;
    struct store_row row;
    struct digest digest;
    struct buffer body = {0};
    int kinds[RECORD_CONFIG + 1] = {0};
    struct store_reader *reader = store_reader_open(fixture->directory, &error);
    while (store_reader_next(reader, &row) == STORE_ROW)
        kinds[row.kind]++;
    int segments = count_files(fixture, ".priv.db");
    assert_int_equal(kinds[RECORD_OPEN], segments);
    assert_int_equal(kinds[RECORD_POLICY], segments);
    assert_int_equal(kinds[RECORD_SEAL], segments - 1);
    store_reader_free(reader);
    /* The oldest segments may go: the text is in all of them. */
    DIR *folder = opendir(fixture->directory);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[512];
        sqlite3 *database = NULL;
        sqlite3_stmt *statement = NULL;
        if (!text_ends_with(text_from(entry->d_name), TEXT(".db")) ||
            text_ends_with(text_from(entry->d_name), TEXT(".priv.db")))
            continue;
        snprintf(path, sizeof(path), "%s/%s", fixture->directory, entry->d_name);
        assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
        assert_int_equal(
            sqlite3_prepare_v2(database, "SELECT blob.body FROM policy JOIN blob USING(sha256)", -1, &statement, NULL),
            SQLITE_OK);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        assert_int_equal(sqlite3_column_bytes(statement, 0), 10);
        sqlite3_finalize(statement);
        sqlite3_close(database);
    }
    closedir(folder);
    digest_sha256(bytes_of_text(TEXT("version: 1")), &digest);
    reader = store_reader_open(fixture->directory, &error);
    assert_true(store_reader_blob(reader, &digest, &body));
    store_reader_free(reader);
    buffer_clear(&body);
}

static void a_reader_follows_over_rolling_and_sealing(void **state)
{
    struct fixture *fixture = *state;
    fixture->options.segment_bytes = 100 << 10;
    struct audit *audit = open_store(fixture);
    struct audit_port *port = audit_port_new(audit);
    char *error = NULL;
    struct store_row row;
    uint64_t expected = 0;
    struct store_reader *reader = store_reader_open(fixture->directory, &error);
    for (int i = 0; i < 200; i++) {
        decide(port, "many.example");
        while (store_reader_next(reader, &row) == STORE_ROW)
            assert_int_equal(row.sequence, expected++);
    }
    audit_port_free(port);
    audit_close(audit);
    while (store_reader_next(reader, &row) == STORE_ROW)
        assert_int_equal(row.sequence, expected++);
    assert_int_equal(expected, store_reader_size(reader));
    assert_true(expected > 400);
    store_reader_free(reader);
}

static void every_checkpoint_is_found_whatever_segment_it_lies_in(void **state)
{
    struct fixture *fixture = *state;
    fill(fixture);
    char *error = NULL;
    struct store_reader *reader = store_reader_open(fixture->directory, &error);
    struct store_row row;
    struct tlog_tree tree = {0};
    struct digest leaf;
    struct buffer note = {0};
    uint64_t size = 0;
    int found = 0;
    assert_true(store_reader_checkpoint(reader, 0, &size, &note));
    while (store_reader_next(reader, &row) == STORE_ROW) {
        struct tlog_checkpoint checkpoint;
        struct digest root;
        tlog_leaf(row.body, &leaf);
        tlog_tree_append(&tree, &leaf);
        if (tree.size != size)
            continue;
        tlog_tree_root(&tree, &root);
        assert_true(tlog_checkpoint_parse(buffer_text(&note), &checkpoint));
        assert_true(digest_equal(&root, &checkpoint.root));
        buffer_empty(&note);
        found++;
        if (!store_reader_checkpoint(reader, size, &size, &note))
            break;
    }
    assert_true(found >= count_files(fixture, ".priv.db"));
    assert_int_equal(tree.size, store_reader_size(reader));
    buffer_clear(&note);
    store_reader_free(reader);
}

/* --- what a crash leaves between two steps --- */

static void copy_file(const struct fixture *fixture, const char *from, const char *to)
{
    char command[512];
    snprintf(command, sizeof(command), "cp -p %s/%s %s/%s", fixture->directory, from, fixture->directory, to);
    assert_int_equal(system(command), 0);
}

/* A closed store, and beside it under other names what its hot segment was just before it was sealed. */
static void close_keeping_hot(struct fixture *fixture)
{
    struct audit *audit = open_store(fixture);
    struct audit_port *port = audit_port_new(audit);
    decide(port, "kept.example");
    audit_port_free(port);
    /* The sealer cannot put the file in its place. */
    char path[128];
    snprintf(path, sizeof(path), "%s/seg-0000000000000000.db/x", fixture->directory);
    path[strlen(path) - 2] = '\0';
    assert_int_equal(mkdir(path, 0700), 0);
    audit_close(audit);
    assert_int_equal(rmdir(path), 0);
    assert_true(has_file(fixture, "seg-0000000000000000.hot"));
    assert_false(has_file(fixture, "seg-0000000000000000.db"));
}

static void what_could_not_be_sealed_is_at_the_next_start(void **state)
{
    struct fixture *fixture = *state;
    struct buffer before = {0};
    struct buffer after = {0};
    close_keeping_hot(fixture);
    read_everything(fixture, &before);
    audit_close(open_store(fixture));
    assert_int_equal(count_files(fixture, ".hot"), 0);
    assert_int_equal(count_files(fixture, ".priv.db"), 2);
    read_everything(fixture, &after);
    assert_memory_equal(after.data, before.data, before.length);
    buffer_clear(&before);
    buffer_clear(&after);
}

static void the_remains_of_a_sealed_segment_are_removed(void **state)
{
    struct fixture *fixture = *state;
    struct buffer before = {0};
    struct buffer after = {0};
    close_keeping_hot(fixture);
    copy_file(fixture, "seg-0000000000000000.hot", "kept");
    copy_file(fixture, "seg-0000000000000000.hot-wal", "kept-wal");
    audit_close(open_store(fixture));
    copy_file(fixture, "kept", "seg-0000000000000000.hot");
    copy_file(fixture, "kept-wal", "seg-0000000000000000.hot-wal");
    read_everything(fixture, &before);
    audit_close(open_store(fixture));
    assert_int_equal(count_files(fixture, ".hot"), 0);
    assert_int_equal(count_files(fixture, ".hot-wal"), 0);
    read_everything(fixture, &after);
    assert_memory_equal(after.data, before.data, before.length);
    buffer_clear(&before);
    buffer_clear(&after);
}

static void a_changed_hot_segment_is_not_sealed(void **state)
{
    struct fixture *fixture = *state;
    close_keeping_hot(fixture);
    run_sql(
        fixture, "seg-0000000000000000.hot",
        "UPDATE batch SET body = CAST(replace(CAST(body AS TEXT), 'kept', 'Kept') AS BLOB) WHERE first = 1");
    expect_refused(fixture, "its records are not those that were signed");
    assert_true(has_file(fixture, "seg-0000000000000000.hot"));
}

static void expect_not_sealed(struct fixture *fixture, const char *why)
{
    char *error = NULL;
    assert_false(store_seal(fixture->directory, 0, &error));
    if (strstr(error, why) == NULL)
        fail_msg("expected \"%s\" in: %s", why, error);
    base_free(error);
    assert_true(has_file(fixture, "seg-0000000000000000.hot"));
    assert_false(has_file(fixture, "seg-0000000000000000.db"));
    assert_int_equal(count_files(fixture, ".tmp"), 0);
}

static void a_hot_segment_that_lacks_what_was_signed_is_not_sealed(void **state)
{
    struct fixture *fixture = *state;
    close_keeping_hot(fixture);
    run_sql(fixture, "seg-0000000000000000.hot", "DELETE FROM batch WHERE first = (SELECT max(first) FROM batch)");
    expect_not_sealed(fixture, "records that were signed are missing");
}

static void a_hot_segment_with_a_cut_batch_is_not_sealed(void **state)
{
    struct fixture *fixture = *state;
    close_keeping_hot(fixture);
    run_sql(
        fixture, "seg-0000000000000000.hot",
        "DROP TRIGGER ckpt_d; DELETE FROM ckpt; UPDATE batch SET body = substr(body, 1, length(body) - 1)"
        " WHERE first = (SELECT max(first) FROM batch)");
    expect_not_sealed(fixture, "a batch is not readable");
}

/* Zeros in place of the first page of a table. */
static void damage_table(struct fixture *fixture, const char *file, const char *table)
{
    enum { PAGE = 4096 };
    static const char zeros[PAGE];
    char path[128];
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    run_sql(fixture, file, ""); /* its log is folded into it */
    snprintf(path, sizeof(path), "%s/%s", fixture->directory, file);
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(database, "SELECT rootpage FROM sqlite_schema WHERE name=?1", -1, &statement, NULL),
        SQLITE_OK);
    sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    long at = (sqlite3_column_int(statement, 0) - 1) * PAGE;
    sqlite3_finalize(statement);
    sqlite3_close(database);
    FILE *stream = fopen(path, "r+");
    assert_int_equal(fseek(stream, at, SEEK_SET), 0);
    assert_int_equal(fwrite(zeros, 1, PAGE, stream), PAGE);
    assert_int_equal(fclose(stream), 0);
}

static void what_cannot_be_read_is_not_left_out_of_a_sealed_segment(void **state)
{
    struct fixture *fixture = *state;
    static const char *const tables[] = {"ckpt", "blob", "policy"};
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        close_keeping_hot(fixture);
        damage_table(fixture, "seg-0000000000000000.hot", tables[i]);
        expect_not_sealed(fixture, "read the segment");
        char command[128];
        snprintf(command, sizeof(command), "rm -r %s/*", fixture->directory);
        assert_int_equal(system(command), 0);
    }
}

/* --- what leaves a store lawfully, and where it goes --- */

static void wait_until(bool (*is_so)(struct fixture *fixture), struct fixture *fixture)
{
    for (int i = 0; i < 10000; i++) {
        if (is_so(fixture))
            return;
        usleep(1000);
    }
    fail_msg("it did not come");
}

static bool only_the_newest_is_left(struct fixture *fixture)
{
    return count_files(fixture, ".priv.db") == 1;
}

static void what_is_old_is_removed_and_every_later_proof_holds(void **state)
{
    struct fixture *fixture = *state;
    struct buffer all = {0};
    fill(fixture);
    fixture->options.retention_ms = 1;
    fixture->options.segment_bytes = 0;
    struct audit *audit = open_store(fixture);
    wait_until(only_the_newest_is_left, fixture);
    audit_close(audit);
    assert_false(has_file(fixture, "seg-0000000000000000.db"));
    read_everything(fixture, &all);
    assert_non_null(memmem(all.data, all.length, "audit.retention 0 s", 19));
    expect_signed_whole(fixture->directory);
    buffer_clear(&all);
    /* And the store goes on. */
    fixture->options.retention_ms = 0;
    audit_close(open_store(fixture));
    expect_signed_whole(fixture->directory);
}

static void erase_before(struct audit *audit, int64_t before_us, uint64_t expected)
{
    struct audit_erasing erasing;
    assert_true(audit_erase(audit, before_us, TEXT("a test")));
    do {
        usleep(1000);
        audit_erase_look(audit, &erasing);
    } while (erasing.state == AUDIT_ERASING);
    if (erasing.state != AUDIT_ERASED)
        fail_msg("%s", erasing.error);
    assert_int_equal(erasing.parts, expected);
}

static void erase_all(struct audit *audit, uint64_t expected)
{
    erase_before(audit, (int64_t)time(NULL) * 1000000 + 1000000, expected);
}

static void erased_private_parts_are_in_no_file(void **state)
{
    struct fixture *fixture = *state;
    fixture->options.segment_bytes = 100 << 10;
    struct audit *audit = open_store(fixture);
    struct audit_port *port = audit_port_new(audit);
    for (int i = 0; i < 60; i++)
        decide(port, "many.example");
    assert_true(count_files(fixture, ".hot") >= 1);
    assert_true(holds_bytes(fixture->directory, TEXT("/secret")));
    erase_all(audit, 60);
    assert_false(holds_bytes(fixture->directory, TEXT("/secret")));
    decide(port, "later.example");
    assert_true(holds_bytes(fixture->directory, TEXT("/secret")));
    erase_all(audit, 1);
    erase_all(audit, 0);
    audit_port_free(port);
    audit_close(audit);
    assert_false(holds_bytes(fixture->directory, TEXT("/secret")));
    assert_true(holds_bytes(fixture->directory, TEXT("later.example")));
    expect_signed_whole(fixture->directory);
    char *error = NULL;
    struct store_row row;
    int erased = 0;
    struct store_reader *reader = store_reader_open(fixture->directory, &error);
    while (store_reader_next(reader, &row) == STORE_ROW) {
        assert_int_equal(row.private_part.length, 0);
        erased += row.kind == RECORD_PRUNE;
    }
    assert_int_equal(erased, 3);
    store_reader_free(reader);
}

static void what_is_sealed_is_shipped_and_erased_there_too(void **state)
{
    struct fixture *fixture = *state;
    char ship[128];
    char folder[160];
    snprintf(ship, sizeof(ship), "%s/ship", fixture->directory);
    snprintf(folder, sizeof(folder), "%s/audit.example/test", ship);
    fixture->options.ship_directory = ship;
    struct audit *audit = open_store(fixture);
    struct audit_port *port = audit_port_new(audit);
    decide(port, "shipped.example");
    audit_port_free(port);
    audit_close(audit); /* drains: seals and ships */
    expect_signed_whole(folder);
    assert_true(holds_bytes(folder, TEXT("shipped.example")));
    assert_true(holds_bytes(folder, TEXT("/secret")));
    assert_true(has_file(fixture, "ship/audit.example/test/checkpoint"));
    audit = open_store(fixture);
    erase_all(audit, 1);
    audit_close(audit);
    assert_false(holds_bytes(folder, TEXT("/secret")));
    expect_signed_whole(folder);
}

static void nothing_is_removed_before_it_is_shipped(void **state)
{
    struct fixture *fixture = *state;
    char ship[128];
    fill(fixture);
    int segments = count_files(fixture, ".priv.db");
    snprintf(ship, sizeof(ship), "%s/lock/nowhere", fixture->directory); /* below a file */
    fixture->options.ship_directory = ship;
    fixture->options.retention_ms = 1;
    audit_close(open_store(fixture));
    assert_true(count_files(fixture, ".priv.db") > segments);
    expect_signed_whole(fixture->directory);
}

/* --- what a folder of another history keeps --- */

static void read_whole(const struct fixture *fixture, const char *name, struct buffer *out)
{
    char path[256];
    char *error = NULL;
    snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
    if (!file_read(path, 1 << 20, out, &error))
        fail_msg("%s", error);
}

static void run_in(const struct fixture *fixture, const char *command)
{
    char line[512];
    snprintf(line, sizeof(line), "cd %s && %s", fixture->directory, command);
    assert_int_equal(system(line), 0);
}

static void live(struct fixture *fixture, const char *host, int times)
{
    struct audit *audit = open_store(fixture);
    struct audit_port *port = audit_port_new(audit);
    for (int i = 0; i < times; i++)
        decide(port, host);
    audit_port_free(port);
    audit_close(audit);
}

#define SHIPPED "ship/audit.example/test"

static void a_shipped_checkpoint_is_replaced_only_by_one_that_continues_it(void **state)
{
    struct fixture *fixture = *state;
    struct buffer before = {0};
    struct buffer after = {0};
    char ship[128];
    char folder[160];
    snprintf(ship, sizeof(ship), "%s/ship", fixture->directory);
    snprintf(folder, sizeof(folder), "%s/" SHIPPED, fixture->directory);
    fixture->options.ship_directory = ship;
    live(fixture, "kept.example", 1);
    run_in(fixture, "mkdir kept && cp -p seg-* kept");
    live(fixture, "lost.example", 1);
    /* The disk is lost, and with it a segment that was not shipped; of that, the checkpoint is all that is left. */
    run_in(fixture, "for f in seg-*; do test -e kept/$f || rm $f " SHIPPED "/$f; done");
    read_whole(fixture, SHIPPED "/checkpoint", &before);
    for (int times = 1; times < 30; times *= 3) { /* with fewer records, and with more */
        live(fixture, "other.example", times);
        buffer_empty(&after);
        read_whole(fixture, SHIPPED "/checkpoint", &after);
        assert_true(text_equal(buffer_text(&before), buffer_text(&after)));
        assert_false(holds_bytes(folder, TEXT("other.example")));
    }
    buffer_clear(&before);
    buffer_clear(&after);
}

static void a_shipped_checkpoint_that_is_none_or_cannot_be_read_stays(void **state)
{
    struct fixture *fixture = *state;
    static const char *const others[] = {
        "rm -f c && echo something > c", "rm -f c && mkdir c",
        "head -c 100000 /dev/zero > big && rm -fr c && mv big c"};
    char ship[128];
    char line[256];
    snprintf(ship, sizeof(ship), "%s/ship", fixture->directory);
    fixture->options.ship_directory = ship;
    live(fixture, "kept.example", 1);
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        snprintf(line, sizeof(line), "cd " SHIPPED " && mv checkpoint c && %s && mv c checkpoint", others[i]);
        run_in(fixture, line);
        run_in(fixture, "ls -lid " SHIPPED "/checkpoint > before");
        live(fixture, "other.example", 1);
        run_in(fixture, "ls -lid " SHIPPED "/checkpoint | cmp - before");
    }
}

/* Two logs of one name whose segments have the same size and time. */
static void nothing_is_removed_for_what_another_log_has_shipped(void **state)
{
    struct fixture *fixture = *state;
    char ship[128];
    fill(fixture);
    run_in(
        fixture, "mkdir -p " SHIPPED " && echo another > " SHIPPED "/log && for f in seg-*; do"
                 " tr a b < $f > " SHIPPED "/$f && touch -r $f " SHIPPED "/$f; done");
    snprintf(ship, sizeof(ship), "%s/ship", fixture->directory);
    fixture->options.ship_directory = ship;
    fixture->options.retention_ms = 1;
    struct audit *audit = open_store(fixture);
    erase_before(audit, 1, 0); /* then retention was looked at, too */
    audit_close(audit);
    assert_true(has_file(fixture, "seg-0000000000000000.db"));
}

/* --- what cannot be read --- */

static void an_older_segment_does_not_speak_for_one_that_cannot_be_read(void **state)
{
    struct fixture *fixture = *state;
    struct buffer note = {0};
    struct tlog_tree tree;
    char *error = NULL;
    uint64_t size;
    fill(fixture);
    run_in(fixture, "newest=$(ls seg-*.db | grep -v priv | tail -1) && rm -f $newest && echo nothing > $newest");
    struct store_reader *reader = store_reader_open(fixture->directory, &error);
    assert_non_null(reader);
    assert_string_equal(store_reader_error(reader), "");
    assert_false(store_reader_newest(reader, &size, &note));
    assert_string_not_equal(store_reader_error(reader), "");
    assert_false(store_reader_frontier(reader, UINT32_MAX, &tree));
    store_reader_free(reader);
    reader = store_reader_open(fixture->directory, &error);
    (void)store_reader_size(reader);
    assert_string_not_equal(store_reader_error(reader), "");
    store_reader_free(reader);
    buffer_clear(&note);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_full_segment_is_sealed_and_the_next_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_segment_says_what_was_in_force, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reader_follows_over_rolling_and_sealing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_checkpoint_is_found_whatever_segment_it_lies_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_could_not_be_sealed_is_at_the_next_start, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_remains_of_a_sealed_segment_are_removed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_hot_segment_is_not_sealed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hot_segment_that_lacks_what_was_signed_is_not_sealed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hot_segment_with_a_cut_batch_is_not_sealed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_not_left_out_of_a_sealed_segment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_old_is_removed_and_every_later_proof_holds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(erased_private_parts_are_in_no_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_sealed_is_shipped_and_erased_there_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_removed_before_it_is_shipped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_shipped_checkpoint_is_replaced_only_by_one_that_continues_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_shipped_checkpoint_that_is_none_or_cannot_be_read_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_removed_for_what_another_log_has_shipped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_older_segment_does_not_speak_for_one_that_cannot_be_read, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
