/* SPDX-License-Identifier: Apache-2.0 */
/* exeat ca: makes the local authority, and the bundle that clients trust. */
#include <stdio.h>
#include <unistd.h>

#include "cli.h"
#include "exeat/setup.h"

static enum exit_code create(const struct policy *policy)
{
    const struct settings_tls *tls = &policy_settings(policy)->tls;
    char *error = NULL;
    if (!setup_authority(policy, &error))
        return complain_free(EXIT_IO, error);
    fprintf(
        stderr, "made %s and %s; clients need the new bundle: exeat ca bundle\n", tls->certificate.data, tls->key.data);
    return EXIT_DONE;
}

static enum exit_code init(const struct policy *policy, const struct command_line *line)
{
    const struct settings_tls *tls = &policy_settings(policy)->tls;
    bool exists = access(tls->certificate.data, F_OK) == 0 || access(tls->key.data, F_OK) == 0;
    if (!exists)
        return create(policy);
    if (line->words[OPTION_IF_ABSENT] != NULL)
        return EXIT_DONE;
    return complain(
        EXIT_NO, "%s exists; `exeat ca renew` replaces it (clients then need the new bundle)", tls->certificate.data);
}

static enum exit_code show(const struct tls_issuer *issuer, bool with_names)
{
    struct buffer out = {0};
    tls_issuer_describe(issuer, with_names, &out);
    put_text(buffer_text(&out));
    buffer_clear(&out);
    return EXIT_DONE;
}

/* What PHP's curl.cainfo and openssl.cafile take: the public roots, and ours. */
static enum exit_code bundle(const struct policy *policy, const struct tls_issuer *issuer)
{
    struct buffer out = {0};
    char *error = NULL;
    bool done = setup_bundle(policy, issuer, &out, &error);
    if (done)
        put_text(buffer_text(&out));
    buffer_clear(&out);
    return done ? EXIT_DONE : complain_free(EXIT_IO, error);
}

/* What a command does with the configuration that names an authority. */
typedef enum exit_code (*ca_run)(const struct policy *policy, const struct command_line *line);

static enum exit_code with_policy(const struct command_line *line, ca_run run)
{
    const char *config = command_config(line);
    struct policy *policy = load_policy(config);
    if (policy == NULL)
        return EXIT_USAGE;
    bool has_issuer = policy_settings(policy)->tls.certificate.length > 0;
    enum exit_code code =
        has_issuer
            ? run(policy, line)
            : complain(EXIT_USAGE, "%s has no tls.authority: write where its certificate and key are to lie", config);
    policy_unref(policy);
    return code;
}

static enum exit_code renew(const struct policy *policy, const struct command_line *line)
{
    (void)line;
    return create(policy);
}

static struct tls_issuer *load(const struct policy *policy)
{
    const struct settings_tls *tls = &policy_settings(policy)->tls;
    char *error = NULL;
    struct tls_issuer *issuer = tls_issuer_load(tls->certificate.data, tls->key.data, &error);
    if (issuer == NULL)
        (void)complain_free(EXIT_IO, error);
    return issuer;
}

static enum exit_code show_loaded(const struct policy *policy, const struct command_line *line)
{
    struct tls_issuer *issuer = load(policy);
    enum exit_code code = issuer != NULL ? show(issuer, line->words[OPTION_NAMES] != NULL) : EXIT_IO;
    tls_issuer_free(issuer);
    return code;
}

static enum exit_code bundle_loaded(const struct policy *policy, const struct command_line *line)
{
    (void)line;
    struct tls_issuer *issuer = load(policy);
    enum exit_code code = issuer != NULL ? bundle(policy, issuer) : EXIT_IO;
    tls_issuer_free(issuer);
    return code;
}

enum exit_code cmd_ca_init(const struct command_line *line)
{
    return with_policy(line, init);
}

enum exit_code cmd_ca_renew(const struct command_line *line)
{
    return with_policy(line, renew);
}

enum exit_code cmd_ca_bundle(const struct command_line *line)
{
    return with_policy(line, bundle_loaded);
}

enum exit_code cmd_ca_show(const struct command_line *line)
{
    return with_policy(line, show_loaded);
}
