/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets, time and names of one worker: loop, timers, listeners, channels, dialling, DNS, tunnels. The only home of
 * libevent and c-ares. Everything here belongs to one loop and is used from its thread, but loop_stop and loop_wake. */
#ifndef EXEAT_NET_H
#define EXEAT_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "exeat/base/attributes.h"
#include "exeat/base/list.h"
#include "exeat/base/text.h"
#include "exeat/model.h"
#include "exeat/name.h"

/* --- loop --- */

struct loop;

struct loop *loop_new(void);       /* of the thread that runs it; never NULL */
void loop_free(struct loop *loop); /* after its channels, timers, watches and resolvers */
void loop_run(struct loop *loop);  /* until loop_stop, which ends one run */
void loop_turn(struct loop *loop); /* waits for something to happen, and does what follows from it */
void loop_stop(struct loop *loop); /* from any thread or callback */
/* The steady clock in microseconds, read once a turn. */
uint64_t loop_now_us(struct loop *loop);

/* Work for the end of the current turn of the loop; queued once, however often it is asked for. Zeroed and `run` set.
 */
struct deferred {
    struct list_node node;
    void (*run)(struct deferred *deferred);
};
/* `deferred` stays the caller's, until it ran or was cancelled. */
void loop_defer(struct loop *loop, struct deferred *deferred);
void deferred_cancel(struct deferred *deferred); /* fine when it is not queued */

/* --- timers and descriptors --- */

/* Starting and stopping cost next to nothing: a timer that is moved to later keeps its place in the loop, and looks
 * again when it gets there. */
struct timer;
typedef void (*timer_function)(void *context);
/* Not started; borrows the context. */
struct timer *timer_new(struct loop *loop, timer_function function, void *context);
void timer_start(struct timer *timer, uint64_t milliseconds); /* once; starting again moves it */
void timer_stop(struct timer *timer);                         /* fine when it is not started */
void timer_free(struct timer *timer);                         /* NULL is fine */

/* Calls back while `descriptor` is readable (level-triggered). The descriptor stays the caller's. */
struct watch;
typedef void (*watch_function)(void *context);
/* Borrows the context. */
struct watch *watch_new(struct loop *loop, int descriptor, watch_function function, void *context);
void watch_free(struct watch *watch); /* NULL is fine */

/* --- channels --- */

/* IO_END: orderly end (FIN, close_notify). IO_FULL: nothing was read, for the buffer holds its limit already; no event
 * will come, so take from it first. Only buffers say so: no channel does, and no write. */
enum io { IO_OK, IO_AGAIN, IO_FULL, IO_END, IO_BROKEN };

/* A non-blocking run of bytes both ways over a connected socket. Edge-triggered: after `on_ready`, try until IO_AGAIN.
 */
struct channel;
typedef void (*channel_ready)(void *context);

/* How bytes get over the socket; TLS puts its own in place. */
struct channel_transport {
    enum io (*read)(void *state, void *out, size_t capacity, size_t *got);
    enum io (*write)(void *state, const struct iovec *parts, int count, size_t *put);
    enum io (*finish)(void *state); /* end our direction; IO_AGAIN: call again when ready */
    void (*release)(void *state);   /* frees the state; must not touch the channel */
    bool (*has_more)(void *state);  /* bytes that were taken off the socket and not read yet */
};

struct channel *
channel_new(struct loop *loop, int descriptor, channel_ready on_ready, void *context); /* takes the descriptor */
/* Of a socket whose connect is under way: `on_ready` comes when it is over, one way or the other. */
struct channel *channel_new_connecting(struct loop *loop, int descriptor, channel_ready on_ready, void *context);
int channel_connected(struct channel *channel); /* how it ended: 0, or an errno */
void channel_free(struct channel *channel);     /* closes; NULL is fine */
void channel_break(struct channel *channel); /* channel_free will close with RST: the peer sees a break, never an end */
void channel_set_handler(struct channel *channel, channel_ready on_ready, void *context);
/* One way of getting bytes over, with its state. */
struct channel_layer {
    const struct channel_transport *transport;
    void *state;
};
struct channel_layer channel_layer(const struct channel *channel); /* the topmost; the channel's */
/* Above the topmost, which is `layer`'s from now on: to be released with it. */
void channel_set_layer(struct channel *channel, struct channel_layer layer);
bool channel_is_plain(const struct channel *channel);
int channel_descriptor(const struct channel *channel);

