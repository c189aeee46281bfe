/* SPDX-License-Identifier: Apache-2.0 */
/* Canaries: their file is read as the policy is made, and is not on record with it. No rule lets one out. */
#include "exeat/policy/canary.h"

#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "policy_internal.h"

enum { CANARY_FILE_MAX = 1 << 20 };

void canaries_compile(struct policy *policy, struct diags *diags)
{
    const struct setting_text *file = &policy->settings->canaries;
    struct buffer content = {0};
    char *error = NULL;
    if (file->text.length == 0)
        return;
    if (file_read(file->text.data, CANARY_FILE_MAX, &content, &error))
        policy->canaries = canary_set_parse(buffer_text(&content), file->text.data, file->mark, diags);
    else
        diag_error(diags, file->mark, "canaries: %s; `exeat canary new email >> FILE` makes one", error);
    base_free(error);
    buffer_forget(&content);
}

const struct canary_set *policy_canaries(const struct policy *policy)
{
    return policy->canaries;
}

const char *policy_canary_in(const struct policy *policy, struct text text)
{
    return policy->canaries == NULL ? NULL : canary_in(policy->canaries, text);
}

bool policy_refuses_canary(const struct policy *policy, struct decision *decision)
{
    bool observes = policy->settings->observe;
    decision->verdict = VERDICT_DENY;
    decision->reason = REASON_CANARY_SEEN;
    decision->observed = observes && decision->plan != PLAN_REFUSE;
    if (!observes)
        decision->plan = PLAN_REFUSE;
    return decision->plan == PLAN_REFUSE;
}
