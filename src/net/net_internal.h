/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of net share. */
#ifndef EXEAT_NET_INTERNAL_H
#define EXEAT_NET_INTERNAL_H

#include <event2/event.h>

#include "exeat/net.h"

struct loop {
    struct event_base *base;  /* owned */
    int wake;                 /* eventfd: loop_stop from another thread */
    struct event *wake_event; /* owned */
    _Atomic bool stopping;
    struct list deferred;
    struct window_block *blocks; /* owned; spare blocks, singly linked */
    size_t spare_blocks;
};

/* A piece of memory for a window; `capacity` bytes follow. */
struct window_block {
    struct window_block *next;
    size_t capacity;
    char data[];
};

struct window_block *block_take(struct loop *loop, size_t capacity);
void block_give(struct loop *loop, struct window_block *block);
void blocks_free(struct loop *loop);

#endif
