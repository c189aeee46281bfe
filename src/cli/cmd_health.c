/* SPDX-License-Identifier: Apache-2.0 */
/* exeat health: a running gate is asked whether it is ready, as a probe would ask it. */
#include <stdio.h>

#include "cli.h"
#include "exeat/admin.h"

static enum exit_code tell(uint16_t status, struct text body)
{
    bool ready = status == 200;
    if (status == 0)
        return complain(EXIT_NO, "nobody answers on listen.admin: is the gate running?");
    if (body.length > 0)
        put_text(body);
    else
        puts(ready ? "ready" : "not ready");
    return ready ? EXIT_DONE : EXIT_NO;
}

enum exit_code cmd_health(const struct command_line *line)
{
    const char *config = command_config(line);
    struct settings *settings = load_settings(config);
    if (settings == NULL)
        return EXIT_USAGE;
    if (settings->listen.admin.address.length == 0) {
        settings_free(settings);
        return complain(EXIT_USAGE, "%s has no listen.admin to ask", config);
    }
    const struct setting_socket *admin = &settings->listen.admin;
    struct buffer body = {0};
    uint16_t status = admin_ask(&admin->address, admin->port, TEXT("/readyz"), &body);
    enum exit_code code = tell(status, buffer_text(&body));
    buffer_clear(&body);
    settings_free(settings);
    return code;
}
