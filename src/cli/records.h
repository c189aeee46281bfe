/* SPDX-License-Identifier: Apache-2.0 */
/* The records of a store, one by one, for the commands that look at them with a policy's eyes. */
#ifndef EXEAT_CLI_RECORDS_H
#define EXEAT_CLI_RECORDS_H

#include "cli.h"
#include "exeat/store.h"

struct span {
    const char *since; /* as written; NULL: from the beginning */
    const char *until; /* NULL: to the end */
    int64_t since_us;
    int64_t until_us;
};
/* Reads the two times. False after a usage error, which has been said. */
MUST_CHECK bool span_read(struct span *span);

typedef void (*record_taker)(void *context, const struct store_row *row, const struct record *record);
/* Hands over each record of the span, in order. False after saying why. */
MUST_CHECK bool records_walk(const char *directory, const struct span *span, record_taker take, void *context);
/* False: the record is no decision. Texts borrow from the row. */
MUST_CHECK bool
record_is_decision(const struct store_row *row, const struct record *record, struct decision_record *decision);

#endif
