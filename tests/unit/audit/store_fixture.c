/* SPDX-License-Identifier: Apache-2.0 */
/* A store in a folder of its own, and what tests do with it. */
#include "store_fixture.h"

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
#include <poll.h>
#include <sqlite3.h>

#include "exeat/base/file.h"
#include "exeat/base/memory.h"

int set_up(void **state)
{
    struct fixture *fixture = base_zalloc(sizeof(*fixture));
    strcpy(fixture->directory, "/tmp/exeat-store-XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    fixture->key = signing_key_generate();
    fixture->options = (struct audit_options){
        .directory = fixture->directory,
        .origin = TEXT("audit.example/test"),
        .key = fixture->key,
        .waits_for_disk = true,
        .heartbeat_ms = 60000,
    };
    *state = fixture;
    return 0;
}

int tear_down(void **state)
{
    struct fixture *fixture = *state;
    char command[128];
    snprintf(command, sizeof(command), "rm -r %s", fixture->directory);
    assert_int_equal(system(command), 0);
    signing_key_free(fixture->key);
    base_free(fixture);
    return 0;
}

struct audit *open_store(const struct fixture *fixture)
{
    char *error = NULL;
    struct audit *audit = audit_open(&fixture->options, &error);
    if (audit == NULL)
        fail_msg("%s", error);
    return audit;
}

void on_durable(struct audit_wait *wait, bool durable)
{
    struct waiter *waiter = (struct waiter *)(void *)wait;
    waiter->calls++;
    waiter->durable = durable;
}

void collect_one(struct audit_port *port)
{
    struct pollfd wake = {.fd = audit_port_descriptor(port), .events = POLLIN};
    assert_int_equal(poll(&wake, 1, 10000), 1);
    audit_port_collect(port);
}

struct decision_record a_decision(const char *host)
{
    return (struct decision_record){
        .id = {{1, 2, 3}},
        .verdict = VERDICT_DENY,
        .plan = PLAN_REFUSE,
        .reason = REASON_NO_RULE,
        .host = text_from(host),
        .port = 443,
        .personal.path = TEXT("/secret"),
        .personal.client_address = TEXT("10.0.0.1"),
    };
}

void decide(struct audit_port *port, const char *host)
{
    struct decision_record decision = a_decision(host);
    struct waiter waiter = {.wait.on_durable = on_durable};
    assert_int_equal(audit_port_decide(port, &decision, &waiter.wait), AUDIT_WAITS);
    while (waiter.calls == 0)
        collect_one(port);
    assert_int_equal(waiter.calls, 1);
    assert_true(waiter.durable);
    struct outcome_record outcome = {.id = decision.id, .done = PLAN_REFUSE, .status = 403};
    audit_port_complete(port, &outcome);
}

/* All bytes that a reader sees, with their private parts. */
void read_everything(const struct fixture *fixture, struct buffer *out)
{
    char *error = NULL;
    struct store_row row;
    struct record record;
    struct store_reader *reader = store_reader_open(fixture->directory, &error);
    assert_non_null(reader);
    uint64_t expected = store_reader_first(reader);
    while (store_reader_next(reader, &row) == STORE_ROW) {
        assert_true(record_parse(row.body, &record));
        assert_int_equal(row.sequence, expected++);
        assert_true(store_row_agrees(&row, &record));
        buffer_append(out, text_of_bytes(row.body));
        buffer_append(out, text_of_bytes(row.salt));
        buffer_append(out, text_of_bytes(row.private_part));
    }
    store_reader_free(reader);
}

void expect_signed_whole(const char *directory)
{
    char *error = NULL;
    struct store_row row;
    struct digest leaf;
    struct digest root;
    struct tlog_checkpoint checkpoint;
    uint64_t size;
    struct buffer note = {0};
    struct store_reader *reader = store_reader_open(directory, &error);
    assert_non_null(reader);
    struct tlog_tree tree = *store_reader_base(reader);
    while (store_reader_next(reader, &row) == STORE_ROW) {
        assert_int_equal(row.sequence, tree.size);
        tlog_leaf(row.body, &leaf);
        tlog_tree_append(&tree, &leaf);
    }
    tlog_tree_root(&tree, &root);
    assert_true(store_reader_newest(reader, &size, &note));
    assert_true(tlog_checkpoint_parse(buffer_text(&note), &checkpoint));
    assert_int_equal(checkpoint.size, tree.size);
    assert_true(digest_equal(&checkpoint.root, &root));
    buffer_clear(&note);
    store_reader_free(reader);
}

bool holds_bytes(const char *directory, struct text wanted)
{
    bool holds = false;
    DIR *folder = opendir(directory);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[512];
        struct buffer bytes = {0};
        char *error = NULL;
        snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
        if (entry->d_type == DT_REG && file_read(path, 1 << 28, &bytes, &error))
            holds = holds || memmem(bytes.data, bytes.length, wanted.data, wanted.length) != NULL;
        base_free(error);
        buffer_clear(&bytes);
    }
    closedir(folder);
    return holds;
}

bool has_file(const struct fixture *fixture, const char *name)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
    return access(path, F_OK) == 0;
}

void expect_refused(const struct fixture *fixture, const char *why)
{
    char *error = NULL;
    struct audit *audit = audit_open(&fixture->options, &error);
    assert_null(audit);
    if (strstr(error, why) == NULL)
        fail_msg("expected \"%s\" in: %s", why, error);
    base_free(error);
}

void run_sql(const struct fixture *fixture, const char *file, const char *sql)
{
    static const char drop[] =
        "DROP TRIGGER IF EXISTS rec_u; DROP TRIGGER IF EXISTS rec_d; DROP TRIGGER IF EXISTS batch_u;"
        "DROP TRIGGER IF EXISTS batch_d;";
    char path[128];
    sqlite3 *database = NULL;
    snprintf(path, sizeof(path), "%s/%s", fixture->directory, file);
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, drop, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}
