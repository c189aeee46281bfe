/* SPDX-License-Identifier: Apache-2.0 */
/* The table of formats. */
#include "export_internal.h"

static const struct format formats[] = {
    [EXPORT_JSONL] = {"jsonl", true, true, NULL, ecs_line},
    [EXPORT_CSV] = {"csv", false, false, csv_head, csv_row},
    [EXPORT_CEF] = {"cef", true, true, NULL, cef_line},
    [EXPORT_LEEF] = {"leef", true, true, NULL, leef_line},
    [EXPORT_OCSF] = {"ocsf", false, true, NULL, ocsf_line},
    [EXPORT_SYSLOG] = {"syslog", true, true, NULL, syslog_line},
    [EXPORT_TEXT] = {"text", false, false, text_table_head, text_table_row},
    [EXPORT_RECORDS] = {"records", true, false, NULL, NULL},
};
_Static_assert(COUNT_OF(formats) == EXPORT_FORMATS, "every format has a row");

bool export_format_names_log(enum export_format format)
{
    return formats[format].names_log;
}

const struct format *format_of(enum export_format format)
{
    return &formats[format];
}

bool export_format_parse(struct text name, enum export_format *format)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        if (text_equal(name, text_from(formats[i].name))) {
            *format = (enum export_format)i;
            return true;
        }
    }
    return false;
}

const char *export_format_name(enum export_format format)
{
    return formats[format].name;
}
