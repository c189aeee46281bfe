/* SPDX-License-Identifier: Apache-2.0 */
/* One TLS connection over a channel's socket: the handshake, and then the channel's transport. A small BIO of our own
 * reads what was already taken off the socket first, and lets the kernel join the records of one write. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "tls_internal.h"

struct tls_connection {
    SSL *ssl;                /* owned */
    struct channel *channel; /* borrowed */
    /* Through which records go: the socket, or another TLS. The channel's, until this is installed above it. */
    struct channel_layer below;
    bool is_on_socket;
    struct buffer replay; /* bytes to read before those of the socket */
    char *error;          /* owned; a fatal error was seen: the library must not be called again */
    char *refusal;        /* owned; why we refuse the peer, while the library does not know it yet */
    enum tls_failure failure;
    int64_t good_until; /* what was verified, seconds since 1970 */
    bool sends_more;    /* another record follows at once */
};

enum { RECORD = SSL3_RT_MAX_PLAIN_LENGTH };

void connection_configure(SSL_CTX *context)
{
    /* Three records by one read; below the size at which the allocator begins to tidy up with every block. */
    enum { READ_AHEAD = 3 * (RECORD + 256) };
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, READ_AHEAD);
    /* As strong as the key exchange (128 bits), and a fifth cheaper than the library's first choice. */
    int result =
        SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256");
    ASSERT(result == 1);
    /* 112 bits: no RSA below 2048, no SHA-1 or MD5 in a chain, whatever the system's configuration says. */
    SSL_CTX_set_security_level(context, 2);
}

SSL_CTX *connection_server_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    ASSERT(context != NULL);
    connection_configure(context);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_max_early_data(context, 0);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); /* tickets carry the sessions */
    return context;
}

/* --- the BIO --------------------------------------------------------------------------------------------------------
 */

static int bio_read(BIO *bio, char *out, size_t capacity, size_t *got)
{
    struct tls_connection *connection = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (connection->replay.length > 0) {
        *got = capacity < connection->replay.length ? capacity : connection->replay.length;
        memcpy(out, connection->replay.data, *got);
        buffer_consume(&connection->replay, *got);
        if (connection->replay.length == 0)
            buffer_clear(&connection->replay);
        return 1;
    }
    *got = 0;
    enum io result = connection->below.transport->read(connection->below.state, out, capacity, got);
    if (result == IO_AGAIN)
        BIO_set_retry_read(bio);
    if (result == IO_END)
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return result == IO_OK;
}

static int bio_write(BIO *bio, const char *data, size_t length, size_t *put)
{
    struct tls_connection *connection = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    struct iovec part = {(void *)(uintptr_t)data, length};
    *put = 0;
    enum io result = connection->is_on_socket
                         ? channel_send(connection->channel, &part, 1, connection->sends_more, put)
                         : connection->below.transport->write(connection->below.state, &part, 1, put);
    if (result == IO_AGAIN)
        BIO_set_retry_write(bio);
    return result == IO_OK;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)number, (void)pointer;
    if (command == BIO_CTRL_EOF)
        return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    return command == BIO_CTRL_FLUSH;
}

BIO_METHOD *connection_bio_new(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "exeat channel");
    ASSERT(method != NULL);
    BIO_meth_set_read_ex(method, bio_read);
    BIO_meth_set_write_ex(method, bio_write);
    BIO_meth_set_ctrl(method, bio_control);
    return method;
}

/* --- the handshake --------------------------------------------------------------------------------------------------
 */

struct tls_connection *connection_new(SSL *ssl, const BIO_METHOD *method, struct channel *channel, struct text replay)
{
    struct tls_connection *connection = base_zalloc(sizeof(*connection));
    connection->ssl = ssl;
    connection->channel = channel;
    connection->below = channel_layer(channel);
    connection->is_on_socket = channel_is_plain(channel);
    connection->good_until = INT64_MAX;
    SSL_set_app_data(ssl, connection);
    buffer_append(&connection->replay, replay);
    BIO *bio = BIO_new(method);
    ASSERT(bio != NULL);
    BIO_set_data(bio, connection);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    return connection;
}

void tls_connection_free(struct tls_connection *connection)
{
    if (connection == NULL)
        return;
    SSL_free(connection->ssl);
    buffer_clear(&connection->replay);
    base_free(connection->error);
    base_free(connection->refusal);
    base_free(connection);
}

void connection_refuse(SSL *ssl, enum tls_failure failure, const char *why)
{
    struct tls_connection *connection = SSL_get_app_data(ssl);
    base_free(connection->refusal);
    connection->refusal = text_copy(text_from(why));
    connection->failure = failure;
}

void connection_limit(SSL *ssl, int64_t until)
{
    struct tls_connection *connection = SSL_get_app_data(ssl);
    connection->good_until = until < connection->good_until ? until : connection->good_until;
}

int64_t connection_good_until(SSL *ssl)
{
    const struct tls_connection *connection = SSL_get_app_data(ssl);
    return connection->good_until;
}

static void note_error(struct tls_connection *connection)
{
    unsigned long code = ERR_peek_last_error();
    const char *why = ERR_reason_error_string(code);
    long verify = SSL_get_verify_result(connection->ssl);
    if (verify != X509_V_OK)
        why = X509_verify_cert_error_string(verify);
    if (connection->refusal != NULL)
        why = connection->refusal;
    base_free(connection->error);
    connection->error = text_copy(text_from(why == NULL ? "the connection was closed" : why));
    ERR_clear_error();
}

