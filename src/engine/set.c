/* SPDX-License-Identifier: Apache-2.0 */
/* Which engines there are: each policy has a set, and what two policies name is one engine. */
#include "engine_internal.h"
#include "exeat/base/memory.h"
#include "exeat/config.h"
#include "exeat/memo.h"

struct engines *engines_new(void)
{
    struct engines *engines = base_zalloc(sizeof(*engines));
    pthread_mutex_init(&engines->lock, NULL);
    list_init(&engines->all);
    list_init(&engines->queues);
    engines->memo = memo_new();
    return engines;
}

void engines_free(struct engines *engines)
{
    if (engines == NULL)
        return;
    pthread_mutex_destroy(&engines->lock);
    memo_free(engines->memo);
    base_free(engines);
}

struct memo *engines_memo(struct engines *engines)
{
    return engines->memo;
}

/* --- one -------------------------------------------------------------------------------------------------------------
 */

static struct digest place_of(const struct policy_inference *inference)
{
    struct buffer text = {0};
    struct digest digest;
    BUFFER_APPEND_ALL(&text, inference->name, TEXT("\n"), host_text(&inference->host), TEXT("\n"), inference->prefix);
    buffer_printf(&text, "\n%u %d", (unsigned)inference->port, (int)inference->scheme);
    digest_sha256(bytes_of_text(buffer_text(&text)), &digest);
    buffer_clear(&text);
    return digest;
}

static struct engine *new_engine(struct engines *engines, const struct policy_inference *source)
{
    struct engine *engine = base_zalloc(sizeof(*engine));
    engine->engines = engines;
    engine->host = source->host;
    engine->port = source->port;
    engine->place = place_of(source);
    engine->seed = bytes_get_u64(engine->place.bytes);
    engine->diary.stood_by = source->engine->stands_by;
    text_store(source->name, engine->name, sizeof(engine->name));
    atomic_store(&engine->order, source->engine->stands_by ? ENGINE_STANDS_BY : ENGINE_IN_USE);
    atomic_store(&engine->pulse.is_up, true);
    pthread_mutex_init(&engine->lock, NULL);
    list_append(&engines->all, &engine->node);
    return engine;
}

static enum proof weigh_proof(const struct engine_diary *diary)
{
    if (!diary->has_expected)
        return PROOF_NOT_ASKED;
    if (!diary->identity.has_digest)
        return PROOF_MISSING;
    return digest_equal(&diary->expected, &diary->identity.digest) ? PROOF_GOOD : PROOF_WRONG;
}

/* "sha256:..." was checked when it was read. */
static bool read_expected(const struct settings_engine *source, struct digest *expected)
{
    struct text hex = text_after(source->expected.text, sizeof("sha256:") - 1);
    return hex_decode(hex, expected->bytes, sizeof(expected->bytes));
}

/* What a policy demands of it. */
static void demand(struct engine *engine, const struct settings_engine *source)
{
    struct engine_diary *diary = &engine->diary;
    pthread_mutex_lock(&engine->lock);
    diary->has_expected = read_expected(source, &diary->expected);
    atomic_store(&engine->proof, weigh_proof(diary));
    if (diary->stood_by != source->stands_by)
        atomic_store(&engine->order, source->stands_by ? ENGINE_STANDS_BY : ENGINE_IN_USE);
    diary->stood_by = source->stands_by;
    if (!source->is_asked)
        diary->why[0] = '\0';
    pthread_mutex_unlock(&engine->lock);
    atomic_store(&engine->slots_given, source->slots < UINT32_MAX ? (uint32_t)source->slots : 0);
    if (!source->is_asked) {
        atomic_store(&engine->state, ENGINE_UNKNOWN);
        atomic_store(&engine->pulse.foreign, 0);
    }
}

static struct engine *find(const struct engines *engines, const struct policy_inference *source)
{
    struct digest place = place_of(source);
    for (struct list_node *node = list_first(&engines->all); node != NULL; node = list_next(&engines->all, node)) {
        struct engine *engine = list_owner(node, struct engine, node);
        if (digest_equal(&engine->place, &place))
            return engine;
    }
    return NULL;
}

