/* SPDX-License-Identifier: Apache-2.0 */
/* Shipping: evidence outlives the pod. Sealed segments and the newest checkpoint are copied to another folder, under
 * the log's name, each beside and renamed, so that a reader there sees whole files.
 * 1. A segment that is there with its size and time is shipped; private parts that were written anew here are copied
 * again.
 * 2. What fails is tried again at the next look; no segment is pruned before it is shipped. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cursor.h"
#include "exeat/base/file.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "sealer.h"

/* "<ship directory>/<origin>": an origin may have slashes; what could leave the folder becomes "_". The caller owns it.
 */
static char *ship_folder(const struct audit_options *options)
{
    struct buffer out = {0};
    struct text rest = options->origin;
    struct text part;
    buffer_append_string(&out, options->ship_directory);
    while (text_split(&rest, '/', &part)) {
        bool is_plain = part.length > 0 && part.data[0] != '.';
        buffer_append_byte(&out, '/');
        buffer_append(&out, is_plain ? part : TEXT("_"));
    }
    return buffer_take(&out);
}

static bool same_file(const char *from, const char *to)
{
    struct stat here;
    struct stat there;
    if (stat(from, &here) != 0)
        return errno == ENOENT; /* private parts may be gone as a whole */
    if (stat(to, &there) != 0 || here.st_size != there.st_size || here.st_mtim.tv_sec != there.st_mtim.tv_sec)
        return false;
    return here.st_mtim.tv_nsec == there.st_mtim.tv_nsec || there.st_mtim.tv_nsec == 0; /* not all systems keep them */
}

static bool copy_bytes(int from, int to)
{
    for (;;) {
        ssize_t got = copy_file_range(from, NULL, to, NULL, 1 << 20, 0);
        if (got == 0)
            return true;
        if (got < 0)
            return false;
    }
}

/* Between file systems that cannot copy by themselves. */
static bool copy_through_memory(int from, int to)
{
    enum { PIECE = 65536 };
    uint8_t *piece = base_alloc(PIECE);
    ssize_t got;
    bool done = lseek(from, 0, SEEK_SET) == 0 && ftruncate(to, 0) == 0 && lseek(to, 0, SEEK_SET) == 0;
    while (done && (got = read(from, piece, PIECE)) != 0)
        done = got > 0 && write(to, piece, (size_t)got) == got;
    base_free(piece);
    return done;
}

static bool copy_to_draft(const char *from, const char *draft)
{
    struct stat status;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(draft, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0640);
    bool done = in >= 0 && out >= 0 && fstat(in, &status) == 0 && (copy_bytes(in, out) || copy_through_memory(in, out));
    if (done) {
        const struct timespec times[] = {status.st_atim, status.st_mtim};
        done = futimens(out, times) == 0 && fchmod(out, status.st_mode & 0777) == 0 && fsync(out) == 0;
    }
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return done;
}

static bool ship_file(const char *directory, const char *folder, uint64_t first, enum segment_layout layout)
{
    char *from = segment_path(directory, first, layout, "");
    char *to = segment_path(folder, first, layout, "");
    char *draft = segment_path(folder, first, layout, ".tmp");
    bool done = same_file(from, to);
    if (!done) {
        done = copy_to_draft(from, draft) && rename(draft, to) == 0 && sync_path(folder);
        int why = errno;
        if (!done)
            (void)unlink(draft);
        errno = why;
    }
    base_free(from);
    base_free(to);
    base_free(draft);
    return done;
}

bool ship_has(const struct audit_options *options, uint64_t first)
{
    char *folder = ship_folder(options);
    char *from = segment_path(options->directory, first, SEGMENT_SEALED, "");
    char *to = segment_path(folder, first, SEGMENT_SEALED, "");
    bool has = same_file(from, to);
    base_free(from);
    base_free(to);
    base_free(folder);
    return has;
}

/* --- the newest checkpoint, as a file beside --- */

static bool newest_note(const char *directory, struct buffer *note)
{
    char *error = NULL;
    struct audit_reader *reader = audit_reader_open(directory, &error);
    base_free(error);
    uint64_t size;
    bool found = reader != NULL && audit_reader_newest(reader, &size, note);
    audit_reader_free(reader);
    return found;
}

static bool ship_checkpoint(const char *directory, const char *folder)
{
    struct buffer note = {0};
    struct buffer before = {0};
    struct buffer path = {0};
    char *error = NULL;
    bool done = true;
    buffer_printf(&path, "%s/checkpoint", folder);
    char *file = buffer_take(&path);
    if (newest_note(directory, &note)) {
        bool is_there = file_read(file, 65536, &before, &error);
        base_free(error);
        error = NULL;
        if (!is_there || !text_equal(buffer_text(&before), buffer_text(&note)))
            done = file_replace(file, buffer_text(&note), 0640, &error);
    }
    base_free(error);
    base_free(file);
    buffer_clear(&note);
    buffer_clear(&before);
    return done;
}

/* --- all of it --- */

static bool ship_all(const struct audit_options *options, const char *folder)
{
    size_t count;
    uint64_t *firsts = sealed_list(options->directory, &count);
    bool done = true;
    for (size_t i = 0; done && i < count; i++)
        done = ship_file(options->directory, folder, firsts[i], SEGMENT_SEALED) &&
               ship_file(options->directory, folder, firsts[i], SEGMENT_PRIVATE);
    base_free(firsts);
    return done && ship_checkpoint(options->directory, folder);
}

void ship_sealed(struct sealer *sealer)
{
    const struct audit_options *options = &sealer->audit->options;
    char *folder = ship_folder(options);
    char *error = NULL;
    bool done = file_make_folder(folder, 0750, &error) && ship_all(options, folder);
    if (!done && !sealer->ship_fails)
        log_error(
            "audit_ship_failed", log_string("directory", folder),
            log_string("error", error == NULL ? strerror(errno) : error));
    if (done && sealer->ship_fails)
        log_info("audit_ship_recovered", log_string("directory", folder));
    sealer->ship_fails = !done;
    base_free(error);
    base_free(folder);
}
