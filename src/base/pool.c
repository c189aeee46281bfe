/* SPDX-License-Identifier: Apache-2.0 */
/* A stack of spare blocks. Under AddressSanitizer nothing is kept, so that it sees a block that is used after it was
 * given back. */
#include "exeat/base/pool.h"

#include <stdint.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"

struct pool_block {
    struct pool_block *next;
};

#ifdef __SANITIZE_ADDRESS__
static const size_t most_kept = 0;
#else
static const size_t most_kept = SIZE_MAX;
#endif

void *pool_take(struct pool *pool)
{
    struct pool_block *block = pool->spare;
    ASSERT(pool->size >= sizeof(*block));
    if (block == NULL)
        return base_alloc(pool->size);
    pool->spare = block->next;
    pool->spare_count--;
    return block;
}

void pool_give(struct pool *pool, void *block)
{
    struct pool_block *spare = block;
    if (spare == NULL)
        return;
    if (pool->spare_count >= pool->keep || pool->spare_count >= most_kept) {
        base_free(spare);
        return;
    }
    spare->next = pool->spare;
    pool->spare = spare;
    pool->spare_count++;
}

void pool_clear(struct pool *pool)
{
    while (pool->spare != NULL) {
        struct pool_block *next = pool->spare->next;
        base_free(pool->spare);
        pool->spare = next;
    }
    pool->spare_count = 0;
}
