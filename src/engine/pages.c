/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages of an engine say of it: foreign bytes, of which only the members that are known are read. The shapes
 * are those of llama.cpp's server (/props), vLLM (/version, /v1/models, /metrics), Ollama (/api/version, /api/tags) and
 * Text Generation Inference (/info). */
#include "exeat/engine/pages.h"

#include <stdlib.h>

#include "exeat/base/json_view.h"
#include "exeat/base/memory.h"
#include "page_metrics.h"

/* As much of it as has room, in printable ASCII: it goes into records and log lines. */
static void store_text(const struct json_view *view, uint32_t value, char *out, size_t size)
{
    struct buffer text = {0};
    json_spelled_append(&text, json_view_spelled(view, value));
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] <= ' ' || (unsigned char)text.data[i] >= 0x7f)
            text.data[i] = '?';
    if (text.length > 0)
        text_store(text_part(buffer_text(&text), 0, size - 1), out, size);
    buffer_clear(&text);
}

static void store_member(const struct json_view *view, uint32_t object, struct text name, char *out, size_t size)
{
    uint32_t value = json_view_member(view, object, name);
    if (value != 0 && json_view_shape(view, value) == JSON_SHAPE_STRING)
        store_text(view, value, out, size);
}

/* "sha256:..." or its digits alone, and what may follow them: half of a longer digest is none. */
bool engine_read_digest(struct text text, struct digest *digest)
{
    static const struct text prefix = TEXT_INIT("sha256:");
    if (text_starts_with(text, prefix))
        text = text_after(text, prefix.length);
    struct text digits = text_part(text, 0, 2 * sizeof(digest->bytes));
    struct text next = text_part(text, digits.length, 1);
    return (next.length == 0 || text_has(TEXT(" \t\r\n"), next.data[0])) &&
           hex_decode(digits, digest->bytes, sizeof(digest->bytes));
}

static void read_props(const struct json_view *view, struct engine_report *report)
{
    uint64_t slots;
    struct engine_identity *identity = &report->identity;
    uint32_t total = json_view_member(view, 0, TEXT("total_slots"));
    if (total != 0 && text_to_number(json_view_source(view, total), UINT16_MAX, &slots))
        report->slots = (uint32_t)slots;
    store_member(view, 0, TEXT("model_path"), identity->model, sizeof(identity->model));
    store_member(view, 0, TEXT("model_alias"), identity->model, sizeof(identity->model));
    store_member(view, 0, TEXT("build_info"), identity->version, sizeof(identity->version));
}

static void read_version(const struct json_view *view, struct engine_report *report)
{
    store_member(view, 0, TEXT("version"), report->identity.version, sizeof(report->identity.version));
}

/* What it takes at once; more are refused by it. */
static void read_info(const struct json_view *view, struct engine_report *report)
{
    uint64_t slots;
    uint32_t most = json_view_member(view, 0, TEXT("max_concurrent_requests"));
    if (most != 0 && text_to_number(json_view_source(view, most), UINT16_MAX, &slots))
        report->slots = (uint32_t)slots;
    store_member(view, 0, TEXT("model_id"), report->identity.model, sizeof(report->identity.model));
    read_version(view, report);
}

/* "qwen3" is "qwen3:latest" at Ollama. */
static bool is_called(const struct json_view *view, uint32_t name, struct text wanted)
{
    struct buffer text = {0};
    json_spelled_append(&text, json_view_spelled(view, name));
    struct text rest =
        text_starts_with(buffer_text(&text), wanted) ? text_after(buffer_text(&text), wanted.length) : TEXT("else");
    bool is_it = rest.length == 0 || text_equal(rest, TEXT(":latest"));
    buffer_clear(&text);
    return is_it;
}

/* The first item of a list that is called `wanted` by one of its members, or the only one. */
static uint32_t find_model(const struct json_view *view, struct text list, struct text member, struct text wanted)
{
    uint32_t items = json_view_member(view, 0, list);
    if (items == 0 || json_view_shape(view, items) != JSON_SHAPE_ARRAY)
        return 0;
    JSON_EACH_ITEM(view, items, item)
    {
        uint32_t name = json_view_member(view, item, member);
        if (name != 0 && json_view_shape(view, name) == JSON_SHAPE_STRING && is_called(view, name, wanted))
            return item;
    }
    return json_view_items(view, items) == 1 ? items + 1 : 0;
}

