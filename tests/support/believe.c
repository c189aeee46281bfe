/* SPDX-License-Identifier: Apache-2.0 */
/* Which chains does upstream TLS believe? `believe FOLDER...`: each folder has chain.pem (leaf first), key.pem, host,
 * and perhaps roots.pem, crl.pem, pins (one a line, in hex), staple.der. A server that is libssl alone shows the chain;
 * a line says what tls_connect made of it. */
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/tls.h"

enum { PATH_SIZE = 512, PINS = 16, FILE_MAX = 1 << 20 };

struct server {
    SSL_CTX *context;
    struct buffer staple;
};

static const char *path_in(const char *folder, const char *name, char out[PATH_SIZE])
{
    snprintf(out, PATH_SIZE, "%s/%s", folder, name);
    return access(out, F_OK) == 0 ? out : NULL;
}

static bool read_in(const char *folder, const char *name, struct buffer *out)
{
    char path[PATH_SIZE];
    char *error = NULL;
    bool done = path_in(folder, name, path) != NULL && file_read(path, FILE_MAX, out, &error);
    base_free(error);
    return done;
}

static int staple(SSL *ssl, void *context)
{
    const struct server *server = context;
    if (server->staple.length == 0)
        return SSL_TLSEXT_ERR_NOACK;
    unsigned char *copy = OPENSSL_memdup(server->staple.data, server->staple.length);
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)server->staple.length);
    return SSL_TLSEXT_ERR_OK;
}

static void server_open(struct server *server, const char *folder, int version)
{
    char chain[PATH_SIZE];
    char key[PATH_SIZE];
    server->context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(server->context, 0);
    SSL_CTX_set_min_proto_version(server->context, version);
    SSL_CTX_set_max_proto_version(server->context, version);
    SSL_CTX_set_mode(server->context, SSL_MODE_NO_AUTO_CHAIN);
    bool done = SSL_CTX_use_certificate_chain_file(server->context, path_in(folder, "chain.pem", chain)) == 1 &&
                SSL_CTX_use_PrivateKey_file(server->context, path_in(folder, "key.pem", key), SSL_FILETYPE_PEM) == 1;
    ASSERT(done);
    (void)read_in(folder, "staple.der", &server->staple);
    SSL_CTX_set_tlsext_status_cb(server->context, staple);
    SSL_CTX_set_tlsext_status_arg(server->context, server);
}

static size_t read_pins(const char *folder, struct digest *pins)
{
    struct buffer lines = {0};
    struct text line;
    size_t count = 0;
    (void)read_in(folder, "pins", &lines);
    struct text rest = buffer_text(&lines);
    while (count < PINS && text_split(&rest, '\n', &line))
        if (hex_decode(line, pins[count].bytes, sizeof(pins[count].bytes)))
            count++;
    buffer_clear(&lines);
    return count;
}

static struct tls_client *client_for(const char *folder, char **error)
{
    char roots[PATH_SIZE];
    char crl[PATH_SIZE];
    struct digest pins[PINS];
    const char *crls[] = {path_in(folder, "crl.pem", crl)};
    struct tls_client_options options = {
        .upstream =
            {
                .roots = path_in(folder, "roots.pem", roots),
                .crls = crls,
                .crl_count = crls[0] == NULL ? 0 : 1,
                .pins = pins,
                .pin_count = read_pins(folder, pins),
            },
    };
    return tls_client_new(&options, error);
}

static void shake(struct tls_client *client, const struct server *server, const struct host *host, const char *folder)
{
    static const char *const failures[] = {"protocol", "pin", "revoked"};
    int ends[2];
    ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    SSL *far = SSL_new(server->context);
    SSL_set_fd(far, ends[1]);
    struct loop *loop = loop_new();
    struct channel *channel = channel_new(loop, ends[0], NULL, NULL);
    struct tls_connection *connection = tls_connect(client, channel, host, &(struct digest){{0}});
    enum tls_progress progress;
    while ((progress = tls_connection_handshake(connection)) == TLS_AGAIN) {
        (void)SSL_accept(far);
        loop_turn(loop);
    }
    if (progress == TLS_DONE)
        printf("%s\taccepted\t\t\n", folder);
    else
        printf(
            "%s\trefused\t%s\t%s\n", folder, failures[tls_connection_failure(connection)],
            tls_connection_error(connection));
    tls_connection_free(connection);
    channel_free(channel);
    loop_free(loop);
    SSL_free(far);
    close(ends[1]);
}

static void try(const char *folder, int version)
{
    struct server server = {0};
    struct buffer name = {0};
    struct host host;
    char *error = NULL;
    bool done = read_in(folder, "host", &name) && host_parse(text_trim(buffer_text(&name), "\n"), &host);
    ASSERT(done);
    struct tls_client *client = client_for(folder, &error);
    if (client == NULL)
        printf("%s\tunreadable\t\t%s\n", folder, error);
    else {
        server_open(&server, folder, version);
        shake(client, &server, &host, folder);
    }
    base_free(error);
    tls_client_free(client);
    SSL_CTX_free(server.context);
    buffer_clear(&server.staple);
    buffer_clear(&name);
}

int main(int count, char **words)
{
    for (int i = 1; i < count; i++) {
        try(words[i], TLS1_3_VERSION);
        try(words[i], TLS1_2_VERSION);
    }
    return 0;
}
