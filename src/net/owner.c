/* SPDX-License-Identifier: Apache-2.0 */
/* Who owns a socket of this machine, by sock_diag(7) (linux/inet_diag.h): the whole connection is asked for, so that
 * the kernel looks up one socket and dumps nothing. For UDP that look-up is the one for a datagram from the server to
 * the client. */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exeat/base/memory.h"
#include "exeat/net/owner.h"

/* What a user namespace shows of users that it does not know (user_namespaces(7)). */
enum { OVERFLOW_UID = 65534, ANSWERS_MAX = 8 };

struct owners {
    int descriptor; /* -1: this kernel does not answer */
    uint32_t sequence;
};

/* --- an accepted socket ----------------------------------------------------------------------------------------------
 */

/* A client may have an IPv6 socket for an IPv4 address: both are that address. */
static void settle(struct address *address)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (address->length != 16 || memcmp(address->bytes, mapped, sizeof(mapped)) != 0)
        return;
    memmove(address->bytes, address->bytes + sizeof(mapped), 4);
    address->length = 4;
}

static bool read_end(const struct sockaddr_storage *storage, struct address *address, uint16_t *port)
{
    bool good = address_from_socket((const struct sockaddr *)storage, address, port);
    settle(address);
    return good;
}

bool connection_ends_of(int descriptor, struct connection_ends *ends)
{
    ends->socket = CLIENT_CONNECTION;
    struct sockaddr_storage peer = {0};
    struct sockaddr_storage own = {0};
    socklen_t peer_length = sizeof(peer);
    socklen_t own_length = sizeof(own);
    return getpeername(descriptor, (struct sockaddr *)&peer, &peer_length) == 0 &&
           getsockname(descriptor, (struct sockaddr *)&own, &own_length) == 0 &&
           read_end(&peer, &ends->client, &ends->client_port) && read_end(&own, &ends->server, &ends->server_port);
}

/* --- the answer ------------------------------------------------------------------------------------------------------
 */

static struct address address_in(const __be32 words[4], uint8_t family)
{
    struct address found = {.length = family == AF_INET ? 4 : 16};
    memcpy(found.bytes, words, found.length);
    settle(&found);
    return found;
}

static bool is_nowhere(const struct address *address)
{
    return address_class(address) == ADDRESS_UNSPECIFIED;
}

/* The client's own end: a datagram may leave from a socket on every address. */
static bool is_own(const struct address *found, const struct connection_ends *ends)
{
    return address_equal(found, &ends->client) || (ends->socket != CLIENT_CONNECTION && is_nowhere(found));
}

/* Whom it is connected to. */
static bool is_peer(const struct address *found, uint16_t port, const struct connection_ends *ends)
{
    if (ends->socket == CLIENT_DATAGRAM && is_nowhere(found) && port == 0)
        return true;
    return address_equal(found, &ends->server) && port == ends->server_port;
}

static bool is_that(const struct inet_diag_msg *message, const struct connection_ends *ends)
{
    const struct inet_diag_sockid *id = &message->id;
    struct address own = address_in(id->idiag_src, message->idiag_family);
    struct address peer = address_in(id->idiag_dst, message->idiag_family);
    return (message->idiag_family == AF_INET || message->idiag_family == AF_INET6) &&
           ntohs(id->idiag_sport) == ends->client_port && is_own(&own, ends) &&
           is_peer(&peer, ntohs(id->idiag_dport), ends);
}

static enum owner_finding read_error(struct bytes message)
{
    int error;
    if (message.length < NLMSG_HDRLEN + sizeof(error))
        return OWNER_UNHEARD;
    memcpy(&error, message.data + NLMSG_HDRLEN, sizeof(error));
    return error == -ENOENT ? OWNER_NOBODY : OWNER_UNHEARD;
}

/* Nobody has a socket without an inode any more, whatever uid is told with it. */
static enum owner_finding read_socket(struct bytes message, const struct connection_ends *ends, struct owner *owner)
{
    struct inet_diag_msg found;
    if (message.length < NLMSG_HDRLEN + sizeof(found))
        return OWNER_UNHEARD;
    memcpy(&found, message.data + NLMSG_HDRLEN, sizeof(found));
    if (found.idiag_inode == 0)
        return OWNER_NOBODY;
    owner->is_known = found.idiag_uid != OVERFLOW_UID;
    owner->uid = owner->is_known ? found.idiag_uid : 0;
    return owner->is_known && is_that(&found, ends) ? OWNER_FOUND : OWNER_ANOTHER;
}

