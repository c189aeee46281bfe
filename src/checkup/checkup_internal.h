/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of checkup share. */
#ifndef EXEAT_CHECKUP_INTERNAL_H
#define EXEAT_CHECKUP_INTERNAL_H

#include "exeat/checkup.h"
#include "exeat/checkup/way.h"
#include "exeat/engine/pages.h"
#include "probe.h"

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

/* One endpoint that is asked what it is. */
struct greeting {
    struct checkup *checkup; /* borrowed, as the next */
    struct engine *engine;
    struct probe probe;
    struct timer *timer;  /* owned: when it is asked again */
    struct timer *reader; /* owned: when its `digest_file` is read again; NULL: others see to it */
    uint64_t pause_ms;
    bool was_asked;
    enum probe_end found; /* when it was asked last */
    struct buffer told;   /* owned: what it said then */
    bool is_over;         /* it is what it must be, or cannot be asked */
};

/* What waits for an engine to be warm. */
struct swap {
    char from[ENGINE_NAME_SIZE];
    char to[ENGINE_NAME_SIZE]; /* empty: nothing waits */
};

struct checkup {
    struct checkup_options options;
    struct policy *policy; /* one reference; NULL: none yet */
    struct engine_set *set;
    struct checkup_way way;
    struct tls_client *tls;   /* owned */
    struct patient *patients; /* owned */
    size_t patient_count;
    struct greeting *greetings; /* owned */
    size_t greeting_count;
    struct swap swap;
};

/* patient.c */
void patient_begin(struct patient *patient, struct checkup *checkup, size_t index);
void patient_end(struct patient *patient);
/* identity.c: `identity` is what the engine's pages said */
void identity_note(
    struct checkup *checkup, struct engine *engine, const struct settings_engine *source,
    struct engine_identity *identity);
/* A policy came in force: what it says itself of the endpoint of that index. */
void identity_note_written(struct checkup *checkup, size_t index);
/* greeting.c */
void greeting_begin(struct greeting *greeting, struct checkup *checkup, size_t index);
void greeting_hurry(struct checkup *checkup, const struct engine *engine); /* it is ready: whoever waits asks now */
void greeting_end(struct greeting *greeting);
/* proof.c: what `digest_file` says, where there is one */
void checkup_read_digest(const struct settings_engine *source, struct engine_identity *identity);
/* The request for the page of that number of a kind of engine; false: there are no more. It borrows from `source`. */
bool checkup_page(
    const struct policy_inference *source, size_t number, enum engine_page *page, struct web_request *request);
/* orders.c */
void swap_if_warm(struct checkup *checkup);

#endif
