/* SPDX-License-Identifier: Apache-2.0 */
/* exeat schema: the configuration language, as the tables that read it have it. */
#include <string.h>

#include "cli.h"

enum exit_code cmd_schema(const struct command_line *line)
{
    const char *format = line->words[OPTION_FORMAT] != NULL ? line->words[OPTION_FORMAT] : "json";
    bool is_json = strcmp(format, "json") == 0;
    if (!is_json && strcmp(format, "markdown") != 0)
        return complain(EXIT_USAGE, "schema takes only -o json or -o markdown");
    struct buffer out = {0};
    if (is_json)
        settings_schema_write(&out);
    else
        settings_reference_write(&out);
    put_text(buffer_text(&out));
    buffer_clear(&out);
    return EXIT_DONE;
}
