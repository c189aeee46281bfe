/* SPDX-License-Identifier: Apache-2.0 */
/* Who a store's log is: the one of the configuration, or one that follows it. A log that was rolled back or forked is
 * never signed again; it is kept as it was, and a new origin goes on in its place. */
#ifndef EXEAT_STORE_SUCCESSION_H
#define EXEAT_STORE_SUCCESSION_H

#include "exeat/store.h"

struct store_succession {
    char *origin;   /* owned, as are the other two */
    char *previous; /* empty: it follows none */
    char *reason;
    uint64_t previous_size; /* records that the former log had */
    uint64_t generation;    /* 1: the configured origin itself */
    bool is_new;            /* it has no record yet */
};
/* Moves a former log away if a new one was announced, and says which log goes on here. False with `error` (base_free).
 * Clear it in both cases. */
MUST_CHECK bool store_succession_settle(
    const char *directory, struct text configured, struct store_succession *succession, char **error);
void store_succession_clear(struct store_succession *succession);
/* From the process that writes the store: the next start begins the log `*name` (appended), "CONFIGURED/n". */
MUST_CHECK bool store_succession_announce(
    const char *directory, struct text configured, struct text reason, struct buffer *name, char **error);
/* When nobody writes it: at once. */
MUST_CHECK bool store_succession_make(
    const char *directory, struct text configured, struct text reason, struct buffer *name, char **error);

#endif
