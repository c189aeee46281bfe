/* SPDX-License-Identifier: Apache-2.0 */
/* The table of formats. */
#include "evidence_internal.h"

static const struct format formats[] = {
    [EVIDENCE_JSONL] = {"jsonl", true, true, NULL, ecs_line},
    [EVIDENCE_CSV] = {"csv", false, false, csv_head, csv_row},
    [EVIDENCE_CEF] = {"cef", true, true, NULL, cef_line},
    [EVIDENCE_LEEF] = {"leef", true, true, NULL, leef_line},
    [EVIDENCE_OCSF] = {"ocsf", false, true, NULL, ocsf_line},
    [EVIDENCE_SYSLOG] = {"syslog", true, true, NULL, syslog_line},
    [EVIDENCE_TEXT] = {"text", false, false, text_table_head, text_table_row},
    [EVIDENCE_RECORDS] = {"records", true, false, NULL, NULL},
};
_Static_assert(COUNT_OF(formats) == EVIDENCE_FORMATS, "every format has a row");

bool evidence_format_names_log(enum evidence_format format)
{
    return formats[format].names_log;
}

const struct format *format_of(enum evidence_format format)
{
    return &formats[format];
}

bool evidence_format_parse(struct text name, enum evidence_format *format)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        if (text_equal(name, text_from(formats[i].name))) {
            *format = (enum evidence_format)i;
            return true;
        }
    }
    return false;
}

const char *evidence_format_name(enum evidence_format format)
{
    return formats[format].name;
}
