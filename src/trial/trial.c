/* SPDX-License-Identifier: Apache-2.0 */
/* One call: judged, read, and given to one endpoint of its rule after the other. */
#include "exeat/trial.h"

#include <stdarg.h>
#include <stdio.h>

#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "exeat/checkup/proof.h"
#include "exeat/checkup/way.h"
#include "exeat/config.h"
#include "exeat/dialect.h"
#include "exeat/web.h"

#define CALL_ID "00000000000000000000000000000000"

struct trial {
    const struct trial_options *options;
    struct trial_report *report;
    struct arena arena; /* of the request */
    struct decision decision;
    struct dialect_call *call; /* owned; NULL: it could not be read */
    struct checkup_way way;
    bool streams;
    /* of the endpoint that is asked */
    const struct policy_inference *endpoint;
    uint64_t began_us;
    uint16_t status;
    struct buffer body; /* what it said */
    struct buffer error;
};

static void remark(struct trial *trial, const char *format, ...) PRINTF_LIKE(2, 3);
static void remark(struct trial *trial, const char *format, ...)
{
    char sentence[512];
    va_list words;
    va_start(words, format);
    vsnprintf(sentence, sizeof(sentence), format, words);
    va_end(words);
    buffer_printf(&trial->report->remarks, "%s\n", sentence);
}

/* --- the call --------------------------------------------------------------------------------------------------------
 */

/* For whom it would be: their rules have a `from`. */
static void name_others(struct trial *trial, const struct request *request)
{
    const struct settings_lists *lists = &policy_settings(trial->options->policy)->lists;
    struct request other = *request;
    struct buffer names = {0};
    for (size_t i = 0; i < lists->client_count; i++) {
        struct decision decision;
        other.client.name = lists->clients[i].name.text;
        policy_judge(trial->options->policy, &other, &decision);
        if (decision.plan == PLAN_REROUTE || decision.plan == PLAN_ANSWER)
            buffer_printf(&names, "%s--from %.*s", names.length == 0 ? "" : ", ", TEXT_ARG(other.client.name));
    }
    if (names.length > 0)
        remark(trial, "for other clients it is rerouted: try %.*s", TEXT_ARG(buffer_text(&names)));
    buffer_clear(&names);
}

static bool judge(struct trial *trial, const struct trial_vendor *vendor, struct request *request)
{
    struct buffer line = {0};
    const char *wrong = "";
    const char *path = trial->streams ? vendor->stream_path : vendor->path;
    buffer_printf(&line, "POST https://%s%s", trial->report->host, path);
    bool good = policy_request_parse(buffer_text(&line), &trial->arena, request, &wrong);
    buffer_clear(&line);
    if (!good) {
        remark(trial, "%s", wrong);
        return false;
    }
    request->client.name = trial->options->client;
    request->asked_us = trial->options->at_us;
    policy_judge(trial->options->policy, request, &trial->decision);
    if (trial->decision.plan == PLAN_REROUTE || trial->decision.plan == PLAN_ANSWER)
        return true;
    trial->report->outcome = TRIAL_NOT_REROUTED;
    name_others(trial, request);
    remark(
        trial, "the policy does not reroute it, but says %s%s%.*s: no call was made",
        verdict_name(trial->decision.verdict), trial->decision.rule.length > 0 ? " by rule " : "",
        TEXT_ARG(trial->decision.rule));
    return false;
}

static bool read_call(struct trial *trial, const struct trial_vendor *vendor, const struct request *request)
{
    struct buffer body = {0};
    struct detail detail = {0};
    char *format = text_copy(text_from(vendor->body));
    size_t at = text_index(text_from(format), '%', 0); /* "%s" */
    buffer_append(&body, (struct text){format, at});
    buffer_append_string(&body, trial->streams ? vendor->streams : vendor->whole);
    buffer_append_string(&body, format + at + 2);
    base_free(format);
    const struct dialect_target target = {request->path, request->query, TEXT(CALL_ID)};
    enum reason reason = dialect_call_read(&trial->decision.llm, &target, &body, &trial->call, &detail);
    buffer_clear(&body);
    if (reason != REASON_NONE)
        remark(trial, "the call is refused: %s %s", reason_row(reason)->text, detail.text);
    return reason == REASON_NONE;
}

