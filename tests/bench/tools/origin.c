/* SPDX-License-Identifier: Apache-2.0 */
/* The origin of the benchmark: HTTP/1.1 on one port, the same over TLS on another, one thread.
 *     origin PORT TLS-PORT CERTIFICATE KEY [PROCESSES]      listens on 127.0.0.1
 *     GET  /bytes/N       N bytes of the pattern
 *     POST /              reads the body, answers two bytes
 *     GET  /events/N/MS   N server-sent events, MS apart, each with the time at which it was sent
 *     POST .../chat/completions   a chat that streams such events, 10 ms apart, or a short answer to what is large
 * A connection that begins with a TLS record on the plain port has that record thrown away: so a tunnel can be measured
 * with a ClientHello, which a gate may insist on, and without the cost of a cipher. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "channel.h"

enum {
    IN = 16384,
    OUT = 16384,
    SENDFILE_FROM = 65536,
    EVENT_SIZE = 128,
    STREAMS = 4096,
    DISCARD = 1 << 18,
    CHAT_GAP_MS = 10,
    CHAT_EVENTS = 1 << 20,
    CHAT_WHOLE_FROM = 1 << 16
};

struct peer {
    struct channel channel;
    size_t in_length;
    size_t skip;          /* bytes of a ClientHello still to throw away */
    uint64_t upload_left; /* of a request body */
    size_t out_length;
    size_t out_sent;
    uint64_t body_left; /* of a reply that is too large for `out` */
    uint64_t body_at;
    unsigned events_left;
    uint64_t event_gap;
    uint64_t event_due;
    bool is_chat;  /* what is asked now */
    bool is_whole; /* ... and its answer */
    bool begun;
    bool ended;
    bool watches_write;
    char in[IN];
    char out[OUT + 1];
};

struct origin {
    int loop;
    int listeners[2];
    int ticks;
    int file; /* the pattern, for sendfile */
    SSL_CTX *tls;
    struct peer *streams[STREAMS];
    size_t stream_count;
    uint64_t streams_begun;
};

/* --- replies ---------------------------------------------------------------------------------------------------------
 */

static void say(struct peer *peer, const char *text, size_t length)
{
    if (peer->out_length + length <= OUT) {
        memcpy(peer->out + peer->out_length, text, length);
        peer->out_length += length;
    }
}

static void say_bytes(struct peer *peer, uint64_t count)
{
    char head[128];
    int length = snprintf(
        head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %llu\r\n\r\n",
        (unsigned long long)count);
    say(peer, head, (size_t)length);
    if (count <= OUT / 2) {
        say(peer, (const char *)pattern_bytes(), (size_t)count);
        return;
    }
    peer->body_left = count;
    peer->body_at = 0;
}

/* As servers of models send it: a token of an answer. */
static void say_token(struct peer *peer, uint64_t now)
{
    static const char words[] =
        "data: {\"id\":\"chatcmpl-0123456789abcdef\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,"
        "\"model\":\"local\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" @%llu\"},\"logprobs\":null,"
        "\"finish_reason\":null}]}\n\n";
    char event[512];
    char chunk[sizeof(event) + 16];
    int length = snprintf(event, sizeof(event), words, (unsigned long long)now);
    length = snprintf(chunk, sizeof(chunk), "%x\r\n%s\r\n", (unsigned)length, event);
    say(peer, chunk, (size_t)length);
}

static void say_event(struct peer *peer, uint64_t now)
{
    if (peer->is_chat) {
        say_token(peer, now);
        return;
    }
    char event[EVENT_SIZE + 1];
    int stamp = snprintf(event, sizeof(event), "data: %llu ", (unsigned long long)now);
    memset(event + stamp, 'x', (size_t)(EVENT_SIZE - stamp));
    memcpy(event + EVENT_SIZE - 2, "\n\n", 2);
    char chunk[EVENT_SIZE + 16];
    int length = snprintf(chunk, sizeof(chunk), "%x\r\n%.*s\r\n", EVENT_SIZE, EVENT_SIZE, event);
    say(peer, chunk, (size_t)length);
}

