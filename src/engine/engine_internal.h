/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of engine share. */
#ifndef EXEAT_ENGINE_INTERNAL_H
#define EXEAT_ENGINE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "exeat/engine.h"

/* Which model it has, and must have. */
enum proof { PROOF_NOT_ASKED, PROOF_MISSING, PROOF_WRONG, PROOF_GOOD };

struct engines {
    pthread_mutex_t lock; /* of what follows */
    struct list all;
    struct list queues;
    _Atomic uint32_t waiting; /* calls, in all queues */
    struct memo *memo;        /* owned */
};

/* What is written where something failed or changed, under the lock. */
struct engine_diary {
    struct engine_fault faults[ENGINE_FAULTS];
    struct engine_identity identity;
    struct digest expected;
    bool has_expected;
    char why[ENGINE_WHY_SIZE]; /* it is not ready */
    char words[ENGINE_WORDS_SIZE];
    char misfit[ENGINE_WHY_SIZE];
    bool stood_by; /* as the newest policy has it */
};
/* What calls touch. */
struct engine_pulse {
    _Atomic uint32_t outstanding;
    _Atomic uint32_t foreign; /* calls of others, when it was asked last */
    _Atomic uint32_t waiting;
    _Atomic uint32_t failures; /* one after the other */
    _Atomic uint64_t rests_until_us;
    _Atomic bool is_tried; /* by the one call that shows whether it is well again */
    _Atomic bool is_up;
    _Atomic uint64_t served;
    _Atomic uint64_t fallbacks;
    _Atomic uint64_t preferred;
    _Atomic uint64_t followed;
};
struct engine {
    struct engines *engines; /* borrowed */
    struct list_node node;
    size_t references; /* under the lock of `engines` */
    bool is_in_force;  /* likewise */
    char name[ENGINE_NAME_SIZE];
    struct host host;
    uint16_t port;
    struct digest place; /* of all that says where it is */
    uint64_t seed;       /* by which beginnings are shared out */
    _Atomic int state;
    _Atomic int order;
    _Atomic int proof;
    _Atomic uint32_t slots_given;
    _Atomic uint32_t slots_told;
    struct engine_pulse pulse;
    pthread_mutex_t lock; /* of the diary */
    struct engine_diary diary;
};

struct engine_set {
    struct engines *engines;
    const struct policy *policy; /* borrowed */
    struct engine **items;       /* owned; by index of the inference entry */
    size_t count;
};

struct engine_queue {
    struct engines *engines; /* borrowed */
    struct list_node node;
    struct list waits;
    int descriptor; /* eventfd */
    struct watch *watch;
    _Atomic uint32_t length;
};

uint32_t engine_slots(const struct engine *engine); /* 0: no limit is known */
void engines_wake(struct engines *engines);         /* queue.c: whoever waits may choose again */

#endif
