/* SPDX-License-Identifier: Apache-2.0 */
/* The servers behind the inference endpoints of a policy: how each is, how busy, which model it has, and which of them
 * a call is given to. Shared by all workers: what a call touches are atomics; a lock is taken where something failed or
 * changed. An engine is known by its name and its place, so that a new policy's goes on where the old one's stood. */
#ifndef EXEAT_ENGINE_H
#define EXEAT_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/digest.h"
#include "exeat/base/list.h"
#include "exeat/net.h"
#include "exeat/policy.h"

/* --- all of a process ------------------------------------------------------------------------------------------------
 */

struct engines;
struct engines *engines_new(void);          /* the caller's, for engines_free */
void engines_free(struct engines *engines); /* after all sets and queues; NULL is fine */

struct memo;
struct memo *engines_memo(struct engines *engines); /* what they answered, for who asks the same; lives as they do */

struct engine;
/* Those of one policy, by the index of its inference entry. */
struct engine_set;
/* The caller's, for engine_set_free. Any thread. Borrows the policy for its life. */
struct engine_set *engine_set_new(struct engines *engines, const struct policy *policy);
void engine_set_free(struct engine_set *set); /* NULL is fine */
size_t engine_set_count(const struct engine_set *set);
struct engine *engine_set_at(const struct engine_set *set, size_t index); /* NULL: what is canned has none */
/* That policy is in force: its slots and its demands hold, and metrics are about its engines. */
void engine_set_put_in_force(struct engine_set *set);

/* --- what is known of one --------------------------------------------------------------------------------------------
 */

/* By its own page, where it is asked. */
enum engine_state { ENGINE_UNKNOWN, ENGINE_WARMING, ENGINE_READY, ENGINE_DOWN };
/* As the operator has it. */
enum engine_order { ENGINE_IN_USE, ENGINE_DRAINS, ENGINE_STANDS_BY };
const char *engine_state_name(enum engine_state state); /* static */
const char *engine_order_name(enum engine_order order); /* static */

/* What it says, or is said, to be. Texts are cut at their size. */
enum {
    ENGINE_VERSION_SIZE = 64,
    ENGINE_MODEL_SIZE = 96,
    ENGINE_NAME_SIZE = 48,
    ENGINE_FAULTS = 12,
    ENGINE_WORDS_SIZE = 16,
    ENGINE_REGION_SIZE = 132,
    ENGINE_WHY_SIZE = 200
};
struct engine_identity {
    char model[ENGINE_MODEL_SIZE];
    char version[ENGINE_VERSION_SIZE]; /* of the program */
    struct digest digest;
    bool has_digest;
    char adapter[ENGINE_MODEL_SIZE]; /* as configured, as is the next */
    char region[ENGINE_REGION_SIZE];
    bool is_region_read; /* from a file */
};
/* What went wrong, and how often. `code` is an HTTP status, or below 100 an enum reason; 0: of several kinds. */
struct engine_fault {
    uint16_t code;
    uint64_t count;
    uint64_t told_us; /* when it was worth a word */
};
/* A moment of one. */
struct engine_view {
    char name[ENGINE_NAME_SIZE];
    enum engine_state state;
    enum engine_order order;
    bool is_up;                    /* the last call was answered, or there was none */
    bool is_wrong_model;           /* another than it must have, or ... */
    bool is_model_unknown;         /* ... nobody says which */
    uint64_t rests_until_us;       /* steady clock */
    char why[ENGINE_WHY_SIZE];     /* it is not ready; empty: it is, or was not asked */
    char words[ENGINE_WORDS_SIZE]; /* that it was heard to speak: "ollama"; empty: it was not asked yet, or ... */
    char misfit[ENGINE_WHY_SIZE];  /* ... is not what the policy has it for: "has no model ..." */
    uint32_t slots;                /* 0: no limit is known */
    uint32_t outstanding;
    uint32_t foreign; /* calls of others that it has, by its own page */
    uint32_t waiting;
    uint64_t served;
    uint64_t fallbacks; /* calls that came to it because another did not serve */
    uint64_t preferred; /* calls with a beginning that an engine was chosen by, ... */
    uint64_t followed;  /* ... and it was this one */
    struct engine_fault faults[ENGINE_FAULTS];
    struct engine_identity identity;
};
void engine_look(struct engine *engine, struct engine_view *view); /* any thread */
/* Of those in force; returns how many were filled. */
size_t engines_look(struct engines *engines, struct engine_view *views, size_t capacity);
struct text engine_name(const struct engine *engine); /* lives as the engine */
/* The same model, version, digest, adapter and region, as far as each is told. */
bool engine_identity_equal(const struct engine_identity *left, const struct engine_identity *right);
struct engine_identity engine_identity(struct engine *engine);

/* Who asks the engine how it is (checkup.h) says what came of it. True: that is another than before. */
bool engine_note_state(struct engine *engine, enum engine_state state, struct text why);
void engine_note_slots(struct engine *engine, uint32_t slots);
/* It says that it has so many calls: what is more than ours are those of others, who make it busy for whoever chooses.
 */
void engine_note_load(struct engine *engine, uint32_t load);
bool engine_note_identity(struct engine *engine, const struct engine_identity *identity);
/* What it speaks, and what is wrong with it: as in the view. */
void engine_note_words(struct engine *engine, struct text words, struct text misfit);
/* The operator's word. */
void engine_set_order(struct engine *engine, enum engine_order order);
/* Is it ready, with the model that it shall have? */
bool engine_may_begin(struct engine *engine);

/* --- calls -----------------------------------------------------------------------------------------------------------
 */

