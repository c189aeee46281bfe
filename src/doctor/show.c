/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as aligned text and as JSON. */
#include "doctor_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/json.h"

static const char *const names[] = {
    [DOCTOR_NOTHING] = "-",
    [DOCTOR_WELL] = "well",
    [DOCTOR_UNSEEN] = "unseen",
    [DOCTOR_TO_DO] = "to do",
};

const char *doctor_state_name(enum doctor_state state)
{
    ASSERT(state < DOCTOR_STATE_COUNT);
    return names[state];
}

static void append_lines(struct text lines, const char *first, const char *others, struct buffer *out)
{
    struct text line;
    const char *before = first;
    while (lines.length > 0 && text_split(&lines, '\n', &line)) {
        buffer_append_string(out, before);
        buffer_append(out, line);
        buffer_append_byte(out, '\n');
        before = others;
    }
}

/* "to do   keys           /keys/log.key may be read by others" */
void show_text(const struct doctor_question *question, const struct finding *finding, struct buffer *out)
{
    enum { STATE_WIDTH = 7, NAME_WIDTH = 14 };
    static const char margin[] = "                       ";
    static const char arrow[] = "                       -> ";
    buffer_printf(out, "%-*s %-*s ", STATE_WIDTH, doctor_state_name(finding->state), NAME_WIDTH, question->name);
    append_lines(buffer_text(&finding->found), "", margin, out);
    append_lines(buffer_text(&finding->advice), arrow, arrow, out);
}

static void append_member(struct buffer *out, const char *name, struct text value)
{
    buffer_printf(out, "\"%s\": ", name);
    json_append_string(out, value);
    buffer_append_string(out, ", ");
}

static void append_list(struct buffer *out, const char *name, struct text lines)
{
    struct text line;
    const char *comma = "";
    buffer_printf(out, "\"%s\": [", name);
    while (lines.length > 0 && text_split(&lines, '\n', &line)) {
        buffer_append_string(out, comma);
        json_append_string(out, line);
        comma = ", ";
    }
    buffer_append_string(out, "]");
}

void show_json(const struct doctor_question *question, const struct finding *finding, struct buffer *out)
{
    static const char *const touches[] = {[DOCTOR_READS] = "reads", [DOCTOR_ASKS] = "asks", [DOCTOR_RUNS] = "runs"};
    buffer_append_string(out, "{");
    append_member(out, "name", text_from(question->name));
    append_member(out, "question", text_from(question->question));
    append_member(out, "touch", text_from(touches[question->touch]));
    append_member(out, "state", text_from(doctor_state_name(finding->state)));
    append_list(out, "found", buffer_text(&finding->found));
    buffer_append_string(out, ", ");
    append_list(out, "advice", buffer_text(&finding->advice));
    buffer_append_string(out, "}");
}
