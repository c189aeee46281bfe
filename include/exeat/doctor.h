/* SPDX-License-Identifier: Apache-2.0 */
/* Is all as it must be around a gate? One table of questions; each is looked at from where the asker stands, nothing is
 * ever changed, and what could not be seen is said. */
#ifndef EXEAT_DOCTOR_H
#define EXEAT_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/config.h"

/* From the best to the worst: of several the worst is told. */
enum doctor_state {
    DOCTOR_NOTHING, /* there is nothing to look at: the configuration has no such thing, or it is not installed */
    DOCTOR_WELL,
    DOCTOR_UNSEEN, /* it could not be looked at from here, or with these rights */
    DOCTOR_TO_DO,
    DOCTOR_STATE_COUNT
};
const char *doctor_state_name(enum doctor_state state); /* "to do"; static */

/* What a question does to be answered, beyond reading files and asking the gate that runs. */
enum doctor_touch {
    DOCTOR_READS,
    DOCTOR_ASKS, /* sends something: to a resolver, to endpoints, to addresses that nobody has */
    DOCTOR_RUNS  /* starts programs of this machine, which connect to loopback alone */
};
struct doctor_question {
    const char *name;     /* one word, by which it can be asked alone */
    const char *question; /* for people */
    enum doctor_touch touch;
};
/* The questions, in the order of their answers; index < count. */
size_t doctor_question_count(void);
const struct doctor_question *doctor_question_at(size_t index); /* static */

struct doctor_report {
    struct buffer out;       /* a line or more for each question that was asked, or JSON */
    enum doctor_state worst; /* of all */
};
/* Asks those questions of the configuration at `config`: names with commas between, NULL: all. `report` is zeroed, and
 * cleared by the caller. False: a name is none of a question, and `report->out` has the sentence. */
MUST_CHECK bool doctor_run(const char *config, const char *questions, bool as_json, struct doctor_report *report);

/* Are all others in the network namespace held to the gate? The gate that runs is asked to try; where none does, it is
 * tried from here. Appends a line that says what was found. */
bool doctor_is_contained(const struct settings *settings, struct buffer *out);

#endif
