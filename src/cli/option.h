/* SPDX-License-Identifier: Apache-2.0 */
/* The options of all commands, one row each: what reads them, explains them and completes them is made of this table.
 */
#ifndef EXEAT_CLI_OPTION_H
#define EXEAT_CLI_OPTION_H

#include <stdint.h>

enum option {
    OPTION_CONFIG,
    OPTION_STRICT,
    OPTION_DIFF,
    OPTION_REPLAY,
    OPTION_FROM,
    OPTION_ALL,
    OPTION_NAMES,
    OPTION_STORE,
    OPTION_VKEY,
    OPTION_FORMAT,
    OPTION_SINCE,
    OPTION_UNTIL,
    OPTION_HOST,
    OPTION_RULE,
    OPTION_CLIENT,
    OPTION_PROVIDER,
    OPTION_DONE,
    OPTION_REQUEST,
    OPTION_VERDICT,
    OPTION_REASON,
    OPTION_LLM,
    OPTION_REDACT,
    OPTION_LIMIT,
    OPTION_CURSOR,
    OPTION_BUNDLE,
    OPTION_PURPOSE,
    OPTION_SQL,
    OPTION_SECONDS,
    OPTION_CHECKPOINT,
    OPTION_WITNESS,
    OPTION_BEFORE,
    OPTION_DRY_RUN,
    OPTION_YES,
    OPTION_WHY, /* --reason in words of one's own */
    OPTION_FOR,
    OPTION_END,
    OPTION_IF_ABSENT,
    OPTION_LISTEN,
    OPTION_NAME,
    OPTION_KEY,
    OPTION_STATE,
    OPTION_ENROL_TOKENS,
    OPTION_TLS_CERTIFICATE,
    OPTION_TLS_KEY,
    OPTION_LOG_JSON,
    OPTION_AS_WITNESS, /* --witness of `key show` */
    OPTION_HELP,
    OPTION_COUNT
};

struct option_row {
    const char *name;   /* "--strict" */
    const char *letter; /* "-c", or NULL */
    const char *value;  /* what it takes, "FILE"; NULL: nothing */
    const char *help;
};
const struct option_row *option_row(enum option option);

/* A set of options: one bit each. */
_Static_assert(OPTION_COUNT <= 64, "a set of options has 64 bits");
static inline uint64_t option_bit(enum option option)
{
    return UINT64_C(1) << option;
}
/* For tables, which want constants: OF(CONFIG). */
#define OF(NAME) (UINT64_C(1) << OPTION_##NAME)

#endif
