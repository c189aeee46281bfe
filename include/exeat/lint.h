/* SPDX-License-Identifier: Apache-2.0 */
/* What in a policy that compiles cannot be meant, or reaches further than its words. */
#ifndef EXEAT_LINT_H
#define EXEAT_LINT_H

#include "exeat/policy.h"

/* Warnings about what compiles and cannot be meant, remarks about what reaches further than its words: each with its
 * place. Rules that have lapsed at that moment, or lapse within a day of it, are warned of; all else is about the
 * policy as it is written. */
void lint_policy(const struct policy *policy, int64_t at_us, struct diags *diags);
/* Does a call to that entry of the catalogue leave, whoever makes it? */
bool lint_llm_leaves(const struct policy *policy, const struct llm_entry *entry);

#endif