static void free_engine(struct engine *engine)
{
    list_remove(&engine->node);
    pthread_mutex_destroy(&engine->lock);
    base_free(engine);
}

/* --- a set -----------------------------------------------------------------------------------------------------------
 */

struct engine_set *engine_set_new(struct engines *engines, const struct policy *policy)
{
    struct engine_set *set = base_zalloc(sizeof(*set));
    set->engines = engines;
    set->policy = policy;
    set->count = policy_inference_count(policy);
    set->items = base_array(set->count + 1, sizeof(struct engine *));
    pthread_mutex_lock(&engines->lock);
    for (size_t i = 0; i < set->count; i++) {
        const struct policy_inference *source = policy_inference(policy, i);
        set->items[i] = NULL;
        if (source->is_canned)
            continue;
        struct engine *engine = find(engines, source);
        if (engine == NULL) {
            engine = new_engine(engines, source);
            demand(engine, source->engine);
        }
        engine->references++;
        set->items[i] = engine;
    }
    pthread_mutex_unlock(&engines->lock);
    return set;
}

void engine_set_free(struct engine_set *set)
{
    if (set == NULL)
        return;
    pthread_mutex_lock(&set->engines->lock);
    for (size_t i = 0; i < set->count; i++)
        if (set->items[i] != NULL && --set->items[i]->references == 0)
            free_engine(set->items[i]);
    pthread_mutex_unlock(&set->engines->lock);
    base_free(set->items);
    base_free(set);
}

size_t engine_set_count(const struct engine_set *set)
{
    return set->count;
}

struct engine *engine_set_at(const struct engine_set *set, size_t index)
{
    return set->items[index];
}

void engine_set_put_in_force(struct engine_set *set)
{
    struct list *all = &set->engines->all;
    pthread_mutex_lock(&set->engines->lock);
    for (struct list_node *node = list_first(all); node != NULL; node = list_next(all, node))
        list_owner(node, struct engine, node)->is_in_force = false;
    for (size_t i = 0; i < set->count; i++)
        if (set->items[i] != NULL) {
            set->items[i]->is_in_force = true;
            demand(set->items[i], policy_inference(set->policy, i)->engine);
        }
    pthread_mutex_unlock(&set->engines->lock);
    memo_clear(set->engines->memo); /* what was answered under another policy is good under that alone */
    engines_wake(set->engines);
}

size_t engines_look(struct engines *engines, struct engine_view *views, size_t capacity)
{
    size_t count = 0;
    pthread_mutex_lock(&engines->lock);
    for (struct list_node *node = list_first(&engines->all); node != NULL && count < capacity;
         node = list_next(&engines->all, node)) {
        struct engine *engine = list_owner(node, struct engine, node);
        if (engine->is_in_force)
            engine_look(engine, &views[count++]);
    }
    pthread_mutex_unlock(&engines->lock);
    return count;
}

/* --- its model -------------------------------------------------------------------------------------------------------
 */

struct engine_identity engine_identity(struct engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    struct engine_identity identity = engine->diary.identity;
    pthread_mutex_unlock(&engine->lock);
    return identity;
}

bool engine_identity_equal(const struct engine_identity *left, const struct engine_identity *right)
{
    return text_equal(text_from(left->model), text_from(right->model)) &&
           text_equal(text_from(left->version), text_from(right->version)) &&
           text_equal(text_from(left->adapter), text_from(right->adapter)) &&
           text_equal(text_from(left->region), text_from(right->region)) &&
           left->is_region_read == right->is_region_read && left->has_digest == right->has_digest &&
           (!left->has_digest || digest_equal(&left->digest, &right->digest));
}

bool engine_note_identity(struct engine *engine, const struct engine_identity *identity)
{
    pthread_mutex_lock(&engine->lock);
    bool is_new = !engine_identity_equal(&engine->diary.identity, identity);
    engine->diary.identity = *identity;
    atomic_store(&engine->proof, weigh_proof(&engine->diary));
    pthread_mutex_unlock(&engine->lock);
    if (is_new)
        engines_wake(engine->engines);
    return is_new;
}
