/* SPDX-License-Identifier: Apache-2.0 */
/* exeat redirect: the rules that leave a network namespace one way out. */
#include <stdio.h>

#include "cli.h"
#include "exeat/doctor.h"
#include "exeat/redirect.h"

static enum exit_code has_none(const char *config)
{
    return complain(
        EXIT_USAGE, "%s has no `redirect`: write `redirect: { uid: 64123 }`, with the user that the gate runs as",
        config);
}

/* The rules of that configuration; false after saying why there are none. */
static bool read_rules(const char *config, struct redirect_rules *rules)
{
    struct settings *settings = load_settings(config);
    bool has_rules = settings != NULL && daemon_redirect_rules(settings, rules);
    if (settings != NULL && !has_rules)
        (void)has_none(config);
    settings_free(settings);
    return has_rules;
}

enum exit_code cmd_redirect_print(const struct command_line *line)
{
    struct redirect_rules rules;
    struct buffer out = {0};
    if (!read_rules(command_config(line), &rules))
        return EXIT_USAGE;
    redirect_rules_write(&rules, &out);
    put_text(buffer_text(&out));
    buffer_clear(&out);
    return EXIT_DONE;
}

enum exit_code cmd_redirect_apply(const struct command_line *line)
{
    struct redirect_rules rules;
    struct buffer out = {0};
    char *error = NULL;
    if (!read_rules(command_config(line), &rules))
        return EXIT_USAGE;
    redirect_rules_write(&rules, &out);
    bool done = redirect_apply(buffer_text(&out), &error);
    buffer_clear(&out);
    if (!done)
        return complain_free(EXIT_IO, error);
    printf("in force: all but user %u are held to the gate\n", rules.uid);
    return EXIT_DONE;
}

/* --- check -----------------------------------------------------------------------------------------------------------
 */

static enum exit_code try_now(const struct settings *settings)
{
    struct buffer answer = {0};
    bool holds = doctor_is_contained(settings, &answer);
    put_foreign(buffer_text(&answer));
    buffer_clear(&answer);
    return holds ? EXIT_DONE : EXIT_NO;
}

static void put_counters(void)
{
    struct buffer counters = {0};
    if (redirect_counters_append(&counters))
        put_foreign(buffer_text(&counters));
    buffer_clear(&counters);
}

enum exit_code cmd_redirect_check(const struct command_line *line)
{
    struct redirect_rules rules;
    struct settings *settings = load_settings(command_config(line));
    if (settings == NULL)
        return EXIT_USAGE;
    enum exit_code code = daemon_redirect_rules(settings, &rules) ? try_now(settings) : has_none(command_config(line));
    settings_free(settings);
    if (code != EXIT_USAGE)
        put_counters();
    return code;
}
