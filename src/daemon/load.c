/* SPDX-License-Identifier: Apache-2.0 */
/* From files to what the gate runs with; each failure is a sentence with what to do. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon_internal.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/daemon.h"
#include "exeat/review.h"

struct policy *daemon_load(const char *path, struct diags *diags)
{
    struct settings *settings = settings_load(path, diags);
    struct policy *policy = settings == NULL ? NULL : policy_compile(settings, diags);
    if (policy == NULL) {
        settings_free(settings);
        return NULL;
    }
    places_look(policy_settings(policy), diags);
    review_test(policy, ASKED_AT_FIRST, diags);
    base_trim(); /* the texts of long lists were copied more than once */
    if (diags_errors(diags) == 0)
        return policy;
    policy_unref(policy);
    return NULL;
}

static char *needs_renewal(const char *path, const struct host_pattern *name)
{
    struct buffer out = {0};
    buffer_printf(
        &out,
        "tls.authority: the certificate may not speak for %s%s, which the configuration wants opened; renew it with "
        "`exeat ca renew -c %s` and give the new bundle to the clients",
        name->kind == HOST_PATTERN_SUFFIX ? "*." : "", name->host.text, path);
    return buffer_take(&out);
}

char *issuer_missing_name(const struct policy *policy, const struct tls_issuer *issuer, const char *path)
{
    size_t count = policy_issuer_names(policy, NULL, 0);
    struct host_pattern *names = base_array(count + 1, sizeof(*names));
    char *error = NULL;
    (void)policy_issuer_names(policy, names, count);
    for (size_t i = 0; i < count && error == NULL; i++)
        if (names[i].kind != HOST_PATTERN_ANY && names[i].host.kind == HOST_NAME &&
            !tls_issuer_may_speak_for(issuer, host_text(&names[i].host)))
            error = needs_renewal(path, &names[i]);
    base_free(names);
    return error;
}

struct tls_issuer *daemon_load_issuer(const struct policy *policy, const char *path, char **error)
{
    const struct settings_tls *tls = &policy_settings(policy)->tls;
    *error = NULL;
    if (tls->certificate.length == 0)
        return NULL;
    struct tls_issuer *issuer = tls_issuer_load(tls->certificate.data, tls->key.data, error);
    if (issuer == NULL)
        return NULL;
    *error = issuer_missing_name(policy, issuer, path);
    if (*error == NULL)
        return issuer;
    tls_issuer_free(issuer);
    return NULL;
}

/* Does the file lie in that folder, as the file system sees both where they are there? */
static bool is_below(struct text path, const char *folder)
{
    char real[2][PATH_MAX];
    while (path.length > 1 && path.data[path.length - 1] != '/')
        path.length--;
    char *parent = text_copy(path.length > 1 ? text_part(path, 0, path.length - 1) : TEXT("."));
    struct text one = text_from(realpath(parent, real[0]) == NULL ? parent : real[0]);
    struct text other = text_from(realpath(folder, real[1]) == NULL ? folder : real[1]);
    bool below = text_starts_with(one, other) && (one.length == other.length || one.data[other.length] == '/');
    base_free(parent);
    return below;
}

static const char *refuse_key(const struct settings_audit *audit)
{
    struct stat status;
    if (is_below(audit->key, audit->directory.data))
        return "lies in the store that it signs: who copies or takes the store would have the key too; set audit.key "
               "to "
               "a path elsewhere";
    if (stat(audit->key.data, &status) == 0 && (status.st_mode & S_IRWXO) != 0)
        return "can be read by everybody on this machine; chmod o= it, and if others could read it so far begin a new "
               "log with a new key (exeat audit new-origin)";
    return NULL;
}

static struct signing_key *read_log_key(const char *path, char **error)
{
    struct signing_key *key = signing_key_read(path, error);
    if (key == NULL && access(path, R_OK) != 0) {
        struct buffer out = {0};
        file_append_owner(path, *error, &out);
        base_free(*error);
        *error = buffer_take(&out);
    }
    return key;
}

struct signing_key *daemon_load_log_key(const struct policy *policy, char **error)
{
    const struct settings_audit *audit = &policy_settings(policy)->audit;
    const char *wrong = refuse_key(audit);
    if (wrong != NULL) {
        struct buffer out = {0};
        buffer_printf(&out, "%s: %s", audit->key.data, wrong);
        *error = buffer_take(&out);
        return NULL;
    }
    if (access(audit->key.data, F_OK) == 0)
        return read_log_key(audit->key.data, error);
    struct signing_key *key = signing_key_generate();
    if (file_make_folder_of(audit->key, 0700, error) && signing_key_save(key, audit->key.data, error))
        return key;
    signing_key_free(key);
    return NULL;
}

static enum audit_privacy privacy_of(enum privacy privacy)
{
    switch (privacy) {
    case PRIVACY_PRIVATE:
        return AUDIT_PRIVATE;
    case PRIVACY_HASH:
        return AUDIT_HASHED;
    case PRIVACY_NONE:
        break;
    }
    return AUDIT_OMITTED;
}

void daemon_audit_options(
    const struct settings_audit *source, const struct signing_key *key, struct audit_options *options)
{
    *options = (struct audit_options){
        .directory = source->directory.data,
        .origin = source->origin,
        .key = key,
        .waits_for_disk = source->durability == DURABILITY_COMMIT,
        .batch_ms = source->batch_ms,
        .heartbeat_ms = source->heartbeat_ms,
        .segment_bytes = source->segment_bytes,
        .segment_ms = source->segment_ms,
        .retention_ms = source->retention_ms,
        .ship_directory = source->ship.length > 0 ? source->ship.data : NULL,
        .disk_warn_bytes = source->disk_warn,
        .disk_refuse_bytes = source->disk_refuse,
        .ballast_bytes = source->disk_ballast,
        .signing = source->witness.host.kind == HOST_NONE ? AUDIT_SIGNS : AUDIT_SIGNS_LAST,
        .allows_on_failure = source->on_failure == ON_FAILURE_ALLOW,
        .path = privacy_of(source->path),
        .query = privacy_of(source->query),
    };
}
