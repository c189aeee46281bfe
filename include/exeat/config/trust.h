/* SPDX-License-Identifier: Apache-2.0 */
/* Whom TLS towards the hosts of a rule, or an endpoint, trusts, and who the gate is there: as written. */
#ifndef EXEAT_CONFIG_TRUST_H
#define EXEAT_CONFIG_TRUST_H

#include "exeat/base/digest.h"
#include "exeat/config/values.h"

struct setting_pins {
    const struct digest *items; /* SHA-256 of SPKIs */
    size_t count;
};
struct settings_trust {
    struct setting_text roots; /* PEM file; empty: those of tls.upstream */
    struct setting_pins pins;
    struct setting_texts crls;       /* paths */
    struct setting_text certificate; /* with `key`; empty: the gate shows none */
    struct setting_text key;
    struct text server_name; /* canonical; empty: the host's own */
};

#endif
