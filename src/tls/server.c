/* SPDX-License-Identifier: Apache-2.0 */
/* Towards clients: a leaf per name, kept per worker; TLS 1.2 and 1.3, HTTP/1.1 only, no early data. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/clock.h"
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "tls_internal.h"

enum { DAY = 86400, LEAF_DAYS = 7, LEAVES = 256, LEAF_SECONDS = LEAF_DAYS * DAY };

/* A leaf by name. A name always lands in the same place; a newer one takes it over. */
struct leaf {
    char name[HOST_TEXT_SIZE];
    X509 *certificate; /* owned */
    uint64_t made_us;
};
struct tls_server {
    const struct tls_authority *authority;
    SSL_CTX *context;   /* owned */
    BIO_METHOD *method; /* owned */
    struct leaf leaves[LEAVES];
};

X509 *leaf_make(const struct tls_authority *authority, struct text name)
{
    struct buffer alternative = {0};
    X509 *leaf = X509_new();
    buffer_printf(&alternative, "DNS:%.*s", TEXT_ARG(name));
    buffer_append_byte(&alternative, '\0');
    int common = name.length <= 64 ? (int)name.length : 0; /* ub-common-name; the alternative name is what counts */
    bool done = leaf != NULL && certificate_begin(leaf, -DAY, LEAF_SECONDS) &&
                (common == 0 || X509_NAME_add_entry_by_txt(
                                    X509_get_subject_name(leaf), "CN", MBSTRING_ASC, (const unsigned char *)name.data,
                                    common, -1, 0) == 1) &&
                X509_set_issuer_name(leaf, X509_get_subject_name(authority->certificate)) == 1 &&
                X509_set_pubkey(leaf, authority->leaf_key) == 1 &&
                certificate_extend(leaf, authority->certificate, NID_basic_constraints, "critical,CA:FALSE") &&
                certificate_extend(leaf, authority->certificate, NID_key_usage, "critical,digitalSignature") &&
                certificate_extend(leaf, authority->certificate, NID_ext_key_usage, "serverAuth") &&
                certificate_extend(leaf, authority->certificate, NID_subject_key_identifier, "hash") &&
                certificate_extend(leaf, authority->certificate, NID_authority_key_identifier, "keyid:always") &&
                certificate_extend(leaf, authority->certificate, NID_subject_alt_name, alternative.data) &&
                X509_sign(leaf, authority->key, EVP_sha256()) > 0;
    buffer_clear(&alternative);
    if (done)
        return leaf;
    X509_free(leaf);
    return NULL;
}

static size_t place_of(struct text name)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < name.length; i++)
        hash = (hash ^ (uint8_t)name.data[i]) * 16777619u;
    return hash % LEAVES;
}

static X509 *leaf_for(struct tls_server *server, const struct host *host)
{
    struct leaf *leaf = &server->leaves[place_of(host_text(host))];
    uint64_t now = clock_boot_us();
    bool is_fresh = leaf->certificate != NULL && strcmp(leaf->name, host->text) == 0 &&
                    now - leaf->made_us < (uint64_t)(LEAF_SECONDS - DAY) * 1000000;
    if (is_fresh)
        return leaf->certificate;
    X509_free(leaf->certificate);
    leaf->certificate = leaf_make(server->authority, host_text(host));
    leaf->made_us = now;
    memcpy(leaf->name, host->text, (size_t)host->length + 1);
    return leaf->certificate;
}

static int choose_protocol(
    SSL *ssl, const unsigned char **out, unsigned char *out_length, const unsigned char *offered, unsigned length,
    void *context)
{
    (void)ssl, (void)context;
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *chosen = NULL;
    int result = SSL_select_next_proto(&chosen, out_length, ours, sizeof(ours) - 1, offered, length);
    *out = chosen;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

struct tls_server *tls_server_new(const struct tls_authority *authority)
{
    struct tls_server *server = base_zalloc(sizeof(*server));
    server->authority = authority;
    server->context = SSL_CTX_new(TLS_server_method());
    ASSERT(server->context != NULL);
    server->method = session_bio_new();
    SSL_CTX_set_min_proto_version(server->context, TLS1_2_VERSION);
    SSL_CTX_set_options(server->context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(
        server->context,
        SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(server->context, 1); /* a record's head and body by one read */
    SSL_CTX_set_max_early_data(server->context, 0);
    SSL_CTX_set_alpn_select_cb(server->context, choose_protocol, NULL);
    SSL_CTX_set_session_cache_mode(server->context, SSL_SESS_CACHE_OFF); /* tickets carry the sessions */
    return server;
}

void tls_server_free(struct tls_server *server)
{
    if (server == NULL)
        return;
    for (size_t i = 0; i < LEAVES; i++)
        X509_free(server->leaves[i].certificate);
    SSL_CTX_free(server->context);
    BIO_meth_free(server->method);
    base_free(server);
}

bool tls_server_may_speak_for(const struct tls_server *server, const struct host *host)
{
    return host->kind == HOST_NAME && tls_authority_may_speak_for(server->authority, host_text(host));
}

struct tls_session *
tls_accept(struct tls_server *server, struct stream *stream, const struct host *host, struct text hello)
{
    ERR_clear_error();
    X509 *leaf = leaf_for(server, host);
    SSL *ssl = leaf == NULL ? NULL : SSL_new(server->context);
    if (ssl == NULL)
        return NULL;
    /* A ticket is good for the name it was given for only. */
    struct digest name;
    digest_sha256(bytes_of_text(host_text(host)), &name);
    bool done = SSL_use_certificate(ssl, leaf) == 1 && SSL_use_PrivateKey(ssl, server->authority->leaf_key) == 1 &&
                SSL_set_session_id_context(ssl, name.bytes, SSL_MAX_SID_CTX_LENGTH) == 1;
    if (!done) {
        SSL_free(ssl);
        return NULL;
    }
    SSL_set_accept_state(ssl);
    return session_new(ssl, server->method, stream, hello);
}

void tls_alert_write(enum tls_alert alert, uint8_t out[TLS_ALERT_SIZE])
{
    const uint8_t record[TLS_ALERT_SIZE] = {21, 3, 3, 0, 2, 2, (uint8_t)alert};
    memcpy(out, record, sizeof(record));
}
