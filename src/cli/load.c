/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations, loaded the same way in every command. */
#include "cli.h"

struct policy *load_policy(const char *path)
{
    struct diags *diags = diags_new();
    struct policy *policy = daemon_load(path, diags);
    show_problems(diags);
    diags_free(diags);
    return policy;
}

struct settings *load_settings(const char *path)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_load(path, diags);
    show_problems(diags);
    diags_free(diags);
    return settings;
}
