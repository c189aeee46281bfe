/* SPDX-License-Identifier: Apache-2.0 */
/* Whom upstream TLS trusts, and who the gate is towards clients: made anew when a reload finds other files or keys of
 * them. What came before lives on to the end, for handshakes that are under way. */
#include "daemon_internal.h"
#include "exeat/base/memory.h"

/* A file that cannot be read has no digest; who reads it next says why. */
static void append_file(struct buffer *out, struct text path)
{
    struct digest digest = {{0}};
    if (path.length > 0 && digest_file(path.data, &digest))
        buffer_append(out, (struct text){(const char *)digest.bytes, sizeof(digest.bytes)});
    buffer_append(out, path);
    buffer_append_byte(out, '\0');
}

static void digest_of(const struct settings_tls *tls, struct digest *digest)
{
    struct buffer all = {0};
    append_file(&all, tls->certificate);
    append_file(&all, tls->key);
    append_file(&all, tls->roots);
    buffer_append_string(&all, tls->minimum_13 ? "1.3" : "1.2");
    digest_sha256(bytes_of_text(buffer_text(&all)), digest);
    buffer_clear(&all);
}

struct trust *trust_new(const struct policy *policy, const char *path, char **error)
{
    struct trust *trust = base_zalloc(sizeof(*trust));
    digest_of(&policy_settings(policy)->tls, &trust->digest);
    trust->issuer = daemon_load_issuer(policy, path, error);
    if (trust->issuer != NULL || *error == NULL)
        return trust;
    base_free(trust);
    return NULL;
}

void trust_free(struct trust *trust)
{
    while (trust != NULL) {
        struct trust *older = trust->older;
        tls_issuer_free(trust->issuer);
        base_free(trust);
        trust = older;
    }
}

struct tls_client *trust_client(const struct policy *policy, char **error)
{
    const struct settings_tls *tls = &policy_settings(policy)->tls;
    struct tls_client_options options = {
        .roots = tls->roots.length > 0 ? tls->roots.data : NULL,
        .minimum_13 = tls->minimum_13,
    };
    return tls_client_new(&options, error);
}
