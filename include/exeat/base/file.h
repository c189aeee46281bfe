/* SPDX-License-Identifier: Apache-2.0 */
/* Small whole files. */
#ifndef EXEAT_BASE_FILE_H
#define EXEAT_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"

/* Appends the file's bytes; larger than `limit` is an error. On false, `error` (base_free it) is one sentence
 * with the path and the system's reason. */
MUST_CHECK bool file_read(const char *path, size_t limit, struct buffer *out, char **error);
/* "path: what: why", the caller's; `why` may be empty. */
char *file_sentence(const char *path, const char *what, const char *why);
/* Appends the error of opening a file that is there, with who owns it and who we are. */
void file_append_owner(const char *path, const char *error, struct buffer *out);
bool file_is_writable_by_all(const char *path); /* its mode has o+w */
bool file_is_for_others(const char *path);      /* ... or o+r */
/* All of it, and on disk. False: errno. */
MUST_CHECK bool file_write_all(int descriptor, struct text content);
/* Writes beside and renames, so that readers see the old or the new file; syncs both file and directory. */
MUST_CHECK bool file_replace(const char *path, struct text content, unsigned mode, char **error);
/* Has what stands in the folder of `path`, and under which names, on disk. */
MUST_CHECK bool file_sync_folder_of(const char *path);
/* `name` relative to the folder of `beside`, unless it is absolute. The caller owns the result (base_free). */
char *file_beside(const char *beside, struct text name);
/* Keeps a folder for one process, by a lock on the file `lock` in it: held until the descriptor is closed, or the
 * process ends. -1: errno; EWOULDBLOCK: another has it. */
MUST_CHECK int file_lock_folder(const char *directory);
/* mkdir -p with `mode` for what is made. */
MUST_CHECK bool file_make_folder(const char *path, unsigned mode, char **error);
/* The same for the folder in which `path` is to lie. */
MUST_CHECK bool file_make_folder_of(struct text path, unsigned mode, char **error);

#endif
