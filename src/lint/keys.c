/* SPDX-License-Identifier: Apache-2.0 */
/* Where vendors' keys may go to hosts of others: said, so that nobody forgets it. */
#include "lint_internal.h"

void lint_keys(const struct lint *lint)
{
    const struct settings *settings = policy_settings(lint->policy);
    const struct mark top = {.line = 1, .column = 1};
    if (settings->keys_pass)
        diag_remark(
            lint->diags, top, "`keys_elsewhere: record`: a vendor's key may leave to any host that a rule allows");
    for (size_t i = 0; !settings->keys_pass && i < lint->lists->rule_count; i++)
        if (lint->lists->rules[i].keys_pass)
            diag_remark(
                lint->diags, lint->lists->rules[i].mark, "rule '%.*s' lets any vendor's key go to its hosts",
                TEXT_ARG(lint->lists->rules[i].id.text));
}