static void read_models(const struct json_view *view, struct text wanted, struct engine_report *report)
{
    struct engine_identity *identity = &report->identity;
    uint32_t model = find_model(view, TEXT("data"), TEXT("id"), wanted);
    if (model == 0)
        return;
    store_member(view, model, TEXT("id"), identity->model, sizeof(identity->model));
    store_member(view, model, TEXT("root"), identity->model, sizeof(identity->model));
}

static void read_tags(const struct json_view *view, struct text wanted, struct engine_report *report)
{
    struct engine_identity *identity = &report->identity;
    struct buffer hex = {0};
    uint32_t model = find_model(view, TEXT("models"), TEXT("name"), wanted);
    if (model == 0)
        return;
    store_member(view, model, TEXT("name"), identity->model, sizeof(identity->model));
    uint32_t digest = json_view_member(view, model, TEXT("digest"));
    if (digest != 0)
        json_spelled_append(&hex, json_view_spelled(view, digest));
    identity->has_digest = engine_read_digest(buffer_text(&hex), &identity->digest);
    buffer_clear(&hex);
}

static bool list_of(const struct json_view *view, enum engine_page page, uint32_t *list)
{
    *list = json_view_member(view, 0, page == ENGINE_PAGE_TAGS ? TEXT("models") : TEXT("data"));
    return *list != 0 && json_view_shape(view, *list) == JSON_SHAPE_ARRAY;
}

static bool open_list(struct json_view *view, enum engine_page page, struct text body, uint32_t *list)
{
    return json_view_read(view, body, JSON_ANY_BYTES, NULL) && json_view_shape(view, 0) == JSON_SHAPE_OBJECT &&
           list_of(view, page, list);
}

/* Of an item of a list; 0: it has none. */
static uint32_t name_of(const struct json_view *view, enum engine_page page, uint32_t item)
{
    uint32_t name = json_view_member(view, item, page == ENGINE_PAGE_TAGS ? TEXT("name") : TEXT("id"));
    return name != 0 && json_view_shape(view, name) == JSON_SHAPE_STRING ? name : 0;
}

bool engine_read_models(enum engine_page page, struct text body, struct engine_models *models)
{
    struct json_view view = {0};
    uint32_t list = 0;
    *models = (struct engine_models){.count = 0};
    bool good = open_list(&view, page, body, &list);
    if (good)
        JSON_EACH_ITEM(&view, list, item)
        {
            uint32_t name = name_of(&view, page, item);
            if (name != 0 && models->count < ENGINE_MODELS_SHOWN)
                store_text(&view, name, models->names[models->count], ENGINE_MODEL_SIZE);
            models->count += name != 0;
        }
    json_view_clear(&view);
    return good;
}

/* --- which of several are there -------------------------------------------------------------------------------------
 */

struct sought {
    struct text name;
    size_t index;
    bool is_there;
};

static int by_name(const void *one, const void *other)
{
    return text_compare(((const struct sought *)one)->name, ((const struct sought *)other)->name);
}

/* The same name may be wanted more than once. */
static void mark(struct sought *sought, size_t count, struct text name)
{
    const struct sought key = {.name = name};
    struct sought *found = bsearch(&key, sought, count, sizeof(*sought), by_name);
    while (found != NULL && found > sought && text_equal(found[-1].name, name))
        found--;
    for (; found != NULL && found < sought + count && text_equal(found->name, name) && !found->is_there; found++)
        found->is_there = true;
}

static void
mark_all(const struct json_view *view, enum engine_page page, uint32_t list, struct sought *sought, size_t count)
{
    static const struct text latest = TEXT_INIT(":latest");
    struct buffer spelled = {0};
    JSON_EACH_ITEM(view, list, item)
    {
        uint32_t place = name_of(view, page, item);
        buffer_empty(&spelled);
        if (place == 0)
            continue;
        json_spelled_append(&spelled, json_view_spelled(view, place));
        struct text name = buffer_text(&spelled);
        mark(sought, count, name);
        if (text_ends_with(name, latest))
            mark(sought, count, text_part(name, 0, name.length - latest.length));
    }
    buffer_clear(&spelled);
}

