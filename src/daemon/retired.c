/* SPDX-License-Identifier: Apache-2.0 */
/* Policies that are no longer in force: kept until no worker's request needs them, and then freed here, in the main
 * thread. Freeing a million patterns takes milliseconds, which no request should wait for. */
#include "daemon_internal.h"
#include "exeat/base/memory.h"

enum { LOOK_MS = 250 };

struct retired {
    struct timer *timer;      /* owned */
    struct policy **policies; /* owned, one reference each */
    size_t count;
};

static void on_look(void *context)
{
    struct retired *retired = context;
    size_t kept = 0;
    for (size_t i = 0; i < retired->count; i++) {
        if (policy_is_shared(retired->policies[i]))
            retired->policies[kept++] = retired->policies[i];
        else
            policy_unref(retired->policies[i]);
    }
    retired->count = kept;
    if (kept > 0)
        timer_start(retired->timer, LOOK_MS);
}

struct retired *retired_new(struct loop *loop)
{
    struct retired *retired = base_zalloc(sizeof(*retired));
    retired->timer = timer_new(loop, on_look, retired);
    return retired;
}

void retired_add(struct retired *retired, struct policy *policy)
{
    retired->policies = base_resize(retired->policies, retired->count + 1, sizeof(struct policy *));
    retired->policies[retired->count++] = policy;
    on_look(retired); /* at each reload, lest many in a row put it off */
}

void retired_free(struct retired *retired)
{
    if (retired == NULL)
        return;
    for (size_t i = 0; i < retired->count; i++)
        policy_unref(retired->policies[i]);
    base_free(retired->policies);
    timer_free(retired->timer);
    base_free(retired);
}
