/* SPDX-License-Identifier: Apache-2.0 */
/* The walk: by descriptors, so that no link is followed, also none that comes up meanwhile; files in pieces, whatever
 * their size and the length of their lines. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exeat/base/memory.h"
#include "reader.h"
#include "scan_internal.h"

enum { PIECE_SIZE = 1 << 20, SNIFFED = 8192 };

struct walk {
    const struct scanner *scanner; /* NULL: sizes are added up, no more */
    const struct scan_options *options;
    struct scan_report *report;
    char *block; /* owned: what was before, the piece, what is behind */
    struct buffer path;
};

static const char *const skips[SCAN_SKIP_COUNT] = {
    [SCAN_UNREADABLE] = "unreadable",  [SCAN_HUGE] = "too large",     [SCAN_TOO_DEEP] = "too deep",
    [SCAN_ZEROS] = "zero bytes in it", [SCAN_LINK] = "symbolic link", [SCAN_SPECIAL] = "no file",
    [SCAN_BINARY] = "binary",
};

const char *scan_skip_name(enum scan_skip skip)
{
    return skips[skip];
}

bool scan_skip_fails(enum scan_skip skip)
{
    return skip < SCAN_LINK;
}

void report_skip(struct scan_report *report, enum scan_skip why, struct text file)
{
    if (report->skipped_count == report->skipped_capacity) {
        report->skipped_capacity = report->skipped_capacity == 0 ? 64 : report->skipped_capacity * 2;
        report->skipped = base_resize(report->skipped, report->skipped_capacity, sizeof(*report->skipped));
    }
    report->skipped[report->skipped_count++] = (struct scan_skipped){why, arena_text(&report->arena, file)};
}

static void skip(struct walk *walk, enum scan_skip why)
{
    if (walk->scanner != NULL)
        report_skip(walk->report, why, buffer_text(&walk->path));
}

/* --- one file --------------------------------------------------------------------------------------------------------
 */

/* The block holds [0, length); findings begin in [from, end), and may go on for SCAN_BEHIND bytes behind it. */
static bool scan_pieces(struct walk *walk, struct reader *reader, struct scan_file *state, size_t length)
{
    size_t from = 0;
    bool is_last = false;
    while (!is_last) {
        is_last = length < from + PIECE_SIZE + SCAN_BEHIND;
        size_t end = is_last ? length : length - SCAN_BEHIND;
        scan_piece(walk->scanner, state, (struct text){walk->block, length}, from, end, walk->report);
        if (is_last)
            break;
        if (reader->taken > SCAN_FILE_MAX) { /* it grows */
            skip(walk, SCAN_HUGE);
            break;
        }
        size_t kept = length - (end - SCAN_BEFORE);
        memmove(walk->block, walk->block + end - SCAN_BEFORE, kept);
        from = SCAN_BEFORE;
        ssize_t count = reader_fill(reader, walk->block + kept, from + PIECE_SIZE + SCAN_BEHIND - kept);
        if (count < 0)
            return false;
        length = kept + (size_t)count;
    }
    return true;
}

/* A zero byte says that it is no text, but where its name says that it is. */
static void scan_open_file(struct walk *walk, int file)
{
    struct reader reader;
    reader_begin(&reader, file);
    struct scan_file state = {
        .name = arena_text(&walk->report->arena, buffer_text(&walk->path)), .line = 1, .column = 1};
    uint64_t before = walk->report->bytes;
    ssize_t count = reader_fill(&reader, walk->block, PIECE_SIZE + SCAN_BEHIND);
    size_t sniffed = count < SNIFFED ? (size_t)(count < 0 ? 0 : count) : SNIFFED;
    bool has_zeros = memchr(walk->block, '\0', sniffed) != NULL;
    bool is_text = !has_zeros || scan_is_text(state.name);
    bool good = count >= 0 && (!is_text || scan_pieces(walk, &reader, &state, (size_t)count));
    walk->report->files += is_text ? 1 : 0;
    walk->report->bytes = is_text ? before + reader.taken : before;
    if (!good)
        skip(walk, SCAN_UNREADABLE);
    else if (!is_text)
        skip(walk, SCAN_BINARY);
    else if (has_zeros && scan_kind_of(state.name) == SCAN_CONFIGURATION)
        skip(walk, SCAN_ZEROS);
    reader_end(&reader);
}

static void visit_file(struct walk *walk, int folder, const char *name, const struct stat *status)
{
    if ((uint64_t)status->st_size > SCAN_FILE_MAX) {
        skip(walk, SCAN_HUGE);
        return;
    }
    if (walk->scanner == NULL) {
        walk->report->bytes += (uint64_t)status->st_size;
        return;
    }
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file < 0) {
        skip(walk, SCAN_UNREADABLE);
        return;
    }
    scan_open_file(walk, file);
    close(file);
    if (walk->options->progress != NULL)
        walk->options->progress(walk->options->context, walk->report);
}

/* --- folders ---------------------------------------------------------------------------------------------------------
 */

static bool visit_folder(struct walk *walk, int folder, unsigned depth, const struct gitignore *parent);

