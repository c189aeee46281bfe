/* SPDX-License-Identifier: Apache-2.0 */
/* What one endpoint says when it is asked from outside: its list of models, then whether the operation is there that
 * its words are for (by an empty call, which is wrong wherever it is known), and where its list is not, that of others.
 */
#include "probe.h"

#include "exeat/base/memory.h"
#include "exeat/config.h"
#include "exeat/engine/pages.h"

enum { PAGE_MAX = 1024 * 1024, PATIENCE_MS = 5000 };

/* What is asked of who speaks so. */
struct words {
    struct text name;
    enum engine_page list;
    struct text list_path;
    struct text operation; /* beside the list, which others have too; empty: the list says enough */
};
static const struct words words[] = {
    [SPEAKS_OPENAI] = {TEXT_INIT("openai"), ENGINE_PAGE_MODELS, TEXT_INIT("/v1/models"), TEXT_INIT("")},
    [SPEAKS_OLLAMA] = {TEXT_INIT("ollama"), ENGINE_PAGE_TAGS, TEXT_INIT("/api/tags"), TEXT_INIT("")},
    [SPEAKS_ANTHROPIC] =
        {TEXT_INIT("anthropic"), ENGINE_PAGE_MODELS, TEXT_INIT("/v1/models"), TEXT_INIT("/v1/messages")},
    [SPEAKS_RESPONSES] =
        {TEXT_INIT("responses"), ENGINE_PAGE_MODELS, TEXT_INIT("/v1/models"), TEXT_INIT("/v1/responses")},
};

/* --- what is said ----------------------------------------------------------------------------------------------------
 */

static void end(struct probe *probe, enum probe_end end)
{
    probe->on_end(probe->context, end);
}

/* It is not there, or wants something first: no other page would say more. True: that was said. */
static bool say_absence(struct probe *probe, uint16_t status, const char *error)
{
    if (status == 0)
        buffer_printf(&probe->said, "cannot be asked: %s", error);
    else if (status == 503)
        buffer_append_string(&probe->said, "is warming: it answers 503 while it loads its model");
    else if (status == 401 || status == 403)
        buffer_printf(&probe->said, "answers %u: it wants (another) `key_file`", (unsigned)status);
    else
        return false;
    end(probe, status == 0 || status == 503 ? PROBE_FOUND_NOBODY : PROBE_FOUND_WRONG);
    return true;
}

static void ask(struct probe *probe, struct text method, struct text path, web_answered on_answer)
{
    const struct policy_inference *source = probe->source;
    const struct web_request request = {
        .method = method,
        .path = path,
        .bearer = secret_is_empty(&source->key) ? NULL : &source->key,
        .body = text_equal(method, TEXT("POST")) ? TEXT("{}") : TEXT(""),
        .also = {TEXT("User-Agent"), TEXT("exeat/" EXEAT_VERSION " (checkup)")},
    };
    probe->call = web_call_start(&probe->peer, &request, on_answer, probe);
}

/* --- whose words it speaks -------------------------------------------------------------------------------------------
 */

static const struct words *others(const struct probe *probe)
{
    return &words[probe->words->list == ENGINE_PAGE_TAGS ? SPEAKS_OPENAI : SPEAKS_OLLAMA];
}

static void on_others(void *context, uint16_t status, struct text body, const char *error)
{
    struct probe *probe = context;
    probe->call = NULL;
    const struct words *other = others(probe);
    struct engine_models models;
    (void)error;
    if (status == 200 && engine_read_models(other->list, body, &models))
        buffer_printf(
            &probe->said, "; it answers %.*s: `dialect: %.*s`", TEXT_ARG(other->list_path), TEXT_ARG(other->name));
    end(probe, PROBE_FOUND_WRONG);
}

