/* SPDX-License-Identifier: Apache-2.0 */
/* Clients and hosts that speak TLS in the fake world. */
#include <stdio.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "exeat/base/check.h"
#include "fake_tls.h"

static void begin(struct tls_peer *tls, struct fake_peer *peer, SSL_CTX *context)
{
    tls->ssl = SSL_new(context);
    tls->peer = peer;
    tls->used = peer->heard.length;
    SSL_set_bio(tls->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
}

void tls_begin_client(struct tls_peer *tls, struct fake_peer *peer, SSL_CTX *context, const char *name)
{
    tls->context = NULL;
    begin(tls, peer, context);
    (void)SSL_ctrl(tls->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, (void *)(uintptr_t)name);
    SSL_set_connect_state(tls->ssl);
}

void tls_begin(struct tls_peer *tls, struct fake_peer *peer, const char *name)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    tls_begin_client(tls, peer, context, name);
    tls->context = context;
}

void tls_begin_host(struct tls_peer *tls, struct fake_peer *peer, SSL_CTX *context)
{
    tls->context = NULL;
    begin(tls, peer, context);
    tls->used = 0; /* the gate speaks first, perhaps before anybody looked */
    SSL_set_accept_state(tls->ssl);
}

bool tls_move(struct tls_peer *tls)
{
    char bytes[4096];
    int count;
    struct fake_peer *peer = tls->peer;
    bool moved = peer->heard.length > tls->used;
    if (moved)
        (void)BIO_write(SSL_get_rbio(tls->ssl), peer->heard.data + tls->used, (int)(peer->heard.length - tls->used));
    tls->used = peer->heard.length;
    (void)SSL_do_handshake(tls->ssl);
    while ((count = BIO_read(SSL_get_wbio(tls->ssl), bytes, sizeof(bytes))) > 0) {
        fake_send_bytes(peer, (struct text){bytes, (size_t)count});
        moved = true;
    }
    return moved;
}

void tls_turn(struct tls_peer *tls)
{
    (void)tls_move(tls);
    fake_run();
}

void tls_end(struct tls_peer *tls)
{
    SSL_free(tls->ssl);
    SSL_CTX_free(tls->context);
    *tls = (struct tls_peer){.ssl = NULL};
}

/* --- a host's certificate --- */

static void *read_pem(const char *path, bool is_key)
{
    FILE *file = fopen(path, "r");
    ASSERT(file != NULL);
    void *read =
        is_key ? (void *)PEM_read_PrivateKey(file, NULL, NULL, NULL) : (void *)PEM_read_X509(file, NULL, NULL, NULL);
    ASSERT(read != NULL);
    fclose(file);
    return read;
}

static void extend(X509 *leaf, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, leaf, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    ASSERT(extension != NULL && X509_add_ext(leaf, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

static X509 *issue(X509 *issuer, EVP_PKEY *key, EVP_PKEY *subject, const char *name)
{
    enum { HOUR = 3600 };
    char alternative[HOST_TEXT_SIZE + 4];
    (void)snprintf(alternative, sizeof(alternative), "DNS:%s", name);
    X509 *leaf = X509_new();
    X509_set_version(leaf, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(leaf), 2);
    X509_gmtime_adj(X509_getm_notBefore(leaf), -HOUR);
    X509_gmtime_adj(X509_getm_notAfter(leaf), HOUR);
    X509_set_issuer_name(leaf, X509_get_subject_name(issuer));
    X509_set_pubkey(leaf, subject);
    extend(leaf, issuer, NID_subject_alt_name, alternative);
    extend(leaf, issuer, NID_authority_key_identifier, "keyid:always");
    extend(leaf, issuer, NID_ext_key_usage, "serverAuth");
    ASSERT(X509_sign(leaf, key, EVP_sha256()) > 0);
    return leaf;
}

SSL_CTX *tls_host(const char *certificate, const char *key, const char *name)
{
    X509 *issuer = read_pem(certificate, false);
    EVP_PKEY *issuer_key = read_pem(key, true);
    EVP_PKEY *own = EVP_EC_gen("P-256");
    X509 *leaf = issue(issuer, issuer_key, own, name);
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    ASSERT(SSL_CTX_use_certificate(context, leaf) == 1 && SSL_CTX_use_PrivateKey(context, own) == 1);
    X509_free(leaf);
    X509_free(issuer);
    EVP_PKEY_free(own);
    EVP_PKEY_free(issuer_key);
    return context;
}
