/* SPDX-License-Identifier: Apache-2.0 */
/* One engine is asked: its pages one after the other, then again after a while. */
#include "checkup_internal.h"
#include "exeat/base/log.h"

enum { PAGE_MAX = 1024 * 1024, PATIENCE_MS = 5000, HURRY_MS = 500 };

static void ask(struct patient *patient);

static bool is_awaited(const struct patient *patient)
{
    return text_equal(engine_name(patient->engine), text_from(patient->checkup->swap.to));
}

static void rest(struct patient *patient)
{
    uint64_t every_ms = patient->source->engine->health_ms;
    bool hurries = is_awaited(patient) && every_ms > HURRY_MS;
    timer_start(patient->timer, hurries ? HURRY_MS : every_ms);
}

/* True: that is news. */
static bool note_state(struct patient *patient, enum engine_state state, struct text why)
{
    bool is_news = engine_note_state(patient->engine, state, why);
    if (is_news)
        log_info(
            "inference_state", log_text("endpoint", engine_name(patient->engine)),
            log_string("state", engine_state_name(state)), log_text("why", why));
    return is_news;
}

/* All pages are read: it is ready, and this is what it has. */
static void finish(struct patient *patient)
{
    identity_note(patient->checkup, patient->engine, patient->source->engine, &patient->report.identity);
    engine_note_slots(patient->engine, patient->report.slots);
    engine_note_load(patient->engine, patient->report.load);
    if (note_state(patient, ENGINE_READY, TEXT("")))
        greeting_hurry(patient->checkup, patient->engine);
    rest(patient);
    swap_if_warm(patient->checkup);
}

static enum engine_state state_of(uint16_t status)
{
    if (status >= 200 && status < 300)
        return ENGINE_READY;
    return status == 503 ? ENGINE_WARMING : ENGINE_DOWN;
}

/* Why it is not ready: its status, or what stood in the way to it. */
static void note_absence(struct patient *patient, uint16_t status, const char *error)
{
    struct buffer why = {0};
    if (status == 0)
        buffer_append_string(&why, error);
    else
        buffer_printf(&why, "it answers %u when it is asked how it is", (unsigned)status);
    engine_note_load(patient->engine, 0);
    (void)note_state(patient, state_of(status), buffer_text(&why));
    buffer_clear(&why);
}

static void on_answer(void *context, uint16_t status, struct text body, const char *error)
{
    struct patient *patient = context;
    enum engine_page page = ENGINE_PAGE_HEALTH;
    struct text path;
    enum engine_state state = state_of(status);
    patient->call = NULL;
    (void)engine_page_at(patient->source->engine->kind, patient->page, &page, &path);
    if (patient->page == 0 && state != ENGINE_READY) {
        note_absence(patient, status, error);
        rest(patient);
        return;
    }
    /* A page that it lacks says nothing: what must be known of it is then not known. */
    if (state == ENGINE_READY && !engine_read_page(page, body, patient->wanted, &patient->report))
        log_debug("inference_page_unread", log_text("path", path));
    patient->page++;
    ask(patient);
}

static void ask(struct patient *patient)
{
    enum engine_page page;
    struct web_request request;
    if (checkup_page(patient->source, patient->page, &page, &request))
        patient->call = web_call_start(&patient->peer, &request, on_answer, patient);
    else
        finish(patient);
}

static void on_time(void *context)
{
    struct patient *patient = context;
    patient->page = 0;
    patient->report = (struct engine_report){0};
    ask(patient);
}

void patient_begin(struct patient *patient, struct checkup *checkup, size_t index)
{
    const struct policy_inference *source = policy_inference(checkup->policy, index);
    *patient = (struct patient){
        .checkup = checkup,
        .engine = engine_set_at(checkup->set, index),
        .source = source,
        .wanted = policy_served_model(checkup->policy, index, TEXT("")),
        .peer = checkup_peer(&checkup->way, checkup->options.loop, source, PATIENCE_MS, PAGE_MAX),
    };
    patient->timer = timer_new(checkup->options.loop, on_time, patient);
    timer_start(patient->timer, 0);
}

void patient_end(struct patient *patient)
{
    web_call_cancel(patient->call);
    timer_free(patient->timer);
}