/* --- one endpoint ----------------------------------------------------------------------------------------------------
 */

static void on_content(void *context, struct text content)
{
    struct trial *trial = context;
    if (trial->report->first_us == 0 && content.length > 0)
        trial->report->first_us = loop_now_us(trial->options->loop) - trial->began_us;
}

static void on_answer(void *context, uint16_t status, struct text body, const char *error)
{
    struct trial *trial = context;
    trial->status = status;
    buffer_append(&trial->body, body);
    buffer_append_string(&trial->error, error);
    trial->report->whole_us = loop_now_us(trial->options->loop) - trial->began_us;
    loop_stop(trial->options->loop);
}

static void ask(struct trial *trial, struct text model)
{
    const struct policy_inference *to = trial->endpoint;
    const struct settings_run *run = &policy_settings(trial->options->policy)->run;
    const struct web_peer peer = checkup_peer(&trial->way, trial->options->loop, to, run->stream_ms, run->answer_held);
    struct buffer body = {0};
    const struct dialect_endpoint endpoint = {.model = model, .takes_usage = to->takes_usage};
    dialect_call_give(trial->call, to->speaks);
    dialect_call_write(trial->call, &endpoint, &body);
    const struct web_request request = {
        .method = TEXT("POST"),
        .path = dialect_call_path(trial->call),
        .bearer = secret_is_empty(&to->key) ? NULL : &to->key,
        .body = buffer_text(&body),
        .type = TEXT("application/json"),
        .accept = trial->streams ? dialect_call_type(trial->call) : TEXT("application/json"),
        .also = dialect_call_field(trial->call),
        .on_content = on_content,
    };
    buffer_empty(&trial->body);
    buffer_empty(&trial->error);
    trial->report->first_us = 0;
    trial->began_us = loop_now_us(trial->options->loop);
    (void)web_call_start(&peer, &request, on_answer, trial);
    loop_run(trial->options->loop);
    buffer_clear(&body);
}

/* --- what it said ----------------------------------------------------------------------------------------------------
 */

static bool rewrite_whole(struct trial *trial)
{
    struct dialect_usage usage = {0};
    buffer_empty(&trial->report->answer);
    return dialect_reply_rewrite(trial->call, buffer_text(&trial->body), &trial->report->answer, &usage);
}

static bool rewrite_stream(struct trial *trial)
{
    const struct settings_run *run = &policy_settings(trial->options->policy)->run;
    struct dialect_stream *stream = dialect_stream_new(trial->call, run->answer_held);
    struct buffer *out = &trial->report->answer;
    enum dialect_progress progress = dialect_stream_feed(stream, buffer_text(&trial->body), out);
    bool good = progress == DIALECT_IS_COMPLETE || (progress == DIALECT_GOES_ON && dialect_stream_end(stream, out));
    good = good && dialect_stream_has_spoken(stream);
    dialect_stream_free(stream);
    return good;
}

static bool read_answer(struct trial *trial)
{
    const char *name = trial->endpoint->name.data;
    if (trial->streams && rewrite_stream(trial))
        return true;
    if (rewrite_whole(trial)) {
        if (trial->streams)
            remark(trial, "%s was asked for a stream and answered whole: the application waits for all of it", name);
        return true;
    }
    buffer_empty(&trial->report->answer);
    remark(
        trial,
        "%s answered 200 with something else than an answer in its dialect%s: is it a server for models, is its "
        "`dialect` right, and is a path missing in `endpoint`?",
        name, trial->streams ? ", or with half a stream" : "");
    return false;
}