/* Ticks only while somebody streams. */
static void set_ticks(struct origin *origin, bool on)
{
    long every = on ? 1000000 : 0;
    struct itimerspec timer = {.it_interval = {.tv_nsec = every}, .it_value = {.tv_nsec = every}};
    timerfd_settime(origin->ticks, 0, &timer, NULL);
}

static void stream_end(struct origin *origin, struct peer *peer)
{
    for (size_t i = 0; i < origin->stream_count; i++)
        if (origin->streams[i] == peer)
            origin->streams[i] = origin->streams[--origin->stream_count];
    if (origin->stream_count == 0)
        set_ticks(origin, false);
}

/* Streams that begin in a row are spread evenly over one gap, in every run alike: else how many happen to be due at
 * once would be most of what is measured. */
static uint64_t first_due(struct origin *origin, uint64_t gap)
{
    const double golden = 0.6180339887498949; /* of its multiples, any number in a row divide a gap evenly */
    double turns = (double)origin->streams_begun++ * golden;
    uint64_t phase = (uint64_t)((turns - (double)(uint64_t)turns) * (double)gap);
    uint64_t now = clock_ns();
    return now - now % gap + gap + phase;
}

static void begin_events(struct origin *origin, struct peer *peer, unsigned count, unsigned gap_ms)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: "
                               "no-cache\r\nTransfer-Encoding: chunked\r\n\r\n";
    say(peer, head, sizeof(head) - 1);
    peer->events_left = count;
    peer->event_gap = (uint64_t)gap_ms * 1000000u;
    peer->event_due = first_due(origin, peer->event_gap);
    if (origin->stream_count == 0)
        set_ticks(origin, true);
    if (origin->stream_count < STREAMS)
        origin->streams[origin->stream_count++] = peer;
}

