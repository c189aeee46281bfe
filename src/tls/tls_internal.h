/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of tls share. */
#ifndef EXEAT_TLS_INTERNAL_H
#define EXEAT_TLS_INTERNAL_H

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "exeat/tls.h"

struct tls_issuer {
    X509 *certificate;             /* owned */
    EVP_PKEY *key;                 /* owned */
    NAME_CONSTRAINTS *constraints; /* owned; what it may speak for */
    EVP_PKEY *leaf_key;            /* owned; of all leaves, never stored */
    struct leaf_store *leaves;     /* owned; shared by all workers, like the next */
    struct ticket_store *tickets;  /* owned */
};

/* leaf.c */
struct leaf_store *leaf_store_new(void);
void leaf_store_free(struct leaf_store *store);
/* The leaf of one name, with a reference for the caller, and when to ask anew; NULL when libcrypto failed. */
X509 *leaf_take(const struct tls_issuer *issuer, const struct host *host, uint64_t now_us, uint64_t *until_us);
/* Which of so many places is a name's. */
size_t place_of_name(struct text name, size_t places);

/* ticket.c */
enum { TICKET_KEYS_SIZE = 80 }; /* as libssl takes them: name, MAC key, cipher key */
struct ticket_keys {
    uint8_t bytes[TICKET_KEYS_SIZE];
    uint64_t until_us;
};
struct ticket_store;
struct ticket_store *ticket_store_new(void);
void ticket_store_free(struct ticket_store *store);
void ticket_store_read(struct ticket_store *store, uint64_t now_us, struct ticket_keys *keys);

/* certificate.c: version, serial, validity in seconds from now. False: libcrypto failed. */
bool certificate_begin(X509 *certificate, long from, long until);
/* One more extension, in the words of x509v3_config(5). False: libcrypto failed. */
bool certificate_extend(X509 *certificate, X509 *issuer, int nid, const char *value);

/* Wraps an SSL that has no BIOs yet; takes it. `replay` is read before the socket. */
struct tls_connection *connection_new(SSL *ssl, const BIO_METHOD *method, struct channel *channel, struct text replay);
/* The certificate that the peer showed, once the handshake has verified it; NULL: none. Borrowed. */
X509 *connection_peer(const struct tls_connection *connection);
void connection_configure(SSL_CTX *context); /* what both sides have in common */
SSL_CTX *connection_server_context(void);    /* what all servers have in common; the caller's */
BIO_METHOD *connection_bio_new(void);        /* to outlive the sessions made with it; BIO_meth_free */

/* trust.c */

/* A trust that is ready. */
struct trust {
    struct tls_client *client; /* borrowed; whose it is */
    struct digest id;
    SSL_CTX *context;    /* owned */
    struct digest *pins; /* owned */
    size_t pin_count;
    struct host server_name; /* HOST_NONE: that of whom it connects to */
    bool keeps_sessions;     /* not where CRLs are asked: each connection is verified whole */
};
/* Fills `trust`, whose context has what all connections have in common. `common`: whose roots are used where it has
 * none of its own; NULL: it is the common one. False with `error`. */
MUST_CHECK bool
trust_load(struct trust *trust, const struct tls_trust *source, const struct trust *common, char **error);
void trust_clear(struct trust *trust);

/* A refusal of our own in a handshake: what the log says instead of the library's words. */
void connection_refuse(SSL *ssl, enum tls_failure failure, const char *why);
/* The session was verified, and is good so long (seconds since 1970); earlier calls hold too. */
void connection_limit(SSL *ssl, int64_t until);
int64_t connection_good_until(SSL *ssl);
/* As it was verified in this connection; NULL: it was not, or is resumed. */
STACK_OF(X509) * connection_chain(const struct tls_connection *connection);

/* chain.c: as libssl calls it, in place of its own verification; `opaque` is a struct trust */
int chain_verify(X509_STORE_CTX *context, void *opaque);
/* What a chain, leaf first and root last, says against itself that the library does not look at; NULL: nothing. */
const char *chain_objection(STACK_OF(X509) * chain);
bool chain_has_pin(STACK_OF(X509) * chain, const struct digest *pins, size_t count);
/* chain_policy.c: the same for certificate policies (RFC 5280 6.1). */
const char *chain_policy_objection(STACK_OF(X509) * chain);
/* staple.c: as libssl calls it, when it has the certificate and perhaps its status. */
int staple_verify(SSL *ssl, void *context);
/* What an OCSP response (DER; length 0: none was sent) says against the chain's leaf; NULL: nothing. `failure` is kept
 * unless it is a revocation. `until` becomes when it is over. */
const char *staple_objection(
    struct bytes response, STACK_OF(X509) * chain, X509_STORE *store, enum tls_failure *failure, int64_t *until);
/* places.c: what the chain names, for the rule of that id. */
struct tls_places;
void places_note_chain(struct tls_places *places, STACK_OF(X509) * chain, struct text rule);
int64_t asn1_seconds(const ASN1_TIME *time); /* since 1970; INT64_MAX: it says nothing */

/* "doing: why", from libssl's queue, which is emptied. The caller owns it. */
char *openssl_sentence(const char *path, const char *doing);

/* key.c: for libssl, which asks for the password of a key: there is none. */
int tls_no_password(char *out, int size, int writing, void *context);
/* A private key (PEM, not encrypted), the caller's. NULL: why is in libcrypto's queue, for openssl_sentence. */
EVP_PKEY *tls_key_read(const char *path);
MUST_CHECK bool tls_key_use(SSL_CTX *context, const char *path); /* with the certificate that it has already */

#endif
