/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams in batches: one call of the kernel for what has come, one for the answers that are ready by then. */
#include "exeat/net/datagram.h"

#include <string.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "net_internal.h"

enum { BATCH = 32, CONTROL = 64, QUIET_MS = 1000 };

/* One datagram of a batch, on its way in or out. */
struct slot {
    struct sockaddr_storage name;
    struct iovec part;
    _Alignas(struct cmsghdr) char control[CONTROL];
    uint8_t data[DATAGRAM_MAX];
};
/* The memory of a batch; given back after a second without any. */
struct batch {
    struct mmsghdr headers[BATCH];
    struct slot slots[BATCH];
    size_t count;
};
struct datagrams {
    struct event *event; /* owned */
    struct timer *quiet; /* owned */
    int descriptor;      /* owned */
    datagram_take on_take;
    void *context;
    struct batch *in;  /* owned */
    struct batch *out; /* owned */
    bool is_reading;
};

/* --- out --- */

static void flush(struct datagrams *datagrams)
{
    struct batch *out = datagrams->out;
    if (out == NULL)
        return;
    for (size_t sent = 0; sent < out->count;) {
        int count = sendmmsg(
            datagrams->descriptor, out->headers + sent, (unsigned)(out->count - sent), MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += count > 0 ? (size_t)count : 1; /* one that cannot be sent is lost */
    }
    out->count = 0;
}

uint8_t *datagrams_room(struct datagrams *datagrams, size_t size)
{
    ASSERT(size <= DATAGRAM_MAX);
    if (datagrams->out == NULL)
        datagrams->out = base_zalloc(sizeof(*datagrams->out));
    timer_start(datagrams->quiet, QUIET_MS);
    if (datagrams->out->count == BATCH)
        flush(datagrams);
    return datagrams->out->slots[datagrams->out->count].data;
}

/* The source is the address that was asked, or who asked would not take the answer. */
static void put_source(struct slot *slot, struct msghdr *header, const struct address *own)
{
    if (own->length == 0)
        return;
    bool is_v6 = own->length == 16;
    size_t size = is_v6 ? sizeof(struct in6_pktinfo) : sizeof(struct in_pktinfo);
    header->msg_control = slot->control;
    header->msg_controllen = CMSG_SPACE(size);
    struct cmsghdr *control = CMSG_FIRSTHDR(header);
    control->cmsg_level = is_v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    control->cmsg_type = is_v6 ? IPV6_PKTINFO : IP_PKTINFO;
    control->cmsg_len = CMSG_LEN(size);
    memset(CMSG_DATA(control), 0, size);
    size_t offset = is_v6 ? offsetof(struct in6_pktinfo, ipi6_addr) : offsetof(struct in_pktinfo, ipi_spec_dst);
    memcpy(CMSG_DATA(control) + offset, own->bytes, own->length);
}

void datagrams_send(struct datagrams *datagrams, const struct datagram_peer *peer, size_t length)
{
    struct batch *out = datagrams->out;
    struct slot *slot = &out->slots[out->count];
    struct msghdr *header = &out->headers[out->count].msg_hdr;
    slot->part = (struct iovec){slot->data, length};
    *header = (struct msghdr){.msg_name = &slot->name, .msg_iov = &slot->part, .msg_iovlen = 1};
    header->msg_namelen = address_to_socket(&peer->address, peer->port, &slot->name);
    put_source(slot, header, &peer->own);
    out->count++;
    if (!datagrams->is_reading)
        flush(datagrams);
}

/* --- in --- */

static void prepare(struct batch *in)
{
    for (size_t i = 0; i < BATCH; i++) {
        struct slot *slot = &in->slots[i];
        slot->part = (struct iovec){slot->data, sizeof(slot->data)};
        in->headers[i].msg_hdr = (struct msghdr){
            .msg_name = &slot->name,
            .msg_namelen = sizeof(slot->name),
            .msg_iov = &slot->part,
            .msg_iovlen = 1,
            .msg_control = slot->control,
            .msg_controllen = sizeof(slot->control),
        };
    }
}

static void read_own(struct msghdr *header, struct address *own)
{
    *own = (struct address){.length = 0};
    for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control != NULL; control = CMSG_NXTHDR(header, control)) {
        bool is_v6 = control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO;
        if (!is_v6 && (control->cmsg_level != IPPROTO_IP || control->cmsg_type != IP_PKTINFO))
            continue;
        size_t offset = is_v6 ? offsetof(struct in6_pktinfo, ipi6_addr) : offsetof(struct in_pktinfo, ipi_addr);
        own->length = is_v6 ? 16 : 4;
        memcpy(own->bytes, CMSG_DATA(control) + offset, own->length);
    }
}

static void take(struct datagrams *datagrams, struct mmsghdr *message, const struct slot *slot)
{
    struct datagram_peer peer;
    if ((message->msg_hdr.msg_flags & MSG_TRUNC) != 0 ||
        !address_from_socket((const struct sockaddr *)&slot->name, &peer.address, &peer.port) || peer.port == 0)
        return;
    read_own(&message->msg_hdr, &peer.own);
    datagrams->on_take(datagrams->context, &peer, (struct bytes){slot->data, message->msg_len});
}

static void give_back(struct datagrams *datagrams)
{
    base_free(datagrams->in);
    base_free(datagrams->out);
    datagrams->in = datagrams->out = NULL;
}

/* A full batch has more behind it; others get their turn first. */
static void on_readable(evutil_socket_t descriptor, short events, void *context)
{
    struct datagrams *datagrams = context;
    (void)events;
    if (datagrams->in == NULL)
        datagrams->in = base_zalloc(sizeof(*datagrams->in));
    timer_start(datagrams->quiet, QUIET_MS);
    prepare(datagrams->in);
    int count = recvmmsg(descriptor, datagrams->in->headers, BATCH, MSG_DONTWAIT, NULL);
    datagrams->is_reading = true;
    for (int i = 0; i < count; i++)
        take(datagrams, &datagrams->in->headers[i], &datagrams->in->slots[i]);
    datagrams->is_reading = false;
    flush(datagrams);
}

static void on_quiet(void *context)
{
    give_back(context);
}

struct datagrams *datagrams_new(struct loop *loop, int descriptor, datagram_take on_take, void *context)
{
    struct datagrams *datagrams = base_zalloc(sizeof(*datagrams));
    datagrams->descriptor = descriptor;
    datagrams->on_take = on_take;
    datagrams->context = context;
    datagrams->quiet = timer_new(loop, on_quiet, datagrams);
    datagrams->event = event_new(loop->base, descriptor, EV_READ | EV_PERSIST, on_readable, datagrams);
    ASSERT(datagrams->event != NULL);
    loop_add(datagrams->event, NULL);
    return datagrams;
}

void datagrams_free(struct datagrams *datagrams)
{
    if (datagrams == NULL)
        return;
    event_free(datagrams->event);
    timer_free(datagrams->quiet);
    give_back(datagrams);
    close(datagrams->descriptor);
    base_free(datagrams);
}
