/* SPDX-License-Identifier: Apache-2.0 */
/* A disk on which one call fails, put before libc's functions (LD_PRELOAD). Counted are the calls that change files
 * under FAULT_ROOT: opens that create, writes, syncs, truncations, renames, unlinks, and mappings that are shared.
 * 1. Each is a line of FAULT_LOG: its number, its name, the file, and FAULT where it was hit.
 * 2. The call numbered FAULT_AT fails as FAULT_KIND says: "eio", "enospc", "short" (half is written, and said to be),
 *    "torn" (half is written, and EIO said), "full" (ENOSPC from there on, until the file FAULT_HEALED is there). */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *setting(const char *name)
{
    const char *value = getenv(name);
    return value == NULL ? "" : value;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* The path under FAULT_ROOT, or NULL. */
static const char *inside(const char *path)
{
    const char *root = setting("FAULT_ROOT");
    size_t length = strlen(root);
    return length > 0 && strncmp(path, root, length) == 0 ? path + length : NULL;
}

static const char *inside_descriptor(int descriptor, char path[4096])
{
    char link[64];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, 4095);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    return inside(path);
}

static void note(unsigned number, const char *call, const char *path, int hit)
{
    char line[4200];
    int length = snprintf(line, sizeof(line), "%u %s %s%s\n", number, call, path, hit ? " FAULT" : "");
    int log = (int)syscall(SYS_openat, AT_FDCWD, setting("FAULT_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0)
        return;
    syscall(SYS_write, log, line, length);
    syscall(SYS_close, log);
}

/* Counts the call; true: it is to fail. */
static int is_hit(const char *call, const char *path)
{
    static atomic_uint calls;
    if (path == NULL)
        return 0;
    unsigned number = atomic_fetch_add(&calls, 1) + 1;
    unsigned at = (unsigned)atoi(setting("FAULT_AT"));
    int stays = strcmp(setting("FAULT_KIND"), "full") == 0;
    int hit = at != 0 && (number == at || (stays && number > at && access(setting("FAULT_HEALED"), F_OK) != 0));
    int saved = errno;
    note(number, call, path, hit);
    errno = saved;
    return hit;
}

static int is_kind(const char *kind)
{
    return strcmp(setting("FAULT_KIND"), kind) == 0;
}

static int failed(void)
{
    errno = is_kind("enospc") || is_kind("full") ? ENOSPC : EIO;
    return -1;
}

/* --- writes --- */

/* How much of a write that was hit is done, and what is said of it. */
static size_t part(size_t length)
{
    return is_kind("short") || is_kind("torn") ? (length + 1) / 2 : 0;
}

static ssize_t said(ssize_t written)
{
    return is_kind("short") ? written : failed();
}

ssize_t write(int descriptor, const void *data, size_t length)
{
    char path[4096];
    if (!is_hit("write", inside_descriptor(descriptor, path)))
        return REAL(write)(descriptor, data, length);
    return said(part(length) == 0 ? 0 : REAL(write)(descriptor, data, part(length)));
}

ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t offset)
{
    char path[4096];
    if (!is_hit("pwrite", inside_descriptor(descriptor, path)))
        return REAL(pwrite64)(descriptor, data, length, offset);
    return said(part(length) == 0 ? 0 : REAL(pwrite64)(descriptor, data, part(length), offset));
}

ssize_t pwrite(int descriptor, const void *data, size_t length, off_t offset)
{
    return pwrite64(descriptor, data, length, offset);
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags)
{
    char path[4096];
    if (is_hit("copy_file_range", inside_descriptor(to, path)))
        return failed();
    return REAL(copy_file_range)(from, from_at, to, to_at, length, flags);
}

/* --- syncs and sizes --- */

int fsync(int descriptor)
{
    char path[4096];
    return is_hit("fsync", inside_descriptor(descriptor, path)) ? failed() : REAL(fsync)(descriptor);
}

int fdatasync(int descriptor)
{
    char path[4096];
    return is_hit("fdatasync", inside_descriptor(descriptor, path)) ? failed() : REAL(fdatasync)(descriptor);
}

int ftruncate64(int descriptor, off64_t length)
{
    char path[4096];
    return is_hit("ftruncate", inside_descriptor(descriptor, path)) ? failed() : REAL(ftruncate64)(descriptor, length);
}

int ftruncate(int descriptor, off_t length)
{
    return ftruncate64(descriptor, length);
}

int posix_fallocate64(int descriptor, off64_t offset, off64_t length)
{
    char path[4096];
    if (is_hit("fallocate", inside_descriptor(descriptor, path)))
        return failed(), errno; /* it gives the error, not errno */
    return REAL(posix_fallocate64)(descriptor, offset, length);
}

int posix_fallocate(int descriptor, off_t offset, off_t length)
{
    return posix_fallocate64(descriptor, offset, length);
}

int fchmod(int descriptor, mode_t mode)
{
    char path[4096];
    return is_hit("fchmod", inside_descriptor(descriptor, path)) ? failed() : REAL(fchmod)(descriptor, mode);
}

void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off64_t offset)
{
    char path[4096];
    if ((flags & MAP_SHARED) != 0 && descriptor >= 0 && is_hit("mmap", inside_descriptor(descriptor, path))) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, address, length, protection, flags, descriptor, offset);
}

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset)
{
    return mmap64(address, length, protection, flags, descriptor, offset);
}

/* --- names --- */

static int open_as(int folder, const char *path, int flags, mode_t mode)
{
    if ((flags & O_CREAT) != 0 && is_hit("open", inside(path)))
        return failed();
    return (int)syscall(SYS_openat, folder, path, flags, mode);
}

#define MODE_OF(flags, mode)                                                                                           \
    mode_t mode = 0;                                                                                                   \
    if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {                                                                      \
        va_list arguments;                                                                                             \
        va_start(arguments, flags);                                                                                    \
        mode = va_arg(arguments, mode_t);                                                                              \
        va_end(arguments);                                                                                             \
    }

int open64(const char *path, int flags, ...)
{
    MODE_OF(flags, mode)
    return open_as(AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    MODE_OF(flags, mode)
    return open_as(AT_FDCWD, path, flags, mode);
}

int unlink(const char *path)
{
    return is_hit("unlink", inside(path)) ? failed() : REAL(unlink)(path);
}

int rename(const char *from, const char *to)
{
    return is_hit("rename", inside(to)) ? failed() : REAL(rename)(from, to);
}

int mkdir(const char *path, mode_t mode)
{
    return is_hit("mkdir", inside(path)) ? failed() : REAL(mkdir)(path, mode);
}

int chmod(const char *path, mode_t mode)
{
    return is_hit("chmod", inside(path)) ? failed() : REAL(chmod)(path, mode);
}
