/* SPDX-License-Identifier: Apache-2.0 */
/* exeat run, reload, show-config, bypass: the gate, and orders to a running one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "exeat/admin.h"
#include "exeat/in_force.h"

enum exit_code cmd_run(const struct command_line *line)
{
    return daemon_run(command_config(line));
}

static enum exit_code no_answer(const struct settings *settings, const char *config, int error)
{
    const char *socket = settings->listen.control.data;
    if (settings->listen.control.length == 0)
        return complain(EXIT_USAGE, "%s has no listen.control to ask", config);
    if (error == EACCES)
        return complain(EXIT_IO, "%s: Permission denied; only the gate's own user and root may ask it", socket);
    return complain(
        EXIT_IO, "no gate answers on listen.control of %s (%s: %s); is it running?", config, socket,
        strerrordesc_np(error));
}

enum exit_code gate_answer(const char *config, struct text command, struct buffer *answer)
{
    struct settings *settings = load_settings(config);
    if (settings == NULL)
        return EXIT_USAGE;
    bool answered = settings->listen.control.length > 0 && control_ask(settings->listen.control.data, command, answer);
    enum exit_code code = answered ? EXIT_DONE : no_answer(settings, config, errno);
    settings_free(settings);
    return code;
}

/* Asks the gate of that configuration; its answer is shown. */
static enum exit_code ask_gate(const char *config, struct text command)
{
    struct buffer answer = {0};
    enum exit_code code = gate_answer(config, command, &answer);
    if (code != EXIT_DONE)
        return code;
    put_foreign(buffer_text(&answer));
    bool done = text_starts_with(buffer_text(&answer), TEXT("ok"));
    buffer_clear(&answer);
    return done ? EXIT_DONE : EXIT_NO;
}

/* What runs, or without a gate what the file would give. */
enum exit_code cmd_show_config(const struct command_line *line)
{
    struct buffer out = {0};
    struct settings *settings = load_settings(command_config(line));
    if (settings == NULL)
        return EXIT_USAGE;
    bool has_socket = settings->listen.control.length > 0;
    bool runs = has_socket && control_ask(settings->listen.control.data, TEXT("show-config"), &out);
    bool is_forbidden = has_socket && !runs && errno == EACCES;
    if (!runs) {
        buffer_printf(&out, "# no gate answers: what %s would give\n", command_config(line));
        in_force_show(settings, TEXT(""), &out);
    }
    enum exit_code code = is_forbidden ? no_answer(settings, command_config(line), EACCES) : EXIT_DONE;
    if (!is_forbidden)
        put_text(buffer_text(&out));
    settings_free(settings);
    buffer_clear(&out);
    return code;
}

enum exit_code cmd_reload(const struct command_line *line)
{
    return ask_gate(command_config(line), TEXT("reload"));
}

/* --- bypass ----------------------------------------------------------------------------------------------------------
 */

static bool read_duration(const char *word, uint64_t *ms)
{
    static const struct {
        char unit;
        uint64_t ms;
    } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}};
    struct text text = text_from(word);
    for (size_t i = 0; i < COUNT_OF(units) && text.length > 1; i++)
        if (text.data[text.length - 1] == units[i].unit &&
            text_to_number(text_part(text, 0, text.length - 1), 86400, ms)) {
            *ms *= units[i].ms;
            return true;
        }
    return false;
}

enum exit_code cmd_bypass(const struct command_line *line)
{
    const char *config = command_config(line);
    const char *duration = line->words[OPTION_FOR];
    const char *reason = line->words[OPTION_WHY];
    uint64_t ms = 0;
    if (line->words[OPTION_END] != NULL)
        return ask_gate(config, TEXT("bypass end"));
    if (duration == NULL || reason == NULL)
        return complain(EXIT_USAGE, "bypass wants --for (30m, at most 24h) and --reason; or --end");
    if (!read_duration(duration, &ms))
        return complain(EXIT_USAGE, "--for: '%s' is no time; write 30s, 30m or 2h, at most 24h", duration);
    struct buffer question = {0};
    buffer_printf(&question, "bypass %llu %s", (unsigned long long)ms, reason);
    bool is_line = !text_has(buffer_text(&question), '\n');
    enum exit_code code =
        is_line ? ask_gate(config, buffer_text(&question)) : complain(EXIT_USAGE, "--reason is one line of text");
    buffer_clear(&question);
    return code;
}
