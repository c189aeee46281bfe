/* SPDX-License-Identifier: Apache-2.0 */
/* The life of one client: connect, perhaps a tunnel, perhaps TLS, then requests, each answered before the next. */
#include <ctype.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "load.h"

enum { INPUT = 1 << 18, WRITE_TURN = 1 << 20 };
static char input[INPUT];

static void watch(struct load *load, struct client *client, bool also_write)
{
    if (also_write == client->watches_write)
        return;
    client->watches_write = also_write;
    struct epoll_event event = {.events = EPOLLIN | (also_write ? EPOLLOUT : 0u), .data.ptr = client};
    epoll_ctl(load->loop, EPOLL_CTL_MOD, client->channel.fd, &event);
}

static void park(struct load *load, struct client *client)
{
    channel_close(&client->channel);
    client->stage = STAGE_PARKED;
    client->done_here = 0;
    load_idle(load, client);
}

static void fail(struct load *load, struct client *client)
{
    if (load->measuring || load->options->hold)
        load->counts.errors++;
    park(load, client);
}

static void finish(struct load *load, struct client *client)
{
    const struct options *options = load->options;
    client->done_here++;
    if (load->measuring && client->is_refused) {
        load->counts.refused++;
    } else if (load->measuring && options->wanted.events == 0) {
        load->counts.requests++;
        histogram_add(&load->latency, clock_ns() - client->began_ns);
    }
    if (options->hold) {
        load->counts.held++;
        client->stage = STAGE_IDLE;
        return;
    }
    if (client->closes || (options->per_connection != 0 && client->done_here >= options->per_connection)) {
        park(load, client);
        return;
    }
    client->stage = STAGE_IDLE;
    load_idle(load, client);
}

/* --- replies ---------------------------------------------------------------------------------------------------------
 */

static void take_line(struct load *load, struct client *client, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\n') {
            if (client->line.length < sizeof(client->line.text) - 1)
                client->line.text[client->line.length++] = bytes[i];
            continue;
        }
        client->line.text[client->line.length] = '\0';
        client->line.length = 0;
        if (strncmp(client->line.text, "data: ", 6) != 0 || !load->measuring)
            continue;
        load->counts.requests++;
        histogram_add(&load->latency, clock_ns() - strtoull(client->line.text + 6, NULL, 10));
    }
}

/* The time stands somewhere in the bytes of an event, whatever its framing. */
static void take_stamps(struct load *load, struct client *client, const char *bytes, size_t length)
{
    enum { DIGITS_MIN = 12 };
    for (size_t i = 0; i < length; i++) {
        if (client->line.digits > 0 && isdigit((unsigned char)bytes[i])) {
            client->line.stamp = client->line.stamp * 10 + (uint64_t)(bytes[i] - '0');
            client->line.digits++;
            continue;
        }
        if (client->line.digits > DIGITS_MIN && load->measuring) {
            uint64_t delay = clock_ns() - client->line.stamp;
            load->counts.requests++;
            load->counts.late += delay > (uint64_t)load->options->wanted.gap_ms * 1000000u;
            histogram_add(&load->latency, delay);
        }
        client->line.stamp = 0;
        client->line.digits = bytes[i] == '@';
    }
}

static void take_body(struct load *load, struct client *client, const char *bytes, size_t length)
{
    const struct options *options = load->options;
    if (options->wanted.events != 0)
        (options->post.file != NULL ? take_stamps : take_line)(load, client, bytes, length);
    else if (
        options->check && !options->upload && options->wanted.status == 200 && options->post.file == NULL &&
        !pattern_fits((const uint8_t *)bytes, length, client->body_at))
        load->counts.damaged++;
    client->body_at += length;
    if (load->measuring && !options->upload)
        load->counts.bytes += length;
}

/* A chunked body, piece by piece: size line, data, CRLF. Returns the bytes used; `*over` says that the last chunk has
 * come. */
