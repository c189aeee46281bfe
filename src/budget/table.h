/* SPDX-License-Identifier: Apache-2.0 */
/* What share and table know of each other. */
#ifndef EXEAT_BUDGET_TABLE_H
#define EXEAT_BUDGET_TABLE_H

#include "counter.h"

/* The counters of one owner: kept while a table has them. */
struct account;
struct budget_line {
    struct budget_row row;
    struct counter *counters[BUDGET_KINDS]; /* of the account */
    uint64_t ahead[BUDGET_KINDS];           /* how much a worker takes at once */
    _Atomic uint64_t *refused;              /* of the account, by kind */
    struct account *account;
};
const struct budget_line *budget_table_line(const struct budget_table *table, size_t row);

#endif
