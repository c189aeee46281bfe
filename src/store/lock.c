/* SPDX-License-Identifier: Apache-2.0 */
/* Who may write a store, and how the process ends that may not go on with it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "store_internal.h"

enum { LAST_WORDS_MS = 1000 };

void store_prepare(void)
{
    /* SQLite counts its memory under one lock: a thread that runs only when nobody else does must not hold it while the
     * writer waits. Of no effect where SQLite is in use already. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static char *why_no_lock(const char *name, const char *directory)
{
    if (errno == EWOULDBLOCK)
        return store_sentence(directory, "another exeat writes this audit store; stop it first", "");
    if (errno == EROFS)
        return store_sentence(
            directory,
            "the audit store is on a read-only file system; give audit.directory a place that can be written", "");
    return store_sentence(name, "cannot lock the audit store", strerror(errno));
}

void store_end_process(const char *directory, const char *why)
{
    log_error("audit_disk_lost", log_string("directory", directory), log_string("error", why));
    log_flush(LAST_WORDS_MS); /* the line is written by another thread */
    _exit(EXIT_FAILURE);
}

/* One process writes a store; the lock ends with the process. */
bool store_lock(const char *directory, int *descriptor, char **error)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/lock", directory);
    char *name = buffer_take(&path);
    *descriptor = open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0640);
    bool done = *descriptor >= 0 && flock(*descriptor, LOCK_EX | LOCK_NB) == 0;
    if (!done)
        *error = why_no_lock(name, directory);
    base_free(name);
    return done;
}
