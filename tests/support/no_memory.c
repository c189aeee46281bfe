/* SPDX-License-Identifier: Apache-2.0 */
/* Allocations that fail inside one library, put before libc's (LD_PRELOAD). A file that NO_MEMORY names is shared with
 * the test: how often the library has allocated, and at which count it fails. */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct orders {
    char library[32];       /* the beginning of its file's name */
    _Atomic uint64_t count; /* of its allocations since the test set it to 0 */
    _Atomic uint64_t at;    /* which of them fails; 0: none */
    _Atomic uint64_t failed;
    _Atomic uint64_t generation; /* counts up when `library` is another */
};
struct range {
    uintptr_t begin;
    uintptr_t end;
};
static struct orders *orders;
static _Atomic uint64_t known; /* the generation that `code` is of */
static struct range code;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("NO_MEMORY");
    int file = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    void *shared = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(*orders), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    orders = shared == MAP_FAILED ? NULL : shared;
    if (file >= 0)
        close(file);
}

static int find_code(struct dl_phdr_info *info, size_t size, void *out)
{
    (void)size;
    const char *name = strrchr(info->dlpi_name, '/');
    if (name == NULL || strncmp(name + 1, orders->library, strlen(orders->library)) != 0)
        return 0;
    struct range *range = out;
    *range = (struct range){UINTPTR_MAX, 0};
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        uintptr_t at = info->dlpi_addr + part->p_vaddr;
        if (part->p_type != PT_LOAD)
            continue;
        range->begin = at < range->begin ? at : range->begin;
        range->end = at + part->p_memsz > range->end ? at + part->p_memsz : range->end;
    }
    return 1;
}

static int fails(const void *caller)
{
    if (orders == NULL || orders->library[0] == '\0')
        return 0;
    if (atomic_load(&known) != atomic_load(&orders->generation)) {
        struct range found = {0, 0};
        dl_iterate_phdr(find_code, &found);
        code = found;
        atomic_store(&known, atomic_load(&orders->generation));
    }
    if ((uintptr_t)caller < code.begin || (uintptr_t)caller >= code.end)
        return 0;
    if (atomic_fetch_add(&orders->count, 1) + 1 != atomic_load(&orders->at))
        return 0;
    atomic_fetch_add(&orders->failed, 1);
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(block, size);
}
