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
    else if (!tls_key_use(identity->context, key))
        *error = openssl_sentence(key, "read the private key (PEM, not encrypted) of that certificate");
    else
        return true;
    return false;
}

/* A ticket would let a client in whose certificate was revoked since. */
static bool load_clients(struct tls_identity *identity, const struct tls_identity_options *options, char **error)
{
    X509_STORE *store = SSL_CTX_get_cert_store(identity->context);
    if (options->client_roots == NULL)
        return true;
    SSL_CTX_set_verify(identity->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_options(identity->context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(identity->context, 0);
    X509_STORE_set_purpose(store, X509_PURPOSE_SSL_CLIENT);
    if (SSL_CTX_load_verify_file(identity->context, options->client_roots) != 1) {
        *error = openssl_sentence(options->client_roots, "read the root certificates of clients (PEM)");
        return false;
    }
    SSL_CTX_set_client_CA_list(identity->context, SSL_load_client_CA_file(options->client_roots));
    if (options->crl == NULL)
        return true;
    /* What is no revocation list in that file would be trusted as a root: it has lists alone. */
    if (X509_load_crl_file(X509_STORE_add_lookup(store, X509_LOOKUP_file()), options->crl, X509_FILETYPE_PEM) < 1) {
        *error = openssl_sentence(options->crl, "read the revocation lists (PEM)");
        return false;
    }
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    return true;
}

struct tls_identity *tls_identity_load(const struct tls_identity_options *options, char **error)
{
    struct tls_identity *identity = base_zalloc(sizeof(*identity));
    identity->context = connection_server_context();
    identity->method = connection_bio_new();
    if (load_pair(identity, options->certificate, options->key, error) && load_clients(identity, options, error))
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

/* --- who the client is -----------------------------------------------------------------------------------------------
 */

/* A name with a NUL in it would read as another. */
static bool append_name(const ASN1_STRING *string, struct buffer *names)
{
    struct text name = {(const char *)ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string)};
    if (name.length == 0 || text_has(name, '\0'))
        return false;
    buffer_append(names, name);
    buffer_append_byte(names, '\0');
    return true;
}

static void append_alternative(const GENERAL_NAME *name, int wanted, struct buffer *names)
{
    if (name->type == wanted)
        (void)append_name(wanted == GEN_URI ? name->d.uniformResourceIdentifier : name->d.dNSName, names);
}

/* Only a subject with one CN is unambiguous. */
static void append_common_name(const X509 *certificate, struct buffer *names)
{
    const X509_NAME *subject = X509_get_subject_name(certificate);
    int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at >= 0 && X509_NAME_get_index_by_NID(subject, NID_commonName, at) < 0)
        (void)append_name(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)), names);
}

void tls_connection_peer_names(const struct tls_connection *connection, struct buffer *names)
{
    const X509 *certificate = connection_peer(connection);
    size_t before = names->length;
    if (certificate == NULL)
        return;
    GENERAL_NAMES *alternatives = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(alternatives); i++) {
        append_alternative(sk_GENERAL_NAME_value(alternatives, i), GEN_URI, names);
        append_alternative(sk_GENERAL_NAME_value(alternatives, i), GEN_DNS, names);
    }
    if (names->length == before && alternatives == NULL)
        append_common_name(certificate, names);
    GENERAL_NAMES_free(alternatives);
}