enum io channel_read(struct channel *channel, void *out, size_t capacity, size_t *got);
enum io channel_write(struct channel *channel, const struct iovec *parts, int count, size_t *put);
enum io channel_finish(struct channel *channel);
/* Has the socket nothing to tell: no bytes, no end, no break since the last read? Costs no system call. A break that
 * came together with the last bytes is seen by the next read or write only. */
bool channel_is_quiet(const struct channel *channel);
/* Has the peer ended or broken it, or spoken, so that nobody was told yet? Costs a system call. */
bool channel_has_ended(const struct channel *channel);
/* Of one whose end was read: did it break off since? Reads no more tell. A system call, where an event came. */
bool channel_has_broken(struct channel *channel);
/* Of one whose last bytes were just read: did it break off with them? One event told of both, and no other will. A
 * system call. */
bool channel_broke_at_once(struct channel *channel);
/* Its peer has acknowledged all that was written, and our end if we have ended, so that a break takes nothing away. If
 * not, its handler is called when it has, or before. A few system calls. */
bool channel_is_delivered(struct channel *channel);
/* The socket itself, below any transport: for transports and for what bypasses them. */
enum io channel_receive(struct channel *channel, void *out, size_t capacity, size_t *got);
/* `more`: another send follows at once, and what does not fill a segment may wait for it. */
enum io channel_send(struct channel *channel, const struct iovec *parts, int count, bool more, size_t *put);

/* --- bytes in flight --- */

/* A run of bytes in a block from the loop's pool. Made with its limit, it is empty and holds no memory; when emptied it
 * gives its block back. The limit belongs to the buffer and not to its bytes: it stays when they go. */
struct inflight_block;
struct inflight {
    struct inflight_block *block;
    uint32_t start;
    uint32_t end;
    uint32_t limit; /* from here on it is full: nothing more is read into it */
};
enum { INFLIGHT_BLOCK = 16384 };

struct inflight inflight_within(uint32_t limit);            /* limit > 0 */
bool inflight_is_full(const struct inflight *inflight);     /* it holds its limit, or more */
struct text inflight_text(const struct inflight *inflight); /* borrowed until the next change, as it is */
size_t inflight_length(const struct inflight *inflight);    /* bytes that are in it */
/* Drops them at the front; count <= length. */
void inflight_consume(struct loop *loop, struct inflight *inflight, size_t count);
void inflight_append(
    struct loop *loop, struct inflight *inflight, struct text text); /* beyond a block or the limit if it must */
/* Moves the first `count` bytes of `from` to the end of `to`: the block itself where that is all there is on both
 * sides. */
void inflight_pass(struct loop *loop, struct inflight *from, size_t count, struct inflight *to);
void inflight_clear(struct loop *loop, struct inflight *inflight);
/* A secret is among its bytes: its block is overwritten before others have it. Nothing, where it is empty. */
void inflight_hide(struct inflight *inflight);
/* Reads what is there, once, up to the limit. IO_AGAIN when nothing came; `got` may be NULL. */
enum io inflight_read(struct loop *loop, struct inflight *inflight, struct channel *channel, size_t *got);
/* Writes all it can; IO_OK when empty, IO_AGAIN when the socket is full. Adds what was written to `*put`. */
enum io inflight_write(struct loop *loop, struct inflight *inflight, struct channel *channel, uint64_t *put);

/* --- listening and dialling --- */

struct listener;
/* `descriptor` is the callee's, also with false: it was turned away; after a few of those the rest waits for the next
 * turn, so that who is served goes first. */
typedef bool (*listener_accept)(void *context, int descriptor, const struct address *peer, uint16_t peer_port);
/* A bound, listening socket that nobody else has: another gate on this port is an error, however it shares the port
 * among its own workers. Port 0 is any. -1 and `error` (base_free): a sentence that names who listens there. */
MUST_CHECK int listener_bind(const struct address *address, uint16_t *port, char **error);
/* A further socket at the address of one that was bound so, for a further worker: the kernel shares out what comes
 * (SO_REUSEPORT). -1 and `error` as above. */
