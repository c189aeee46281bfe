/* SPDX-License-Identifier: Apache-2.0 */
/* One TLS connection over a stream's socket: the handshake, and then the stream's transport. A small BIO of our own
 * reads what was already taken off the socket first, and never raises SIGPIPE. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "tls_internal.h"

struct tls_session {
    SSL *ssl;              /* owned */
    struct stream *stream; /* borrowed */
    struct buffer replay;  /* bytes to read before those of the socket */
    bool is_broken;        /* a fatal error was seen: SSL_shutdown must not be called */
    char error[160];
};

/* --- the BIO --------------------------------------------------------------------------------------------------------
 */

static int bio_read(BIO *bio, char *out, size_t capacity, size_t *got)
{
    struct tls_session *session = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (session->replay.length > 0) {
        *got = capacity < session->replay.length ? capacity : session->replay.length;
        memcpy(out, session->replay.data, *got);
        buffer_consume(&session->replay, *got);
        if (session->replay.length == 0)
            buffer_clear(&session->replay);
        return 1;
    }
    *got = 0;
    enum io result = stream_receive(session->stream, out, capacity, got);
    if (result == IO_AGAIN)
        BIO_set_retry_read(bio);
    if (result == IO_END)
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return result == IO_OK;
}

static int bio_write(BIO *bio, const char *data, size_t length, size_t *put)
{
    struct tls_session *session = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    struct iovec part = {(void *)(uintptr_t)data, length};
    *put = 0;
    enum io result = stream_send(session->stream, &part, 1, put);
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

BIO_METHOD *session_bio_new(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "exeat stream");
    ASSERT(method != NULL);
    BIO_meth_set_read_ex(method, bio_read);
    BIO_meth_set_write_ex(method, bio_write);
    BIO_meth_set_ctrl(method, bio_control);
    return method;
}

/* --- the handshake --------------------------------------------------------------------------------------------------
 */

struct tls_session *session_new(SSL *ssl, const BIO_METHOD *method, struct stream *stream, struct text replay)
{
    struct tls_session *session = base_zalloc(sizeof(*session));
    session->ssl = ssl;
    session->stream = stream;
    buffer_append(&session->replay, replay);
    BIO *bio = BIO_new(method);
    ASSERT(bio != NULL);
    BIO_set_data(bio, session);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    return session;
}

void tls_session_free(struct tls_session *session)
{
    if (session == NULL)
        return;
    SSL_free(session->ssl);
    buffer_clear(&session->replay);
    base_free(session);
}

static void note_error(struct tls_session *session)
{
    unsigned long code = ERR_peek_last_error();
    const char *why = ERR_reason_error_string(code);
    long verify = SSL_get_verify_result(session->ssl);
    if (verify != X509_V_OK)
        why = X509_verify_cert_error_string(verify);
    text_store(text_from(why), session->error, sizeof(session->error));
    session->is_broken = true;
    ERR_clear_error();
}

static enum io io_of(struct tls_session *session, int result)
{
    switch (SSL_get_error(session->ssl, result)) {
    case SSL_ERROR_NONE:
        return IO_OK;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return IO_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return IO_END;
    default:
        note_error(session);
        return IO_BROKEN;
    }
}

enum tls_progress tls_session_handshake(struct tls_session *session)
{
    ERR_clear_error();
    int result = SSL_do_handshake(session->ssl);
    if (result == 1)
        return TLS_DONE;
    return io_of(session, result) == IO_AGAIN ? TLS_AGAIN : TLS_FAILED;
}

const char *tls_session_error(const struct tls_session *session)
{
    return session->error[0] == '\0' ? "the connection was closed" : session->error;
}

bool tls_session_peer_key(const struct tls_session *session, uint8_t out[32])
{
    X509 *peer = SSL_get0_peer_certificate(session->ssl);
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

static enum io transport_read(void *state, void *out, size_t capacity, size_t *got)
{
    struct tls_session *session = state;
    ERR_clear_error();
    int result = SSL_read_ex(session->ssl, out, capacity, got);
    return result == 1 ? IO_OK : io_of(session, result);
}

static enum io transport_write(void *state, const struct iovec *parts, int count, size_t *put)
{
    struct tls_session *session = state;
    *put = 0;
    for (int i = 0; i < count; i++) {
        size_t written = 0;
        if (parts[i].iov_len == 0)
            continue;
        ERR_clear_error();
        int result = SSL_write_ex(session->ssl, parts[i].iov_base, parts[i].iov_len, &written);
        if (result != 1) {
            enum io io = io_of(session, result);
            return *put > 0 && io == IO_AGAIN ? IO_OK : io;
        }
        *put += written;
        if (written < parts[i].iov_len)
            return IO_OK;
    }
    return IO_OK;
}

static enum io transport_finish(void *state)
{
    struct tls_session *session = state;
    if (session->is_broken)
        return IO_BROKEN;
    ERR_clear_error();
    int result = SSL_shutdown(session->ssl);
    if (result < 0) {
        enum io io = io_of(session, result);
        if (io != IO_OK)
            return io;
    }
    return stream_shut(session->stream);
}

static bool transport_has_more(void *state)
{
    const struct tls_session *session = state;
    return session->replay.length > 0 || SSL_has_pending(session->ssl) == 1;
}

static void transport_release(void *state)
{
    tls_session_free(state);
}

static const struct stream_transport transport = {
    .read = transport_read,
    .write = transport_write,
    .finish = transport_finish,
    .release = transport_release,
    .has_more = transport_has_more,
};

void tls_session_install(struct tls_session *session)
{
    stream_set_transport(session->stream, &transport, session);
}
