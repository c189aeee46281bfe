/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and replacing small files whole. */
#include "exeat/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exeat/base/memory.h"

char *file_sentence(const char *path, const char *what, const char *why)
{
    struct buffer out = {0};
    buffer_printf(&out, "%s: %s%s%s", path, what, why[0] == '\0' ? "" : ": ", why);
    return buffer_take(&out);
}

static char *explain(const char *what, const char *path, int error)
{
    struct buffer text = {0};
    buffer_printf(&text, "%s %s: %s", what, path, strerrordesc_np(error));
    return buffer_take(&text);
}

static char *too_large(const char *path, size_t limit)
{
    struct buffer text = {0};
    buffer_printf(&text, "cannot read %s: it has more than %zu MiB", path, limit / 1048576);
    return buffer_take(&text);
}

static bool read_all(int descriptor, size_t limit, struct buffer *out)
{
    size_t start = out->length;
    for (;;) {
        buffer_reserve(out, 65536);
        ssize_t got = read(descriptor, out->data + out->length, out->capacity - out->length);
        if (got < 0)
            return false;
        if (got == 0)
            return true;
        out->length += (size_t)got;
        if (out->length - start > limit) {
            errno = EFBIG;
            return false;
        }
    }
}

bool file_read(const char *path, size_t limit, struct buffer *out, char **error)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        *error = explain("cannot open", path, errno);
        return false;
    }
    bool good = read_all(descriptor, limit, out);
    if (!good)
        *error = errno == EFBIG ? too_large(path, limit) : explain("cannot read", path, errno);
    close(descriptor);
    return good;
}

bool file_write_all(int descriptor, struct text content)
{
    while (content.length > 0) {
        ssize_t put = write(descriptor, content.data, content.length);
        if (put < 0)
            return false;
        content = text_after(content, (size_t)put);
    }
    return fsync(descriptor) == 0;
}

bool file_sync_folder_of(const char *path)
{
    char *copy = text_copy(text_from(path));
    int descriptor = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    base_free(copy);
    if (descriptor < 0)
        return false;
    bool good = fsync(descriptor) == 0;
    close(descriptor);
    return good;
}

/* One that is there already is of a process that had our number and did not end it. */
static bool write_beside(const char *beside, struct text content, unsigned mode)
{
    (void)unlink(beside);
    int descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
    if (descriptor < 0)
        return false;
    bool good = file_write_all(descriptor, content);
    return close(descriptor) == 0 && good;
}

bool file_replace(const char *path, struct text content, unsigned mode, char **error)
{
    struct buffer name = {0};
    buffer_printf(&name, "%s.%ld.new", path, (long)getpid());
    char *beside = buffer_take(&name);
    bool good = write_beside(beside, content, mode) && rename(beside, path) == 0 && file_sync_folder_of(path);
    if (!good) {
        *error = explain("cannot write", path, errno);
        unlink(beside);
    }
    base_free(beside);
    return good;
}

char *file_beside(const char *beside, struct text name)
{
    if (text_starts_with(name, TEXT("/")))
        return text_copy(name);
    const char *slash = strrchr(beside, '/');
    struct buffer path = {0};
    if (slash != NULL)
        buffer_append(&path, (struct text){beside, (size_t)(slash - beside) + 1});
    buffer_append(&path, name);
    return buffer_take(&path);
}

bool file_make_folder(const char *path, unsigned mode, char **error)
{
    char *copy = text_copy(text_from(path));
    bool good = true;
    for (char *at = copy + 1; good && *at != '\0'; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        good = mkdir(copy, (mode_t)mode) == 0 || errno == EEXIST;
        *at = '/';
    }
    good = good && (mkdir(copy, (mode_t)mode) == 0 || errno == EEXIST);
    if (!good)
        *error = explain("cannot create the folder", path, errno);
    base_free(copy);
    return good;
}

static void append_user(struct buffer *out, uid_t user)
{
    const struct passwd *entry = getpwuid(user);
    if (entry != NULL)
        buffer_append_string(out, entry->pw_name);
    else
        buffer_printf(out, "user %u", (unsigned)user);
}

void file_append_owner(const char *path, const char *error, struct buffer *out)
{
    struct stat status;
    buffer_append_string(out, error);
    if (stat(path, &status) != 0)
        return;
    buffer_append(out, TEXT("; it is owned by "));
    append_user(out, status.st_uid);
    buffer_append(out, TEXT(", and this process is "));
    append_user(out, geteuid());
    buffer_append(out, TEXT(": chown it, or chgrp it and chmod g+r"));
}

bool file_is_writable_by_all(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && (status.st_mode & S_IWOTH) != 0;
}

bool file_is_for_others(const char *path)
{
    struct stat file;
    return stat(path, &file) == 0 && (file.st_mode & (S_IROTH | S_IWOTH)) != 0;
}

bool file_make_folder_of(struct text path, unsigned mode, char **error)
{
    size_t end = path.length;
    while (end > 0 && path.data[end - 1] != '/')
        end--;
    if (end <= 1)
        return true;
    char *folder = text_copy(text_part(path, 0, end - 1));
    bool done = file_make_folder(folder, mode, error);
    base_free(folder);
    return done;
}

int file_lock_folder(const char *directory)
{
    struct buffer out = {0};
    buffer_printf(&out, "%s/lock", directory);
    char *path = buffer_take(&out);
    int descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0640);
    base_free(path);
    if (descriptor < 0 || flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        return descriptor;
    int why = errno;
    close(descriptor);
    errno = why;
    return -1;
}
