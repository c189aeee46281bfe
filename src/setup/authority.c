/* SPDX-License-Identifier: Apache-2.0 */
/* The local authority, and the bundle that clients trust. */
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/setup.h"

#define SYSTEM_ROOTS "/etc/ssl/certs/ca-certificates.crt"

bool setup_authority(const struct policy *policy, char **error)
{
    const struct settings_tls *tls = &policy_settings(policy)->tls;
    size_t count = policy_issuer_names(policy, NULL, 0);
    struct host_pattern *names = base_array(count + 1, sizeof(*names));
    (void)policy_issuer_names(policy, names, count);
    bool done = file_make_folder_of(tls->certificate, 0755, error) && file_make_folder_of(tls->key, 0755, error) &&
                tls_issuer_create(names, count, tls->certificate.data, tls->key.data, error);
    base_free(names);
    return done;
}

bool setup_bundle(const struct policy *policy, const struct tls_issuer *issuer, struct buffer *out, char **error)
{
    enum { BUNDLE_MAX = 16 << 20 };
    struct text roots = policy_settings(policy)->tls.roots;
    if (!file_read(roots.length > 0 ? roots.data : SYSTEM_ROOTS, BUNDLE_MAX, out, error))
        return false;
    buffer_append(out, TEXT("\n"));
    tls_issuer_certificate(issuer, out);
    return true;
}
