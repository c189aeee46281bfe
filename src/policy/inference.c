/* SPDX-License-Identifier: Apache-2.0 */
/* The endpoints that answer rerouted calls, with their keys, and the names that models have there. */
#include "exeat/base/memory.h"
#include "policy_internal.h"

enum { KEY_MAX = 4096 };

static void read_key(const struct settings_inference *source, struct secret *key, struct diags *diags)
{
    char *error = NULL;
    if (source->key_file.length == 0)
        return;
    if (!secret_read(source->key_file.data, KEY_MAX, key, &error))
        diag_error(
            diags, source->name.mark, "the key of inference '%s' cannot be read: %s", source->name.text.data, error);
    base_free(error);
    secret_trim(key);
}

static bool is_field_value(const struct secret *secret)
{
    struct text key = secret_show(secret);
    for (size_t i = 0; i < key.length; i++)
        if ((unsigned char)key.data[i] <= ' ' || (unsigned char)key.data[i] >= 0x7f)
            return false;
    return true;
}

void inference_compile(struct policy *policy, struct diags *diags)
{
    const struct settings_lists *lists = &policy->settings->lists;
    policy->inference_count = lists->inference_count;
    policy->inference = arena_array(&policy->arena, lists->inference_count, sizeof(*policy->inference));
    for (size_t i = 0; i < lists->inference_count; i++) {
        const struct settings_inference *source = &lists->inference[i];
        policy->inference[i] = (struct policy_inference){
            .name = source->name.text,
            .is_canned = source->is_canned,
            .scheme = source->scheme,
            .host = source->host,
            .port = source->port,
            .prefix = source->prefix,
            .speaks = source->speaks,
            .canned = &source->canned,
            .takes_usage = source->takes_usage,
            .engine = &source->engine,
        };
        if (policy_is_control(policy->settings, &source->host))
            diag_error(
                diags, source->name.mark, "the endpoint of inference '%s' is the gate's own control socket",
                source->name.text.data);
        read_key(source, &policy->inference[i].key, diags);
        if (!is_field_value(&policy->inference[i].key))
            diag_error(
                diags, source->name.mark, "the key file of inference '%s' must hold one token on one line",
                source->name.text.data);
    }
}

void inference_compile_trust(struct policy *policy)
{
    for (size_t i = 0; i < policy->inference_count; i++) {
        const struct settings_inference *source = &policy->settings->lists.inference[i];
        if (trust_is_set(&source->trust))
            policy->inference[i].trust = trust_add(policy, "endpoint", source->name.text, &source->trust)->id;
    }
}

void inference_clear(struct policy *policy)
{
    for (size_t i = 0; i < policy->inference_count; i++)
        secret_clear(&policy->inference[i].key);
}

const struct settings_answerers *policy_answerers(const struct decision *decision)
{
    return &decision->winner->source->answerers;
}

const struct policy_inference *policy_inference(const struct policy *policy, size_t index)
{
    return &policy->inference[index];
}

size_t policy_inference_count(const struct policy *policy)
{
    return policy->inference_count;
}

struct text policy_served_model(const struct policy *policy, size_t index, struct text asked)
{
    const struct settings_inference *source = &policy->settings->lists.inference[index];
    for (size_t i = 0; i < source->model_count; i++)
        if (text_glob(source->models[i].asked, asked))
            return source->models[i].served;
    return asked;
}

static void add_name(struct text name, struct text *names, size_t capacity, size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        if (text_equal(names[i], name))
            return;
    if (*count < capacity && !text_has(name, '*'))
        names[(*count)++] = name;
}

size_t policy_model_names(const struct policy *policy, size_t index, struct text *names, size_t capacity)
{
    const struct settings_inference *source = &policy->settings->lists.inference[index];
    size_t count = 0;
    for (size_t i = 0; i < source->model_count; i++)
        add_name(source->models[i].asked, names, capacity, &count);
    for (size_t i = 0; i < source->model_count; i++)
        add_name(source->models[i].served, names, capacity, &count);
    return count;
}
