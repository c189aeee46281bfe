/* SPDX-License-Identifier: Apache-2.0 */
/* Loop, timers, channels, names and dialling of the fake world. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/net/room.h"
#include "fake.h"
#include "net_internal.h"

struct fake_world fake;

struct timer {
    struct list_node node;
    timer_function function;
    void *context;
    uint64_t due_us; /* 0: stopped */
};
struct watch {
    struct list_node node;
    int descriptor;
    watch_function function;
    void *context;
};
struct channel {
    struct fake_peer *peer;
    channel_ready on_ready;
    void *context;
    struct channel_layer layer;
    bool is_told; /* news that its handler has not been told of */
    bool has_news;
    bool breaks;
};
struct resolve {
    struct list_node node;
    struct address address;
    resolve_done on_done;
    void *context;
};
struct dial {
    struct list_node node;
    struct fake_far far;
    dial_done on_done;
    void *context;
};
static struct {
    uint64_t now_us;
    struct list timers;
    struct list watches;
    struct list questions;
    struct list dials;
} net;

/* --- room --- */

bool room_has_descriptor(struct loop *loop, int newest, enum room_for whom)
{
    (void)loop, (void)newest, (void)whom;
    return !fake.has_no_descriptors;
}

bool room_has_memory(struct loop *loop, uint64_t most)
{
    (void)loop;
    return most == 0 || !fake.has_no_memory;
}

/* --- the loop --- */

void fake_begin(void)
{
    fake.loop = base_zalloc(sizeof(*fake.loop));
    list_init(&fake.loop->deferred);
    list_init(&net.timers);
    list_init(&net.watches);
    list_init(&net.questions);
    list_init(&net.dials);
    net.now_us = 1000000000;
    fake.manners = (struct fake_manners){true, true, AUDIT_RECORDED};
    fake.has_no_descriptors = fake.has_no_memory = false;
    fake.wall_step_us = 0;
    fake.slept_us = 0;
    fake.room = SIZE_MAX;
    fake.session_step[0] = fake.exchange_step[0] = '\0';
    fake.peer_count = fake.decisions = fake.outcomes = 0;
    fake.ledger = (struct fake_ledger){.on_decision = NULL};
    fake.fault = NULL;
    fake.asker = (struct fake_asker){.has_taken = false};
}

void fake_end(void)
{
    for (size_t i = 0; i < fake.peer_count; i++) {
        buffer_clear(&fake.peers[i].sent);
        buffer_clear(&fake.peers[i].heard);
        buffer_clear(&fake.peers[i].far.said);
    }
    buffer_clear(&fake.ledger.decided);
    buffer_clear(&fake.asker.names);
    blocks_free(fake.loop);
    base_free(fake.loop);
}

uint64_t loop_now_us(struct loop *loop)
{
    (void)loop;
    return net.now_us;
}

void loop_defer(struct loop *loop, struct deferred *deferred)
{
    if (!list_has(&deferred->node))
        list_append(&loop->deferred, &deferred->node);
}

void deferred_cancel(struct deferred *deferred)
{
    if (list_has(&deferred->node))
        list_remove(&deferred->node);
}

static bool run_deferred(void)
{
    struct list_node *node = list_take_first(&fake.loop->deferred);
    if (node == NULL)
        return false;
    struct deferred *deferred = list_owner(node, struct deferred, node);
    deferred->run(deferred);
    return true;
}

static bool tell_channel(void)
{
    for (size_t i = 0; i < fake.peer_count; i++) {
        struct channel *channel = fake.peers[i].channel;
        if (channel == NULL || channel->is_told || channel->on_ready == NULL)
            continue;
        channel->is_told = true;
        channel->on_ready(channel->context);
        return true;
    }
    return false;
}

static bool answer_of_itself(void)
{
    if (fake.manners.answers_names && !list_is_empty(&net.questions)) {
        fake_answer_name(true);
        return true;
    }
    if (fake.manners.connects && !list_is_empty(&net.dials)) {
        fake_connect(true);
        return true;
    }
    return false;
}

/* A descriptor that was made readable. */
static bool tell_watch(void)
{
    for (struct list_node *node = list_first(&net.watches); node != NULL; node = list_next(&net.watches, node)) {
        struct watch *watch = list_owner(node, struct watch, node);
        struct pollfd question = {.fd = watch->descriptor, .events = POLLIN};
        if (poll(&question, 1, 0) != 1)
            continue;
        watch->function(watch->context);
        return true;
    }
    return false;
}

