/* SPDX-License-Identifier: Apache-2.0 */
/* A log that follows another in the same directory. `origin.next` announces it; at the next start all files of the old
 * log are moved into former-<n>, and then `origin.next` becomes `origin`. While it is there, every segment is of the
 * old log, so that a crash at any point is gone on from. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/store/succession.h"
#include "store_internal.h"

#define FIRST_LINE "exeat-origin v1\n"

enum { FILE_MAX_SIZE = 65536, REASON_MAX = 1000 };

static char *path_in(const char *directory, const char *name)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/%s", directory, name);
    return buffer_take(&path);
}

void store_succession_clear(struct store_succession *succession)
{
    base_free(succession->origin);
    base_free(succession->previous);
    base_free(succession->reason);
    *succession = (struct store_succession){.generation = 0};
}

/* --- the file ------------------------------------------------------------------------------------------------------
 */

static bool parse(struct text text, struct text configured, struct store_succession *out)
{
    struct text first = TEXT(FIRST_LINE);
    struct text base;
    struct text origin;
    struct text generation;
    struct text previous;
    struct text size;
    struct text reason;
    if (!text_starts_with(text, first))
        return false;
    text = text_after(text, first.length);
    if (!text_take_named(&text, TEXT("configured "), &base) || !text_take_named(&text, TEXT("origin "), &origin) ||
        !text_take_named(&text, TEXT("generation "), &generation) ||
        !text_take_named(&text, TEXT("previous "), &previous) || !text_take_named(&text, TEXT("size "), &size) ||
        !text_take_named(&text, TEXT("reason "), &reason) || text.length > 0)
        return false;
    if (!text_to_number(generation, UINT32_MAX, &out->generation) || out->generation < 2 ||
        !text_to_number(size, INT64_MAX, &out->previous_size) || !text_equal(base, configured))
        return false;
    out->origin = text_copy(origin);
    out->previous = text_copy(previous);
    out->reason = text_copy(reason);
    return true;
}

static bool read_file(const char *path, struct text configured, struct store_succession *out, char **error)
{
    struct buffer content = {0};
    bool done = file_read(path, FILE_MAX_SIZE, &content, error);
    if (done && !parse(buffer_text(&content), configured, out)) {
        *error = file_sentence(
            path, "does not say which log follows the one of audit.origin; was audit.origin changed, or the file?", "");
        done = false;
    }
    buffer_clear(&content);
    return done;
}

/* --- moving the old log away ---------------------------------------------------------------------------------------
 */

static bool move_segments(const char *directory, const char *to, char **error)
{
    DIR *folder = opendir(directory);
    bool done = folder != NULL && (mkdir(to, 0750) == 0 || errno == EEXIST);
    for (struct dirent *entry; done && (entry = readdir(folder)) != NULL;) {
        if (!text_starts_with(text_from(entry->d_name), TEXT("seg-")))
            continue;
        char *old = path_in(directory, entry->d_name);
        char *moved = path_in(to, entry->d_name);
        done = rename(old, moved) == 0;
        base_free(old);
        base_free(moved);
    }
    done = done && store_sync_path(to) && store_sync_path(directory);
    if (!done)
        *error = file_sentence(to, "cannot move the former log here", strerror(errno));
    if (folder != NULL)
        closedir(folder);
    return done;
}

static bool finish_move(const char *directory, struct text configured, char **error)
{
    struct store_succession next = {.generation = 0};
    char name[40];
    char *from = path_in(directory, "origin.next");
    char *to = path_in(directory, "origin");
    bool done = read_file(from, configured, &next, error);
    snprintf(name, sizeof(name), "former-%llu", (unsigned long long)next.generation - 1);
    char *former = path_in(directory, name);
    done = done && move_segments(directory, former, error);
    if (done && (rename(from, to) != 0 || !store_sync_path(directory))) {
        *error = file_sentence(to, "cannot put the name of the new log in its place", strerror(errno));
        done = false;
    }
    store_succession_clear(&next);
    base_free(former);
    base_free(from);
    base_free(to);
    return done;
}

