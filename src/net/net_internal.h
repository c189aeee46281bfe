/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of net share. */
#ifndef EXEAT_NET_INTERNAL_H
#define EXEAT_NET_INTERNAL_H

#include <event2/event.h>
#include <event2/event_struct.h>

#include "exeat/net.h"
#include "exeat/net/tunnel.h"

/* room.c: what was seen last; steady microseconds, 0: never. */
struct memory_look {
    uint64_t bytes;
    uint64_t seen_us;
    uint64_t trimmed_us;
};

struct loop {
    struct event_base *base;  /* owned */
    int wake;                 /* eventfd: loop_stop from another thread */
    struct event *wake_event; /* owned */
    _Atomic bool stopping;
    struct list deferred;
    uint64_t now_us;               /* 0: not read in this turn */
    uint64_t descriptors;          /* RLIMIT_NOFILE; 0: not read in this turn */
    struct inflight_block *blocks; /* owned; spare blocks, singly linked */
    size_t spare_blocks;
    struct pipe_budget *pipe_budget; /* borrowed; NULL: this loop never splices */
    struct pipe *pipes;              /* owned; spare pipes, empty, singly linked */
    size_t spare_pipes;
    unsigned pipe_rest; /* pipes that are not asked for after the kernel refused one */
    struct memory_look memory;
};

/* A piece of memory for bytes in flight; `capacity` bytes follow. */
struct inflight_block {
    struct inflight_block *next;
    size_t capacity;
    bool is_secret; /* it is overwritten before it is given back */
    char data[];
};

void blocks_free(struct loop *loop);

/* event.c: an event that is not in the loop would be a deadline that never comes, or a peer that is never heard:
 * without the memory for it the process ends. */
void loop_add(struct event *event, const struct timeval *after);

/* channel.c: between a plain channel's socket and a pipe that is empty (in) or holds `most` bytes (out). */
enum io channel_splice_in(struct channel *channel, int pipe, size_t most, size_t *got);
enum io channel_splice_out(struct channel *channel, int pipe, size_t most, size_t *put);

/* A pipe between two plain sockets; `held` bytes are in it. */
struct pipe {
    struct pipe *next;
    int in;
    int out;
    size_t held;
};

struct pipe *pipe_take(struct loop *loop); /* an empty one; NULL: there is none to have, copy */
void pipe_give(struct loop *loop, struct pipe *pipe);
void pipes_free(struct loop *loop);
/* Moves what is there, once, into an empty pipe. */
enum io pipe_fill(struct pipe *pipe, struct channel *from);
/* Moves all it can; IO_OK when the pipe is empty. Adds what was moved to `*put`. */
enum io pipe_drain(struct pipe *pipe, struct channel *to, uint64_t *put);

/* listener_bind.c: an address and port to listen on. */
struct place {
    struct address address;
    uint16_t port;
};
bool place_set(int descriptor, int level, int option); /* an option that is a flag */
struct place place_of(int descriptor);                 /* of a bound socket */
/* Closes the descriptor, unless it is -1; `error` says why, by errno. Returns -1. */
int place_fail(int descriptor, const struct place *place, char **error);

#endif
