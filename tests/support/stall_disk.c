/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that stalls or fails, put before libc's (LD_PRELOAD): a sync takes SLOW_DISK_MS milliseconds if that is set,
 * and waits while the file named by STALL_DISK exists; while the one named by FAIL_DISK exists, a sync fails with EIO;
 * while FULL_DISK's exists, a write to a -wal file says that the disk is full; while LITTLE_DISK's exists, it has as
 * many bytes free as the file has; while NETWORK_DISK's exists, every disk is NFS. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

static int is_there(const char *variable)
{
    const char *path = getenv(variable);
    return path != NULL && access(path, F_OK) == 0;
}

static int sync_with(const char *name, int descriptor)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *slow = getenv("SLOW_DISK_MS");
    if (slow != NULL)
        usleep((useconds_t)atoi(slow) * 1000);
    while (is_there("STALL_DISK"))
        usleep(1000);
    if (is_there("FAIL_DISK")) {
        errno = EIO;
        return -1;
    }
    return real(descriptor);
}

int fsync(int descriptor)
{
    return sync_with("fsync", descriptor);
}

int fdatasync(int descriptor)
{
    return sync_with("fdatasync", descriptor);
}

static int is_log(int descriptor)
{
    char link[64];
    char path[4096];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof(path) - 1);
    if (length < 4)
        return 0;
    path[length] = '\0';
    return strcmp(path + length - 4, "-wal") == 0;
}

ssize_t pwrite64(int descriptor, const void *data, size_t length, off64_t offset)
{
    ssize_t (*real)(int, const void *, size_t, off64_t) =
        (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
    if (is_there("FULL_DISK") && is_log(descriptor)) {
        errno = ENOSPC;
        return -1;
    }
    return real(descriptor, data, length, offset);
}

int fstatvfs(int descriptor, struct statvfs *out)
{
    int (*real)(int, struct statvfs *) = (int (*)(int, struct statvfs *))dlsym(RTLD_NEXT, "fstatvfs");
    const char *path = getenv("LITTLE_DISK");
    struct stat status;
    int result = real(descriptor, out);
    if (result == 0 && path != NULL && stat(path, &status) == 0)
        out->f_bavail = (fsblkcnt_t)(status.st_size / (off_t)out->f_frsize);
    return result;
}

int statfs(const char *path, struct statfs *out)
{
    int (*real)(const char *, struct statfs *) = (int (*)(const char *, struct statfs *))dlsym(RTLD_NEXT, "statfs");
    int result = real(path, out);
    if (is_there("NETWORK_DISK"))
        out->f_type = 0x6969;
    return result;
}