struct watch *watch_new(struct loop *loop, int descriptor, watch_function function, void *context)
{
    (void)loop;
    struct watch *watch = base_zalloc(sizeof(*watch));
    *watch = (struct watch){.descriptor = descriptor, .function = function, .context = context};
    list_append(&net.watches, &watch->node);
    return watch;
}

void watch_free(struct watch *watch)
{
    if (watch == NULL)
        return;
    list_remove(&watch->node);
    base_free(watch);
}

void fake_run(void)
{
    enum { MOST = 100000 };
    fake.is_running = true;
    for (int i = 0; tell_channel() || tell_watch() || answer_of_itself() || run_deferred(); i++)
        ASSERT(i < MOST); /* somebody turns in a circle */
    fake.is_running = false;
}

void fake_turn(void)
{
    struct list later;
    struct list_node *node;
    fake.is_running = true;
    while (tell_channel() || tell_watch())
        continue;
    list_init(&later);
    while ((node = list_take_first(&fake.loop->deferred)) != NULL)
        list_append(&later, node);
    while ((node = list_take_first(&later)) != NULL) {
        struct deferred *deferred = list_owner(node, struct deferred, node);
        deferred->run(deferred);
    }
    fake.is_running = false;
}

/* --- time --- */

struct timer *timer_new(struct loop *loop, timer_function function, void *context)
{
    (void)loop;
    struct timer *timer = base_zalloc(sizeof(*timer));
    timer->function = function;
    timer->context = context;
    list_append(&net.timers, &timer->node);
    return timer;
}

void timer_start(struct timer *timer, uint64_t milliseconds)
{
    timer->due_us = net.now_us + milliseconds * 1000 + 1;
}

void timer_stop(struct timer *timer)
{
    timer->due_us = 0;
}

void timer_free(struct timer *timer)
{
    list_remove(&timer->node);
    base_free(timer);
}

static struct timer *next_due(uint64_t until_us)
{
    struct timer *found = NULL;
    for (struct list_node *node = list_first(&net.timers); node != NULL; node = list_next(&net.timers, node)) {
        struct timer *timer = list_owner(node, struct timer, node);
        bool is_due = timer->due_us != 0 && timer->due_us <= until_us;
        if (is_due && (found == NULL || timer->due_us < found->due_us))
            found = timer;
    }
    return found;
}

void fake_pass(uint64_t milliseconds)
{
    uint64_t until_us = net.now_us + milliseconds * 1000;
    struct timer *timer;
    fake_run();
    while ((timer = next_due(until_us)) != NULL) {
        net.now_us = timer->due_us > net.now_us ? timer->due_us : net.now_us;
        timer->due_us = 0;
        timer->function(timer->context);
        fake_run();
    }
    net.now_us = until_us;
}

/* --- peers --- */

static struct fake_peer *peer_new(bool is_upstream)
{
    ASSERT(fake.peer_count < FAKE_PEERS);
    struct fake_peer *peer = &fake.peers[fake.peer_count++];
    *peer = (struct fake_peer){.room = fake.room, .piece = SIZE_MAX, .is_upstream = is_upstream};
    return peer;
}

int fake_client(void)
{
    return FAKE_DESCRIPTOR + (int)(peer_new(false) - fake.peers);
}

struct fake_peer *fake_of(int descriptor)
{
    return &fake.peers[descriptor - FAKE_DESCRIPTOR];
}

struct fake_peer *fake_upstream(void)
{
    for (size_t i = fake.peer_count; i > 0; i--)
        if (fake.peers[i - 1].is_upstream)
            return &fake.peers[i - 1];
    return NULL;
}

static void tell(struct fake_peer *peer)
{
    if (peer->channel == NULL)
        return;
    peer->channel->is_told = false;
    peer->channel->has_news = true;
}

void fake_send_bytes(struct fake_peer *peer, struct text bytes)
{
    buffer_append(&peer->sent, bytes);
    tell(peer);
}

void fake_send(struct fake_peer *peer, const char *text)
{
    fake_send_bytes(peer, text_from(text));
}

void fake_fin(struct fake_peer *peer)
{
    peer->has_ended = true;
    tell(peer);
}

void fake_rst(struct fake_peer *peer)
{
    peer->has_broken = true;
    tell(peer);
}

void fake_make_room(struct fake_peer *peer, size_t room)
{
    peer->room = room;
    tell(peer);
}

void fake_acknowledge(struct fake_peer *peer)
{
    peer->is_slow = false;
    tell(peer);
}

bool fake_heard(const struct fake_peer *peer, const char *text)
{
    size_t length = strlen(text);
    return peer->heard.length >= length && memmem(peer->heard.data, peer->heard.length, text, length) != NULL;
}

