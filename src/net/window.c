/* SPDX-License-Identifier: Apache-2.0 */
/* Windows: the bytes in flight between two streams, in blocks that are held only while there are bytes. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "net_internal.h"

enum { SPARE_BLOCKS = 64 };

static struct window_block *block_take(struct loop *loop, size_t capacity)
{
    struct window_block *block = loop->blocks;
    if (block != NULL && capacity <= WINDOW_BLOCK) {
        loop->blocks = block->next;
        loop->spare_blocks--;
        return block;
    }
    if (capacity < WINDOW_BLOCK)
        capacity = WINDOW_BLOCK;
    block = base_alloc(sizeof(*block) + capacity);
    block->capacity = capacity;
    return block;
}

static void block_give(struct loop *loop, struct window_block *block)
{
    if (block->capacity != WINDOW_BLOCK || loop->spare_blocks >= SPARE_BLOCKS) {
        base_free(block);
        return;
    }
    block->next = loop->blocks;
    loop->blocks = block;
    loop->spare_blocks++;
}

void blocks_free(struct loop *loop)
{
    while (loop->blocks != NULL) {
        struct window_block *next = loop->blocks->next;
        base_free(loop->blocks);
        loop->blocks = next;
    }
}

struct text window_text(const struct window *window)
{
    if (window->block == NULL)
        return TEXT("");
    return (struct text){window->block->data + window->start, window->end - window->start};
}

size_t window_length(const struct window *window)
{
    return window->end - window->start;
}

void window_clear(struct loop *loop, struct window *window)
{
    if (window->block != NULL)
        block_give(loop, window->block);
    *window = (struct window){0};
}

void window_consume(struct loop *loop, struct window *window, size_t count)
{
    ASSERT(count <= window_length(window));
    window->start += count;
    if (window->start == window->end)
        window_clear(loop, window);
}

/* Room for `more` bytes after the end: by moving to the front, or into a larger block. */
static void make_room(struct loop *loop, struct window *window, size_t more)
{
    size_t length = window_length(window);
    if (window->block == NULL) {
        window->block = block_take(loop, more);
        return;
    }
    if (window->block->capacity - window->end >= more)
        return;
    if (window->block->capacity - length >= more) {
        memmove(window->block->data, window->block->data + window->start, length);
    } else {
        size_t capacity = window->block->capacity * 2;
        struct window_block *larger = block_take(loop, capacity > length + more ? capacity : length + more);
        memcpy(larger->data, window->block->data + window->start, length);
        block_give(loop, window->block);
        window->block = larger;
    }
    window->start = 0;
    window->end = length;
}

void window_append(struct loop *loop, struct window *window, struct text text)
{
    if (text.length == 0)
        return;
    make_room(loop, window, text.length);
    memcpy(window->block->data + window->end, text.data, text.length);
    window->end += text.length;
}

void window_pass(struct loop *loop, struct window *from, size_t count, struct window *to)
{
    if (window_length(to) == 0 && count == window_length(from)) {
        window_clear(loop, to);
        *to = *from;
        *from = (struct window){0};
        return;
    }
    window_append(loop, to, text_part(window_text(from), 0, count));
    window_consume(loop, from, count);
}

enum io window_read(struct loop *loop, struct window *window, struct stream *stream, size_t limit, size_t *got)
{
    size_t length = window_length(window);
    size_t count = 0;
    if (got != NULL)
        *got = 0;
    if (length >= limit)
        return IO_AGAIN;
    if (window->block == NULL || window->end == window->block->capacity)
        make_room(loop, window, 1);
    size_t room = window->block->capacity - window->end;
    if (room > limit - length)
        room = limit - length;
    enum io result = stream_read(stream, window->block->data + window->end, room, &count);
    if (result == IO_OK)
        window->end += count;
    if (window->start == window->end)
        window_clear(loop, window);
    if (got != NULL && result == IO_OK)
        *got = count;
    return result;
}

enum io window_write(struct loop *loop, struct window *window, struct stream *stream, uint64_t *put)
{
    while (window_length(window) > 0) {
        struct iovec part = {window->block->data + window->start, window_length(window)};
        size_t count = 0;
        enum io result = stream_write(stream, &part, 1, &count);
        if (result != IO_OK)
            return result;
        *put += count;
        window_consume(loop, window, count);
    }
    return IO_OK;
}
