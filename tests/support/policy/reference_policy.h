/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy says, worked out as naively as the rules of docs/policy-language.md are written: every rule, every
 * pattern, nothing compiled. It is asked with everything known, and is what the judge of src/policy is compared with.
 */
#ifndef EXEAT_TESTS_REFERENCE_POLICY_H
#define EXEAT_TESTS_REFERENCE_POLICY_H

#include "exeat/config.h"
#include "exeat/llm.h"

enum reference_outcome { OUTCOME_REFUSED, OUTCOME_ANSWERED_HERE, OUTCOME_LET_OUT };

struct reference {
    enum reference_outcome outcome;
    struct text rule; /* which names it; empty: none */
    bool is_tcp;
};

/* `request` is known inside; `address` is where its host leads. */
void reference_judge(
    const struct settings *settings, const struct llm_catalogue *catalogue, const struct request *request,
    const struct address *address, struct reference *result);

#endif
