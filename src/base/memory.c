/* SPDX-License-Identifier: Apache-2.0 */
/* The only callers of malloc. Running out of memory ends the process: a gate without memory is closed. */
#include "exeat/base/memory.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "exeat/base/check.h"

static void *or_die(void *block)
{
    if (block == NULL)
        check_failed("out of memory", __FILE__, __LINE__, __func__);
    return block;
}

static size_t at_least_one(size_t size)
{
    return size == 0 ? 1 : size;
}

void *base_alloc(size_t size)
{
    return or_die(malloc(at_least_one(size)));
}

void *base_zalloc(size_t size)
{
    return or_die(calloc(1, at_least_one(size)));
}

void *base_array(size_t count, size_t size)
{
    return or_die(calloc(at_least_one(count), at_least_one(size)));
}

void *base_resize(void *block, size_t count, size_t size)
{
    return or_die(reallocarray(block, at_least_one(count), at_least_one(size)));
}

void base_free(void *block)
{
    free(block);
}

void base_forget(void *block, size_t size)
{
    if (block == NULL)
        return;
    explicit_bzero(block, size);
}

void base_trim(void)
{
    malloc_trim(0);
}

void base_free_secret(void *block, size_t size)
{
    if (block == NULL)
        return;
    base_forget(block, size);
    free(block);
}
