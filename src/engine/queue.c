/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that wait for a slot. Slots are everybody's, queues are of one worker each: who frees a slot wakes the workers
 * that have somebody waiting, and whoever waits longest there chooses first. */
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/memory.h"

static void on_wake(void *context)
{
    struct engine_queue *queue = context;
    struct list turn;
    struct list_node *node;
    uint64_t count;
    ssize_t got = read(queue->descriptor, &count, sizeof(count));
    (void)got;
    list_init(&turn);
    while ((node = list_take_first(&queue->waits)) != NULL)
        list_append(&turn, node);
    while ((node = list_take_first(&turn)) != NULL) {
        struct engine_wait *wait = list_owner(node, struct engine_wait, node);
        list_append(&queue->waits, node);
        wait->on_turn(wait->context);
    }
}

struct engine_queue *engine_queue_new(struct engines *engines, struct loop *loop)
{
    struct engine_queue *queue = base_zalloc(sizeof(*queue));
    queue->engines = engines;
    queue->descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    ASSERT(queue->descriptor >= 0);
    queue->watch = watch_new(loop, queue->descriptor, on_wake, queue);
    list_init(&queue->waits);
    pthread_mutex_lock(&engines->lock);
    list_append(&engines->queues, &queue->node);
    pthread_mutex_unlock(&engines->lock);
    return queue;
}

void engine_queue_free(struct engine_queue *queue)
{
    if (queue == NULL)
        return;
    pthread_mutex_lock(&queue->engines->lock);
    list_remove(&queue->node);
    pthread_mutex_unlock(&queue->engines->lock);
    watch_free(queue->watch);
    close(queue->descriptor);
    base_free(queue);
}

void engines_wake(struct engines *engines)
{
    static const uint64_t one = 1;
    if (atomic_load(&engines->waiting) == 0)
        return;
    pthread_mutex_lock(&engines->lock);
    for (struct list_node *node = list_first(&engines->queues); node != NULL;
         node = list_next(&engines->queues, node)) {
        struct engine_queue *queue = list_owner(node, struct engine_queue, node);
        if (atomic_load(&queue->length) == 0)
            continue;
        ssize_t put = write(queue->descriptor, &one, sizeof(one));
        (void)put;
    }
    pthread_mutex_unlock(&engines->lock);
}

void engine_wait_begin(struct engine_queue *queue, struct engine_wait *wait, struct engine *engine)
{
    wait->engine = engine;
    atomic_fetch_add(&engine->pulse.waiting, 1);
    atomic_fetch_add(&queue->length, 1);
    atomic_fetch_add(&queue->engines->waiting, 1);
    list_append(&queue->waits, &wait->node);
}

void engine_wait_end(struct engine_queue *queue, struct engine_wait *wait)
{
    if (wait->engine == NULL)
        return;
    list_remove(&wait->node);
    atomic_fetch_sub(&queue->engines->waiting, 1);
    atomic_fetch_sub(&queue->length, 1);
    atomic_fetch_sub(&wait->engine->pulse.waiting, 1);
    wait->engine = NULL;
}
