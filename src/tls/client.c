/* SPDX-License-Identifier: Apache-2.0 */
/* Towards upstreams: the name is bound twice, as SNI and in the certificate, and there is no way to switch that off.
 * Sessions are kept per trust and name, so that a new connection need not begin from nothing. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "tls_internal.h"

enum { SESSIONS = 128 };

struct kept_session {
    char name[HOST_TEXT_SIZE];
    const struct trust *trust;
    SSL_SESSION *session; /* owned */
    int64_t good_until;   /* of what was verified then */
};
struct tls_client {
    BIO_METHOD *method;   /* owned */
    struct trust *trusts; /* owned; the first is that of tls.upstream */
    size_t trust_count;
    struct kept_session kept[SESSIONS];
};

static struct kept_session *place_of(struct tls_client *client, const struct trust *trust, const char *name)
{
    size_t index = (size_t)(trust - client->trusts);
    return &client->kept[(place_of_name(text_from(name), SESSIONS) + index) % SESSIONS];
}

/* Keeps a copy: the library marks its own as spoilt when the connection ends without its close_notify, as most do. */
static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    struct trust *trust = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    const char *name =
        SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name); /* whether the server says it heard it or not */
    if (!trust->keeps_sessions || name == NULL || strlen(name) >= HOST_TEXT_SIZE)
        return 0;
    struct kept_session *place = place_of(trust->client, trust, name);
    SSL_SESSION_free(place->session);
    place->session = SSL_SESSION_dup(session);
    place->trust = trust;
    place->good_until = connection_good_until(ssl);
    text_store(text_from(name), place->name, sizeof(place->name));
    return 0;
}

static SSL_CTX *context_new(struct trust *trust, bool minimum_13)
{
    static const unsigned char protocols[] = "\x08http/1.1";
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    ASSERT(context != NULL);
    connection_configure(context);
    SSL_CTX_set_app_data(context, trust);
    SSL_CTX_set_min_proto_version(context, minimum_13 ? TLS1_3_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, chain_verify, trust);
    SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp);
    SSL_CTX_set_tlsext_status_cb(context, staple_verify);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep_session);
    SSL_CTX_set_alpn_protos(context, protocols, sizeof(protocols) - 1);
    return context;
}

static bool add_trust(struct tls_client *client, const struct tls_trust *source, bool minimum_13, char **error)
{
    struct trust *trust = &client->trusts[client->trust_count++];
    trust->client = client;
    trust->context = context_new(trust, minimum_13);
    return trust_load(trust, source, trust == client->trusts ? NULL : client->trusts, error);
}

struct tls_client *tls_client_new(const struct tls_client_options *options, char **error)
{
    struct tls_client *client = base_zalloc(sizeof(*client));
    client->method = connection_bio_new();
    client->trusts = base_array(options->other_count + 1, sizeof(*client->trusts));
    bool done = add_trust(client, &options->upstream, options->minimum_13, error);
    for (size_t i = 0; done && i < options->other_count; i++)
        done = add_trust(client, &options->others[i], options->minimum_13, error);
    if (done)
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
    for (size_t i = 0; i < client->trust_count; i++)
        trust_clear(&client->trusts[i]);
    base_free(client->trusts);
    BIO_meth_free(client->method);
    base_free(client);
}

static const struct trust *find_trust(const struct tls_client *client, const struct digest *id)
{
    for (size_t i = 0; i < client->trust_count; i++)
        if (digest_equal(&client->trusts[i].id, id))
            return &client->trusts[i];
    return NULL;
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

/* What was verified then is not looked at again, so that it has to be good still. */
static void use_session(struct tls_client *client, const struct trust *trust, const struct host *host, SSL *ssl)
{
    const struct kept_session *kept = place_of(client, trust, host->text);
    bool is_ours = kept->session != NULL && kept->trust == trust && strcmp(kept->name, host->text) == 0;
    if (!is_ours || clock_wall_us() / 1000000 >= kept->good_until)
        return;
    if (SSL_set_session(ssl, kept->session) == 1)
        connection_limit(ssl, kept->good_until);
}

struct tls_connection *
tls_connect(struct tls_client *client, struct channel *channel, const struct host *host, const struct digest *id)
{
    const struct trust *trust = find_trust(client, id);
    if (trust == NULL)
        return NULL;
    ERR_clear_error();
    SSL *ssl = SSL_new(trust->context);
    const struct host *name = trust->server_name.kind != HOST_NONE ? &trust->server_name : host;
    bool bound = ssl != NULL && bind_name(ssl, name);
    ASSERT(bound);
    struct tls_connection *connection = connection_new(ssl, client->method, channel, TEXT(""));
    use_session(client, trust, name, ssl);
    SSL_set_connect_state(ssl);
    return connection;
}