enum { ENGINE_PLACES = 64 }; /* of a call's list; more are not looked at */
struct engine_wish {
    const struct engine_set *set;
    const size_t *list; /* inference entries in order; those of one pool stand together */
    size_t count;
    uint64_t tried;  /* a bit for each place of the list that did not serve */
    uint64_t unfit;  /* ... and for each that cannot: it has no words for the call */
    uint64_t begins; /* what the prompt begins with: the same goes to the same of a pool; 0: it does not matter */
    uint64_t now_us; /* steady clock */
    bool may_be_canned;
    bool may_wait;
    bool waits; /* in a queue already: what is free is its */
};
/* Which step of the list a place belongs to, from 1 on: a pool is one. */
size_t engine_step_of(const struct engine_set *set, const size_t *list, size_t count, size_t place);
enum engine_choice {
    ENGINE_CHOSEN,
    ENGINE_WAITS, /* all slots are taken, and there is room in the queue of `place` */
    ENGINE_BUSY,  /* ... there is none, and nobody else */
    ENGINE_NOBODY
};
/* Whom the call is given to: one slot of `engine`, until engine_leave; NULL: the answer is canned. */
struct engine_pick {
    enum engine_choice choice;
    size_t place;
    struct engine *engine;
    bool is_trial; /* it has rested, and this call shows whether it is well */
};
/* The first pool of which one serves: the least busy, or that which has had the same beginning before and has room.
 * Those that rest, warm or are down are asked when there is nobody else; never one that drains, stands by, or has
 * another model than it must have. */
struct engine_pick engine_choose(const struct engine_wish *wish);
void engine_leave(struct engine *engine, bool is_trial); /* the call is over; NULL is fine */

/* What came of a call, down to engine_code_append: inference.h's to tell (inference_answered, inference_failed). */

/* It answered. True: it had not before, which is worth a word. */
bool engine_answered(struct engine *engine, uint64_t now_us);
/* What came instead of an answer. */
struct engine_failure {
    uint16_t code;    /* as in engine_fault */
    uint64_t rest_ms; /* 0: it is this call's failure alone */
    bool is_down;     /* it did not answer */
};
enum engine_says { ENGINE_SERVES, ENGINE_OBJECTS, ENGINE_FAILS };
enum engine_says engine_weigh(uint16_t status);
/* `status` 0: there was none, for that reason. `retry_after`: the field as it came; may be empty. */
struct engine_failure engine_failure_of(enum reason reason, uint16_t status, struct text retry_after);
/* It did not serve a call. True: that is worth a word, the first of its kind for five minutes. */
bool engine_failed(struct engine *engine, const struct engine_failure *failure, uint64_t now_us);
void engine_code_append(uint16_t code, struct buffer *out); /* "status_503", "connect_failed" */

/* --- waiting ---------------------------------------------------------------------------------------------------------
 */

/* The calls of one worker that wait for a slot, in order. */
struct engine_queue;
struct engine_queue *engine_queue_new(struct engines *engines, struct loop *loop); /* both borrowed */
void engine_queue_free(struct engine_queue *queue);                                /* NULL is fine */
/* Zeroed and `on_turn` set. */
struct engine_wait {
    struct list_node node;
    struct engine *engine;
    void (*on_turn)(void *context); /* a slot may be free: choose again; it may end the wait */
    void *context;
};
/* Until engine_wait_end; `engine` is whose queue it is. */
void engine_wait_begin(struct engine_queue *queue, struct engine_wait *wait, struct engine *engine);
void engine_wait_end(struct engine_queue *queue, struct engine_wait *wait); /* fine when it does not wait */

/* --- the turns of a call ---------------------------------------------------------------------------------------------
 */

/* What an exchange calls: the choice, the slot and the wait of one call; engine_choose, engine_leave and engine_wait_*
 * are behind it. Of its members the caller fills those down to `unfit`, and `on_turn` and `context` of `wait`; the
 * others begin as zero and are written here alone. What it points at is borrowed until engine_turn_leave. */
struct engine_turn {
    struct engine_queue *queue;
    const struct engine_set *set;
    const size_t *list; /* as in engine_wish, as are the next four */
    size_t count;
    uint64_t begins;
    bool may_be_canned;
    uint64_t unfit;
    uint64_t tried;        /* from here on it is written here */
    size_t place;          /* whose turn it is: of the list */
    struct engine *engine; /* a slot of it is ours; NULL: none is */
    bool is_trial;
    struct engine_wait wait; /* its `on_turn` and `context` are the caller's to set */
};
/* Gives the call to somebody, or has it wait, as engine_choose says. */
enum engine_choice engine_turn_take(struct engine_turn *turn, uint64_t now_us, bool may_wait);
void engine_turn_leave(struct engine_turn *turn); /* it is over: the slot is free */
/* This one did not serve: leaves it, and takes it no more. After inference_failed, which needs `engine`, and before the
 * next engine_turn_take. */
void engine_turn_fail(struct engine_turn *turn);
bool engine_turn_could_go_on(const struct engine_turn *turn); /* there is another that was not tried */
/* Says which of its list gets no calls, and why: by an order, or for its model. False: none. */
bool engine_turn_kept_out(const struct engine_turn *turn, struct detail *detail);
uint64_t engine_turn_wait_ms(const struct engine_turn *turn); /* how long it may wait there */

/* Steady times; 0: not yet. */
struct engine_pace {
    uint64_t asked_us;
    uint64_t first_us;  /* the first content came */
    uint64_t newest_us; /* the last so far */
};
/* By when the next content must be there; UINT64_MAX: nobody minds. */
uint64_t engine_due_us(const struct settings_answerers *patience, const struct engine_pace *pace);

#endif
