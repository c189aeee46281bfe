/* SPDX-License-Identifier: Apache-2.0 */
/* What each thread holds of the heap, put before libc's malloc (LD_PRELOAD): rows of three numbers (thread, bytes with
 * their overhead, blocks) in the file named by COUNT_BYTES, for whoever maps it. A block counts for who allocates it,
 * and against who frees it. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROWS = 64, OVERHEAD = 8 /* of a block: its size */ };

struct row {
    int64_t thread;
    int64_t bytes;
    int64_t blocks;
};

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

static struct row *rows; /* NULL before main: nobody asks for what the loader holds */
static atomic_int row_count;
static __thread struct row *mine __attribute__((tls_model("initial-exec")));

__attribute__((constructor)) static void map_rows(void)
{
    const char *path = getenv("COUNT_BYTES");
    int file = path == NULL ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, ROWS * sizeof(struct row)) != 0)
        return;
    void *shared = mmap(NULL, ROWS * sizeof(struct row), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    rows = shared == MAP_FAILED ? NULL : shared;
}

static void count(int64_t bytes, int64_t blocks)
{
    if (rows == NULL)
        return;
    if (mine == NULL) {
        int row = atomic_fetch_add(&row_count, 1);
        mine = &rows[row < ROWS ? row : ROWS - 1];
        mine->thread = gettid();
    }
    mine->bytes += bytes;
    mine->blocks += blocks;
}

static int64_t cost_of(void *block)
{
    return (int64_t)(malloc_usable_size(block) + OVERHEAD);
}

static void *counted(void *block)
{
    if (block != NULL)
        count(cost_of(block), 1);
    return block;
}

void *malloc(size_t size)
{
    return counted(__libc_malloc(size));
}

void *calloc(size_t number, size_t size)
{
    return counted(__libc_calloc(number, size));
}

void *realloc(void *block, size_t size)
{
    int64_t before = block == NULL ? 0 : cost_of(block);
    void *after = __libc_realloc(block, size);
    if (after == NULL && size > 0)
        return NULL;
    count((after == NULL ? 0 : cost_of(after)) - before, (after != NULL) - (block != NULL));
    return after;
}

void *memalign(size_t alignment, size_t size)
{
    return counted(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *block = memalign(alignment, size);
    if (block == NULL)
        return ENOMEM;
    *out = block;
    return 0;
}

void free(void *block)
{
    if (block != NULL)
        count(-cost_of(block), -1);
    __libc_free(block);
}
