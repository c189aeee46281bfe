/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of the network namespace that the gate is in. */
#ifndef EXEAT_CONFIG_REDIRECT_H
#define EXEAT_CONFIG_REDIRECT_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/diag.h"

/* Rules in the network namespace that turn everybody else's traffic to the gate. */
struct settings_redirect {
    struct mark mark; /* line 0: nothing was said about it */
    uint64_t uid;     /* whom they do not turn: the gate */
    bool missing_warns;
};

#endif
