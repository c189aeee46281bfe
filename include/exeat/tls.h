/* SPDX-License-Identifier: Apache-2.0 */
/* TLS on both sides: the local authority and its leaves, connections that are opened, connections to upstreams. The
 * only home of libssl. Certificates are RFC 5280, the protocol RFC 8446 and RFC 5246. */
#ifndef EXEAT_TLS_H
#define EXEAT_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/digest.h"
#include "exeat/name.h"
#include "exeat/net.h"

/* --- the local authority -------------------------------------------------------------------------------------------
 */

/* A P-256 key and a self-signed certificate with critical name constraints (RFC 5280 4.2.1.10): what it may ever speak
 * for is fixed when it is made, so that a stolen key cannot speak for anything else. Immutable, shared by workers. */
struct tls_issuer;

/* Makes a new key and certificate and writes both (the key with mode 0600). A suffix pattern permits its apex too,
 * since a constraint cannot tell them apart. All IP addresses are excluded. */
MUST_CHECK bool tls_issuer_create(
    const struct host_pattern *names, size_t count, const char *certificate_path, const char *key_path, char **error);
/* NULL with `error` (base_free): a sentence with what to do. */
MUST_CHECK struct tls_issuer *tls_issuer_load(const char *certificate_path, const char *key_path, char **error);
void tls_issuer_free(struct tls_issuer *issuer); /* after its servers; NULL is fine */
/* As the certificate says, not the configuration. */
bool tls_issuer_may_speak_for(const struct tls_issuer *issuer, struct text name);
/* Subject, fingerprint, validity and how many names are permitted, or each of them, for people. */
void tls_issuer_describe(const struct tls_issuer *issuer, bool with_names, struct buffer *out);
/* When its certificate is over: wall time, in seconds since 1970. */
uint64_t tls_issuer_expires(const struct tls_issuer *issuer);
/* Its certificate as PEM. */
void tls_issuer_certificate(const struct tls_issuer *issuer, struct buffer *out);

/* --- one TLS connection ------------------------------------------------------------------------------------------ */

/* A handshake under way on a channel; when it is done, tls_connection_install makes TLS the channel's transport. */
struct tls_connection;
enum tls_progress { TLS_DONE, TLS_AGAIN, TLS_FAILED };
enum tls_progress tls_connection_handshake(struct tls_connection *connection);
const char *tls_connection_error(const struct tls_connection *connection); /* why it failed; never secret */
/* What kind of failure that is, where somebody has to do something about it. */
enum tls_failure {
    TLS_FAILURE_PROTOCOL, /* handshake or certificate */
    TLS_FAILURE_PIN,      /* a good certificate, and not one that the rule pins */
    TLS_FAILURE_REVOKED,  /* whoever issued it has taken it back, says a CRL or the host itself */
};
enum tls_failure tls_connection_failure(const struct tls_connection *connection);
/* SHA-256 of the peer's SubjectPublicKeyInfo; false when it sent no certificate. */
MUST_CHECK bool tls_connection_peer_key(const struct tls_connection *connection, uint8_t out[32]);
void tls_connection_install(struct tls_connection *connection); /* ends the object; the channel owns the rest */
void tls_connection_free(struct tls_connection *connection);    /* NULL is fine */

/* --- towards clients --------------------------------------------------------------------------------------------- */

/* Leaves and settings of one worker: TLS 1.2 and 1.3, ALPN http/1.1 only, no early data. */
struct tls_server;
struct tls_server *tls_server_new(const struct tls_issuer *issuer); /* borrows */
void tls_server_free(struct tls_server *server);                    /* after its connections */
/* From now on tickets are good under this policy only (its sequence in the log); those of others are not taken. */
void tls_server_set_policy(struct tls_server *server, uint64_t policy);
bool tls_server_may_speak_for(const struct tls_server *server, const struct host *host);
/* Accepts on `channel` as `host`; `hello` are bytes already read from it (copied). NULL when no leaf can be made. */
struct tls_connection *
tls_accept(struct tls_server *server, struct channel *channel, const struct host *host, struct text hello);

