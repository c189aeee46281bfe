/* SPDX-License-Identifier: Apache-2.0 */
/* The section audit.witness as plain data. */
#ifndef EXEAT_CONFIG_WITNESS_H
#define EXEAT_CONFIG_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/model.h"
#include "exeat/name.h"

/* Who cosigns the log's checkpoints; HOST_NONE: nobody. */
struct settings_witness {
    enum scheme scheme;
    struct host host;
    uint16_t port;
    struct text prefix;
    struct text key_file;
    struct text token_file; /* empty: none */
    struct text roots;      /* empty: the system's */
    bool denies;
    uint64_t deny_after_ms;
    uint64_t interval_ms;
};

#endif