static void answer(struct origin *origin, struct peer *peer, const char *head)
{
    unsigned long long bytes = 0;
    unsigned count = 0;
    unsigned gap = 0;
    const char *target = strchr(head, ' ');
    target = target != NULL ? target + 1 : head;
    if (strncmp(head, "POST ", 5) == 0) {
        const char *field = strcasestr(head, "\r\ncontent-length:");
        peer->upload_left = field != NULL ? strtoull(field + 17, NULL, 10) : 0;
        peer->is_chat = strstr(target, "/chat/completions") != NULL;
        peer->is_whole = peer->upload_left >= CHAT_WHOLE_FROM;
    } else if (sscanf(target, "/bytes/%llu", &bytes) == 1) {
        say_bytes(peer, bytes);
    } else if (sscanf(target, "/events/%u/%u", &count, &gap) == 2) {
        begin_events(origin, peer, count, gap);
    } else {
        static const char none[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        say(peer, none, sizeof(none) - 1);
    }
}

/* --- requests --------------------------------------------------------------------------------------------------------
 */

static void drop(struct peer *peer, size_t count)
{
    peer->in_length -= count;
    memmove(peer->in, peer->in + count, peer->in_length);
}

static void skip_hello(struct peer *peer)
{
    if (!peer->begun && peer->in_length >= 5) {
        const uint8_t *bytes = (const uint8_t *)peer->in;
        peer->begun = true;
        if (bytes[0] == 0x16)
            peer->skip = 5u + ((size_t)bytes[3] << 8) + bytes[4];
    }
    size_t part = peer->skip < peer->in_length ? peer->skip : peer->in_length;
    peer->skip -= part;
    drop(peer, part);
}

static void answer_chat(struct origin *origin, struct peer *peer)
{
    static const char whole[] =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 177\r\n\r\n"
        "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1790000000,\"model\":\"local\",\"choices\":["
        "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"yes\"},\"finish_reason\":\"stop\"}]}";
    if (peer->is_whole)
        say(peer, whole, sizeof(whole) - 1);
    else
        begin_events(origin, peer, CHAT_EVENTS, CHAT_GAP_MS);
}

/* True when a whole body of an upload has come and is answered. */
static bool take_upload(struct origin *origin, struct peer *peer)
{
    size_t part = peer->upload_left < peer->in_length ? (size_t)peer->upload_left : peer->in_length;
    peer->upload_left -= part;
    drop(peer, part);
    if (peer->upload_left > 0)
        return false;
    static const char done[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    if (peer->is_chat)
        answer_chat(origin, peer);
    else
        say(peer, done, sizeof(done) - 1);
    return true;
}

static void take_requests(struct origin *origin, struct peer *peer)
{
    skip_hello(peer);
    bool uploading = peer->upload_left > 0;
    for (;;) {
        if (uploading && !take_upload(origin, peer))
            return;
        peer->in[peer->in_length] = '\0';
        char *end = memmem(peer->in, peer->in_length, "\r\n\r\n", 4);
        if (end == NULL || peer->body_left > 0)
            return;
        end[2] = '\0';
        answer(origin, peer, peer->in);
        uploading = strncmp(peer->in, "POST ", 5) == 0;
        drop(peer, (size_t)(end + 4 - peer->in));
    }
}

/* --- input and output ------------------------------------------------------------------------------------------------
 */

static bool flush(struct origin *origin, struct peer *peer)
{
    while (peer->out_sent < peer->out_length) {
        ssize_t moved = channel_write(&peer->channel, peer->out + peer->out_sent, peer->out_length - peer->out_sent);
        if (moved < 0)
            return moved == CHANNEL_AGAIN;
        peer->out_sent += (size_t)moved;
    }
    peer->out_length = peer->out_sent = 0;
    while (peer->body_left > 0) {
        off_t at = (off_t)(peer->body_at % PATTERN_SIZE);
        uint64_t room = PATTERN_SIZE - (uint64_t)at;
        size_t part = (size_t)(peer->body_left < room ? peer->body_left : room);
        ssize_t moved;
        if (peer->channel.ssl == NULL) {
            moved = sendfile(peer->channel.fd, origin->file, &at, part);
            peer->channel.wants_write = moved < 0 && errno == EAGAIN;
            if (moved < 0)
                return errno == EAGAIN;
        } else {
            moved = channel_write(&peer->channel, pattern_bytes() + at, part < 16384 ? part : 16384);
            if (moved < 0)
                return moved == CHANNEL_AGAIN;
        }
        peer->body_left -= (uint64_t)moved;
        peer->body_at += (uint64_t)moved;
    }
    return true;
}

/* A large upload over plain TCP is thrown away by the kernel. */
static bool discard(struct peer *peer)
{
    while (peer->channel.ssl == NULL && peer->upload_left > DISCARD && peer->in_length == 0) {
        ssize_t got = recv(peer->channel.fd, NULL, DISCARD, MSG_TRUNC);
        if (got <= 0)
            return got < 0 && errno == EAGAIN;
        peer->upload_left -= (uint64_t)got;
    }
    return true;
}

static bool fill(struct origin *origin, struct peer *peer)
{
    if (!discard(peer))
        return false;
    for (;;) {
        ssize_t got = channel_read(&peer->channel, peer->in + peer->in_length, IN - 1 - peer->in_length);
        if (got == CHANNEL_AGAIN)
            return true;
        if (got <= 0)
            return false;
        peer->in_length += (size_t)got;
        take_requests(origin, peer);
        if (peer->in_length == IN - 1)
            return false;
        if (peer->channel.ssl == NULL && (size_t)got < IN / 2)
            return true; /* level-triggered: what comes later wakes us */
    }
}

static void watch(struct origin *origin, struct peer *peer)
{
    if (peer->channel.wants_write == peer->watches_write)
        return;
    peer->watches_write = peer->channel.wants_write;
    struct epoll_event event = {.events = EPOLLIN | (peer->watches_write ? EPOLLOUT : 0u), .data.ptr = peer};
    epoll_ctl(origin->loop, EPOLL_CTL_MOD, peer->channel.fd, &event);
}

static void forget(struct origin *origin, struct peer *peer)
{
    if (peer->events_left > 0)
        stream_end(origin, peer);
    channel_close(&peer->channel);
    free(peer);
}

static void serve(struct origin *origin, struct peer *peer, uint32_t events)
{
    bool alive = (events & ~(uint32_t)EPOLLOUT) == 0 || fill(origin, peer);
    if ((!alive && peer->out_length == 0) || !flush(origin, peer) || !alive)
        forget(origin, peer);
    else
        watch(origin, peer);
}

static void welcome(struct origin *origin, int listener)
{
    for (int fd; (fd = accept4(origin->listeners[listener], NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        struct peer *peer = calloc(1, sizeof(*peer));
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        peer->channel.fd = fd;
        if (listener == 1) {
            peer->begun = true;
            peer->channel.ssl = SSL_new(origin->tls);
            SSL_set_fd(peer->channel.ssl, fd);
            SSL_set_accept_state(peer->channel.ssl);
        }
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
        epoll_ctl(origin->loop, EPOLL_CTL_ADD, fd, &event);
    }
}

static void tick(struct origin *origin)
{
    uint64_t times;
    if (read(origin->ticks, &times, sizeof(times)) < 0)
        return;
    for (size_t i = origin->stream_count; i-- > 0;) { /* from the end: the last takes the place of one that is done */
        struct peer *peer = origin->streams[i];
        uint64_t now = clock_ns();
        if (now < peer->event_due)
            continue;
        say_event(peer, now);
        peer->event_due += peer->event_gap;
        if (--peer->events_left == 0) {
            say(peer, "0\r\n\r\n", 5);
            stream_end(origin, peer);
        }
        if (!flush(origin, peer))
            shutdown(peer->channel.fd, SHUT_RDWR); /* its event ends it */
        else
            watch(origin, peer);
    }
}

/* --- start -----------------------------------------------------------------------------------------------------------
 */

static int listen_on(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 4096) < 0)
        give_up("bind");
    return fd;
}

static SSL_CTX *secure(const char *certificate, const char *key)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        give_up("certificate");
    SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    return context;
}

static void start(struct origin *origin, char **words)
{
    origin->loop = epoll_create1(0);
    origin->tls = secure(words[3], words[4]);
    origin->file = memfd_create("pattern", 0);
    if (write(origin->file, pattern_bytes(), PATTERN_SIZE) != PATTERN_SIZE)
        give_up("memfd");
    for (int i = 0; i < 2; i++) {
        origin->listeners[i] = listen_on(words[1 + i]);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &origin->listeners[i]};
        epoll_ctl(origin->loop, EPOLL_CTL_ADD, origin->listeners[i], &event);
    }
    origin->ticks = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &origin->ticks};
    epoll_ctl(origin->loop, EPOLL_CTL_ADD, origin->ticks, &event);
}

int main(int count, char **words)
{
    if (count < 5)
        return 2;
    for (long more = count > 5 ? strtol(words[5], NULL, 10) : 1; more > 1; more--)
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            break;
        }
    signal(SIGPIPE, SIG_IGN); /* sendfile and splice have no flag against it */
    static struct origin origin;
    start(&origin, words);
    for (;;) {
        struct epoll_event events[256];
        int ready = epoll_wait(origin.loop, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            void *who = events[i].data.ptr;
            if (who == &origin.listeners[0] || who == &origin.listeners[1])
                welcome(&origin, who == &origin.listeners[1]);
            else if (who == &origin.ticks)
                tick(&origin);
            else
                serve(&origin, who, events[i].events);
        }
    }
}
