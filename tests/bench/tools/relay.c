/* SPDX-License-Identifier: Apache-2.0 */
/* A bare relay of TCP: the least that carrying bytes between two sockets costs, as the measure of a tunnel.
 *     relay splice|copy|connect PORT TARGET-PORT       both on 127.0.0.1; no policy, no name, no record
 * With `connect` it copies too, once it has been asked: by a CONNECT that it does not read, which must come in one
 * piece. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"

enum { BUFFER = 65536, PIPE = 1 << 20 };

/* One direction: from the socket of this side to that of the other. */
struct side {
    int fd;
    struct side *other;
    uint8_t *buffer; /* copy */
    int pipe[2];     /* splice */
    size_t held;     /* bytes taken from fd that the other has not accepted yet */
    size_t start;
    bool ended;
    bool dead;
};

static bool splices;
static bool is_asked;
static int loop;
static struct sockaddr_in target;

static struct sockaddr_in loopback(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static ssize_t take(struct side *side)
{
    if (splices)
        return splice(side->fd, NULL, side->pipe[1], NULL, PIPE, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    side->start = 0;
    return recv(side->fd, side->buffer, BUFFER, 0);
}

static ssize_t give(struct side *side)
{
    if (splices)
        return splice(side->pipe[0], NULL, side->other->fd, NULL, side->held, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    return send(side->other->fd, side->buffer + side->start, side->held, MSG_NOSIGNAL);
}

/* Moves what can be moved; false when the connection is broken. Edge-triggered: until one side says no. */
static bool move(struct side *side)
{
    for (;;) {
        while (side->held > 0) {
            ssize_t given = give(side);
            if (given < 0)
                return errno == EAGAIN;
            side->held -= (size_t)given;
            side->start += (size_t)given;
        }
        if (side->ended)
            return true;
        ssize_t taken = take(side);
        if (taken < 0)
            return errno == EAGAIN;
        if (taken == 0) {
            side->ended = true;
            shutdown(side->other->fd, SHUT_WR);
            return true;
        }
        side->held = (size_t)taken;
        side->start = 0;
    }
}

static struct side *side_new(int fd)
{
    struct side *side = calloc(1, sizeof(*side));
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    side->fd = fd;
    if (!splices)
        side->buffer = malloc(BUFFER);
    else if (pipe2(side->pipe, O_NONBLOCK) == 0)
        fcntl(side->pipe[1], F_SETPIPE_SZ, PIPE);
    return side;
}

static void side_close(struct side *side)
{
    close(side->fd);
    free(side->buffer);
    if (splices) {
        close(side->pipe[0]);
        close(side->pipe[1]);
    }
    side->dead = true;
}

static void watch(struct side *side)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = side};
    epoll_ctl(loop, EPOLL_CTL_ADD, side->fd, &event);
}

static void connect_to_target(struct side *client)
{
    int up = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (up < 0 || (connect(up, (const struct sockaddr *)&target, sizeof(target)) < 0 && errno != EINPROGRESS))
        give_up("connect");
    client->other = side_new(up);
    client->other->other = client;
    watch(client->other);
}

static void relay_begin(int fd)
{
    struct side *client = side_new(fd);
    if (!is_asked)
        connect_to_target(client);
    watch(client);
}

/* Says 200 at once, and connects. */
static bool answer(struct side *client)
{
    static const char yes[] = "HTTP/1.1 200 OK\r\n\r\n";
    ssize_t got = recv(client->fd, client->buffer, BUFFER, 0);
    if (got <= 0)
        return got < 0 && errno == EAGAIN;
    connect_to_target(client);
    return send(client->fd, yes, sizeof(yes) - 1, MSG_NOSIGNAL) == (ssize_t)sizeof(yes) - 1;
}

/* Frees both sides after the turn, since the turn may hold an event of the other one. */
static size_t serve(struct side *side, struct side **finished, size_t count)
{
    if (side->dead || (side->other == NULL && answer(side)))
        return count;
    if (side->other == NULL) {
        side_close(side);
        finished[count] = side;
        return count + 1;
    }
    bool whole = move(side) && move(side->other);
    bool over = side->ended && side->other->ended && side->held == 0 && side->other->held == 0;
    if (whole && !over)
        return count;
    side_close(side);
    side_close(side->other);
    finished[count] = side;
    return count + 1;
}

int main(int count, char **words)
{
    if (count != 4)
        return 2;
    signal(SIGPIPE, SIG_IGN); /* sendfile and splice have no flag against it */
    splices = strcmp(words[1], "splice") == 0;
    is_asked = strcmp(words[1], "connect") == 0;
    struct sockaddr_in here = loopback(words[2]);
    target = loopback(words[3]);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(listener, (struct sockaddr *)&here, sizeof(here)) < 0 || listen(listener, 4096) < 0)
        give_up("bind");
    loop = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(loop, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        struct epoll_event events[256];
        struct side *finished[256];
        size_t done = 0;
        int ready = epoll_wait(loop, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr != NULL) {
                done = serve(events[i].data.ptr, finished, done);
                continue;
            }
            for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;)
                relay_begin(fd);
        }
        for (size_t i = 0; i < done; i++) {
            free(finished[i]->other);
            free(finished[i]);
        }
    }
}
