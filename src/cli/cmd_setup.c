/* SPDX-License-Identifier: Apache-2.0 */
/* exeat setup: all that is made once, before the first start. */
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "cli.h"
#include "exeat/base/memory.h"
#include "exeat/setup.h"

#define UNIT_USER "exeat"
#define UNIT_FILE "/usr/lib/systemd/system/exeat.service"

/* On a machine that runs the gate as its unit does, what root makes is its user's. */
static const char *user_of_unit(void)
{
    return geteuid() == 0 && getpwnam(UNIT_USER) != NULL ? UNIT_USER : NULL;
}

static void say_next(enum setup_result result, const char *config)
{
    if (result == SETUP_NOTHING)
        puts("nothing was changed");
    if (access(UNIT_FILE, F_OK) == 0)
        puts("to start it, now and at each boot: systemctl enable --now exeat");
    else
        printf("to start it: exeat run -c %s\n", config);
}

enum exit_code cmd_setup(const struct command_line *line)
{
    const struct setup_options options = {.config = command_config(line), .user = user_of_unit()};
    struct diags *diags = diags_new();
    struct buffer said = {0};
    char *error = NULL;
    enum setup_result result = setup_run(&options, diags, &said, &error);
    put_foreign(buffer_text(&said));
    bool is_written_wrong = diags_errors(diags) > 0;
    show_problems(diags);
    diags_free(diags);
    buffer_clear(&said);
    if (result == SETUP_REFUSED && is_written_wrong)
        return EXIT_USAGE;
    if (result == SETUP_REFUSED)
        return complain_free(EXIT_IO, error);
    say_next(result, options.config);
    return EXIT_DONE;
}
