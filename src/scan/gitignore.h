/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of .gitignore files, as gitignore(5) has them. */
#ifndef EXEAT_SCAN_GITIGNORE_H
#define EXEAT_SCAN_GITIGNORE_H

#include <stdbool.h>

#include "exeat/base/bytes.h"
#include "exeat/base/text.h"

/* The file of one folder, and those of the folders above. */
struct gitignore {
    struct buffer lines; /* owned */
    size_t below;        /* so long is the folder's own path, its last slash included */
    const struct gitignore *parent;
};
enum { GITIGNORE_MAX = 256 << 10, GITIGNORE_LINE_MAX = 1024 };
/* No line is longer than that: what is larger is not heeded. */
bool gitignore_is_bounded(const struct gitignore *ignore);
/* Whether a path relative to the top is ignored: the nearest file's last line that fits says so. */
bool gitignore_has(const struct gitignore *ignore, struct text path, bool is_folder);

#endif
