/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of tls share. */
#ifndef EXEAT_TLS_INTERNAL_H
#define EXEAT_TLS_INTERNAL_H

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "exeat/tls.h"

struct tls_authority {
    X509 *certificate;             /* owned */
    EVP_PKEY *key;                 /* owned */
    NAME_CONSTRAINTS *constraints; /* owned; what it may speak for */
    EVP_PKEY *leaf_key;            /* owned; of all leaves, never stored */
};

/* A leaf for one name. The caller owns it; NULL when libcrypto failed. */
X509 *leaf_make(const struct tls_authority *authority, struct text name);
/* Fields that every certificate of ours has: version, serial, validity in seconds from now. */
bool certificate_begin(X509 *certificate, long from, long until);
bool certificate_extend(X509 *certificate, X509 *issuer, int nid, const char *value);

/* Wraps an SSL that has no BIOs yet; takes it. `replay` is read before the socket. */
struct tls_session *session_new(SSL *ssl, const BIO_METHOD *method, struct stream *stream, struct text replay);
BIO_METHOD *session_bio_new(void); /* to outlive the sessions made with it; BIO_meth_free */

/* "doing: why", from libssl's queue, which is emptied. The caller owns it. */
char *openssl_sentence(const char *path, const char *doing);

#endif
