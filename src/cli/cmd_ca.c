/* SPDX-License-Identifier: Apache-2.0 */
/* exeat ca: makes the local authority, and the bundle that clients trust. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

#define SYSTEM_ROOTS "/etc/ssl/certs/ca-certificates.crt"

static bool make_folder_of(struct text path, char **error)
{
    size_t end = path.length;
    while (end > 0 && path.data[end - 1] != '/')
        end--;
    char *folder = text_copy(end <= 1 ? TEXT(".") : text_part(path, 0, end - 1));
    bool done = file_make_folder(folder, 0755, error);
    base_free(folder);
    return done;
}

static enum exit_code create(const struct policy *policy)
{
    const struct settings_tls *tls = &policy_settings(policy)->tls;
    char *error = NULL;
    size_t count = policy_authority_names(policy, NULL, 0);
    struct host_pattern *names = base_array(count + 1, sizeof(*names));
    (void)policy_authority_names(policy, names, count);
    bool done = make_folder_of(tls->certificate, &error) && make_folder_of(tls->key, &error) &&
                tls_authority_create(names, count, tls->certificate.data, tls->key.data, &error);
    base_free(names);
    if (!done)
        return complain_free(EXIT_IO, error);
    fprintf(
        stderr, "made %s and %s; clients need the new bundle: exeat ca bundle\n", tls->certificate.data, tls->key.data);
    return EXIT_DONE;
}

static enum exit_code init(const struct policy *policy, bool if_absent)
{
    const struct settings_tls *tls = &policy_settings(policy)->tls;
    bool exists = access(tls->certificate.data, F_OK) == 0 || access(tls->key.data, F_OK) == 0;
    if (!exists)
        return create(policy);
    if (if_absent)
        return EXIT_DONE;
    return complain(
        EXIT_NO, "%s exists; `exeat ca renew` replaces it (clients then need the new bundle)", tls->certificate.data);
}

static enum exit_code show(const struct tls_authority *authority)
{
    struct buffer out = {0};
    tls_authority_describe(authority, &out);
    put_text(buffer_text(&out));
    buffer_clear(&out);
    return EXIT_DONE;
}

/* What PHP's curl.cainfo and openssl.cafile take: the public roots, and ours. */
static enum exit_code bundle(const struct policy *policy, const struct tls_authority *authority)
{
    enum { BUNDLE_MAX = 16 << 20 };
    struct text roots = policy_settings(policy)->tls.roots;
    struct buffer out = {0};
    char *error = NULL;
    if (!file_read(roots.length > 0 ? roots.data : SYSTEM_ROOTS, BUNDLE_MAX, &out, &error)) {
        buffer_clear(&out);
        return complain_free(EXIT_IO, error);
    }
    buffer_append(&out, TEXT("\n"));
    tls_authority_certificate(authority, &out);
    put_text(buffer_text(&out));
    buffer_clear(&out);
    return EXIT_DONE;
}

static enum exit_code with_authority(const struct policy *policy, const char *config, const char *what)
{
    const struct settings_tls *tls = &policy_settings(policy)->tls;
    char *error = NULL;
    (void)config;
    struct tls_authority *authority = tls_authority_load(tls->certificate.data, tls->key.data, &error);
    if (authority == NULL)
        return complain_free(EXIT_IO, error);
    enum exit_code code = strcmp(what, "show") == 0 ? show(authority) : bundle(policy, authority);
    tls_authority_free(authority);
    return code;
}

static enum exit_code run(const struct policy *policy, const char *config, const char *what, bool if_absent)
{
    if (policy_settings(policy)->tls.certificate.length == 0)
        return complain(EXIT_USAGE, "%s has no tls.authority: write where its certificate and key are to lie", config);
    if (strcmp(what, "init") == 0)
        return init(policy, if_absent);
    if (strcmp(what, "renew") == 0)
        return create(policy);
    return with_authority(policy, config, what);
}

enum exit_code cmd_ca(int argc, char **argv)
{
    static const char *const words[] = {"init", "renew", "bundle", "show"};
    const char *config = DEFAULT_CONFIG;
    const char *if_absent = NULL;
    const struct option_row rows[] = {{"-c", &config, false}, {"--if-absent", &if_absent, true}};
    int operands = options_take(argc, argv, rows, COUNT_OF(rows));
    bool known = false;
    for (size_t i = 0; operands == 1 && i < COUNT_OF(words); i++)
        known = known || strcmp(argv[0], words[i]) == 0;
    if (!known)
        return complain(EXIT_USAGE, "ca wants one of: init, renew, bundle, show");
    struct policy *policy = load_policy(config);
    if (policy == NULL)
        return EXIT_USAGE;
    enum exit_code code = run(policy, config, argv[0], if_absent != NULL);
    policy_unref(policy);
    return code;
}
