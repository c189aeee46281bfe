/* SPDX-License-Identifier: Apache-2.0 */
/* exeat setup: looks at all that is there, then makes what is missing. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/daemon.h"
#include "exeat/store.h"
#include "setup_internal.h"

enum { BUNDLE_MAX = 16 << 20, CONFIG_MODE = 0640, BUNDLE_MODE = 0644 };

struct text setup_configuration(void)
{
    return (struct text){setup_yaml, setup_yaml_size};
}

/* One installation, while it is looked at and made. */
struct setup {
    const struct setup_options *options;
    struct setup_owner owner;
    struct policy *policy;
    struct buffer *said;
    bool has_made;
};

static bool is_there(const char *path)
{
    return faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) == 0;
}

static PRINTF_LIKE(2, 3) bool refuse(char **error, const char *format, ...)
{
    struct buffer out = {0};
    va_list arguments;
    va_start(arguments, format);
    buffer_vprintf(&out, format, arguments);
    va_end(arguments);
    *error = buffer_take(&out);
    return false;
}

static void say(struct setup *setup, bool was_there, const char *path, const char *what)
{
    buffer_printf(setup->said, "%-6s %-34s %s\n", was_there ? "there" : "made", path, what);
    setup->has_made |= !was_there;
}

/* --- the configuration: root's, and readable by the gate's user ------------------------------------------------------
 */

static bool make_configuration(struct setup *setup, char **error)
{
    const char *path = setup->options->config;
    bool was_there = is_there(path);
    if (!was_there && !(file_make_folder_of(text_from(path), 0755, error) &&
                        file_replace(path, setup_configuration(), CONFIG_MODE, error)))
        return false;
    if (!was_there && geteuid() == 0 && chown(path, (uid_t)-1, setup->owner.gid) != 0)
        return refuse(error, "%s: cannot be given to the group of the gate's user: %s", path, strerrordesc_np(errno));
    say(setup, was_there, path, "the configuration");
    return true;
}

/* --- what is there, as the owner sees it ----------------------------------------------------------------------------
 */

/* A log goes on with its own key alone. */
static bool look_at_log(struct setup *setup, char **error)
{
    const struct settings_audit *audit = &policy_settings(setup->policy)->audit;
    char *nothing = NULL;
    struct store_reader *reader = store_reader_open(audit->directory.data, &nothing);
    bool has_log = reader != NULL;
    base_free(nothing);
    store_reader_free(reader);
    if (has_log && !is_there(audit->key.data))
        return refuse(
            error,
            "%s has a log, and the key that signs it, %s, is gone: put it back, or move the folder away and keep it: "
            "a new log begins then",
            audit->directory.data, audit->key.data);
    if (has_log)
        say(setup, true, audit->directory.data, "records");
    if (!is_there(audit->key.data))
        return true;
    struct signing_key *key = daemon_load_log_key(setup->policy, error);
    signing_key_free(key);
    return key != NULL;
}

static bool look_at_authority(const struct setup *setup, char **error)
{
    const struct settings_tls *tls = &policy_settings(setup->policy)->tls;
    if (tls->certificate.length == 0)
        return true;
    const char *certificate = tls->certificate.data;
    const char *key = tls->key.data;
    bool has_certificate = is_there(certificate);
    if (has_certificate != is_there(key))
        return refuse(
            error, "%s is there, and %s, its other half, is not: put it back, or move the first away",
            has_certificate ? certificate : key, has_certificate ? key : certificate);
    struct tls_issuer *issuer = has_certificate ? tls_issuer_load(certificate, key, error) : NULL;
    tls_issuer_free(issuer);
    return issuer != NULL || !has_certificate;
}

/* --- what is missing -------------------------------------------------------------------------------------------------
 */

static bool make_key(struct setup *setup, char **error)
{
    const char *path = policy_settings(setup->policy)->audit.key.data;
    bool was_there = is_there(path);
    struct signing_key *key = daemon_load_log_key(setup->policy, error);
    if (key != NULL)
        say(setup, was_there, path, "signs the log; keep a copy, away from the records");
    signing_key_free(key);
    return key != NULL;
}

/* `*issuer`: the authority, the caller's; NULL where the configuration has none. */
static bool make_authority(struct setup *setup, struct tls_issuer **issuer, char **error)
{
    const struct settings_tls *tls = &policy_settings(setup->policy)->tls;
    if (tls->certificate.length == 0)
        return true;
    bool was_there = is_there(tls->certificate.data);
    if (!was_there && !setup_authority(setup->policy, error))
        return false;
    *issuer = tls_issuer_load(tls->certificate.data, tls->key.data, error);
    if (*issuer != NULL)
        say(setup, was_there, tls->certificate.data, "the local authority");
    return *issuer != NULL;
}

static bool as_owner(struct setup *setup, struct tls_issuer **issuer, char **error)
{
    if (!setup_owner_enter(&setup->owner, error))
        return false;
    bool done = look_at_log(setup, error) && look_at_authority(setup, error) && make_key(setup, error) &&
                make_authority(setup, issuer, error);
    setup_owner_leave();
    return done;
}

/* Does the file have the certificate, as PEM? */
static bool has_authority(struct text bundle, const struct tls_issuer *issuer)
{
    struct buffer certificate = {0};
    tls_issuer_certificate(issuer, &certificate);
    bool found = memmem(bundle.data, bundle.length, certificate.data, certificate.length) != NULL;
    buffer_clear(&certificate);
    return found;
}

static bool make_bundle(struct setup *setup, const struct tls_issuer *issuer, char **error)
{
    if (issuer == NULL)
        return true;
    char *path = file_beside(setup->options->config, TEXT("bundle.pem"));
    struct buffer bundle = {0};
    bool was_there = is_there(path);
    bool done = was_there ? file_read(path, BUNDLE_MAX, &bundle, error)
                          : setup_bundle(setup->policy, issuer, &bundle, error) &&
                                file_replace(path, buffer_text(&bundle), BUNDLE_MODE, error);
    bool is_ours = done && has_authority(buffer_text(&bundle), issuer);
    if (done)
        say(setup, was_there, path,
            is_ours ? "what clients trust" : "without this authority; `exeat ca bundle` prints one that has it");
    buffer_clear(&bundle);
    base_free(path);
    return done;
}

static enum setup_result finish(struct setup *setup, struct diags *diags, bool done)
{
    if (done)
        daemon_check(setup->policy, setup->options->config, diags);
    policy_unref(setup->policy);
    if (!done)
        return SETUP_REFUSED;
    return setup->has_made ? SETUP_DONE : SETUP_NOTHING;
}

enum setup_result setup_run(const struct setup_options *options, struct diags *diags, struct buffer *said, char **error)
{
    struct setup setup = {.options = options, .said = said};
    struct tls_issuer *issuer = NULL;
    if (!setup_owner_find(options->user, &setup.owner, error) || !make_configuration(&setup, error))
        return SETUP_REFUSED;
    setup.policy = daemon_load(options->config, diags);
    if (setup.policy == NULL)
        return SETUP_REFUSED;
    bool done = as_owner(&setup, &issuer, error) && make_bundle(&setup, issuer, error);
    tls_issuer_free(issuer);
    return finish(&setup, diags, done);
}
