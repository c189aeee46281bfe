/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of one size that one thread uses again and again. */
#ifndef EXEAT_BASE_POOL_H
#define EXEAT_BASE_POOL_H

#include <stddef.h>

struct pool_block;
struct pool {
    size_t size;              /* of a block, at least a pointer's */
    size_t keep;              /* spare blocks kept at most */
    size_t spare_count;       /* the rest is private */
    struct pool_block *spare; /* owned */
};

void *pool_take(struct pool *pool);             /* not zeroed */
void pool_give(struct pool *pool, void *block); /* back, for the next */
void pool_clear(struct pool *pool);             /* frees the spare blocks */

#endif
