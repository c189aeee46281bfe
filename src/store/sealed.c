/* SPDX-License-Identifier: Apache-2.0 */
/* The sealed segments that a folder has. */
#include <stdlib.h>

#include "cursor.h"
#include "exeat/base/memory.h"

static int compare_numbers(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

uint64_t *store_sealed_list(const char *directory, size_t *count)
{
    uint64_t *list = NULL;
    uint64_t before = UINT64_MAX;
    *count = 0;
    for (uint64_t first; store_segment_before(directory, before, &first); before = first) {
        list = base_resize(list, *count + 1, sizeof(*list));
        list[(*count)++] = first;
    }
    if (*count > 0)
        qsort(list, *count, sizeof(*list), compare_numbers);
    return list;
}

sqlite3 *sealed_open(const char *directory, uint64_t first)
{
    bool is_gone;
    char *path = store_segment_path(directory, first, STORE_SEALED, "");
    sqlite3 *database = open_foreign(path, &is_gone);
    base_free(path);
    return database;
}

/* One number that a database gives, or false. */
static bool ask(sqlite3 *database, const char *sql, int64_t *number)
{
    sqlite3_stmt *statement = NULL;
    bool found = database != NULL && sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK &&
                 sqlite3_step(statement) == SQLITE_ROW;
    if (found)
        *number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return found;
}

bool store_sealed_end_time(const char *directory, uint64_t first, int64_t *wall_us)
{
    sqlite3 *database = sealed_open(directory, first);
    bool found = ask(database, "SELECT ts FROM rec ORDER BY seq DESC LIMIT 1", wall_us);
    sqlite3_close(database);
    return found;
}
