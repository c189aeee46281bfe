/* SPDX-License-Identifier: Apache-2.0 */
/* Whether everybody else in the network namespace is held to the gate: tried from time to time by the gate itself, in a
 * thread of its own, and put on record. */
#ifndef EXEAT_CONTAINMENT_H
#define EXEAT_CONTAINMENT_H

#include <stdatomic.h>

#include "exeat/audit.h"
#include "exeat/redirect.h"

struct containment_options {
    uint32_t uid;            /* of the rules: the gate's */
    bool missing_warns;      /* it is ready without rules, too */
    enum redirect_turned v4; /* what becomes of connections of others */
    enum redirect_turned v6;
    uint64_t interval_ms; /* how often it tries, and writes down what it found; more often while they do not hold */
    const _Atomic bool *drains; /* borrowed: nothing is tried while the gate ends */
};
struct containment;
/* The caller's; copies the options, borrows what they point at. */
struct containment *containment_new(const struct containment_options *options);
/* What the gate's listener says to its probes (REDIRECT_TOKEN_SIZE bytes). NULL of NULL, which is fine everywhere here
 * but where it says so: nobody says that others should be held. */
const uint8_t *containment_token(const struct containment *containment);
/* Did the newest trial find that the rules hold? Borrowed, for any thread. NULL of NULL. */
const _Atomic bool *containment_holds(const struct containment *containment);
/* Tries from then on; when the listeners are there. */
void containment_start(struct containment *containment, struct audit *audit);
/* Has it try now, and waits for it. Not of NULL. */
enum redirect_finding containment_ask(struct containment *containment);
/* Why the gate is not ready, a sentence without its end; NULL: nothing against it. Any thread, as the next. */
const char *containment_objection(const struct containment *containment);
struct containment_view {
    const char *finding; /* static; NULL: nobody says that others should be held */
    bool holds;
    uint64_t age_us; /* since it was tried, or the gate began */
};
/* What the metrics show; any thread. */
struct containment_view containment_look(const struct containment *containment);
void containment_free(struct containment *containment); /* before the audit store is closed */

#endif
