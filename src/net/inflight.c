/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes in flight between two channels, in blocks that are held only while there are bytes. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "net_internal.h"

enum { SPARE_BLOCKS = 64 };

static struct inflight_block *block_take(struct loop *loop, size_t capacity)
{
    struct inflight_block *block = loop->blocks;
    if (block != NULL && capacity <= INFLIGHT_BLOCK) {
        loop->blocks = block->next;
        loop->spare_blocks--;
        block->is_secret = false;
        return block;
    }
    if (capacity < INFLIGHT_BLOCK)
        capacity = INFLIGHT_BLOCK;
    block = base_alloc(sizeof(*block) + capacity);
    block->capacity = capacity;
    block->is_secret = false;
    return block;
}

static void block_give(struct loop *loop, struct inflight_block *block)
{
    if (block->is_secret)
        base_forget(block->data, block->capacity);
    if (block->capacity != INFLIGHT_BLOCK || loop->spare_blocks >= SPARE_BLOCKS) {
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
        struct inflight_block *next = loop->blocks->next;
        base_free(loop->blocks);
        loop->blocks = next;
    }
}

struct inflight inflight_within(uint32_t limit)
{
    return (struct inflight){.limit = limit};
}

bool inflight_is_full(const struct inflight *inflight)
{
    return inflight_length(inflight) >= inflight->limit;
}

struct text inflight_text(const struct inflight *inflight)
{
    if (inflight->block == NULL)
        return TEXT("");
    return (struct text){inflight->block->data + inflight->start, inflight->end - inflight->start};
}

size_t inflight_length(const struct inflight *inflight)
{
    return inflight->end - inflight->start;
}

void inflight_clear(struct loop *loop, struct inflight *inflight)
{
    if (inflight->block != NULL)
        block_give(loop, inflight->block);
    *inflight = inflight_within(inflight->limit);
}

void inflight_hide(struct inflight *inflight)
{
    if (inflight->block != NULL)
        inflight->block->is_secret = true;
}

void inflight_consume(struct loop *loop, struct inflight *inflight, size_t count)
{
    ASSERT(count <= inflight_length(inflight));
    inflight->start += (uint32_t)count;
    if (inflight->start == inflight->end)
        inflight_clear(loop, inflight);
}

/* Room for `more` bytes after the end: by moving to the front, or into a larger block. */
static void make_room(struct loop *loop, struct inflight *inflight, size_t more)
{
    size_t length = inflight_length(inflight);
    ASSERT(more <= UINT32_MAX - inflight->end);
    if (inflight->block == NULL) {
        inflight->block = block_take(loop, more);
        return;
    }
    if (inflight->block->capacity - inflight->end >= more)
        return;
    if (inflight->block->capacity - length >= more) {
        memmove(inflight->block->data, inflight->block->data + inflight->start, length);
    } else {
        size_t capacity = inflight->block->capacity * 2;
        struct inflight_block *larger = block_take(loop, capacity > length + more ? capacity : length + more);
        memcpy(larger->data, inflight->block->data + inflight->start, length);
        larger->is_secret = inflight->block->is_secret;
        block_give(loop, inflight->block);
        inflight->block = larger;
    }
    inflight->start = 0;
    inflight->end = (uint32_t)length;
}

void inflight_append(struct loop *loop, struct inflight *inflight, struct text text)
{
    if (text.length == 0)
        return;
    make_room(loop, inflight, text.length);
    memcpy(inflight->block->data + inflight->end, text.data, text.length);
    inflight->end += (uint32_t)text.length;
}

void inflight_pass(struct loop *loop, struct inflight *from, size_t count, struct inflight *to)
{
    if (inflight_length(to) == 0 && count == inflight_length(from)) {
        inflight_clear(loop, to);
        *to = (struct inflight){from->block, from->start, from->end, to->limit};
        *from = inflight_within(from->limit);
        return;
    }
    inflight_append(loop, to, text_part(inflight_text(from), 0, count));
    if (from->block != NULL && from->block->is_secret)
        inflight_hide(to);
    inflight_consume(loop, from, count);
}

enum io inflight_read(struct loop *loop, struct inflight *inflight, struct channel *channel, size_t *got)
{
    size_t count = 0;
    ASSERT(inflight->limit > 0); /* it was made with one */
    if (got != NULL)
        *got = 0;
    if (inflight_is_full(inflight))
        return IO_FULL;
    if (inflight->block == NULL || inflight->end == inflight->block->capacity)
        make_room(loop, inflight, 1);
    size_t room = inflight->block->capacity - inflight->end;
    if (room > inflight->limit - inflight_length(inflight))
        room = inflight->limit - inflight_length(inflight);
    enum io result = channel_read(channel, inflight->block->data + inflight->end, room, &count);
    if (result == IO_OK)
        inflight->end += (uint32_t)count;
    if (inflight->start == inflight->end)
        inflight_clear(loop, inflight);
    if (got != NULL && result == IO_OK)
        *got = count;
    return result;
}

enum io inflight_write(struct loop *loop, struct inflight *inflight, struct channel *channel, uint64_t *put)
{
    while (inflight_length(inflight) > 0) {
        struct iovec part = {inflight->block->data + inflight->start, inflight_length(inflight)};
        size_t count = 0;
        enum io result = channel_write(channel, &part, 1, &count);
        if (result != IO_OK)
            return result;
        *put += count;
        inflight_consume(loop, inflight, count);
    }
    return IO_OK;
}
