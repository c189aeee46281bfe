/* SPDX-License-Identifier: Apache-2.0 */
/* When a policy comes in force each endpoint is asked whether it is what the policy has it for, also who is not asked
 * how it is; until it is. What comes of it is told, and decides nothing: calls show the rest. */
#include "checkup_internal.h"
#include "exeat/base/log.h"
#include "exeat/config.h"

enum { AGAIN_MS = 5000, AGAIN_MOST_MS = 300000, FILE_MS = 5000 };

/* Each thing once, as long as it stays so. Who is not there has several words for it. */
static void tell(const struct greeting *greeting, enum probe_end end)
{
    struct text endpoint = greeting->probe.source->name;
    struct text said = buffer_text(&greeting->probe.said);
    bool is_news =
        greeting->found != end || (end == PROBE_FOUND_WRONG && !text_equal(said, buffer_text(&greeting->told)));
    if (greeting->was_asked && !is_news)
        return;
    switch (end) {
    case PROBE_FOUND_GOOD:
        log_info("inference_asked", log_text("endpoint", endpoint), log_text("said", said));
        return;
    case PROBE_FOUND_NOBODY:
        log_info("inference_unasked", log_text("endpoint", endpoint), log_text("why", said));
        return;
    case PROBE_FOUND_WRONG:
        log_warn("inference_misfit", log_text("endpoint", endpoint), log_text("why", said));
        return;
    }
}

static void on_end(void *context, enum probe_end end)
{
    struct greeting *greeting = context;
    bool is_wrong = end == PROBE_FOUND_WRONG;
    tell(greeting, end);
    engine_note_words(
        greeting->engine, end == PROBE_FOUND_GOOD ? probe_words(&greeting->probe) : TEXT(""),
        is_wrong ? buffer_text(&greeting->probe.said) : TEXT(""));
    greeting->was_asked = true;
    greeting->found = end;
    buffer_empty(&greeting->told);
    buffer_append(&greeting->told, buffer_text(&greeting->probe.said));
    greeting->is_over = end == PROBE_FOUND_GOOD;
    if (greeting->is_over)
        return;
    timer_start(greeting->timer, greeting->pause_ms);
    if (greeting->pause_ms < AGAIN_MOST_MS)
        greeting->pause_ms *= 2;
}

static void ask(void *context)
{
    struct greeting *greeting = context;
    probe_begin(&greeting->probe, &greeting->checkup->way, greeting->checkup->options.loop);
}

/* Of who is not asked how it is. */
static void read_file(void *context)
{
    struct greeting *greeting = context;
    identity_note_written(greeting->checkup, greeting->probe.index);
    timer_start(greeting->reader, FILE_MS);
}

/* Without trust nobody is asked who has to prove who he is; and nobody behind a proxy. */
void greeting_begin(struct greeting *greeting, struct checkup *checkup, size_t index)
{
    const struct policy_inference *source = policy_inference(checkup->policy, index);
    bool has_way = source->via == NULL && (checkup->tls != NULL || source->scheme != SCHEME_HTTPS);
    *greeting = (struct greeting){
        .checkup = checkup,
        .engine = engine_set_at(checkup->set, index),
        .pause_ms = AGAIN_MS,
        .is_over = !has_way,
    };
    greeting->probe = (struct probe){.policy = checkup->policy, .index = index, .on_end = on_end, .context = greeting};
    greeting->timer = timer_new(checkup->options.loop, ask, greeting);
    if (!source->engine->is_asked && source->engine->digest_file.length > 0) {
        greeting->reader = timer_new(checkup->options.loop, read_file, greeting);
        timer_start(greeting->reader, FILE_MS);
    }
    engine_note_words(greeting->engine, TEXT(""), TEXT(""));
    if (has_way)
        timer_start(greeting->timer, 0);
}

void greeting_hurry(struct checkup *checkup, const struct engine *engine)
{
    for (size_t i = 0; i < checkup->greeting_count; i++) {
        struct greeting *greeting = &checkup->greetings[i];
        if (greeting->engine == engine && !greeting->is_over && greeting->probe.call == NULL)
            timer_start(greeting->timer, 0);
    }
}

void greeting_end(struct greeting *greeting)
{
    probe_clear(&greeting->probe);
    buffer_clear(&greeting->told);
    timer_free(greeting->timer);
    timer_free(greeting->reader);
}
