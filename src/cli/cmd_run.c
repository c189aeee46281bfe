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

enum exit_code cmd_reload(int argc, char **argv)
{
    const char *config = DEFAULT_CONFIG;
    struct buffer answer = {0};
    if (!take_config(argc, argv, &config))
        return EXIT_USAGE;
    struct settings *settings = load_settings(config);
    if (settings == NULL)
        return EXIT_USAGE;
    bool answered =
        control_ask(settings->listen.control.length > 0 ? settings->listen.control.data : "", TEXT("reload"), &answer);
    settings_free(settings);
    if (!answered)
        return complain(EXIT_IO, "no gate answers on listen.control of %s", config);
    put_text(buffer_text(&answer));
    bool done = text_equal(buffer_text(&answer), TEXT("ok\n"));
    buffer_clear(&answer);
    return done ? EXIT_DONE : EXIT_NO;
}
