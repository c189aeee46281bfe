/* SPDX-License-Identifier: Apache-2.0 */
/* Shipping: evidence outlives the pod. Sealed segments and the newest checkpoint are copied to another folder, under
 * the log's name, each beside and renamed, so that a reader there sees whole files.
 * 1. A segment that is there with its size and time is shipped; private parts that were written anew here are copied
 * again.
 * 2. What fails is tried again at the next look; no segment is pruned before it is shipped.
 * 3. Nothing is written over another log's evidence (ship_claim.c), nor over what this log had and has no more
 *    (ship_checkpoint.c). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exeat/base/clock.h"
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

static bool copy_file(const char *folder, const char *from, const char *to, const char *draft)
{
    bool done = copy_to_draft(from, draft) && rename(draft, to) == 0 && store_sync_path(folder);
    int why = errno;
    if (!done)
        (void)unlink(draft);
    errno = why;
    return done;
}

/* A sealed segment never changes: one that is there and is not this one is somebody else's. */
static enum audit_shipping
ship_file(const char *directory, const char *folder, uint64_t first, enum store_segment_layout layout, char **why)
{
    char *from = store_segment_path(directory, first, layout, "");
    char *to = store_segment_path(folder, first, layout, "");
    char *draft = store_segment_path(folder, first, layout, ".tmp");
    enum audit_shipping done = AUDIT_SHIPPED;
    bool is_there = same_file(from, to);
    if (!is_there && layout == STORE_SEALED && access(to, F_OK) == 0 && !ship_same_bytes(from, to)) {
        *why = file_sentence(to, "this segment is there and is another one; nothing is written over it", "");
        done = AUDIT_SHIP_REFUSED;
    } else if (!is_there && !copy_file(folder, from, to, draft)) {
        *why = file_sentence(to, "cannot copy it there", strerror(errno));
        done = AUDIT_SHIP_FAILING;
    }
    base_free(from);
    base_free(to);
    base_free(draft);
    return done;
}

bool ship_has(const struct sealer *sealer, uint64_t first)
{
    const struct audit_options *options = &sealer->audit->options;
    if (options->ship_directory == NULL)
        return true;
    if (sealer->shipping != AUDIT_SHIPPED && sealer->shipping != AUDIT_SHIP_FAILING)
        return false; /* what lies there is another log's, or nobody has looked yet whose it is */
    char *folder = ship_folder(options);
    char *from = store_segment_path(options->directory, first, STORE_SEALED, "");
    char *to = store_segment_path(folder, first, STORE_SEALED, "");
    bool has = same_file(from, to);
    base_free(from);
    base_free(to);
    base_free(folder);
    return has;
}

/* --- all of it --- */

static enum audit_shipping ship_segments(const struct audit_options *options, const char *folder, char **why)
{
    size_t count;
    uint64_t *firsts = store_sealed_list(options->directory, &count);
    enum audit_shipping done = AUDIT_SHIPPED;
    for (size_t i = 0; done == AUDIT_SHIPPED && i < count; i++) {
        done = ship_file(options->directory, folder, firsts[i], STORE_SEALED, why);
        if (done == AUDIT_SHIPPED)
            done = ship_file(options->directory, folder, firsts[i], STORE_PRIVATE, why);
    }
    base_free(firsts);
    return done;
}

static enum audit_shipping ship_all(struct sealer *sealer, const char *folder, char **why)
{
    const struct audit_options *options = &sealer->audit->options;
    struct buffer note = {0};
    if (!file_make_folder(folder, 0750, why))
        return AUDIT_SHIP_FAILING;
    enum audit_shipping done = ship_claim(options, &sealer->log_id, folder, why);
    if (done == AUDIT_SHIPPED)
        done = ship_look_at_checkpoint(sealer, folder, &note, why);
    if (done == AUDIT_SHIPPED)
        done = ship_segments(options, folder, why);
    if (done == AUDIT_SHIPPED && note.length > 0)
        done = ship_put_checkpoint(sealer, folder, buffer_text(&note), why);
    buffer_clear(&note);
    return done;
}

/* Each change is said once. */
static void say_shipping(const char *folder, enum audit_shipping before, enum audit_shipping now, const char *why)
{
    if (now == before)
        return;
    switch (now) {
    case AUDIT_SHIP_FAILING:
        log_error("audit_ship_failed", log_string("directory", folder), log_string("error", why));
        break;
    case AUDIT_SHIP_REFUSED:
        log_error("audit_ship_refused", log_string("directory", folder), log_string("error", why));
        break;
    case AUDIT_SHIPPED:
        if (before != AUDIT_SHIPS_NOT)
            log_info("audit_ship_recovered", log_string("directory", folder));
        break;
    case AUDIT_SHIPS_NOT:
        break;
    }
}

void ship_sealed(struct sealer *sealer)
{
    struct audit_counters *counters = &sealer->audit->counters;
    char *folder = ship_folder(&sealer->audit->options);
    char *why = NULL;
    enum audit_shipping done = ship_all(sealer, folder, &why);
    say_shipping(folder, sealer->shipping, done, why);
    sealer->shipping = done;
    atomic_store(&counters->shipping, (int)done);
    if (done == AUDIT_SHIPPED)
        atomic_store(&counters->shipped_at, (uint64_t)clock_wall_us() / 1000000);
    base_free(why);
    base_free(folder);
}
