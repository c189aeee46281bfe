/* SPDX-License-Identifier: Apache-2.0 */
/* A server with a certificate that others issued: TLS for what is not intercepted, such as the witness. */
#include <openssl/pem.h>
#include <sys/stat.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "tls_internal.h"

struct tls_identity {
    SSL_CTX *context;   /* owned */
    BIO_METHOD *method; /* owned */
};

static bool load_pair(struct tls_identity *identity, const char *certificate, const char *key, char **error)
{
    SSL_CTX_set_default_passwd_cb(identity->context, tls_no_password);
    if (SSL_CTX_use_certificate_chain_file(identity->context, certificate) != 1)
        *error = openssl_sentence(certificate, "read the certificate chain (PEM)");
    else if (SSL_CTX_use_PrivateKey_file(identity->context, key, SSL_FILETYPE_PEM) != 1)
        *error = openssl_sentence(key, "read the private key (PEM, not encrypted) of that certificate");
    else
        return true;
    return false;
}

struct tls_identity *tls_identity_load(const char *certificate_path, const char *key_path, char **error)
{
    struct tls_identity *identity = base_zalloc(sizeof(*identity));
    identity->context = connection_server_context();
    identity->method = connection_bio_new();
    if (load_pair(identity, certificate_path, key_path, error))
        return identity;
    tls_identity_free(identity);
    return NULL;
}

void tls_identity_free(struct tls_identity *identity)
{
    if (identity == NULL)
        return;
    SSL_CTX_free(identity->context);
    BIO_meth_free(identity->method);
    base_free(identity);
}

struct tls_connection *tls_identity_accept(struct tls_identity *identity, struct channel *channel)
{
    ERR_clear_error();
    SSL *ssl = SSL_new(identity->context);
    ASSERT(ssl != NULL);
    SSL_set_accept_state(ssl);
    return connection_new(ssl, identity->method, channel, TEXT(""));
}
