/* SPDX-License-Identifier: Apache-2.0 */
/* What the refusals of all vendors have in common. */
#include "exeat/canon/refusal.h"

#include "exeat/base/json.h"

enum blame refusal_blame(const struct refusal *refusal)
{
    if (refusal->status >= 500)
        return BLAME_NOBODY;
    if (refusal->status == 429)
        return BLAME_PACE;
    return refusal->status == 403 ? BLAME_POLICY : BLAME_CALLER;
}

void refusal_append_member(struct buffer *out, struct text name, struct text value)
{
    BUFFER_APPEND_ALL(out, TEXT(",\""), name, TEXT("\":"));
    json_append_string(out, value);
}

void refusal_append_facts(const struct refusal *refusal, struct buffer *out)
{
    if (refusal->members.length > 0)
        BUFFER_APPEND_ALL(out, TEXT(","), refusal->members);
    if (refusal->reason.length > 0)
        refusal_append_member(out, TEXT("reason"), refusal->reason);
    if (refusal->rule.length > 0)
        refusal_append_member(out, TEXT("rule"), refusal->rule);
    refusal_append_member(out, TEXT("request_id"), refusal->id);
}