void fake_forget(struct fake_peer *peer)
{
    buffer_empty(&peer->heard);
}

/* --- channels --- */

enum io channel_receive(struct channel *channel, void *out, size_t capacity, size_t *got)
{
    struct fake_peer *peer = channel->peer;
    size_t left = peer->sent.length - peer->read;
    channel->has_news = false;
    if (peer->has_broken)
        return IO_BROKEN;
    if (left == 0)
        return peer->has_ended ? IO_END : IO_AGAIN;
    size_t count = left < capacity ? left : capacity;
    count = count < peer->piece ? count : peer->piece;
    memcpy(out, peer->sent.data + peer->read, count);
    peer->read += count;
    channel->has_news = peer->read < peer->sent.length || peer->has_ended;
    *got = count;
    return IO_OK;
}

enum io channel_send(struct channel *channel, const struct iovec *parts, int count, bool more, size_t *put)
{
    (void)more;
    struct fake_peer *peer = channel->peer;
    if (peer->is_upstream)
        fake_far_begin(peer);
    if (peer->has_broken)
        return IO_BROKEN;
    *put = 0;
    for (int i = 0; i < count && peer->room > 0; i++) {
        size_t length = parts[i].iov_len < peer->room ? parts[i].iov_len : peer->room;
        struct text bytes = {parts[i].iov_base, length};
        buffer_append(&peer->heard, bytes);
        if (peer->is_upstream)
            fake_far_write(peer, bytes);
        peer->room -= length;
        *put += length;
    }
    peer->writes += *put > 0 ? 1 : 0;
    return *put > 0 || count == 0 ? IO_OK : IO_AGAIN;
}

enum io channel_splice_in(struct channel *channel, int pipe, size_t most, size_t *got)
{
    (void)channel, (void)pipe, (void)most, (void)got;
    return IO_BROKEN; /* tunnels copy: no channel is plain */
}

enum io channel_splice_out(struct channel *channel, int pipe, size_t most, size_t *put)
{
    (void)channel, (void)pipe, (void)most, (void)put;
    return IO_BROKEN;
}

static enum io plain_read(void *state, void *out, size_t capacity, size_t *got)
{
    return channel_receive(state, out, capacity, got);
}

static enum io plain_write(void *state, const struct iovec *parts, int count, size_t *put)
{
    return channel_send(state, parts, count, false, put);
}

static enum io plain_finish(void *state)
{
    const struct channel *channel = state;
    channel->peer->gate_ended = true;
    return IO_OK;
}

static void plain_release(void *state)
{
    (void)state;
}

static bool plain_has_more(void *state)
{
    (void)state;
    return false;
}

static const struct channel_transport plain = {plain_read, plain_write, plain_finish, plain_release, plain_has_more};

struct channel *channel_new(struct loop *loop, int descriptor, channel_ready on_ready, void *context)
{
    (void)loop;
    struct channel *channel = base_zalloc(sizeof(*channel));
    channel->peer = fake_of(descriptor);
    channel->peer->channel = channel;
    channel->on_ready = on_ready;
    channel->context = context;
    channel->layer = (struct channel_layer){&plain, channel};
    channel->has_news = channel->peer->sent.length > 0 || channel->peer->has_ended || channel->peer->has_broken;
    return channel;
}

void channel_free(struct channel *channel)
{
    if (channel == NULL)
        return;
    channel->layer.transport->release(channel->layer.state);
    channel->peer->gate_broke = channel->breaks;
    channel->peer->gate_ended = true;
    channel->peer->channel = NULL;
    base_free(channel);
}

void channel_break(struct channel *channel)
{
    channel->breaks = true;
}

void channel_set_handler(struct channel *channel, channel_ready on_ready, void *context)
{
    channel->on_ready = on_ready;
    channel->context = context;
    channel->is_told = false;
}

struct channel_layer channel_layer(const struct channel *channel)
{
    return channel->layer;
}

void channel_set_layer(struct channel *channel, struct channel_layer layer)
{
    channel->layer = layer;
}

bool channel_is_plain(const struct channel *channel)
{
    (void)channel;
    return false;
}

int channel_descriptor(const struct channel *channel)
{
    return FAKE_DESCRIPTOR + (int)(channel->peer - fake.peers);
}

enum io channel_read(struct channel *channel, void *out, size_t capacity, size_t *got)
{
    return channel->layer.transport->read(channel->layer.state, out, capacity, got);
}

enum io channel_write(struct channel *channel, const struct iovec *parts, int count, size_t *put)
{
    return channel->layer.transport->write(channel->layer.state, parts, count, put);
}

