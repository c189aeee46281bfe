/* SPDX-License-Identifier: Apache-2.0 */
/* A worker's TLS, both ways: what is in use, and what handshakes under way began with. */
#include "exeat/base/memory.h"
#include "worker_internal.h"

/* Handshakes under way use what came before. */
struct worker_tls {
    struct worker_tls *older;
    struct tls_client *client;
    struct tls_server *server; /* NULL: nothing is opened */
};

struct worker_tls *worker_tls_new(struct worker_tls *older, struct tls_client *client, const struct tls_issuer *issuer)
{
    struct worker_tls *tls = base_zalloc(sizeof(*tls));
    tls->older = older;
    tls->client = client;
    tls->server = issuer == NULL ? NULL : tls_server_new(issuer);
    return tls;
}

void worker_tls_free(struct worker_tls *tls)
{
    while (tls != NULL) {
        struct worker_tls *older = tls->older;
        tls_server_free(tls->server);
        tls_client_free(tls->client);
        base_free(tls);
        tls = older;
    }
}

struct tls_client *worker_tls_client(const struct worker_tls *tls)
{
    return tls->client;
}

struct tls_server *worker_tls_server(const struct worker_tls *tls)
{
    return tls->server;
}