/* A server with a certificate that others issued, for what is not intercepted. TLS 1.2 and 1.3, no early data. */
struct tls_identity;
struct tls_identity_options {
    const char *certificate;  /* PEM: a chain, leaf first */
    const char *key;          /* PEM, not encrypted */
    const char *client_roots; /* PEM: each client must show a certificate of theirs; NULL: none is asked for */
    const char *crl;          /* PEM: of each authority in a client's chain, and none of them over; NULL: none */
};
/* NULL with `error` (base_free). With `client_roots` nothing is resumed, so that each connection is verified. */
MUST_CHECK struct tls_identity *tls_identity_load(const struct tls_identity_options *options, char **error);
void tls_identity_free(struct tls_identity *identity); /* NULL is fine */
struct tls_connection *tls_identity_accept(struct tls_identity *identity, struct channel *channel);

/* The names in the certificate that the peer showed, and that holds: DNS names and URIs of its subjectAltName, or where
 * it has neither its CN. Appends them, each with a NUL after it; nothing: it showed none. */
void tls_connection_peer_names(const struct tls_connection *connection, struct buffer *names);

/* A plaintext fatal alert record (RFC 8446 6), for a client whose handshake is not even begun. */
enum tls_alert {
    TLS_ALERT_HANDSHAKE_FAILURE = 40,
    TLS_ALERT_ACCESS_DENIED = 49,
    TLS_ALERT_INTERNAL_ERROR = 80,
    TLS_ALERT_UNRECOGNIZED_NAME = 112
};
enum { TLS_ALERT_SIZE = 7 };
void tls_alert_write(enum tls_alert alert, uint8_t out[TLS_ALERT_SIZE]); /* complete, for the socket */

/* --- towards upstreams ------------------------------------------------------------------------------------------- */

/* Whom connections trust, and who the gate is on them: what tls.upstream says, or a rule. Borrowed for the call. */
struct tls_trust {
    struct digest id;        /* by which tls_connect finds it; all zero: that of tls.upstream */
    const char *called;      /* in errors: "tls.upstream", "rule 'pay'" */
    const char *roots;       /* PEM file; NULL or "": the system's */
    const char *certificate; /* PEM: a chain, leaf first; NULL or "": the gate shows none */
    const char *key;         /* PEM, not encrypted */
    const char *const *crls; /* files, PEM or DER: then each issuer of the chain needs a valid one (RFC 5280 6.3) */
    size_t crl_count;
    const struct digest *pins; /* SHA-256 of SPKIs (RFC 7469 2.4): the verified chain has to have one of these keys */
    size_t pin_count;
    const char *server_name; /* who its hosts are in SNI and certificate, a canonical name; NULL or "": themselves */
};
struct tls_client_options {
    struct tls_trust upstream;      /* what holds without a rule's */
    const struct tls_trust *others; /* of rules */
    size_t other_count;
    bool minimum_13; /* 1.2 otherwise */
};
/* Contexts and kept sessions of one worker, apart for each trust. NULL with `error` (base_free): what cannot be read.
 */
struct tls_client;
/* The caller's. The options' files are read now, and not borrowed. */
MUST_CHECK struct tls_client *tls_client_new(const struct tls_client_options *options, char **error);
void tls_client_free(struct tls_client *client); /* NULL is fine */
/* What of files that can be read cannot work, a sentence each (base_free them all): CRLs that are over. */
void tls_trust_remarks(const struct tls_trust *trust, void (*say)(void *context, const char *sentence), void *context);
/* Connects on `channel` to `host`: SNI and certificate are bound to it (RFC 6066, RFC 9525), or to the name that the
 * trust has for it, always verified, with what the host staples (RFC 6066 8) and what its certificate demands of it
 * (RFC 7633). No early data. NULL when the client has no trust of that id: it was another policy's. */
struct tls_connection *
tls_connect(struct tls_client *client, struct channel *channel, const struct host *host, const struct digest *id);

#endif