/* Where it cannot be read as a whole nothing is left out by it, and that is said. */
static void read_gitignore(struct walk *walk, int folder, struct gitignore *ignore)
{
    int file = openat(folder, ".gitignore", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0 && errno == ENOENT)
        return;
    buffer_reserve(&ignore->lines, GITIGNORE_MAX + 1);
    ssize_t count = file < 0 ? -1 : reader_fill_bytes(file, ignore->lines.data, GITIGNORE_MAX + 1);
    ignore->lines.length = count < 0 ? 0 : (size_t)count;
    bool is_huge = count > GITIGNORE_MAX || !gitignore_is_bounded(ignore);
    if (count < 0 || is_huge) {
        size_t length = walk->path.length;
        buffer_append_string(&walk->path, length > 0 ? "/.gitignore" : ".gitignore");
        skip(walk, is_huge ? SCAN_HUGE : SCAN_UNREADABLE);
        walk->path.length = length;
        buffer_clear(&ignore->lines);
    }
    if (file >= 0)
        close(file);
}

static void enter(struct walk *walk, int folder, const char *name, unsigned depth, const struct gitignore *ignore)
{
    if (depth >= SCAN_DEPTH_MAX) {
        skip(walk, SCAN_TOO_DEEP);
        return;
    }
    int below = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below < 0 || !visit_folder(walk, below, depth + 1, ignore))
        skip(walk, SCAN_UNREADABLE);
}

static void visit(struct walk *walk, int folder, const char *name, unsigned depth, const struct gitignore *ignore)
{
    struct stat status;
    bool is_there = fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
    bool is_folder = is_there && S_ISDIR(status.st_mode);
    bool is_left_out = walk->options->honours_gitignore && gitignore_has(ignore, buffer_text(&walk->path), is_folder);
    if (is_left_out)
        return;
    if (!is_there)
        skip(walk, SCAN_UNREADABLE);
    else if (is_folder)
        enter(walk, folder, name, depth, ignore);
    else if (S_ISREG(status.st_mode))
        visit_file(walk, folder, name, &status);
    else
        skip(walk, S_ISLNK(status.st_mode) ? SCAN_LINK : SCAN_SPECIAL);
}

static bool is_wanted(const char *name)
{
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strcmp(name, ".git") != 0;
}

struct names {
    char **items; /* owned, and each */
    size_t count;
    size_t capacity;
};

static void add_name(struct names *names, const char *name)
{
    if (names->count == names->capacity) {
        names->capacity = names->capacity == 0 ? 32 : names->capacity * 2;
        names->items = base_resize(names->items, names->capacity, sizeof(*names->items));
    }
    names->items[names->count++] = text_copy(text_from(name));
}

/* Closes the descriptor. False: it cannot be read to its end. */
static bool list_folder(int folder, struct names *names)
{
    DIR *stream = fdopendir(folder);
    if (stream == NULL) {
        close(folder);
        return false;
    }
    const struct dirent *entry;
    errno = 0;
    while ((entry = readdir(stream)) != NULL)
        if (is_wanted(entry->d_name))
            add_name(names, entry->d_name);
    bool good = errno == 0;
    closedir(stream);
    if (names->count > 0)
        qsort(names->items, names->count, sizeof(*names->items), string_compare);
    return good;
}

/* Takes the descriptor. */
static bool visit_folder(struct walk *walk, int folder, unsigned depth, const struct gitignore *parent)
{
    struct names names = {0};
    size_t length = walk->path.length;
    struct gitignore ignore = {.parent = parent, .below = length == 0 ? 0 : length + 1};
    int copy = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    bool good = list_folder(folder, &names) && copy >= 0;
    if (copy >= 0 && walk->options->honours_gitignore)
        read_gitignore(walk, copy, &ignore);
    for (size_t i = 0; i < names.count; i++) {
        if (length > 0)
            buffer_append_byte(&walk->path, '/');
        buffer_append_string(&walk->path, names.items[i]);
        if (copy >= 0)
            visit(walk, copy, names.items[i], depth, &ignore);
        walk->path.length = length;
        base_free(names.items[i]);
    }
    if (copy >= 0)
        close(copy);
    base_free(names.items);
    buffer_clear(&ignore.lines);
    return good;
}

static bool walk_from(struct walk *walk, const char *folder)
{
    int top = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = top >= 0 && visit_folder(walk, top, 0, NULL);
    buffer_clear(&walk->path);
    return good;
}

bool scan_tree(
    const struct scanner *scanner, const char *folder, const struct scan_options *options, struct scan_report *report)
{
    struct walk walk = {scanner, options, report, base_alloc(SCAN_BEFORE + PIECE_SIZE + SCAN_BEHIND), {0}};
    bool good = walk_from(&walk, folder);
    int error = errno;
    base_free(walk.block);
    errno = error;
    return good;
}

uint64_t scan_tree_size(const char *folder, const struct scan_options *options)
{
    struct scan_report report = {0};
    struct walk walk = {NULL, options, &report, NULL, {0}};
    (void)walk_from(&walk, folder);
    uint64_t bytes = report.bytes;
    scan_report_clear(&report);
    return bytes;
}
