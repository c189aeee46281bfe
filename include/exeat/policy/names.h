/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a name may be asked for: a question is a request of which nobody knows yet what it will be. It is let through
 * where some rule could let a request to that name through, by any scheme, port, method and path. */
#ifndef EXEAT_POLICY_NAMES_H
#define EXEAT_POLICY_NAMES_H

#include "exeat/model/dns.h"
#include "exeat/policy.h"

struct name_question {
    struct client client;
    struct host host; /* HOST_NAME */
    uint16_t type;    /* of DNS */
    int64_t asked_us; /* as of a request */
};
struct name_verdict {
    struct decision decision; /* PLAN_FORWARD: a resolver may be asked; PLAN_REFUSE */
    bool is_rerouted;         /* calls to it are answered here: its clients need some address */
    /* How much of the name's end the policy knows: what is before it is the caller's to choose. All of it where the
     * name itself is known; 0: any name will do. */
    size_t fixed;
};
/* A question as people write it: "TYPE dns:NAME" (RFC 4501), such as "TXT dns:shop.example". */
bool policy_is_question(struct text line);
/* False: `*wrong` says what (static). Nobody in particular asks, before any rule has lapsed. */
MUST_CHECK bool policy_question_parse(struct text line, struct name_question *question, const char **wrong);
/* Never fails. `is_bypassed`: what rules refuse is let through for a while (policy_bypass). */
void policy_judge_name(
    const struct policy *policy, const struct name_question *question, bool is_bypassed, struct name_verdict *verdict);
/* May the client be told this address of the name? Where some request to it would be let through, or, of a name that is
 * only rerouted, where it is public. False: `why` is REASON_ADDRESS or REASON_ADDRESS_METADATA. */
MUST_CHECK bool policy_lets_tell(
    const struct policy *policy, const struct name_question *question, const struct name_verdict *verdict,
    const struct address *address, enum reason *why);

/* Has the machine this address, as it is now? When nobody knows: yes. */
bool policy_is_of_this_machine(const struct address *address);

#endif
