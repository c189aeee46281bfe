/* SPDX-License-Identifier: Apache-2.0 */
/* Who is asked: the engines of the policy in force what they are, and those that say how they are. */
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
    for (size_t i = 0; i < checkup->greeting_count; i++)
        greeting_end(&checkup->greetings[i]);
    base_free(checkup->patients);
    base_free(checkup->greetings);
    checkup->patients = NULL;
    checkup->greetings = NULL;
    checkup->patient_count = checkup->greeting_count = 0;
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

/* Without trust nobody is asked who has to prove who he is. */
static bool is_to_be_asked(const struct checkup *checkup, size_t index)
{
    const struct policy_inference *source = policy_inference(checkup->policy, index);
    bool has_way = checkup->tls != NULL || source->scheme != SCHEME_HTTPS;
    return engine_set_at(checkup->set, index) != NULL && source->engine->is_asked && has_way;
}

static void begin(struct checkup *checkup)
{
    size_t count = engine_set_count(checkup->set);
    checkup_way_open(&checkup->way, checkup->policy, checkup->options.loop, checkup->tls);
    checkup->patients = base_array(count + 1, sizeof(*checkup->patients));
    checkup->greetings = base_array(count + 1, sizeof(*checkup->greetings));
    for (size_t i = 0; i < count; i++) {
        if (is_to_be_asked(checkup, i))
            patient_begin(&checkup->patients[checkup->patient_count++], checkup, i);
        if (engine_set_at(checkup->set, i) == NULL)
            continue;
        identity_note_written(checkup, i);
        greeting_begin(&checkup->greetings[checkup->greeting_count++], checkup, i);
    }
}

static bool stands_by(const struct policy *policy, const char *name)
{
    for (size_t i = 0; i < policy_inference_count(policy); i++)
        if (text_equal(policy_inference(policy, i)->name, text_from(name)))
            return policy_inference(policy, i)->engine->stands_by;
    return false;
}

/* The file has another word about who stands by: it counts, and not what was ordered before. */
static bool decides_swap(const struct swap *swap, const struct policy *old, const struct policy *policy)
{
    return old != NULL && swap->to[0] != '\0' &&
           (stands_by(old, swap->from) != stands_by(policy, swap->from) ||
            stands_by(old, swap->to) != stands_by(policy, swap->to));
}

void checkup_set_policy(struct checkup *checkup, struct policy *policy, struct tls_client *tls)
{
    struct engine_set *before = checkup->set;
    struct policy *old = checkup->policy;
    if (decides_swap(&checkup->swap, old, policy))
        checkup->swap = (struct swap){0};
    forget(checkup);
    checkup->policy = policy_ref(policy);
    checkup->tls = tls;
    checkup->set = engine_set_new(checkup->options.engines, policy);
    engine_set_put_in_force(checkup->set);
    engine_set_free(before);
    policy_unref(old);
    begin(checkup);
}