enum io channel_finish(struct channel *channel)
{
    return channel->layer.transport->finish(channel->layer.state);
}

bool channel_is_quiet(const struct channel *channel)
{
    return !channel->has_news && !channel->layer.transport->has_more(channel->layer.state);
}

bool channel_has_ended(const struct channel *channel)
{
    const struct fake_peer *peer = channel->peer;
    return peer->has_ended || peer->has_broken || peer->read < peer->sent.length;
}

bool channel_has_broken(struct channel *channel)
{
    bool was_told = channel->has_news;
    channel->has_news = false;
    return was_told && channel->peer->has_broken;
}

bool channel_broke_at_once(struct channel *channel)
{
    return channel->peer->has_broken;
}

bool channel_is_delivered(struct channel *channel)
{
    return !channel->peer->is_slow;
}

static size_t length_of(const struct list *list)
{
    size_t count = 0;
    for (struct list_node *node = list_first(list); node != NULL; node = list_next(list, node))
        count++;
    return count;
}

size_t fake_waiting(void)
{
    return fake_undecided() + length_of(&net.questions) + length_of(&net.dials);
}

size_t fake_left(void)
{
    size_t count = length_of(&net.timers) + length_of(&net.questions) + length_of(&net.dials);
    for (size_t i = 0; i < fake.peer_count; i++)
        count += fake.peers[i].channel != NULL ? 1 : 0;
    return count;
}

/* --- names and connections --- */

struct resolve *resolve_start(struct resolver *resolver, const struct host *name, resolve_done on_done, void *context)
{
    (void)resolver;
    struct resolve *resolve = base_zalloc(sizeof(*resolve));
    resolve->address = fake_far_ask(name);
    resolve->on_done = on_done;
    resolve->context = context;
    list_append(&net.questions, &resolve->node);
    return resolve;
}

void resolve_cancel(struct resolve *resolve)
{
    if (resolve == NULL)
        return;
    list_remove(&resolve->node);
    base_free(resolve);
}

bool fake_answer_name(bool good)
{
    struct list_node *node = list_take_first(&net.questions);
    if (node == NULL)
        return false;
    struct resolve *resolve = list_owner(node, struct resolve, node);
    struct address address = resolve->address;
    good = good && address.length > 0;
    const struct resolved resolved = {
        .result = good ? RESOLVE_OK : RESOLVE_FAILED,
        .source = RESOLVE_ASKED,
        .detail = good ? "" : "no such name",
        .addresses = &address,
        .count = good ? 1 : 0,
    };
    resolve_done on_done = resolve->on_done;
    void *context = resolve->context;
    base_free(resolve);
    on_done(context, &resolved);
    return true;
}

struct dial *dial_start(struct loop *loop, const struct judged_address *to, dial_done on_done, void *context)
{
    (void)loop;
    struct dial *dial = base_zalloc(sizeof(*dial));
    fake_far_dial(to, &dial->far);
    dial->on_done = on_done;
    dial->context = context;
    list_append(&net.dials, &dial->node);
    return dial;
}

struct dial *dial_start_socket(
    struct loop *loop, const struct judged_address *to, const struct host *host, dial_done on_done, void *context)
{
    (void)host;
    return dial_start(loop, to, on_done, context);
}

void dial_cancel(struct dial *dial)
{
    if (dial == NULL)
        return;
    list_remove(&dial->node);
    base_free(dial);
}

void fake_connect(bool good)
{
    struct list_node *node = list_take_first(&net.dials);
    if (node == NULL)
        return;
    struct dial *dial = list_owner(node, struct dial, node);
    dial_done on_done = dial->on_done;
    void *context = dial->context;
    struct channel *channel = NULL;
    int error = fake.has_no_descriptors ? EMFILE : good ? 0 : ECONNREFUSED;
    if (error == 0) {
        struct fake_peer *peer = peer_new(true);
        peer->far = dial->far;
        fake_far_connected(&peer->far);
        channel = channel_new(fake.loop, FAKE_DESCRIPTOR + (int)(peer - fake.peers), NULL, NULL);
    }
    base_free(dial);
    on_done(context, channel, error);
}

/* --- more connections than limits.connections: not played here --- */

struct lingering {
    int nothing;
};

struct lingering *lingering_new(struct loop *loop, size_t maximum, uint64_t limit_ms)
{
    (void)loop, (void)maximum, (void)limit_ms;
    return base_zalloc(sizeof(struct lingering));
}

void lingering_free(struct lingering *lingering)
{
    base_free(lingering);
}

void lingering_close(struct lingering *lingering, int descriptor, struct text last_words)
{
    (void)lingering, (void)descriptor, (void)last_words;
}
