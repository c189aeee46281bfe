/* SPDX-License-Identifier: Apache-2.0 */
/* Who is asked: the engines of the policy in force that say how they are. */
#include "checkup_internal.h"
#include "exeat/base/memory.h"
#include "exeat/config.h"

struct checkup *checkup_new(const struct checkup_options *options)
{
    struct checkup *checkup = base_zalloc(sizeof(*checkup));
    checkup->options = *options;
    return checkup;
}

static void forget(struct checkup *checkup)
{
    for (size_t i = 0; i < checkup->patient_count; i++)
        patient_end(&checkup->patients[i]);
    base_free(checkup->patients);
    checkup->patients = NULL;
    checkup->patient_count = 0;
    checkup_way_close(&checkup->way);
    tls_client_free(checkup->tls);
}

void checkup_free(struct checkup *checkup)
{
    if (checkup == NULL)
        return;
    forget(checkup);
    engine_set_free(checkup->set);
    policy_unref(checkup->policy);
    base_free(checkup);
}

static void begin(struct checkup *checkup)
{
    size_t count = engine_set_count(checkup->set);
    checkup_way_open(&checkup->way, checkup->policy, checkup->options.loop, checkup->tls);
    checkup->patients = base_array(count + 1, sizeof(*checkup->patients));
    for (size_t i = 0; i < count; i++)
        if (engine_set_at(checkup->set, i) != NULL && policy_inference(checkup->policy, i)->engine->is_asked)
            patient_begin(&checkup->patients[checkup->patient_count++], checkup, i);
}

void checkup_set_policy(struct checkup *checkup, struct policy *policy, struct tls_client *tls)
{
    struct engine_set *before = checkup->set;
    struct policy *old = checkup->policy;
    forget(checkup);
    checkup->policy = policy_ref(policy);
    checkup->tls = tls;
    checkup->set = engine_set_new(checkup->options.engines, policy);
    engine_set_put_in_force(checkup->set);
    engine_set_free(before);
    policy_unref(old);
    begin(checkup);
}
