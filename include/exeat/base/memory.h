/* SPDX-License-Identifier: Apache-2.0 */
/* The only home of malloc. An allocation that fails ends the process: a gate without memory is closed. */
#ifndef EXEAT_BASE_MEMORY_H
#define EXEAT_BASE_MEMORY_H

#include <stddef.h>

void *base_alloc(size_t size);                             /* never NULL, as all below; not zeroed */
void *base_zalloc(size_t size);                            /* zeroed */
void *base_array(size_t count, size_t size);               /* zeroed; overflow ends the process */
void *base_resize(void *block, size_t count, size_t size); /* what is new is not zeroed */
void base_free(void *block);                               /* NULL is fine */
/* Overwrites before freeing, in a way the compiler may not drop. For keys and tokens. */
void base_free_secret(void *block, size_t size);
void base_forget(void *block, size_t size);
/* Gives freed memory back to the system: after something large was read and is gone. */
void base_trim(void);

#endif
