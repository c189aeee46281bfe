/* SPDX-License-Identifier: Apache-2.0 */
/* exeat doctor: what is not as it must be around a gate, and what to do. */
#include <string.h>

#include "cli.h"
#include "exeat/doctor.h"

static enum exit_code code_of(enum doctor_state worst)
{
    switch (worst) {
    case DOCTOR_NOTHING:
    case DOCTOR_WELL:
        return EXIT_DONE;
    case DOCTOR_UNSEEN:
        return EXIT_USAGE;
    case DOCTOR_TO_DO:
    case DOCTOR_STATE_COUNT:
        break;
    }
    return EXIT_NO;
}

enum exit_code cmd_doctor(const struct command_line *line)
{
    const char *format = line->words[OPTION_FORMAT] == NULL ? "text" : line->words[OPTION_FORMAT];
    const char *questions = line->operand_count == 1 ? line->operands[0] : NULL;
    bool as_json = strcmp(format, "json") == 0;
    struct doctor_report report = {.worst = DOCTOR_NOTHING};
    if (!as_json && strcmp(format, "text") != 0)
        return complain(EXIT_USAGE, "-o is text or json, not '%s'", format);
    if (!doctor_run(command_config(line), questions, as_json, &report))
        return complain_about(&report.out);
    if (as_json)
        put_text(buffer_text(&report.out));
    else
        put_painted(stdout, buffer_text(&report.out));
    buffer_clear(&report.out);
    return code_of(report.worst);
}