static size_t take_chunked(struct load *load, struct client *client, const char *bytes, size_t length, bool *over)
{
    enum { SIZE, EXTENSION, DATA, AFTER, LAST };
    size_t at = 0;
    while (at < length && !*over) {
        char byte = bytes[at];
        if (client->chunk_stage == DATA) {
            size_t part = client->chunk_left < length - at ? (size_t)client->chunk_left : length - at;
            take_body(load, client, bytes + at, part);
            client->chunk_left -= part;
            at += part;
            client->chunk_stage = client->chunk_left == 0 ? AFTER : DATA;
            continue;
        }
        at++;
        if (client->chunk_stage == SIZE && isxdigit((unsigned char)byte)) {
            client->chunk_left = client->chunk_left * 16 +
                                 (uint64_t)(isdigit((unsigned char)byte) ? byte - '0' : tolower(byte) - 'a' + 10);
        } else if (byte == '\n') {
            *over = client->chunk_stage == LAST;
            client->chunk_stage = client->chunk_stage == AFTER ? SIZE : client->chunk_left == 0 ? LAST : DATA;
        } else if (client->chunk_stage == SIZE) {
            client->chunk_stage = EXTENSION;
        }
    }
    return at;
}

static const char *field(const char *head, const char *name)
{
    const char *found = strcasestr(head, name);
    return found != NULL ? found + strlen(name) : NULL;
}

static bool status_fits(unsigned wanted, unsigned status)
{
    return wanted < 10 ? status / 100 == wanted : status == wanted;
}

/* A whole head lies in client->head, ended by a NUL. False: the connection is of no more use. */
static bool take_head(struct load *load, struct client *client)
{
    const struct options *options = load->options;
    unsigned status = (unsigned)strtoul(client->head + 9, NULL, 10);
    const char *length = field(client->head, "\r\ncontent-length:");
    const char *coding = field(client->head, "\r\ntransfer-encoding: chunked");
    const char *closes = field(client->head, "\r\nconnection: close");
    bool asks_tunnel = client->stage == STAGE_ASK_TUNNEL && !options->connect_only;
    client->is_refused = options->wanted.refused != 0 && status == options->wanted.refused;
    if (!client->is_refused && !status_fits(asks_tunnel ? 200 : options->wanted.status, status)) {
        if (load->counts.unexpected++ == 0)
            fprintf(stderr, "load: unexpected reply: %.400s\n", client->head);
        return false;
    }
    client->closes = closes != NULL || (strncmp(client->head, "HTTP/1.0", 8) == 0 &&
                                        field(client->head, "\r\nconnection: keep-alive") == NULL);
    client->chunked = coding != NULL;
    client->chunk_stage = 0;
    client->chunk_left = 0;
    client->line.length = 0;
    client->body_at = 0;
    client->body_left = length != NULL ? strtoull(length, NULL, 10) : coding != NULL ? 0 : UINT64_MAX;
    client->head_length = 0;
    if (options->check && options->wanted.events == 0 && options->wanted.status == 200 && !options->upload &&
        options->post.file == NULL && !asks_tunnel && client->body_left != options->wanted.bytes)
        load->counts.damaged++;
    return true;
}

static void begin_inside(struct load *load, struct client *client);

/* Bytes of a reply; returns false when the client is parked. */
static bool take(struct load *load, struct client *client, const char *bytes, size_t length)
{
    bool over = false;
    while (length > 0 && client->stage != STAGE_BODY) {
        size_t part = length < HEAD_SIZE - 1 - client->head_length ? length : HEAD_SIZE - 1 - client->head_length;
        memcpy(client->head + client->head_length, bytes, part);
        size_t before = client->head_length;
        client->head_length += part;
        client->head[client->head_length] = '\0';
        char *end = strstr(client->head + (before > 3 ? before - 3 : 0), "\r\n\r\n");
        if (end == NULL) {
            if (client->head_length == HEAD_SIZE - 1)
                return fail(load, client), false;
            return true;
        }
        size_t used = (size_t)(end + 4 - client->head) - before;
        end[2] = '\0';
        bool tunnel = client->stage == STAGE_ASK_TUNNEL && !load->options->connect_only;
        if (!take_head(load, client))
            return fail(load, client), false;
        bytes += used;
        length -= used;
        if (tunnel) {
            begin_inside(load, client);
            return client->stage != STAGE_PARKED;
        }
        client->stage = STAGE_BODY;
    }
    if (client->chunked) {
        take_chunked(load, client, bytes, length, &over);
    } else {
        size_t part = client->body_left < length ? (size_t)client->body_left : length;
        take_body(load, client, bytes, part);
        client->body_left -= client->body_left == UINT64_MAX ? 0 : part;
        over = client->body_left == 0;
    }
    if (over)
        finish(load, client);
    return client->stage != STAGE_PARKED;
}

