/* SPDX-License-Identifier: Apache-2.0 */
/* Towards upstreams: the name is bound twice, as SNI and in the certificate, and there is no way to switch that off.
 * Sessions are kept per name, so that a new connection need not begin from nothing. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "tls_internal.h"

enum { SESSIONS = 128 };

struct kept_session {
    char name[HOST_TEXT_SIZE];
    SSL_SESSION *session; /* owned */
};
struct tls_client {
    SSL_CTX *context;   /* owned */
    BIO_METHOD *method; /* owned */
    struct kept_session kept[SESSIONS];
};

static struct kept_session *place_of(struct tls_client *client, const char *name)
{
    return &client->kept[place_of_name(text_from(name), SESSIONS)];
}

/* Takes the session: 1 says that we keep the reference. */
static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    struct tls_client *client = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    const char *name = SSL_SESSION_get0_hostname(session);
    if (name == NULL || strlen(name) >= HOST_TEXT_SIZE)
        return 0;
    struct kept_session *place = place_of(client, name);
    SSL_SESSION_free(place->session);
    place->session = session;
    text_store(text_from(name), place->name, sizeof(place->name));
    return 1;
}

static bool load_roots(struct tls_client *client, const char *roots, char **error)
{
    if (roots == NULL || roots[0] == '\0') {
        if (SSL_CTX_set_default_verify_paths(client->context) == 1)
            return true;
        *error = openssl_sentence("system roots", "read the certificates (is ca-certificates installed?)");
        return false;
    }
    if (SSL_CTX_load_verify_file(client->context, roots) == 1)
        return true;
    *error = openssl_sentence(roots, "read the root certificates of tls.upstream");
    return false;
}

/* What a chain demands of itself is demanded: policies too, of which any will do (RFC 5280 6.1). X509_STRICT is not
 * set: it refuses the roots of private authorities over fields that change nothing about whom they speak for. */
static void demand_policies(SSL_CTX *context)
{
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_POLICY_CHECK);
    int result = X509_VERIFY_PARAM_add0_policy(param, OBJ_nid2obj(NID_any_policy));
    ASSERT(result == 1);
}

struct tls_client *tls_client_new(const struct tls_client_options *options, char **error)
{
    static const unsigned char protocols[] = "\x08http/1.1";
    struct tls_client *client = base_zalloc(sizeof(*client));
    client->context = SSL_CTX_new(TLS_client_method());
    ASSERT(client->context != NULL);
    client->method = connection_bio_new();
    connection_configure(client->context);
    SSL_CTX_set_app_data(client->context, client);
    SSL_CTX_set_min_proto_version(client->context, options->minimum_13 ? TLS1_3_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_verify(client->context, SSL_VERIFY_PEER, NULL);
    demand_policies(client->context);
    SSL_CTX_set_session_cache_mode(client->context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(client->context, keep_session);
    SSL_CTX_set_alpn_protos(client->context, protocols, sizeof(protocols) - 1);
    if (load_roots(client, options->roots, error))
        return client;
    tls_client_free(client);
    return NULL;
}

void tls_client_free(struct tls_client *client)
{
    if (client == NULL)
        return;
    for (size_t i = 0; i < SESSIONS; i++)
        SSL_SESSION_free(client->kept[i].session);
    SSL_CTX_free(client->context);
    BIO_meth_free(client->method);
    base_free(client);
}

/* Names are those of subjectAltName, never the subject's (RFC 9525 6.3). */
static bool bind_name(SSL *ssl, const struct host *host)
{
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (host->kind == HOST_ADDRESS)
        return X509_VERIFY_PARAM_set1_ip(SSL_get0_param(ssl), host->address.bytes, host->address.length) == 1;
    void *name = (void *)(uintptr_t)host->text; /* copied, never written; the library's macro drops const */
    return SSL_set1_host(ssl, host->text) == 1 &&
           SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name) == 1;
}

struct tls_connection *tls_connect(struct tls_client *client, struct channel *channel, const struct host *host)
{
    ERR_clear_error();
    SSL *ssl = SSL_new(client->context);
    bool bound = ssl != NULL && bind_name(ssl, host);
    ASSERT(bound);
    struct kept_session *kept = place_of(client, host->text);
    if (kept->session != NULL && strcmp(kept->name, host->text) == 0)
        (void)SSL_set_session(ssl, kept->session);
    SSL_set_connect_state(ssl);
    return connection_new(ssl, client->method, channel, TEXT(""));
}