static const char *advice_of(uint16_t status)
{
    switch (status) {
    case 400:
    case 422:
        return "it does not take the call: is its `dialect` right?";
    case 401:
    case 403:
        return "it wants to know who calls: is `key_file` right?";
    case 404:
        return "it knows no such path or model: is a path missing in `endpoint`, or a name in `models`?";
    case 429:
        return "it has too much to do: `slots` and `queue` hold calls back";
    case 501:
        return "it was not started for such calls: llama.cpp wants --reranking for a ranking, --embeddings for vectors";
    case 503:
        return "it loads its model, or is overloaded: ask again";
    default:
        return "its own log says why";
    }
}

/* As a gate has it that was just started. */
static bool may_have_calls(struct trial *trial, size_t index)
{
    const char *name = trial->endpoint->name.data;
    struct buffer wrong = {0};
    if (trial->endpoint->via != NULL) {
        remark(trial, "%s is behind a proxy (`via`): it is not tried from here", name);
        return false;
    }
    if (trial->endpoint->engine->stands_by) {
        remark(trial, "%s stands by (`standby`): it gets no calls until `exeat control swap` puts it in", name);
        return false;
    }
    bool good = checkup_proves(trial->options->policy, index, trial->options->loop, trial->options->tls, &wrong);
    if (!good)
        remark(trial, "%s: %.*s", name, TEXT_ARG(buffer_text(&wrong)));
    buffer_clear(&wrong);
    return good;
}

/* True: it answered. */
static bool try_endpoint(struct trial *trial, size_t index)
{
    struct text asked = dialect_call_model(trial->call);
    struct text model = policy_served_model(trial->options->policy, index, asked);
    const char *name = trial->endpoint->name.data;
    struct detail detail = {0};
    if (!may_have_calls(trial, index))
        return false;
    if (!dialect_call_fits(trial->call, trial->endpoint->speaks, &detail)) {
        remark(trial, "%s: its `dialect` has no words for this call: %s", name, detail.text);
        return false;
    }
    ask(trial, model);
    if (trial->status == 0)
        remark(trial, "%s: %.*s", name, TEXT_ARG(buffer_text(&trial->error)));
    else if (trial->status >= 200 && trial->status < 300)
        return read_answer(trial);
    else
        remark(
            trial, "%s answered %u to a call for the model '%.*s': %s", name, (unsigned)trial->status, TEXT_ARG(model),
            advice_of(trial->status));
    return false;
}

static bool try_canned(struct trial *trial)
{
    struct text text = dialect_canned_text(trial->call, trial->endpoint->canned, TEXT(""));
    return dialect_canned(trial->call, text, TEXT(CALL_ID), clock_wall_us() / 1000000, &trial->report->answer);
}

static void try_all(struct trial *trial)
{
    for (size_t i = 0; i < trial->decision.inference_count; i++) {
        size_t index = trial->decision.inference[i];
        trial->endpoint = policy_inference(trial->options->policy, index);
        bool done = trial->endpoint->is_canned ? try_canned(trial) : try_endpoint(trial, index);
        if (!done)
            continue;
        trial->report->outcome = trial->endpoint->is_canned ? TRIAL_CANNED : TRIAL_ANSWERED;
        trial->report->endpoint = trial->endpoint->name;
        return;
    }
}

/* --- from outside ----------------------------------------------------------------------------------------------------
 */

static void clear(struct trial *trial)
{
    checkup_way_close(&trial->way);
    dialect_call_free(trial->call);
    buffer_clear(&trial->body);
    buffer_clear(&trial->error);
    arena_clear(&trial->arena);
}

void trial_run(
    const struct trial_options *options, const struct trial_vendor *vendor, const struct host *host, bool streams,
    struct trial_report *report)
{
    struct trial trial = {.options = options, .report = report, .streams = streams};
    struct request request;
    text_store(host_text(host), report->host, sizeof(report->host));
    report->outcome = TRIAL_FAILED;
    checkup_way_open(&trial.way, options->policy, options->loop, options->tls);
    if (judge(&trial, vendor, &request) && read_call(&trial, vendor, &request))
        try_all(&trial);
    clear(&trial);
}

void trial_report_clear(struct trial_report *report)
{
    buffer_clear(&report->answer);
    buffer_clear(&report->remarks);
    *report = (struct trial_report){.outcome = TRIAL_FAILED};
}