/* The bulk of a large body over plain TCP is counted and thrown away by the kernel, unless it is to be checked. */
static ssize_t receive(struct load *load, struct client *client)
{
    bool bulk = client->stage == STAGE_BODY && client->channel.ssl == NULL && !client->chunked && !load->options->check;
    if (!bulk || client->body_left == UINT64_MAX || client->body_left <= INPUT)
        return channel_read(&client->channel, input, INPUT);
    ssize_t got = recv(client->channel.fd, NULL, INPUT, MSG_TRUNC);
    if (got > 0) {
        client->body_left -= (uint64_t)got;
        client->body_at += (uint64_t)got;
        load->counts.bytes += load->measuring ? (uint64_t)got : 0;
        errno = EAGAIN;
        return CHANNEL_AGAIN;
    }
    return got == 0 ? CHANNEL_CLOSED : errno == EAGAIN ? CHANNEL_AGAIN : CHANNEL_BROKEN;
}

static void readable(struct load *load, struct client *client)
{
    for (;;) {
        ssize_t got = receive(load, client);
        if (got == CHANNEL_AGAIN)
            return;
        if (got <= 0) {
            if (client->stage == STAGE_BODY && client->body_left == UINT64_MAX && !client->chunked) {
                client->closes = true;
                finish(load, client);
            } else if (client->stage == STAGE_IDLE) { /* the server closed between requests: it is in the ring of idle
                                                         ones */
                channel_close(&client->channel);
                client->stage = STAGE_PARKED;
                client->done_here = 0;
            } else {
                fail(load, client);
            }
            return;
        }
        if (!take(load, client, input, (size_t)got) || (client->channel.ssl == NULL && got < INPUT))
            return; /* level-triggered; only TLS may hold bytes that epoll does not see */
        if (client->stage == STAGE_IDLE)
            return;
    }
}

/* --- requests --------------------------------------------------------------------------------------------------------
 */

static void writable(struct load *load, struct client *client)
{
    size_t turn = 0;
    while (client->out_left > 0 || (client->upload_left > 0 && turn < WRITE_TURN)) {
        bool body = client->out_left == 0;
        size_t at = (size_t)((load->options->wanted.bytes - client->upload_left) % PATTERN_SIZE);
        size_t part = body ? PATTERN_SIZE - at : client->out_left;
        if (body && part > client->upload_left)
            part = (size_t)client->upload_left;
        ssize_t moved = channel_write(&client->channel, body ? (const char *)pattern_bytes() + at : client->out, part);
        if (moved == CHANNEL_AGAIN)
            break;
        if (moved < 0) {
            fail(load, client);
            return;
        }
        turn += (size_t)moved;
        if (body) {
            client->upload_left -= (uint64_t)moved;
            load->counts.bytes += load->measuring ? (uint64_t)moved : 0;
        } else {
            client->out += moved;
            client->out_left -= (size_t)moved;
        }
    }
    watch(load, client, client->out_left > 0 || client->upload_left > 0);
}

static void send_text(struct load *load, struct client *client, enum stage stage, const char *text, size_t length)
{
    client->stage = stage;
    client->head_length = 0;
    client->out = text;
    client->out_left = length;
    writable(load, client);
}

