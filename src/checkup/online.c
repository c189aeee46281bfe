/* SPDX-License-Identifier: Apache-2.0 */
/* What each endpoint says when it is asked from outside: its list of models, then whether the operation is there that
 * its words are for (by an empty call, which is wrong wherever it is known), and where its list is not, that of others.
 */
#include "exeat/checkup/online.h"

#include "checkup_internal.h"
#include "exeat/base/memory.h"
#include "exeat/checkup/proof.h"
#include "exeat/config.h"

enum { PAGE_MAX = 1024 * 1024, PATIENCE_MS = 5000 };

/* What is asked of who speaks so. */
static const struct words {
    struct text name;
    enum engine_page list;
    struct text list_path;
    struct text operation; /* beside the list, which others have too; empty: the list says enough */
} words[] = {
    [SPEAKS_OPENAI] = {TEXT_INIT("openai"), ENGINE_PAGE_MODELS, TEXT_INIT("/v1/models"), TEXT_INIT("")},
    [SPEAKS_OLLAMA] = {TEXT_INIT("ollama"), ENGINE_PAGE_TAGS, TEXT_INIT("/api/tags"), TEXT_INIT("")},
    [SPEAKS_ANTHROPIC] =
        {TEXT_INIT("anthropic"), ENGINE_PAGE_MODELS, TEXT_INIT("/v1/models"), TEXT_INIT("/v1/messages")},
    [SPEAKS_RESPONSES] =
        {TEXT_INIT("responses"), ENGINE_PAGE_MODELS, TEXT_INIT("/v1/models"), TEXT_INIT("/v1/responses")},
};

struct online {
    const struct policy *policy; /* borrowed */
    struct loop *loop;
    struct checkup_way way;
    struct probe *probes; /* owned */
    size_t count;
    size_t waiting; /* probes that are not over */
};

struct probe {
    struct online *online; /* borrowed */
    size_t index;          /* of the inference entry */
    const struct policy_inference *source;
    const struct words *words;
    struct web_peer peer;
    struct buffer said; /* one line, without its end */
    bool is_good;
};

/* --- what is said ----------------------------------------------------------------------------------------------------
 */

static void end(struct probe *probe, bool is_good)
{
    probe->is_good = is_good;
    if (--probe->online->waiting == 0)
        loop_stop(probe->online->loop);
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
    end(probe, false);
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
    };
    (void)web_call_start(&probe->peer, &request, on_answer, probe); /* it is over by its callback alone */
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
    const struct words *other = others(probe);
    struct engine_models models;
    (void)error;
    if (status == 200 && engine_read_models(other->list, body, TEXT(""), &models))
        buffer_printf(
            &probe->said, "; it answers %.*s: `dialect: %.*s`", TEXT_ARG(other->list_path), TEXT_ARG(other->name));
    end(probe, false);
}

/* Its list was answered, which says whose words it speaks then. */
static void on_operation(void *context, uint16_t status, struct text body, const char *error)
{
    struct probe *probe = context;
    (void)body;
    bool is_there = status != 404 && status != 405 && status != 501;
    if (is_there && status != 0) {
        end(probe, true);
        return;
    }
    buffer_empty(&probe->said);
    if (say_absence(probe, status, error))
        return;
    buffer_printf(
        &probe->said, "does not answer %.*s (%u): it does not speak %.*s; it answers %.*s: `dialect: openai`",
        TEXT_ARG(probe->words->operation), (unsigned)status, TEXT_ARG(probe->words->name),
        TEXT_ARG(probe->words->list_path));
    end(probe, false);
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
static bool has_all(struct probe *probe, struct text body, struct engine_models *models)
{
    const struct settings_inference *source = &policy_settings(probe->online->policy)->lists.inference[probe->index];
    for (size_t i = 0; i < source->model_count && source->engine.kind != ENGINE_KIND_LLAMA; i++) {
        struct text served = source->models[i].served;
        if (!engine_read_models(probe->words->list, body, served, models) || models->has_wanted)
            continue;
        buffer_printf(&probe->said, "has no model '%.*s', which `models` maps to; it lists ", TEXT_ARG(served));
        say_models(probe, models);
        return false;
    }
    return true;
}

static void on_list(void *context, uint16_t status, struct text body, const char *error)
{
    struct probe *probe = context;
    struct engine_models models;
    if (say_absence(probe, status, error))
        return;
    if (status != 200 || !engine_read_models(probe->words->list, body, TEXT(""), &models)) {
        buffer_printf(
            &probe->said, "does not answer %.*s as who speaks %.*s (%u)", TEXT_ARG(probe->words->list_path),
            TEXT_ARG(probe->words->name), (unsigned)status);
        ask(probe, TEXT("GET"), others(probe)->list_path, on_others);
        return;
    }
    if (!has_all(probe, body, &models)) {
        end(probe, false);
        return;
    }
    buffer_printf(&probe->said, "answers, speaks %.*s, and has ", TEXT_ARG(probe->words->name));
    say_models(probe, &models);
    if (probe->words->operation.length > 0)
        ask(probe, TEXT("POST"), probe->words->operation, on_operation);
    else
        end(probe, true);
}

/* --- all of them -----------------------------------------------------------------------------------------------------
 */

static void begin(struct online *online, struct probe *probe, size_t index)
{
    const struct policy_inference *source = policy_inference(online->policy, index);
    *probe = (struct probe){
        .online = online,
        .index = index,
        .source = source,
        .words = &words[source->speaks],
        .peer = checkup_peer(&online->way, online->loop, source, PATIENCE_MS, PAGE_MAX),
    };
    online->waiting++;
    ask(probe, TEXT("GET"), probe->words->list_path, on_list);
}

/* Who is well in all else may have another model than it must. */
static void ask_for_proof(struct probe *probe, struct tls_client *tls)
{
    struct online *online = probe->online;
    struct buffer wrong = {0};
    if (probe->is_good && !checkup_proves(online->policy, probe->index, online->loop, tls, &wrong)) {
        probe->is_good = false;
        BUFFER_APPEND_ALL(&probe->said, TEXT("; but "), buffer_text(&wrong));
    }
    buffer_clear(&wrong);
}

static bool report(const struct probe *probe, struct buffer *out)
{
    BUFFER_APPEND_ALL(out, TEXT("inference "), probe->source->name, TEXT(": "));
    buffer_append_shown(out, buffer_text(&probe->said), ""); /* with words of its own */
    buffer_append_byte(out, '\n');
    return probe->is_good;
}

bool checkup_online(const struct policy *policy, struct tls_client *tls, struct buffer *out)
{
    bool is_good = true;
    size_t count = policy_inference_count(policy);
    struct online online = {.policy = policy, .loop = loop_new()};
    checkup_way_open(&online.way, policy, online.loop, tls);
    online.probes = base_array(count + 1, sizeof(*online.probes));
    for (size_t i = 0; i < count; i++) {
        const struct policy_inference *source = policy_inference(policy, i);
        if (source->via != NULL)
            buffer_printf(out, "inference %.*s: is behind a proxy, and not asked\n", TEXT_ARG(source->name));
        else if (!source->is_canned)
            begin(&online, &online.probes[online.count++], i);
    }
    if (online.waiting > 0)
        loop_run(online.loop);
    for (size_t i = 0; i < online.count; i++) {
        ask_for_proof(&online.probes[i], tls);
        is_good = report(&online.probes[i], out) && is_good;
        buffer_clear(&online.probes[i].said);
    }
    base_free(online.probes);
    checkup_way_close(&online.way);
    loop_free(online.loop);
    return is_good;
}
