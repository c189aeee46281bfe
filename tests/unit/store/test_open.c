/* SPDX-License-Identifier: Apache-2.0 */
/* A new segment that a reader was quicker to open: it has the file alone for a moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <sqlite3.h>

#include "exeat/base/memory.h"
#include "exeat/store/segment.h"

static struct {
    sqlite3 *database;
    pthread_t thread;
    pid_t writer;
    bool is_there;
    _Atomic bool is_over; /* the writer waits no more */
} reader;

static bool waits(pid_t thread)
{
    char path[64];
    char line[256] = "";
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", thread);
    FILE *file = fopen(path, "r");
    bool is_read = file != NULL && fgets(line, sizeof(line), file) != NULL;
    if (file != NULL)
        fclose(file);
    return is_read && strstr(line, ") S ") != NULL;
}

static void *leave_when_waited_for(void *context)
{
    (void)context;
    while (!reader.is_over && !waits(reader.writer))
        sched_yield();
    sqlite3_close(reader.database);
    return NULL;
}

/* Runs in the middle of each opening, before anything was read: of the segment in its place once, by us. */
static int come_between(sqlite3 *database, char **error, const struct sqlite3_api_routines *routines)
{
    const char *path = sqlite3_db_filename(database, "main");
    (void)error, (void)routines;
    if (reader.is_there || path == NULL || !text_ends_with(text_from(path), TEXT(".hot")))
        return SQLITE_OK;
    reader.is_there = true;
    if (sqlite3_open(path, &reader.database) != SQLITE_OK ||
        sqlite3_exec(reader.database, "PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return SQLITE_ERROR;
    return pthread_create(&reader.thread, NULL, leave_when_waited_for, NULL) == 0 ? SQLITE_OK : SQLITE_ERROR;
}

static void a_reader_that_is_quicker_to_open_a_new_segment_is_waited_for(void **state)
{
    (void)state;
    char directory[] = "/tmp/exeat-store-XXXXXX";
    char command[64];
    char *error = NULL;
    struct store_segment segment;
    assert_non_null(mkdtemp(directory));
    const struct store_log log = {.directory = directory, .origin = TEXT("audit.example/test")};
    store_prepare();
    reader.writer = gettid();
    assert_int_equal(sqlite3_auto_extension((void (*)(void))come_between), SQLITE_OK);
    bool done = store_segment_open(&segment, &log, &error);
    reader.is_over = true;
    sqlite3_reset_auto_extension();
    assert_true(reader.is_there);
    pthread_join(reader.thread, NULL);
    if (!done)
        fail_msg("%s", error);
    store_segment_close(&segment);
    snprintf(command, sizeof(command), "rm -r %s", directory);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_that_is_quicker_to_open_a_new_segment_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
