/* SPDX-License-Identifier: Apache-2.0 */
/* Who may write a store, and how the process ends that may not go on with it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exeat/base/file.h"
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

static char *why_no_lock(const char *directory)
{
    if (errno == EWOULDBLOCK)
        return file_sentence(directory, "another exeat writes this audit store; stop it first", "");
    if (errno == EROFS)
        return file_sentence(
            directory,
            "the audit store is on a read-only file system; give audit.directory a place that can be written", "");
    return file_sentence(directory, "cannot lock the audit store by its file `lock`", strerror(errno));
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
    *descriptor = file_lock_folder(directory);
    if (*descriptor < 0)
        *error = why_no_lock(directory);
    return *descriptor >= 0;
}