MUST_CHECK int listener_join(int first, char **error);
/* Takes the descriptor. */
struct listener *listener_new(struct loop *loop, int descriptor, listener_accept on_accept, void *context);
void listener_free(struct listener *listener);

/* Lingering close: says `last_words`, ends our side, and reads away what the client still sends, lest a reset take the
 * words from it; for `limit_ms` and `maximum` connections at most, then the oldest goes. */
struct lingering;
/* Of the loop's thread; borrows the loop. */
struct lingering *lingering_new(struct loop *loop, size_t maximum, uint64_t limit_ms);
void lingering_free(struct lingering *lingering);                                          /* NULL is fine */
void lingering_close(struct lingering *lingering, int descriptor, struct text last_words); /* takes the descriptor */

/* The channel is the callee's, without a handler yet; NULL: `error` is the errno. */
typedef void (*dial_done)(void *context, struct channel *channel, int error);
struct dial;
/* Connects to a judged address. Calls back once, never from within, unless cancelled; the caller has the deadline. */
struct dial *dial_start(struct loop *loop, const struct judged_address *to, dial_done on_done, void *context);
/* The same to a Unix socket that was judged: `host`, a HOST_SOCKET. */
struct dial *dial_start_socket(
    struct loop *loop, const struct judged_address *to, const struct host *host, dial_done on_done, void *context);
void dial_cancel(struct dial *dial); /* only before the call back; NULL is fine */

/* --- names --- */

struct resolver;
struct resolver_fixed {
    struct host name;
    const struct address *addresses; /* borrowed for the resolver's life */
    size_t count;
};
struct resolver_options {
    const struct resolver_fixed *fixed; /* answers given instead of all others; borrowed for the resolver's life */
    size_t fixed_count;
    const char *servers;    /* c-ares CSV "ip:port,ip:port"; NULL or "": those of resolv.conf; borrowed likewise */
    const char *hosts_path; /* hosts(5), at most 64 KiB; NULL: none; borrowed likewise */
};
enum resolve_result { RESOLVE_OK, RESOLVE_FAILED, RESOLVE_TIMED_OUT };
enum resolve_source { RESOLVE_BY_ITSELF, RESOLVE_KEPT, RESOLVE_ASKED, RESOLVE_SOURCE_COUNT }; /* ASKED: of DNS */
enum { RESOLVE_MAX = 32 }; /* addresses beyond are dropped */
struct resolved {
    enum resolve_result result;
    enum resolve_source source;
    const char *detail;              /* static: why there is no address; "" with RESOLVE_OK */
    const struct address *addresses; /* borrowed for the call back */
    size_t count;                    /* at least 1 with RESOLVE_OK */
};
typedef void (*resolve_done)(void *context, const struct resolved *resolved);
struct resolve;

/* Borrows the loop and what the options point at. */
struct resolver *resolver_new(struct loop *loop, const struct resolver_options *options);
void resolver_free(struct resolver *resolver); /* who still waits is not called back */
/* Reads the hosts file anew, and forgets all answers. */
void resolver_refresh(struct resolver *resolver);
/* An address is its own answer and localhost is loopback (RFC 6761 6.3); then the hosts file, answers whose TTL has not
 * passed (RFC 2308 where there is nothing), and A and AAAA of exactly this name, as absolute: one waits 50 ms for the
 * other (RFC 8305 section 3). Calls back once, never from within, unless cancelled. There is no deadline but the
 * caller's. */
struct resolve *resolve_start(struct resolver *resolver, const struct host *name, resolve_done on_done, void *context);
void resolve_cancel(struct resolve *resolve); /* only before the call back; NULL is fine */

/* --- pipes, for tunnels (net/tunnel.h) --- */

/* Pipes that all loops of the process may have between them, so that a node's limit for one user is kept. */
struct pipe_budget {
    _Atomic int left;
};
enum { PIPE_BUDGET = 256 };
/* Borrows for the loop's life; without it tunnels copy. SIGPIPE must be ignored: splice(2) has no MSG_NOSIGNAL. */
void loop_set_pipes(struct loop *loop, struct pipe_budget *budget);

#endif
