/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the network namespace: are they in force, and what did they count? */
#include "exeat/redirect.h"

#include <errno.h>
#include <unistd.h>

#include "doctor_internal.h"
#include "exeat/admin.h"

/* Nobody listens, so that a connection which was turned to the gate is refused. */
static enum redirect_finding try_alone(void)
{
    enum { ANSWER_MS = 1000 };
    const struct redirect_trial trial = {.v4 = REDIRECT_TO_NOBODY, .v6 = REDIRECT_TO_NOBODY, .limit_ms = ANSWER_MS};
    return redirect_try(&trial);
}

bool doctor_is_contained(const struct settings *settings, struct buffer *out)
{
    struct buffer answer = {0};
    bool answered =
        settings->listen.control.length > 0 && control_ask(settings->listen.control.data, TEXT("containment"), &answer);
    bool holds = text_starts_with(buffer_text(&answer), TEXT("ok"));
    if (!answered) {
        enum redirect_finding finding = try_alone();
        holds = finding == REDIRECT_HOLDS;
        buffer_printf(
            &answer, "%s: %s: %s (tried from here: no gate answers on listen.control)\n", holds ? "ok" : "no",
            redirect_finding_name(finding), redirect_finding_text(finding));
    }
    buffer_append(out, buffer_text(&answer));
    buffer_clear(&answer);
    return holds;
}

/* nft(8) prints each over some lines: "packets 3 bytes 180" is what is looked for. */
static void say_counters(struct finding *finding)
{
    struct buffer counters = {0};
    if (!redirect_counters_append(&counters)) {
        finding_say(finding, DOCTOR_WELL, "the counters are for who has NET_ADMIN");
        return;
    }
    struct text rest = buffer_text(&counters);
    struct text line;
    struct text name = TEXT("");
    while (text_split(&rest, '\n', &line)) {
        struct text words = text_trim(line, "\t {}");
        if (text_starts_with(words, TEXT("counter ")))
            name = text_after(words, 8);
        else if (text_starts_with(words, TEXT("packets ")) && !text_starts_with(words, TEXT("packets 0 ")))
            finding_say(finding, DOCTOR_WELL, "%.*s: %.*s", TEXT_ARG(name), TEXT_ARG(words));
    }
    buffer_clear(&counters);
}

/* A gate that runs and whose control socket is another user's says at listen.admin what it found. */
static void look_by_metrics(const struct patient *patient, struct finding *finding)
{
    struct text found = metric_state(patient->metrics, TEXT("exeat_containment_finding"));
    bool holds = text_equal(found, text_from(redirect_finding_name(REDIRECT_HOLDS)));
    if (found.length == 0) {
        finding_say(finding, DOCTOR_UNSEEN, "the gate that runs did not say: its configuration may be another");
        finding_advise(finding, "run it as the gate's user, or as root");
        return;
    }
    finding_say(
        finding, holds ? DOCTOR_WELL : DOCTOR_TO_DO, "the gate found when it tried last: %.*s", TEXT_ARG(found));
}

static void look_by_trial(const struct settings *settings, struct finding *finding)
{
    struct buffer said = {0};
    bool holds = doctor_is_contained(settings, &said);
    finding_say(finding, holds ? DOCTOR_WELL : DOCTOR_TO_DO, "%.*s", TEXT_ARG(text_trim(buffer_text(&said), "\n")));
    buffer_clear(&said);
}

/* Is there a gate that will not be asked by this user? What would be tried from here then says nothing: it listens. */
static bool is_of_another(const struct settings *settings)
{
    return settings->listen.control.length > 0 && access(settings->listen.control.data, F_OK) == 0 &&
           access(settings->listen.control.data, W_OK) != 0 && errno == EACCES;
}

void look_at_redirect(const struct patient *patient, struct finding *finding)
{
    const struct settings *settings = patient_settings(patient);
    if (settings->redirect.mark.line == 0) {
        finding_say(finding, DOCTOR_NOTHING, "there is no `redirect`: who does not ask the gate goes past it");
        return;
    }
    if (patient->metrics.length > 0 && is_of_another(settings))
        look_by_metrics(patient, finding);
    else
        look_by_trial(settings, finding);
    if (finding->state == DOCTOR_TO_DO)
        finding_advise(finding, "exeat redirect apply -c %s, in an init container with NET_ADMIN", patient->config);
    say_counters(finding);
}
