/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics of the engines behind inference endpoints. */
#include "admin_internal.h"

static void write_number(struct buffer *out, const char *metric, const char *endpoint, uint64_t value)
{
    buffer_printf(out, "exeat_%s{endpoint=\"", metric);
    metric_label(out, endpoint);
    buffer_append(out, TEXT("\"} "));
    buffer_append_number(out, value);
    buffer_append_byte(out, '\n');
}

/* One number of each engine. */
struct column {
    const char *name;
    const char *type;
    const char *help;
    uint64_t (*of)(const struct engine_view *view);
};

static uint64_t up_of(const struct engine_view *view)
{
    return view->is_up ? 1 : 0;
}

static uint64_t slots_of(const struct engine_view *view)
{
    return view->slots;
}

static uint64_t outstanding_of(const struct engine_view *view)
{
    return view->outstanding;
}

static uint64_t foreign_of(const struct engine_view *view)
{
    return view->foreign;
}

static uint64_t waiting_of(const struct engine_view *view)
{
    return view->waiting;
}

static uint64_t served_of(const struct engine_view *view)
{
    return view->served;
}

static uint64_t fallbacks_of(const struct engine_view *view)
{
    return view->fallbacks;
}

static uint64_t preferred_of(const struct engine_view *view)
{
    return view->preferred;
}

static uint64_t followed_of(const struct engine_view *view)
{
    return view->followed;
}

static uint64_t wrong_of(const struct engine_view *view)
{
    return view->is_wrong_model ? 1 : 0;
}

static const struct column columns[] = {
    {"inference_up", "gauge", "1 while the last call to the endpoint was answered, or none was made.", up_of},
    {"inference_slots", "gauge", "Calls that it serves at once; 0: no limit is known.", slots_of},
    {"inference_outstanding", "gauge", "Calls that it serves now.", outstanding_of},
    {"inference_foreign", "gauge", "Calls of others that it has, by its own page when it was asked last.", foreign_of},
    {"inference_queue", "gauge", "Calls that wait for a slot of it, or of its pool.", waiting_of},
    {"inference_served_total", "counter", "Calls that it answered.", served_of},
    {"inference_fallbacks_total", "counter", "Calls that came to it because another did not serve.", fallbacks_of},
    {"inference_prefix_total", "counter", "Calls given to it in a pool, whose beginning had a favourite.",
     preferred_of},
    {"inference_prefix_hits_total", "counter", "Those of them of which it was the favourite.", followed_of},
    {"inference_wrong_model", "gauge", "1 while it has not the model of expect_digest.", wrong_of},
};

static void write_words(const struct engine_view *view, struct buffer *out)
{
    buffer_append(out, TEXT("exeat_inference_state{endpoint=\""));
    metric_label(out, view->name);
    buffer_printf(
        out, "\",state=\"%s\",order=\"%s\"} 1\n", engine_state_name(view->state), engine_order_name(view->order));
}

static void write_fault(const struct engine_view *view, const struct engine_fault *fault, struct buffer *out)
{
    buffer_append(out, TEXT("exeat_inference_failures_total{endpoint=\""));
    metric_label(out, view->name);
    buffer_append(out, TEXT("\",reason=\""));
    engine_code_append(fault->code, out);
    buffer_append(out, TEXT("\"} "));
    buffer_append_number(out, fault->count);
    buffer_append_byte(out, '\n');
}

void engine_metrics_write(const struct engine_view *engines, size_t count, struct buffer *out)
{
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        metric_head(out, columns[i].name, columns[i].type, columns[i].help);
        for (size_t j = 0; j < count; j++)
            write_number(out, columns[i].name, engines[j].name, columns[i].of(&engines[j]));
    }
    metric_head(
        out, "inference_state", "gauge", "1 for how it says itself that it is, and what the operator wants of it.");
    for (size_t i = 0; i < count; i++)
        write_words(&engines[i], out);
    metric_head(
        out, "inference_failures_total", "counter", "Calls that an endpoint did not serve, by what came instead.");
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < ENGINE_FAULTS; j++)
            if (engines[i].faults[j].count > 0)
                write_fault(&engines[i], &engines[i].faults[j], out);
}

void memo_metrics_write(const struct memo_view *memo, struct buffer *out)
{
    metric_number(out, "llm_cache_hits_total", "counter", "Calls that were answered from the cache.", memo->hits);
    metric_number(out, "llm_cache_misses_total", "counter", "Calls that it had no answer for.", memo->misses);
    metric_number(out, "llm_cache_bytes", "gauge", "Bytes of the answers that are kept.", memo->bytes);
    metric_number(out, "llm_cache_answers", "gauge", "Answers that are kept.", memo->count);
}