size_t engine_find_missing(enum engine_page page, struct text body, const struct text *wanted, size_t count)
{
    struct json_view view = {0};
    uint32_t list = 0;
    size_t missing = count;
    struct sought *sought = base_array(count, sizeof(*sought));
    for (size_t i = 0; i < count; i++)
        sought[i] = (struct sought){.name = wanted[i], .index = i};
    qsort(sought, count, sizeof(*sought), by_name);
    if (open_list(&view, page, body, &list)) {
        mark_all(&view, page, list, sought, count);
        for (size_t i = 0; i < count; i++)
            if (!sought[i].is_there && sought[i].index < missing)
                missing = sought[i].index;
    }
    json_view_clear(&view);
    base_free(sought);
    return missing;
}

static void read_by(enum engine_page page, const struct json_view *view, struct text wanted, struct engine_report *out)
{
    switch (page) {
    case ENGINE_PAGE_PROPS:
        read_props(view, out);
        return;
    case ENGINE_PAGE_VERSION:
        read_version(view, out);
        return;
    case ENGINE_PAGE_MODELS:
        read_models(view, wanted, out);
        return;
    case ENGINE_PAGE_TAGS:
        read_tags(view, wanted, out);
        return;
    case ENGINE_PAGE_INFO:
        read_info(view, out);
        return;
    case ENGINE_PAGE_HEALTH:
    case ENGINE_PAGE_METRICS:
        return;
    }
}

bool engine_read_page(enum engine_page page, struct text body, struct text wanted, struct engine_report *report)
{
    struct json_view view = {0};
    struct detail detail = {0};
    if (page == ENGINE_PAGE_METRICS) { /* no JSON */
        report->tells_load = metrics_read_load(body, &report->load) || report->tells_load;
        return report->tells_load;
    }
    bool good = page == ENGINE_PAGE_HEALTH || (json_view_read(&view, body, JSON_ANY_BYTES, &detail) &&
                                               json_view_shape(&view, 0) == JSON_SHAPE_OBJECT);
    if (good)
        read_by(page, &view, wanted, report);
    json_view_clear(&view);
    return good;
}

static const struct visit {
    enum engine_page page;
    struct text path;
} llama[] = {{ENGINE_PAGE_HEALTH, TEXT_INIT("/health")}, {ENGINE_PAGE_PROPS, TEXT_INIT("/props")}},
  vllm[] =
      {{ENGINE_PAGE_HEALTH, TEXT_INIT("/health")},
       {ENGINE_PAGE_VERSION, TEXT_INIT("/version")},
       {ENGINE_PAGE_MODELS, TEXT_INIT("/v1/models")},
       {ENGINE_PAGE_METRICS, TEXT_INIT("/metrics")}},
  tgi[] = {{ENGINE_PAGE_HEALTH, TEXT_INIT("/health")}, {ENGINE_PAGE_INFO, TEXT_INIT("/info")}},
  ollama[] = {{ENGINE_PAGE_VERSION, TEXT_INIT("/api/version")}, {ENGINE_PAGE_TAGS, TEXT_INIT("/api/tags")}};

static const struct {
    const struct visit *visits;
    size_t count;
} rounds[] = {
    [ENGINE_KIND_NONE] = {llama, 1},
    [ENGINE_KIND_LLAMA] = {llama, COUNT_OF(llama)},
    [ENGINE_KIND_VLLM] = {vllm, COUNT_OF(vllm)},
    [ENGINE_KIND_OLLAMA] = {ollama, COUNT_OF(ollama)},
    [ENGINE_KIND_TGI] = {tgi, COUNT_OF(tgi)},
};

bool engine_page_at(enum engine_kind kind, size_t index, enum engine_page *page, struct text *path)
{
    if (index >= rounds[kind].count)
        return false;
    *page = rounds[kind].visits[index].page;
    *path = rounds[kind].visits[index].path;
    return true;
}