static enum io io_of(struct tls_connection *connection, int result)
{
    switch (SSL_get_error(connection->ssl, result)) {
    case SSL_ERROR_NONE:
        return IO_OK;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return IO_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return IO_END;
    default:
        note_error(connection);
        return IO_BROKEN;
    }
}

enum tls_progress tls_connection_handshake(struct tls_connection *connection)
{
    ERR_clear_error();
    int result = SSL_do_handshake(connection->ssl);
    if (result == 1)
        return TLS_DONE;
    return io_of(connection, result) == IO_AGAIN ? TLS_AGAIN : TLS_FAILED;
}

const char *tls_connection_error(const struct tls_connection *connection)
{
    return connection->error == NULL ? "the connection was closed" : connection->error;
}

X509 *connection_peer(const struct tls_connection *connection)
{
    bool is_verified = SSL_get_verify_mode(connection->ssl) != SSL_VERIFY_NONE &&
                       SSL_get_verify_result(connection->ssl) == X509_V_OK && SSL_is_init_finished(connection->ssl);
    return is_verified ? SSL_get0_peer_certificate(connection->ssl) : NULL;
}

STACK_OF(X509) * connection_chain(const struct tls_connection *connection)
{
    return SSL_get0_verified_chain(connection->ssl);
}

enum tls_failure tls_connection_failure(const struct tls_connection *connection)
{
    return connection->failure;
}

bool tls_connection_peer_key(const struct tls_connection *connection, uint8_t out[32])
{
    X509 *peer = SSL_get0_peer_certificate(connection->ssl);
    unsigned char *der = NULL;
    int length = peer == NULL ? -1 : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(peer), &der);
    if (length <= 0)
        return false;
    struct digest digest;
    digest_sha256((struct bytes){der, (size_t)length}, &digest);
    memcpy(out, digest.bytes, sizeof(digest.bytes));
    OPENSSL_free(der);
    return true;
}

/* --- the transport --------------------------------------------------------------------------------------------------
 */

/* As many records as there are and fit. What ends the connection is told when the bytes before it are read. */
static enum io transport_read(void *state, void *out, size_t capacity, size_t *got)
{
    struct tls_connection *connection = state;
    if (connection->error != NULL)
        return IO_BROKEN;
    *got = 0;
    do {
        size_t count = 0;
        ERR_clear_error();
        int result = SSL_read_ex(connection->ssl, (char *)out + *got, capacity - *got, &count);
        if (result != 1) {
            enum io io = io_of(connection, result);
            return *got > 0 ? IO_OK : io;
        }
        *got += count;
    } while (*got < capacity && SSL_has_pending(connection->ssl) == 1);
    return IO_OK;
}

/* The bytes of one record, from `skip` on: where they lie, or gathered in `scratch` from parts that are small. */
static struct text next_record(const struct iovec *parts, int count, size_t skip, char scratch[RECORD])
{
    int i = 0;
    while (skip >= parts[i].iov_len)
        skip -= parts[i++].iov_len;
    size_t length = parts[i].iov_len - skip;
    const char *data = (const char *)parts[i].iov_base + skip;
    if (length >= RECORD || i == count - 1)
        return (struct text){data, length < RECORD ? length : RECORD};
    memcpy(scratch, data, length);
    while (++i < count && length < RECORD) {
        size_t more = parts[i].iov_len < RECORD - length ? parts[i].iov_len : RECORD - length;
        memcpy(scratch + length, parts[i].iov_base, more);
        length += more;
    }
    return (struct text){scratch, length};
}

/* A record that the socket did not take is offered again by the caller, with the same bytes and maybe more. */
static enum io transport_write(void *state, const struct iovec *parts, int count, size_t *put)
{
    struct tls_connection *connection = state;
    char scratch[RECORD];
    size_t total = 0;
    if (connection->error != NULL)
        return IO_BROKEN;
    *put = 0;
    for (int i = 0; i < count; i++)
        total += parts[i].iov_len;
    while (*put < total) {
        size_t written = 0;
        struct text record = next_record(parts, count, *put, scratch);
        connection->sends_more = *put + record.length < total;
        ERR_clear_error();
        int result = SSL_write_ex(connection->ssl, record.data, record.length, &written);
        if (result != 1) {
            enum io io = io_of(connection, result);
            return *put > 0 && io == IO_AGAIN ? IO_OK : io;
        }
        *put += written;
    }
    return IO_OK;
}

static enum io transport_finish(void *state)
{
    struct tls_connection *connection = state;
    if (connection->error != NULL)
        return IO_BROKEN;
    ERR_clear_error();
    int result = SSL_shutdown(connection->ssl);
    if (result < 0) {
        enum io io = io_of(connection, result);
        if (io != IO_OK)
            return io;
    }
    return connection->below.transport->finish(connection->below.state);
}

static bool transport_has_more(void *state)
{
    const struct tls_connection *connection = state;
    return connection->replay.length > 0 || SSL_has_pending(connection->ssl) == 1 ||
           connection->below.transport->has_more(connection->below.state);
}

static void transport_release(void *state)
{
    struct tls_connection *connection = state;
    struct channel_layer below = connection->below;
    tls_connection_free(connection);
    below.transport->release(below.state);
}

static const struct channel_transport transport = {
    .read = transport_read,
    .write = transport_write,
    .finish = transport_finish,
    .release = transport_release,
    .has_more = transport_has_more,
};

void tls_connection_install(struct tls_connection *connection)
{
    channel_set_layer(connection->channel, (struct channel_layer){&transport, connection});
}
