/* SPDX-License-Identifier: Apache-2.0 */
/* exeat run, health, reload: the gate, and questions to a running one. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "cli.h"
#include "exeat/admin.h"

static bool take_config(int argc, char **argv, const char **config)
{
    const struct option_row rows[] = {{"-c", config, false}};
    int operands = options_take(argc, argv, rows, COUNT_OF(rows));
    if (operands > 0)
        complain(EXIT_USAGE, "unexpected '%s'; see `exeat help`", argv[0]);
    return operands == 0;
}

enum exit_code cmd_run(int argc, char **argv)
{
    const char *config = DEFAULT_CONFIG;
    return take_config(argc, argv, &config) ? daemon_run(config) : EXIT_USAGE;
}

/* --- health ----------------------------------------------------------------------------------------------------------
 */

/* The wildcard address is not one to connect to: loopback answers there. */
static struct address reachable(const struct address *address)
{
    struct address loopback = {.bytes = {127, 0, 0, 1}, .length = 4};
    return address_class(address) == ADDRESS_UNSPECIFIED ? loopback : *address;
}

static bool ask_ready(const struct setting_socket *admin, char *answer, size_t size)
{
    static const char request[] = "GET /readyz HTTP/1.1\r\nHost: exeat\r\n\r\n";
    struct sockaddr_storage name;
    struct timeval limit = {.tv_sec = 3};
    struct address address = reachable(&admin->address);
    socklen_t length = address_to_socket(&address, admin->port, &name);
    int descriptor = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    ssize_t got = -1;
    if (connect(descriptor, (const struct sockaddr *)&name, length) == 0 &&
        send(descriptor, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0)
        got = recv(descriptor, answer, size - 1, 0);
    close(descriptor);
    answer[got > 0 ? got : 0] = '\0';
    return got > 0;
}

static struct settings *load_settings(const char *config)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_load(config, diags);
    show_diags(diags);
    diags_free(diags);
    return settings;
}

enum exit_code cmd_health(int argc, char **argv)
{
    const char *config = DEFAULT_CONFIG;
    char answer[512] = "";
    if (!take_config(argc, argv, &config))
        return EXIT_USAGE;
    struct settings *settings = load_settings(config);
    if (settings == NULL)
        return EXIT_USAGE;
    bool has_admin = settings->listen.admin.address.length > 0;
    bool answered = has_admin && ask_ready(&settings->listen.admin, answer, sizeof(answer));
    settings_free(settings);
    if (!has_admin)
        return complain(EXIT_USAGE, "%s has no listen.admin to ask", config);
    if (!answered)
        return complain(EXIT_NO, "nobody answers on listen.admin: is the gate running?");
    bool ready = strncmp(answer, "HTTP/1.1 200", 12) == 0;
    puts(ready ? "ready" : "not ready");
    return ready ? EXIT_DONE : EXIT_NO;
}

/* Asks the gate of that configuration; its answer is shown. */
static enum exit_code ask_gate(const char *config, struct text command)
{
    struct buffer answer = {0};
    struct settings *settings = load_settings(config);
    if (settings == NULL)
        return EXIT_USAGE;
    const char *socket = settings->listen.control.length > 0 ? settings->listen.control.data : "";
    bool answered = control_ask(socket, command, &answer);
    settings_free(settings);
    if (!answered)
        return complain(EXIT_IO, "no gate answers on listen.control of %s", config);
    put_text(buffer_text(&answer));
    bool done = text_equal(buffer_text(&answer), TEXT("ok\n"));
    buffer_clear(&answer);
    return done ? EXIT_DONE : EXIT_NO;
}

enum exit_code cmd_reload(int argc, char **argv)
{
    const char *config = DEFAULT_CONFIG;
    return take_config(argc, argv, &config) ? ask_gate(config, TEXT("reload")) : EXIT_USAGE;
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

enum exit_code cmd_bypass(int argc, char **argv)
{
    const char *config = DEFAULT_CONFIG;
    const char *duration = NULL;
    const char *reason = NULL;
    const char *end = NULL;
    uint64_t ms = 0;
    const struct option_row rows[] = {
        {"-c", &config, false}, {"--for", &duration, false}, {"--reason", &reason, false}, {"--end", &end, true}};
    if (!options_take_all(argc, argv, rows, COUNT_OF(rows)))
        return EXIT_USAGE;
    if (end != NULL)
        return ask_gate(config, TEXT("bypass end"));
    if (duration == NULL || reason == NULL || !read_duration(duration, &ms))
        return complain(EXIT_USAGE, "bypass wants --for (30m, at most 24h) and --reason; or --end");
    struct buffer line = {0};
    buffer_printf(&line, "bypass %llu %s", (unsigned long long)ms, reason);
    bool is_line = !text_has(buffer_text(&line), '\n');
    enum exit_code code =
        is_line ? ask_gate(config, buffer_text(&line)) : complain(EXIT_USAGE, "--reason is one line of text");
    buffer_clear(&line);
    return code;
}
