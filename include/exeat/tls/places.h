/* SPDX-License-Identifier: Apache-2.0 */
/* Where the certificates of hosts say that their status, revocation lists and issuers are to be had (RFC 5280 4.2.1.13,
 * 4.2.2.1): what libraries of clients fetch by plain http once a rule has let them reach the host. A bounded number,
 * for some hours. Shared by all workers; each call is whole. */
#ifndef EXEAT_TLS_PLACES_H
#define EXEAT_TLS_PLACES_H

#include "exeat/tls.h"

struct tls_places;
struct tls_places *tls_places_new(void);         /* the caller's; never NULL */
void tls_places_free(struct tls_places *places); /* NULL is fine */

enum { TLS_PLACES_RULE_SIZE = 64 };
/* After a handshake that was verified whole: what its chain names is to be had for who is let out by `rule` (its id;
 * one that is longer than TLS_PLACES_RULE_SIZE - 1 is not kept). */
void tls_places_note(struct tls_places *places, const struct tls_connection *connection, struct text rule);
/* Should somebody look at this host's certificates for that rule? True once for an hour: it is taken for done then. */
MUST_CHECK bool tls_places_wants(struct tls_places *places, const struct host *host, uint16_t port, struct text rule);

/* A request by plain http. `path` is canonical, `query` as sent. */
struct tls_places_request {
    struct text method;
    const struct host *host;
    uint16_t port;
    struct text path;
    struct text query;
};
/* Is it for one of those URLs? Lists and certificates: GET or HEAD of exactly that; status (OCSP, RFC 6960 A.1): POST
 * to it, or GET of one segment of base64 below it. `rule` becomes the id of the rule. */
MUST_CHECK bool
tls_places_have(struct tls_places *places, const struct tls_places_request *request, char rule[TLS_PLACES_RULE_SIZE]);

#endif
