/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of checkup share. */
#ifndef EXEAT_CHECKUP_INTERNAL_H
#define EXEAT_CHECKUP_INTERNAL_H

#include "exeat/checkup.h"
#include "exeat/engine/pages.h"
#include "exeat/web.h"

/* One engine that is asked. */
struct patient {
    struct checkup *checkup; /* borrowed, as the next two */
    struct engine *engine;   /* of the set */
    const struct policy_inference *source;
    struct text wanted; /* the model that is asked for there; borrowed from the policy */
    struct web_peer peer;
    struct web_call *call; /* owned while it runs */
    struct timer *timer;
    size_t page; /* of its pages: which is asked */
    struct engine_report report;
};

/* What waits for an engine to be warm. */
struct swap {
    char from[ENGINE_NAME_SIZE];
    char to[ENGINE_NAME_SIZE]; /* empty: nothing waits */
};

/* How endpoints are come by. Zeroed is closed. */
struct checkup_way {
    struct resolver *resolver;
    struct resolver_fixed *fixed; /* owned; of the resolver */
    struct route *route;
};

struct checkup {
    struct checkup_options options;
    struct policy *policy; /* one reference; NULL: none yet */
    struct engine_set *set;
    struct checkup_way way;
    struct tls_client *tls;   /* owned */
    struct patient *patients; /* owned */
    size_t patient_count;
    struct swap swap;
};

/* way.c; policy and tls are borrowed until it is closed */
void checkup_way_open(struct checkup_way *way, const struct policy *policy, struct loop *loop, struct tls_client *tls);
void checkup_way_close(struct checkup_way *way);
struct web_peer checkup_peer(
    const struct checkup_way *way, struct loop *loop, const struct policy_inference *source, uint64_t patience_ms,
    size_t answer);
/* patient.c */
void patient_begin(struct patient *patient, struct checkup *checkup, size_t index);
void patient_end(struct patient *patient);
/* proof.c: what `digest_file` says, where there is one */
void checkup_read_digest(const struct settings_engine *source, struct engine_identity *identity);
/* orders.c */
void swap_if_warm(struct checkup *checkup);

#endif
