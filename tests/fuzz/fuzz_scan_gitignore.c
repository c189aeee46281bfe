/* SPDX-License-Identifier: Apache-2.0 */
/* Any lines as a .gitignore, and any path, which stands on the first line. A last line that spells the path byte by
 * byte decides, and one that takes it back. */
#include <stdlib.h>

#include "gitignore.h"

static bool is_path(struct text path)
{
    struct text rest = path;
    struct text part;
    if (path.length == 0 || path.data[path.length - 1] == '/' || text_has(path, '\r'))
        return false;
    while (text_split(&rest, '/', &part))
        if (part.length == 0)
            return false;
    return true;
}

static void append_spelled(struct buffer *lines, const char *before, struct text path)
{
    buffer_append_string(lines, before);
    for (size_t i = 0; i < path.length; i++) {
        if (path.data[i] != '/')
            buffer_append_byte(lines, '\\');
        buffer_append_byte(lines, path.data[i]);
    }
    buffer_append_byte(lines, '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text rest = {(const char *)data, size};
    struct text path = TEXT("");
    struct gitignore above = {.parent = NULL};
    struct gitignore ignore = {.parent = &above};
    (void)text_split(&rest, '\n', &path);
    if (!is_path(path))
        return 0;
    buffer_append(&above.lines, rest);
    buffer_append(&ignore.lines, rest);
    buffer_append_byte(&ignore.lines, '\n');
    (void)gitignore_is_bounded(&ignore);
    (void)gitignore_has(&ignore, path, false);
    append_spelled(&ignore.lines, "/", path);
    if (!gitignore_has(&ignore, path, false) || !gitignore_has(&ignore, path, true))
        abort();
    append_spelled(&ignore.lines, "!/", path);
    if (gitignore_has(&ignore, path, false))
        abort();
    buffer_clear(&ignore.lines);
    buffer_clear(&above.lines);
    return 0;
}