/* Its list was answered, which says whose words it speaks then. */
static void on_operation(void *context, uint16_t status, struct text body, const char *error)
{
    struct probe *probe = context;
    probe->call = NULL;
    (void)body;
    struct buffer good = probe->said;
    probe->said = (struct buffer){0};
    if (say_absence(probe, status, error)) {
        buffer_clear(&good);
        return;
    }
    if (status != 404 && status != 405 && status != 501) {
        probe->said = good;
        end(probe, PROBE_FOUND_GOOD);
        return;
    }
    buffer_clear(&good);
    buffer_printf(
        &probe->said, "does not answer %.*s (%u): it does not speak %.*s; it answers %.*s: `dialect: openai`",
        TEXT_ARG(probe->words->operation), (unsigned)status, TEXT_ARG(probe->words->name),
        TEXT_ARG(probe->words->list_path));
    end(probe, PROBE_FOUND_WRONG);
}

/* --- its models ------------------------------------------------------------------------------------------------------
 */

static void say_models(struct probe *probe, const struct engine_models *models)
{
    size_t shown = models->count < ENGINE_MODELS_SHOWN ? models->count : ENGINE_MODELS_SHOWN;
    for (size_t i = 0; i < shown; i++)
        buffer_printf(&probe->said, "%s%s", i == 0 ? "" : ", ", models->names[i]);
    if (models->count > shown)
        buffer_printf(&probe->said, " and %zu more", models->count - shown);
    if (models->count == 0)
        buffer_append_string(&probe->said, "none");
}

/* llama.cpp has one model, and answers by any name. */
static bool has_all(struct probe *probe, struct text body, const struct engine_models *models)
{
    const struct settings_inference *source = &policy_settings(probe->policy)->lists.inference[probe->index];
    size_t count = source->engine.kind == ENGINE_KIND_LLAMA ? 0 : source->model_count;
    struct text *served = base_array(count, sizeof(*served));
    for (size_t i = 0; i < count; i++)
        served[i] = source->models[i].served;
    size_t missing = engine_find_missing(probe->words->list, body, served, count);
    if (missing < count) {
        buffer_printf(
            &probe->said, "has no model '%.*s', which `models` maps to; it lists ", TEXT_ARG(served[missing]));
        say_models(probe, models);
    }
    base_free(served);
    return missing == count;
}

static void on_list(void *context, uint16_t status, struct text body, const char *error)
{
    struct probe *probe = context;
    probe->call = NULL;
    struct engine_models models;
    if (say_absence(probe, status, error))
        return;
    if (status != 200 || !engine_read_models(probe->words->list, body, &models)) {
        buffer_printf(
            &probe->said, "does not answer %.*s as who speaks %.*s (%u)", TEXT_ARG(probe->words->list_path),
            TEXT_ARG(probe->words->name), (unsigned)status);
        ask(probe, TEXT("GET"), others(probe)->list_path, on_others);
        return;
    }
    if (!has_all(probe, body, &models)) {
        end(probe, PROBE_FOUND_WRONG);
        return;
    }
    buffer_printf(&probe->said, "answers, speaks %.*s, and has ", TEXT_ARG(probe->words->name));
    say_models(probe, &models);
    if (probe->words->operation.length > 0)
        ask(probe, TEXT("POST"), probe->words->operation, on_operation);
    else
        end(probe, PROBE_FOUND_GOOD);
}

/* ---------------------------------------------------------------------------------------------------------------------
 */

void probe_begin(struct probe *probe, const struct checkup_way *way, struct loop *loop)
{
    probe->source = policy_inference(probe->policy, probe->index);
    probe->words = &words[probe->source->speaks];
    probe->peer = checkup_peer(way, loop, probe->source, PATIENCE_MS, PAGE_MAX);
    buffer_empty(&probe->said);
    ask(probe, TEXT("GET"), probe->words->list_path, on_list);
}

void probe_clear(struct probe *probe)
{
    web_call_cancel(probe->call);
    probe->call = NULL;
    buffer_clear(&probe->said);
}

struct text probe_words(const struct probe *probe)
{
    return probe->words->name;
}
