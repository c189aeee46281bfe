/* SPDX-License-Identifier: Apache-2.0 */
/* Tries to get past the rules. A datagram that our own filter refuses fails in send(2) with EPERM, at once: nobody else
 * on the way can make it so. A connection that is turned to the gate is told a secret by it. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/redirect.h"

enum { PROBE_PORT = 443 };

static const struct {
    const char *name;
    const char *text;
} findings[REDIRECT_FINDING_COUNT] = {
    [REDIRECT_HOLDS] = {"holds", "all others are held to the gate"},
    [REDIRECT_UDP_LEAVES] =
        {"udp_leaves",
         "a datagram left the network namespace: nobody is held to the gate; run `exeat redirect apply` in an init "
         "container with NET_ADMIN, before the shop starts"},
    [REDIRECT_TCP_LEAVES] =
        {"tcp_leaves",
         "a connection was not turned to the gate: the rules in force are not those of this configuration; run `exeat "
         "redirect apply` in an init container with NET_ADMIN"},
    [REDIRECT_TCP_FOREIGN] =
        {"tcp_foreign",
         "somebody else took a connection that should be turned to the gate: does a service mesh redirect, too?"},
    [REDIRECT_NO_ROUTE] = {"no_route", "this network namespace has no default route, so that nothing can be tried"},
    [REDIRECT_WRONG_USER] =
        {"wrong_user",
         "the gate does not run as redirect.uid: its own connections are turned back to it; set redirect.uid"},
};

const char *redirect_finding_name(enum redirect_finding finding)
{
    ASSERT(finding < REDIRECT_FINDING_COUNT);
    return findings[finding].name;
}

const char *redirect_finding_text(enum redirect_finding finding)
{
    ASSERT(finding < REDIRECT_FINDING_COUNT);
    return findings[finding].text;
}

/* --- one socket ------------------------------------------------------------------------------------------------------
 */

/* How one attempt ended. */
enum attempt { HELD, LEFT, FOREIGN, NO_WAY };

/* Said by our own kernel before anything is sent; the same said later comes from somebody on the way. */
static bool has_no_way(int error)
{
    return error == ENETUNREACH || error == EADDRNOTAVAIL || error == EAFNOSUPPORT || error == EHOSTUNREACH ||
           error == ENETDOWN;
}

static int open_to(const struct address *to, int type, int *error)
{
    struct sockaddr_storage name;
    socklen_t length = address_to_socket(to, PROBE_PORT, &name);
    int descriptor = socket(name.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool done = descriptor >= 0 && connect(descriptor, (const struct sockaddr *)&name, length) == 0;
    *error = done ? 0 : errno;
    return descriptor;
}

static enum attempt try_datagram(const struct address *to)
{
    int error;
    int descriptor = open_to(to, SOCK_DGRAM, &error);
    if (error == 0)
        error = send(descriptor, "", 1, MSG_NOSIGNAL) == 1 ? 0 : errno;
    if (descriptor >= 0)
        close(descriptor);
    return error == EPERM ? HELD : has_no_way(error) ? NO_WAY : LEFT;
}

static bool wait_for(int descriptor, short events, int limit_ms)
{
    struct pollfd poll_one = {.fd = descriptor, .events = events};
    return poll(&poll_one, 1, limit_ms) == 1;
}

/* Waits for the end of the connection or for the whole token. */
static bool hears_token(int descriptor, const struct redirect_trial *trial)
{
    uint8_t said[REDIRECT_TOKEN_SIZE];
    size_t length = 0;
    while (length < sizeof(said) && wait_for(descriptor, POLLIN, trial->limit_ms)) {
        ssize_t got = recv(descriptor, said + length, sizeof(said) - length, 0);
        if (got <= 0)
            break;
        length += (size_t)got;
    }
    return length == sizeof(said) && text_equal_secret(
                                         (struct text){(const char *)said, sizeof(said)},
                                         (struct text){(const char *)trial->token, sizeof(trial->token)});
}

static int connect_error(int descriptor, int limit_ms)
{
    int error = ETIMEDOUT;
    socklen_t length = sizeof(error);
    if (wait_for(descriptor, POLLOUT, limit_ms) && getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
        error = errno;
    return error;
}

static enum attempt judge(int error, bool hears, enum redirect_turned wanted)
{
    if (wanted == REDIRECT_TO_NOBODY)
        return error == ECONNREFUSED ? HELD : error == 0 ? FOREIGN : LEFT;
    return hears ? HELD : error == 0 ? FOREIGN : LEFT;
}

static enum attempt
try_connection(const struct address *to, const struct redirect_trial *trial, enum redirect_turned wanted)
{
    int error;
    int descriptor = open_to(to, SOCK_STREAM, &error);
    bool is_on_its_way = error == EINPROGRESS;
    if (is_on_its_way)
        error = connect_error(descriptor, trial->limit_ms);
    bool hears = error == 0 && wanted == REDIRECT_TO_TOKEN && hears_token(descriptor, trial);
    if (descriptor >= 0)
        close(descriptor);
    return !is_on_its_way && has_no_way(error) ? NO_WAY : judge(error, hears, wanted);
}

/* --- all of them -----------------------------------------------------------------------------------------------------
 */

static enum redirect_finding of_datagrams(enum attempt v4, enum attempt v6)
{
    if (v4 == NO_WAY && v6 == NO_WAY)
        return REDIRECT_NO_ROUTE;
    return v4 == LEFT || v6 == LEFT ? REDIRECT_UDP_LEAVES : REDIRECT_HOLDS;
}

static enum redirect_finding of_connections(enum attempt v4, enum attempt v6)
{
    if (v4 == LEFT || v6 == LEFT)
        return REDIRECT_TCP_LEAVES;
    return v4 == FOREIGN || v6 == FOREIGN ? REDIRECT_TCP_FOREIGN : REDIRECT_HOLDS;
}

enum redirect_finding redirect_try(const struct redirect_trial *trial)
{
    enum redirect_finding finding = of_datagrams(try_datagram(&redirect_probe_v4), try_datagram(&redirect_probe_v6));
    if (finding != REDIRECT_HOLDS)
        return finding;
    return of_connections(
        try_connection(&redirect_probe_v4, trial, trial->v4), try_connection(&redirect_probe_v6, trial, trial->v6));
}
