/* SPDX-License-Identifier: Apache-2.0 */
/* A proxy between us and the hosts: what the policy says of it, and routes go through. */
#ifndef EXEAT_MODEL_PROXY_H
#define EXEAT_MODEL_PROXY_H

#include <stdint.h>

#include "exeat/base/digest.h"
#include "exeat/base/secret.h"
#include "exeat/base/text.h"
#include "exeat/name.h"

struct proxy {
    struct text name;
    bool is_tls; /* we speak TLS to it */
    struct host host;
    uint16_t port;
    struct secret authorization; /* "Basic ...", RFC 7617; owned by the policy; empty: it asks for none */
    struct digest trust;         /* by which its certificate is verified: see tls_connect; all zero: tls.upstream */
    struct digest id;            /* of all that: connections through one proxy are no good for another */
};

#endif