enum owner_finding
owner_answer_read(struct bytes message, uint32_t sequence, const struct connection_ends *ends, struct owner *owner)
{
    struct nlmsghdr head;
    *owner = (struct owner){.is_known = false};
    if (message.length < NLMSG_HDRLEN)
        return OWNER_UNHEARD;
    memcpy(&head, message.data, sizeof(head));
    if (head.nlmsg_seq != sequence || head.nlmsg_len < NLMSG_HDRLEN || head.nlmsg_len > message.length)
        return OWNER_UNHEARD;
    message.length = head.nlmsg_len;
    if (head.nlmsg_type == NLMSG_ERROR)
        return read_error(message);
    return head.nlmsg_type == SOCK_DIAG_BY_FAMILY ? read_socket(message, ends, owner) : OWNER_UNHEARD;
}

/* --- asking ----------------------------------------------------------------------------------------------------------
 */

struct owners *owners_new(void)
{
    struct owners *owners = base_zalloc(sizeof(*owners));
    owners->descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
    return owners;
}

void owners_free(struct owners *owners)
{
    if (owners == NULL)
        return;
    if (owners->descriptor >= 0)
        close(owners->descriptor);
    base_free(owners);
}

struct question {
    struct nlmsghdr head;
    struct inet_diag_req_v2 request;
};

/* The kernel names a connection as its client does, and a datagram as it goes: "src and dst are swapped for historical
 * reasons" (net/ipv4/udp_diag.c). */
static void put_ends(const struct connection_ends *ends, struct inet_diag_sockid *id)
{
    bool is_turned = ends->socket != CLIENT_CONNECTION;
    const struct address *source = is_turned ? &ends->server : &ends->client;
    const struct address *target = is_turned ? &ends->client : &ends->server;
    id->idiag_sport = htons(is_turned ? ends->server_port : ends->client_port);
    id->idiag_dport = htons(is_turned ? ends->client_port : ends->server_port);
    memcpy(id->idiag_src, source->bytes, source->length);
    memcpy(id->idiag_dst, target->bytes, target->length);
}

static bool ask(const struct owners *owners, const struct connection_ends *ends)
{
    struct question question = {
        .head =
            {
                .nlmsg_len = sizeof(question),
                .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                .nlmsg_flags = NLM_F_REQUEST,
                .nlmsg_seq = owners->sequence,
            },
        .request =
            {
                .sdiag_family = ends->client.length == 4 ? AF_INET : AF_INET6,
                .sdiag_protocol = ends->socket == CLIENT_CONNECTION ? IPPROTO_TCP : IPPROTO_UDP,
                .idiag_states = UINT32_MAX,
                .id = {.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}},
            },
    };
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    put_ends(ends, &question.request.id);
    return sendto(owners->descriptor, &question, sizeof(question), 0, (struct sockaddr *)&kernel, sizeof(kernel)) ==
           (ssize_t)sizeof(question);
}

/* Anybody may send to a netlink socket: only the kernel has port 0. */
static ssize_t receive(const struct owners *owners, uint8_t *out, size_t capacity)
{
    struct sockaddr_nl from = {0};
    socklen_t length = sizeof(from);
    ssize_t got = recvfrom(owners->descriptor, out, capacity, MSG_DONTWAIT, (struct sockaddr *)&from, &length);
    return got > 0 && from.nl_pid != 0 ? 0 : got;
}

/* The kernel has answered before its question has been sent. What lies before the answer is of an older one. */
enum owner_finding owners_look(struct owners *owners, const struct connection_ends *ends, struct owner *owner)
{
    uint8_t bytes[1024];
    enum owner_finding finding = OWNER_UNHEARD;
    *owner = (struct owner){.is_known = false};
    if (owners->descriptor < 0 || ends->client.length != ends->server.length)
        return finding;
    owners->sequence++;
    if (!ask(owners, ends))
        return finding;
    for (int i = 0; i < ANSWERS_MAX && finding == OWNER_UNHEARD; i++) {
        ssize_t got = receive(owners, bytes, sizeof(bytes));
        if (got < 0)
            break;
        finding = owner_answer_read((struct bytes){bytes, (size_t)got}, owners->sequence, ends, owner);
    }
    return finding;
}

struct owner owners_find(struct owners *owners, const struct connection_ends *ends)
{
    struct owner owner;
    return owners_look(owners, ends, &owner) == OWNER_FOUND ? owner : (struct owner){.is_known = false};
}
