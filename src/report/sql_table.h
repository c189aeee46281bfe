/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of `--sql`. */
#ifndef EXEAT_REPORT_SQL_TABLE_H
#define EXEAT_REPORT_SQL_TABLE_H

#include <sqlite3.h>

#include "exeat/export/item.h"
#include "exeat/export/text.h"
#include "exeat/report.h"

/* Where they are fed from; borrowed as long as the database is open. */
struct sql_source {
    const char *directory;
    const struct export_filter *filter;
    const struct export_progress *progress;
};
/* What each of the two tables is registered with. */
struct sql_shape {
    const struct sql_source *source;
    bool is_records;
};
struct sql_tables {
    struct sql_shape requests;
    struct sql_shape records;
};
/* `tables` and the source live as long as the database. */
MUST_CHECK bool sql_tables_add(sqlite3 *database, struct sql_tables *tables, const struct sql_source *source);

#endif