/* A request that names one of many hosts. */
static const char *own_request(struct load *load, struct client *client)
{
    load->random = load->random * 6364136223846793005u + 1442695040888963407u;
    unsigned host = (unsigned)((load->random >> 33) % load->options->hosts);
    snprintf(
        client->own, sizeof(client->own),
        "GET http://h%u.%s/bytes/%llu HTTP/1.1\r\nHost: h%u.%s\r\nUser-Agent: load\r\nAccept: */*\r\n\r\n", host,
        load->options->host, (unsigned long long)load->options->wanted.bytes, host, load->options->host);
    return client->own;
}

static void ask_now(struct load *load, struct client *client)
{
    const struct options *options = load->options;
    client->upload_left = options->upload ? options->wanted.bytes : 0;
    if (options->hello && client->done_here == 0)
        send_text(load, client, STAGE_HEAD, load->prelude, load->prelude_length);
    else if (options->post.file != NULL)
        send_text(load, client, STAGE_HEAD, load->post, load->post_length);
    else if (options->hosts != 0)
        send_text(load, client, STAGE_HEAD, own_request(load, client), strlen(client->own));
    else
        send_text(load, client, STAGE_HEAD, load->request, strlen(load->request));
}

static void shake_hands(struct load *load, struct client *client)
{
    int done = SSL_connect(client->channel.ssl);
    if (done == 1) {
        load->counts.handshakes += load->measuring ? 1 : 0;
        load->counts.resumed += load->measuring && SSL_session_reused(client->channel.ssl) == 1 ? 1 : 0;
        ask_now(load, client);
        return;
    }
    int error = SSL_get_error(client->channel.ssl, done);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        fail(load, client);
    else
        watch(load, client, error == SSL_ERROR_WANT_WRITE);
}

static void begin_inside(struct load *load, struct client *client)
{
    if (load->tls == NULL) {
        ask_now(load, client);
        return;
    }
    client->stage = STAGE_HANDSHAKE;
    client->channel.ssl = SSL_new(load->tls);
    SSL_set_fd(client->channel.ssl, client->channel.fd);
    char name[256];
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(load->options->host, ":"), load->options->host);
    SSL_set_tlsext_host_name(client->channel.ssl, name);
    SSL_set1_host(client->channel.ssl, name);
    if (load->options->resume && load->session != NULL)
        SSL_set_session(client->channel.ssl, load->session);
    shake_hands(load, client);
}

static void connected(struct load *load, struct client *client)
{
    int error = 0;
    socklen_t size = sizeof(error);
    if (getsockopt(client->channel.fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error != 0)
        fail(load, client);
    else if (load->options->way == WAY_CONNECT)
        send_text(load, client, STAGE_ASK_TUNNEL, load->tunnel_ask, strlen(load->tunnel_ask));
    else
        begin_inside(load, client);
}

void client_start(struct load *load, struct client *client)
{
    int one = 1;
    client->channel = (struct channel){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (client->channel.fd < 0)
        give_up("socket");
    setsockopt(client->channel.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    client->stage = STAGE_CONNECTING;
    client->watches_write = true;
    client->upload_left = 0;
    int result = connect(client->channel.fd, (const struct sockaddr *)&load->options->to, sizeof(load->options->to));
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = client};
    epoll_ctl(load->loop, EPOLL_CTL_ADD, client->channel.fd, &event);
    if (result < 0 && errno != EINPROGRESS)
        fail(load, client);
}

void client_ask(struct load *load, struct client *client, uint64_t began_ns)
{
    client->began_ns = began_ns;
    if (client->stage == STAGE_PARKED)
        client_start(load, client);
    else if (load->options->connect_only)
        send_text(load, client, STAGE_ASK_TUNNEL, load->tunnel_ask, strlen(load->tunnel_ask));
    else
        ask_now(load, client);
}

void client_ready(struct load *load, struct client *client, uint32_t events)
{
    if (client->stage == STAGE_CONNECTING) {
        connected(load, client);
        return;
    }
    if (client->stage == STAGE_HANDSHAKE) {
        shake_hands(load, client);
        return;
    }
    if ((events & EPOLLOUT) != 0 && client->stage != STAGE_PARKED)
        writable(load, client);
    if ((events & ~(uint32_t)EPOLLOUT) != 0 && client->stage != STAGE_PARKED)
        readable(load, client);
}
