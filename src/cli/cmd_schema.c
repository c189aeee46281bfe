/* SPDX-License-Identifier: Apache-2.0 */
/* exeat schema: the configuration language, as the tables that read it have it. */
#include <string.h>

#include "cli.h"

enum exit_code cmd_schema(int argc, char **argv)
{
    const char *format = "json";
    const struct option_row rows[] = {{"-o", &format, false}};
    int operands = options_take(argc, argv, rows, COUNT_OF(rows));
    if (operands < 0)
        return EXIT_USAGE;
    bool is_json = strcmp(format, "json") == 0;
    if (operands > 0 || (!is_json && strcmp(format, "markdown") != 0))
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
