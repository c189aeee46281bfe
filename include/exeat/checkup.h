/* SPDX-License-Identifier: Apache-2.0 */
/* Asks each endpoint of the policy in force what it is, and the engines of those that say so how they are, on their own
 * pages, and carries out what the operator wants of them: draining one, putting another in its place once it is warm.
 * It goes nowhere but to endpoints that the policy names, and sends nothing of any caller. */
#ifndef EXEAT_CHECKUP_H
#define EXEAT_CHECKUP_H

#include "exeat/engine.h"
#include "exeat/net.h"
#include "exeat/tls.h"

/* Told from the loop's thread. */
struct checkup_hooks {
    void *context;
    /* Another model, version, digest, adapter or region than before, or the first. */
    void (*on_model)(void *context, struct text endpoint, const struct engine_identity *identity);
    /* A swap is done. */
    void (*on_swap)(void *context, struct text from, struct text to);
};
struct checkup_options {
    struct loop *loop; /* borrowed, as the next */
    struct engines *engines;
    struct checkup_hooks hooks;
};
struct checkup;
struct checkup *checkup_new(const struct checkup_options *options); /* the caller's */
void checkup_free(struct checkup *checkup);                         /* NULL is fine */
/* The engines of that policy, of which a reference is taken, from now on. `tls` is taken: whom their certificates are
 * believed by; NULL: nobody is, and none is asked that has one. What was to be swapped still is, where both are
 * there and the policy says of neither another `standby` than the one before. */
void checkup_set_policy(struct checkup *checkup, struct policy *policy, struct tls_client *tls);

/* The operator's word: "" for a list, "drain NAME", "use NAME", "swap OLD NEW". Appends an answer of whole lines. True:
 * something was ordered. An order about who is to come in, or that who is to go stays, takes a waiting swap back. */
bool checkup_order(struct checkup *checkup, struct text words, struct buffer *answer);

#endif
