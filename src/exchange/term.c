/* SPDX-License-Identifier: Apache-2.0 */
/* Policies: one in force, and those that exchanges under way began with. */
#include "exchange_internal.h"
#include "exeat/base/memory.h"

struct policy_term *term_hold(struct exchange_worker *worker)
{
    worker->term->exchanges++;
    return worker->term;
}

static void free_if_done(struct policy_term *term)
{
    if (!term->is_over || term->exchanges > 0)
        return;
    budget_share_free(term->budgets);
    engine_set_free(term->engines);
    policy_unref(term->policy);
    base_free(term);
}

void term_release(struct policy_term *term)
{
    term->exchanges--;
    free_if_done(term);
}

void term_end(struct exchange_worker *worker)
{
    if (worker->term == NULL)
        return;
    worker->term->is_over = true;
    free_if_done(worker->term);
    worker->term = NULL;
}
