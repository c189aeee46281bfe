/* SPDX-License-Identifier: Apache-2.0 */
/* TLS of the fake world's peers: OpenSSL over scripted bytes. */
#ifndef EXEAT_FAKE_TLS_H
#define EXEAT_FAKE_TLS_H

#include <openssl/ssl.h>

#include "fake.h"

struct tls_peer {
    SSL_CTX *context; /* its own, or NULL */
    SSL *ssl;         /* NULL: not begun */
    struct fake_peer *peer;
    size_t used; /* of what the peer has heard */
};
void tls_begin(struct tls_peer *tls, struct fake_peer *peer, const char *name); /* a client, who believes everybody */
void tls_begin_client(struct tls_peer *tls, struct fake_peer *peer, SSL_CTX *context, const char *name);
void tls_begin_host(struct tls_peer *tls, struct fake_peer *peer, SSL_CTX *context);
/* Takes what was heard and sends what there is to say; false: there was neither. */
bool tls_move(struct tls_peer *tls);
void tls_turn(struct tls_peer *tls); /* the same, and all that follows happens */
void tls_end(struct tls_peer *tls);

/* A host of that name, by an authority whose certificate and key are in these files. */
SSL_CTX *tls_host(const char *certificate, const char *key, const char *name);

#endif
