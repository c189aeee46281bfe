/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of `--sql`. */
#ifndef EXEAT_EVIDENCE_SQL_TABLE_H
#define EXEAT_EVIDENCE_SQL_TABLE_H

#include <sqlite3.h>

#include "evidence_internal.h"

/* Where they are fed from; borrowed as long as the database is open. */
struct sql_source {
    const char *directory;
    const struct evidence_filter *filter;
    const struct evidence_progress *progress;
};
MUST_CHECK bool sql_tables_add(sqlite3 *database, struct sql_source *source);

#endif
