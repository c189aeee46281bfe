/* SPDX-License-Identifier: Apache-2.0 */
/* Pipes for splice(2): bulk goes from socket to socket without being copied through the process. A pipe is held only
 * while bytes are in it; a worker keeps a few empty ones, and all workers together stay within one budget. */
#include <fcntl.h>
#include <stdatomic.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "net_internal.h"

/* A pipe holds so many pieces of a socket's buffer, one for each of its pages; the more at once, the fewer calls. The
 * kernel grants one unprivileged user 16,384 pages on the node (pipe-user-pages-soft): 32 large pipes and 224 plain
 * ones stay below that. Beyond it new pipes have two pages, and moving so little at a time costs more than copying. */
enum { LARGE_PIPE = 1 << 20, LARGE_PIPES = 32, PLAIN_PIPE = 64 << 10, SPARE_PIPES = 16, REST_AFTER_REFUSAL = 1024 };

void loop_set_pipes(struct loop *loop, struct pipe_budget *budget)
{
    loop->pipe_budget = budget;
}

/* How many are left after this one; -1: none was left. */
static int budget_take(struct pipe_budget *budget)
{
    int left = atomic_load_explicit(&budget->left, memory_order_relaxed);
    while (left > 0)
        if (atomic_compare_exchange_weak(&budget->left, &left, left - 1))
            return left - 1;
    return -1;
}

static struct pipe *pipe_new(bool is_large)
{
    int ends[2];
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0)
        return NULL;
    if (is_large)
        (void)fcntl(ends[1], F_SETPIPE_SZ, LARGE_PIPE);
    int size = fcntl(ends[1], F_GETPIPE_SZ);
    if (size < PLAIN_PIPE)
        size = fcntl(ends[1], F_SETPIPE_SZ, PLAIN_PIPE);
    if (size < PLAIN_PIPE) {
        close(ends[0]);
        close(ends[1]);
        return NULL;
    }
    struct pipe *pipe = base_zalloc(sizeof(*pipe));
    pipe->out = ends[0];
    pipe->in = ends[1];
    return pipe;
}

static void pipe_free(struct pipe_budget *budget, struct pipe *pipe)
{
    close(pipe->in);
    close(pipe->out);
    base_free(pipe);
    atomic_fetch_add(&budget->left, 1);
}

struct pipe *pipe_take(struct loop *loop)
{
    struct pipe *pipe = loop->pipes;
    if (pipe != NULL) {
        loop->pipes = pipe->next;
        loop->spare_pipes--;
        return pipe;
    }
    if (loop->pipe_rest > 0) {
        loop->pipe_rest--;
        return NULL;
    }
    int left = loop->pipe_budget == NULL ? -1 : budget_take(loop->pipe_budget);
    if (left < 0)
        return NULL;
    pipe = pipe_new(left >= PIPE_BUDGET - LARGE_PIPES);
    if (pipe == NULL) {
        atomic_fetch_add(&loop->pipe_budget->left, 1);
        loop->pipe_rest = REST_AFTER_REFUSAL; /* the kernel said no: do not ask it with every read */
    }
    return pipe;
}

void pipe_give(struct loop *loop, struct pipe *pipe)
{
    if (pipe->held > 0 || loop->spare_pipes >= SPARE_PIPES) {
        pipe_free(loop->pipe_budget, pipe);
        return;
    }
    pipe->next = loop->pipes;
    loop->pipes = pipe;
    loop->spare_pipes++;
}

void pipes_free(struct loop *loop)
{
    while (loop->pipes != NULL) {
        struct pipe *next = loop->pipes->next;
        pipe_free(loop->pipe_budget, loop->pipes);
        loop->pipes = next;
    }
}

enum io pipe_fill(struct pipe *pipe, struct channel *from)
{
    ASSERT(pipe->held == 0); /* else IO_AGAIN could mean that the pipe is full */
    return channel_splice_in(from, pipe->in, LARGE_PIPE, &pipe->held);
}

enum io pipe_drain(struct pipe *pipe, struct channel *to, uint64_t *put)
{
    while (pipe->held > 0) {
        size_t count = 0;
        enum io result = channel_splice_out(to, pipe->out, pipe->held, &count);
        if (result != IO_OK)
            return result;
        pipe->held -= count;
        *put += count;
    }
    return IO_OK;
}
