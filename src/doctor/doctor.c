/* SPDX-License-Identifier: Apache-2.0 */
/* The table of questions, and who asks them. */
#include "exeat/doctor.h"

#include "doctor_internal.h"
#include "exeat/base/memory.h"

static const struct row {
    struct doctor_question question;
    bool needs_policy; /* a configuration that is good */
    doctor_look look;
} rows[] = {
    {{"configuration", "is the file good, in the words of exeat check?", DOCTOR_READS}, false, look_at_configuration},
    {{"keys", "whose are the files that hold secrets, and who else may read them?", DOCTOR_READS}, true, look_at_keys},
    {{"authority", "how long is the authority good, and is it for all names of the policy?", DOCTOR_READS},
     true,
     look_at_authority},
    {{"ports", "are the listeners' ports free, or held by the gate that runs?", DOCTOR_READS}, true, look_at_ports},
    {{"redirect", "is everybody else in the network namespace held to the gate?", DOCTOR_ASKS}, true, look_at_redirect},
    {{"curl", "does curl believe the authority?", DOCTOR_RUNS}, true, look_at_curl},
    {{"php", "does PHP believe the authority, by ext-curl and by streams?", DOCTOR_RUNS}, true, look_at_php},
    {{"node", "does Node believe the authority?", DOCTOR_RUNS}, true, look_at_node},
    {{"python", "does Python believe the authority, by ssl and by requests?", DOCTOR_RUNS}, true, look_at_python},
    {{"proxy", "do the proxy variables lead to the gate, and what goes round it?", DOCTOR_READS}, true, look_at_proxy},
    {{"store", "is the store on a file system that keeps it?", DOCTOR_READS}, true, look_at_store},
    {{"disk", "is there room for segments, and until they are pruned?", DOCTOR_READS}, true, look_at_disk},
    {{"clock", "is the clock set by somebody, and was it not set back?", DOCTOR_READS}, false, look_at_clock},
    {{"names", "does the resolver that the gate asks answer?", DOCTOR_ASKS}, true, look_at_names},
    {{"endpoints", "are the endpoints that answer LLM calls there and warm?", DOCTOR_ASKS}, true, look_at_endpoints},
    {{"llm", "which vendors of models does the policy let calls out to?", DOCTOR_READS}, true, look_at_llm},
    {{"witness", "has the witness cosigned of late?", DOCTOR_READS}, true, look_at_witness},
    {{"ship", "is what was sealed shipped?", DOCTOR_READS}, true, look_at_ship},
    {{"memory", "does what a gate may hold fit into the container?", DOCTOR_READS}, true, look_at_memory},
};

size_t doctor_question_count(void)
{
    return COUNT_OF(rows);
}

const struct doctor_question *doctor_question_at(size_t index)
{
    return &rows[index].question;
}

/* --- which are asked ------------------------------------------------------------------------------------------------
 */

static bool is_wanted(const struct row *row, const char *names)
{
    struct text rest = text_from(names);
    struct text name;
    if (names == NULL)
        return true;
    while (text_split(&rest, ',', &name))
        if (text_equal(name, text_from(row->question.name)))
            return true;
    return false;
}

static bool is_question(struct text name)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (text_equal(name, text_from(rows[i].question.name)))
            return true;
    return false;
}

static bool are_questions(const char *names, struct buffer *error)
{
    struct text rest = text_from(names);
    struct text name;
    if (names == NULL)
        return true;
    while (text_split(&rest, ',', &name))
        if (!is_question(name)) {
            buffer_append_string(error, "'");
            buffer_append_shown(error, name, "");
            buffer_append_string(error, "' is no question; there are ");
            for (size_t i = 0; i < COUNT_OF(rows); i++)
                buffer_printf(error, "%s%s", i == 0 ? "" : ", ", rows[i].question.name);
            return false;
        }
    return true;
}

/* --- asking ---------------------------------------------------------------------------------------------------------
 */

static void ask(const struct row *row, const struct patient *patient, bool as_json, struct doctor_report *report)
{
    struct finding finding = {.state = DOCTOR_NOTHING};
    bool is_first = report->out.length == 0;
    if (row->needs_policy && patient->policy == NULL)
        finding_say(&finding, DOCTOR_UNSEEN, "the configuration is not good, so that nobody knows what to look at");
    else
        row->look(patient, &finding);
    if (finding.state > report->worst)
        report->worst = finding.state;
    if (as_json) {
        buffer_append_string(&report->out, is_first ? "{\"answers\": [\n  " : ",\n  ");
        show_json(&row->question, &finding, &report->out);
    } else {
        show_text(&row->question, &finding, &report->out);
    }
    finding_clear(&finding);
}

bool doctor_run(const char *config, const char *questions, bool as_json, struct doctor_report *report)
{
    struct patient patient;
    struct buffer kept[2] = {{0}};
    if (!are_questions(questions, &report->out))
        return false;
    patient_meet(&patient, config, kept);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (is_wanted(&rows[i], questions))
            ask(&rows[i], &patient, as_json, report);
    if (as_json)
        buffer_printf(&report->out, "\n], \"worst\": \"%s\"}\n", doctor_state_name(report->worst));
    policy_unref(patient.policy);
    buffer_clear(&kept[0]);
    buffer_clear(&kept[1]);
    return true;
}
