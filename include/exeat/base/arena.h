/* SPDX-License-Identifier: Apache-2.0 */
/* A bump allocator: everything made for one request, policy or file, freed at once. */
#ifndef EXEAT_BASE_ARENA_H
#define EXEAT_BASE_ARENA_H

#include <stddef.h>

#include "exeat/base/text.h"

struct arena_block;

/* Zeroed is empty and valid; no memory is held until the first allocation. */
struct arena {
    struct arena_block *blocks; /* owned, newest first */
};

void *arena_alloc(struct arena *arena, size_t size);               /* zeroed, aligned for any type */
void *arena_array(struct arena *arena, size_t count, size_t size); /* zeroed; overflow ends the process */
struct text arena_text(struct arena *arena, struct text text);     /* a copy, NUL-terminated */
void arena_clear(struct arena *arena);                             /* frees all */

#endif