static bool has_segments(const char *directory)
{
    DIR *folder = opendir(directory);
    bool found = false;
    for (struct dirent *entry; folder != NULL && !found && (entry = readdir(folder)) != NULL;)
        found = text_starts_with(text_from(entry->d_name), TEXT("seg-"));
    if (folder != NULL)
        closedir(folder);
    return found;
}

static bool exists(const char *directory, const char *name)
{
    char *path = path_in(directory, name);
    bool found = access(path, F_OK) == 0;
    base_free(path);
    return found;
}

bool store_succession_settle(const char *directory, struct text configured, struct store_succession *out, char **error)
{
    int lock = -1;
    *out = (struct store_succession){.generation = 1};
    bool done = !exists(directory, "origin.next") ||
                (store_lock(directory, &lock, error) && finish_move(directory, configured, error));
    if (lock >= 0)
        close(lock);
    if (!done)
        return false;
    out->is_new = !has_segments(directory);
    if (!exists(directory, "origin")) {
        out->origin = text_copy(configured);
        out->previous = text_copy(TEXT(""));
        out->reason = text_copy(TEXT(""));
        return true;
    }
    char *path = path_in(directory, "origin");
    done = read_file(path, configured, out, error);
    base_free(path);
    return done;
}

/* --- announcing the new one ----------------------------------------------------------------------------------------
 */

static uint64_t size_of(const char *directory)
{
    char *error = NULL;
    struct store_reader *reader = store_reader_open(directory, &error);
    uint64_t size = reader == NULL ? 0 : store_reader_size(reader);
    store_reader_free(reader);
    base_free(error);
    return size;
}

static void append_plain(struct buffer *out, struct text text)
{
    for (size_t i = 0; i < text.length && i < REASON_MAX; i++)
        buffer_append_byte(out, (uint8_t)text.data[i] < ' ' ? ' ' : text.data[i]);
}

static void write_next(
    struct text configured, const struct store_succession *now, uint64_t size, struct text reason, struct buffer *out,
    struct buffer *name)
{
    buffer_printf(name, "%.*s/%llu", TEXT_ARG(configured), (unsigned long long)now->generation + 1);
    buffer_printf(
        out, FIRST_LINE "configured %.*s\norigin %.*s\ngeneration %llu\nprevious %s\nsize %llu\nreason ",
        TEXT_ARG(configured), TEXT_ARG(buffer_text(name)), (unsigned long long)now->generation + 1, now->origin,
        (unsigned long long)size);
    append_plain(out, reason);
    buffer_append_byte(out, '\n');
}

bool store_succession_announce(
    const char *directory, struct text configured, struct text reason, struct buffer *name, char **error)
{
    struct store_succession now = {.generation = 1};
    struct buffer content = {0};
    char *current = path_in(directory, "origin");
    char *next = path_in(directory, "origin.next");
    bool done = true;
    if (exists(directory, "origin"))
        done = read_file(current, configured, &now, error);
    else
        now.origin = text_copy(configured);
    if (done && !has_segments(directory)) {
        *error = file_sentence(directory, "there is no log here that another could follow", "");
        done = false;
    }
    if (done) {
        write_next(configured, &now, size_of(directory), reason, &content, name);
        done = file_replace(next, buffer_text(&content), 0640, error);
    }
    store_succession_clear(&now);
    buffer_clear(&content);
    base_free(current);
    base_free(next);
    return done;
}

bool store_succession_make(
    const char *directory, struct text configured, struct text reason, struct buffer *name, char **error)
{
    int lock = -1;
    if (!store_lock(directory, &lock, error))
        return false;
    bool done = store_succession_announce(directory, configured, reason, name, error) &&
                finish_move(directory, configured, error);
    close(lock);
    return done;
}
