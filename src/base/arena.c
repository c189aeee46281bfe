/* SPDX-License-Identifier: Apache-2.0 */
/* A bump allocator over a chain of blocks. */
#include "exeat/base/arena.h"

#include <stddef.h>
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"

enum { ARENA_BLOCK = 4096 };

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t capacity;
    max_align_t data[];
};

static struct arena_block *block_new(size_t capacity, struct arena_block *next)
{
    struct arena_block *block = base_alloc(sizeof(*block) + capacity);
    block->next = next;
    block->used = 0;
    block->capacity = capacity;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    ASSERT(size < SIZE_MAX / 2);
    size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    struct arena_block *block = arena->blocks;
    if (block == NULL || block->capacity - block->used < size) {
        block = block_new(size > ARENA_BLOCK ? size : ARENA_BLOCK, block);
        arena->blocks = block;
    }
    void *memory = (char *)block->data + block->used;
    block->used += size;
    memset(memory, 0, size);
    return memory;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    ASSERT(size == 0 || count < SIZE_MAX / 2 / size);
    return arena_alloc(arena, count * size);
}

struct text arena_text(struct arena *arena, struct text text)
{
    char *copy = arena_alloc(arena, text.length + 1);
    if (text.length > 0)
        memcpy(copy, text.data, text.length);
    return (struct text){copy, text.length};
}

static void free_blocks(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *next = block->next;
        base_free(block);
        block = next;
    }
}

void arena_clear(struct arena *arena)
{
    free_blocks(arena->blocks);
    arena->blocks = NULL;
}
