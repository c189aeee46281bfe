/* SPDX-License-Identifier: Apache-2.0 */
/* Towards clients: TLS 1.2 and 1.3, HTTP/1.1 only, no early data. Each name that is spoken for has its own context,
 * kept per worker, so that a handshake begins with everything set. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/clock.h"
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "exeat/base/secret.h"
#include "tls_internal.h"

enum { SPOKEN_NAMES = 256 };

/* What speaks for one name. A name always lands in the same place; a newer one takes it over. */
struct spoken_name {
    char name[HOST_TEXT_SIZE];
    SSL_CTX *context; /* owned; connections hold their own references */
    uint64_t until_us;
    uint64_t tickets_until_us; /* of the ticket keys that it has */
    uint64_t policy;           /* under which its tickets are good */
};
struct tls_server {
    const struct tls_issuer *issuer;
    BIO_METHOD *method;          /* owned */
    struct ticket_keys *tickets; /* owned; secret */
    uint64_t policy;
    struct spoken_name names[SPOKEN_NAMES];
};

static int choose_protocol(
    SSL *ssl, const unsigned char **out, unsigned char *out_length, const unsigned char *offered, unsigned length,
    void *context)
{
    (void)ssl, (void)context;
    static const unsigned char ours[] = "\x08http/1.1\x08http/1.0"; /* libcurl without HTTP/1.1: http/1.0 alone */
    unsigned char *chosen = NULL;
    int result = SSL_select_next_proto(&chosen, out_length, ours, sizeof(ours) - 1, offered, length);
    *out = chosen;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

struct tls_server *tls_server_new(const struct tls_issuer *issuer)
{
    struct tls_server *server = base_zalloc(sizeof(*server));
    server->issuer = issuer;
    server->tickets = secret_block_new(sizeof(*server->tickets));
    server->method = connection_bio_new();
    return server;
}

void tls_server_free(struct tls_server *server)
{
    if (server == NULL)
        return;
    for (size_t i = 0; i < SPOKEN_NAMES; i++)
        SSL_CTX_free(server->names[i].context);
    BIO_meth_free(server->method);
    secret_block_free(server->tickets, sizeof(*server->tickets));
    base_free(server);
}

void tls_server_set_policy(struct tls_server *server, uint64_t policy)
{
    server->policy = policy;
}

bool tls_server_may_speak_for(const struct tls_server *server, const struct host *host)
{
    return host->kind == HOST_NAME && tls_issuer_may_speak_for(server->issuer, host_text(host));
}

static SSL_CTX *context_new(void)
{
    SSL_CTX *context = connection_server_context();
    SSL_CTX_set_mode(
        context, SSL_MODE_NO_AUTO_CHAIN); /* the leaf is signed by the root: there is no chain to look for */
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    return context;
}

/* A ticket is good for the name and under the policy that it was given for (RFC 8446 4.6.1: a server need not take it).
 */
static bool bind_tickets(struct tls_server *server, struct spoken_name *spoken, const struct host *host)
{
    struct digest digest;
    struct bytes parts[] = {{(const uint8_t *)&server->policy, sizeof(server->policy)}, bytes_of_text(host_text(host))};
    digest_sha256_pieces(parts, COUNT_OF(parts), &digest);
    spoken->policy = server->policy;
    return SSL_CTX_set_session_id_context(spoken->context, digest.bytes, SSL_MAX_SID_CTX_LENGTH) == 1;
}

static bool renew(struct tls_server *server, struct spoken_name *spoken, const struct host *host, uint64_t now_us)
{
    SSL_CTX_free(spoken->context);
    *spoken = (struct spoken_name){.context = context_new()};
    X509 *leaf = leaf_take(server->issuer, host, now_us, &spoken->until_us);
    bool done = leaf != NULL && SSL_CTX_use_certificate(spoken->context, leaf) == 1 &&
                SSL_CTX_use_PrivateKey(spoken->context, server->issuer->leaf_key) == 1 &&
                bind_tickets(server, spoken, host);
    X509_free(leaf);
    if (done)
        memcpy(spoken->name, host->text, (size_t)host->length + 1);
    return done; /* a half-made one has no name and is made anew */
}

static bool use_tickets(struct tls_server *server, struct spoken_name *spoken, uint64_t now_us)
{
    if (now_us >= server->tickets->until_us)
        ticket_store_read(server->issuer->tickets, now_us, server->tickets);
    if (spoken->tickets_until_us == server->tickets->until_us)
        return true;
    spoken->tickets_until_us = server->tickets->until_us;
    return SSL_CTX_set_tlsext_ticket_keys(
               spoken->context, server->tickets->bytes, (long)sizeof(server->tickets->bytes)) == 1;
}

static SSL_CTX *speak_for(struct tls_server *server, const struct host *host)
{
    struct spoken_name *spoken = &server->names[place_of_name(host_text(host), SPOKEN_NAMES)];
    uint64_t now_us = clock_boot_us();
    bool is_ready = strcmp(spoken->name, host->text) == 0 && now_us < spoken->until_us;
    if (!is_ready && !renew(server, spoken, host, now_us))
        return NULL;
    if (spoken->policy != server->policy && !bind_tickets(server, spoken, host))
        return NULL;
    return use_tickets(server, spoken, now_us) ? spoken->context : NULL;
}

struct tls_connection *
tls_accept(struct tls_server *server, struct channel *channel, const struct host *host, struct text hello)
{
    ERR_clear_error();
    SSL_CTX *context = speak_for(server, host);
    SSL *ssl = context == NULL ? NULL : SSL_new(context);
    if (ssl == NULL)
        return NULL;
    SSL_set_accept_state(ssl);
    return connection_new(ssl, server->method, channel, hello);
}

void tls_alert_write(enum tls_alert alert, uint8_t out[TLS_ALERT_SIZE])
{
    const uint8_t record[TLS_ALERT_SIZE] = {21, 3, 3, 0, 2, 2, (uint8_t)alert};
    memcpy(out, record, sizeof(record));
}
