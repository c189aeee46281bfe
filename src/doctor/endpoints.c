/* SPDX-License-Identifier: Apache-2.0 */
/* Who answers LLM calls: asked as `exeat check --online` does. */
#include "doctor_internal.h"
#include "exeat/base/memory.h"
#include "exeat/daemon.h"

static bool has_endpoint(const struct settings_lists *lists)
{
    for (size_t i = 0; i < lists->inference_count; i++)
        if (!lists->inference[i].is_canned)
            return true;
    return false;
}

/* What the gate that runs knows: one that warms up is there and answers nobody. */
static void say_states(struct text metrics, struct finding *finding)
{
    struct text line;
    while (text_split(&metrics, '\n', &line)) {
        bool is_state = text_starts_with(line, TEXT("exeat_inference_state{")) && text_ends_with(line, TEXT("} 1"));
        for (size_t i = 0; is_state && i < line.length; i++)
            if (text_starts_with(text_after(line, i), TEXT("state=\"warming\"")) ||
                text_starts_with(text_after(line, i), TEXT("state=\"down\""))) {
                finding_say(finding, DOCTOR_TO_DO, "the gate has %.*s", TEXT_ARG(line));
                break;
            }
    }
}

void look_at_endpoints(const struct patient *patient, struct finding *finding)
{
    struct buffer out = {0};
    char *error = NULL;
    if (!has_endpoint(&patient_settings(patient)->lists)) {
        finding_say(finding, DOCTOR_NOTHING, "no endpoint but canned text");
        return;
    }
    bool is_good = daemon_check_online(patient->policy, &out, &error);
    struct text rest = buffer_text(&out);
    struct text line;
    while (text_split(&rest, '\n', &line))
        finding_say(finding, is_good ? DOCTOR_WELL : DOCTOR_TO_DO, "%.*s", TEXT_ARG(line));
    if (error != NULL)
        finding_say(finding, DOCTOR_UNSEEN, "the endpoints were not asked: %s", error);
    say_states(patient->metrics, finding);
    if (finding->state == DOCTOR_TO_DO)
        finding_advise(finding, "exeat llm try -c %s shows what a call would get", patient->config);
    base_free(error);
    buffer_clear(&out);
}
