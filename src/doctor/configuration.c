/* SPDX-License-Identifier: Apache-2.0 */
/* The file itself, in the words of `exeat check`, and the vendors of models that it lets calls out to. */
#include "doctor_internal.h"
#include "exeat/lint.h"

enum { SHOWN = 3 };

/* "FILE:1:2: error: ..." are lines of their own; what follows each is about it. */
static bool is_headline(struct text line)
{
    for (size_t i = 0; i < line.length; i++)
        if (text_starts_with(text_after(line, i), TEXT(": error: ")) ||
            text_starts_with(text_after(line, i), TEXT(": warning: ")))
            return true;
    return text_starts_with(line, TEXT("error: "));
}

void look_at_configuration(const struct patient *patient, struct finding *finding)
{
    struct text rest = patient->complaints;
    struct text line;
    size_t shown = 0;
    if (patient->errors + patient->warnings == 0)
        finding_say(finding, DOCTOR_WELL, "%s is good", patient->config);
    while (shown < SHOWN && text_split(&rest, '\n', &line)) {
        if (!is_headline(line))
            continue;
        finding_say(finding, DOCTOR_TO_DO, "%.*s", TEXT_ARG(line));
        shown++;
    }
    if (patient->errors + patient->warnings > shown)
        finding_say(finding, DOCTOR_TO_DO, "%zu errors and %zu warnings in all", patient->errors, patient->warnings);
    if (finding->state == DOCTOR_TO_DO)
        finding_advise(finding, "exeat check -c %s has each with its place", patient->config);
}

/* --- vendors of models ----------------------------------------------------------------------------------------------
 */

/* Names with commas between, each once. */
struct families {
    struct buffer names;
    size_t count;
};

static void add(struct families *families, struct text provider)
{
    struct text rest = buffer_text(&families->names);
    struct text name;
    while (text_split(&rest, ',', &name))
        if (text_equal(text_trim(name, " "), provider))
            return;
    if (families->count++ > 0)
        buffer_append_string(&families->names, ", ");
    buffer_append(&families->names, provider);
}

void look_at_llm(const struct patient *patient, struct finding *finding)
{
    const struct llm_catalogue *catalogue = policy_catalogue(patient->policy);
    struct families families = {.count = 0};
    for (size_t i = 0; i < llm_catalogue_count(catalogue); i++) {
        const struct llm_entry *entry = llm_catalogue_at(catalogue, i);
        bool is_vendor = entry->kind == LLM_KIND_API || entry->kind == LLM_KIND_SHARED;
        if (is_vendor && lint_llm_leaves(patient->policy, entry))
            add(&families, entry->provider);
    }
    if (families.count == 0) {
        finding_say(finding, DOCTOR_WELL, "no call to a vendor of the catalogue leaves");
    } else {
        finding_say(
            finding, DOCTOR_TO_DO, "calls leave to %zu vendor%s: %.*s", families.count, families.count == 1 ? "" : "s",
            TEXT_ARG(buffer_text(&families.names)));
        finding_advise(
            finding, "reroute or deny @llm before the rules that let them out: exeat check -c %s names them",
            patient->config);
    }
    buffer_clear(&families.names);
}
