/* SPDX-License-Identifier: Apache-2.0 */
/* The last line that fits decides; `!` takes back; `/` at the end is for folders; a `/` before the end ties the pattern
 * to the folder of its file; `**` stands for any folders. */
#include "gitignore.h"

#include <fnmatch.h>
#include <string.h>

#include "exeat/base/memory.h"

enum { PATTERN_MAX = 1024 };

/* `**` parts, from left to right; each other part is fnmatch's. Bounded: a pattern has few. */
static bool fits(const char *pattern, const char *path)
{
    const char *stars = strstr(pattern, "**/");
    if (stars == NULL || (stars > pattern && stars[-1] != '/')) {
        size_t length = strlen(pattern);
        if (length >= 3 && strcmp(pattern + length - 3, "/**") == 0) {
            char head[PATTERN_MAX];
            text_store((struct text){pattern, length - 2}, head, sizeof(head));
            struct buffer wide = {0};
            buffer_printf(&wide, "%s*", head);
            char *glob = buffer_take(&wide);
            bool good = fnmatch(glob, path, FNM_PATHNAME | FNM_LEADING_DIR) == 0;
            base_free(glob);
            return good;
        }
        return fnmatch(pattern, path, FNM_PATHNAME) == 0;
    }
    const char *rest = path;
    for (const char *before = pattern; before < stars; before++)
        if (*before == '/') { /* a part before the stars fits a part of the path */
            char part[PATTERN_MAX];
            char own[PATTERN_MAX];
            const char *slash = strchr(rest, '/');
            const char *first = before;
            while (first > pattern && first[-1] != '/')
                first--;
            if (slash == NULL)
                return false;
            text_store((struct text){first, (size_t)(before - first)}, part, sizeof(part));
            text_store((struct text){rest, (size_t)(slash - rest)}, own, sizeof(own));
            if (fnmatch(part, own, FNM_PATHNAME) != 0)
                return false;
            rest = slash + 1;
        }
    for (const char *tail = rest; tail != NULL; tail = strchr(tail, '/') == NULL ? NULL : strchr(tail, '/') + 1)
        if (fits(stars + 3, tail))
            return true;
    return false;
}

static bool line_fits(struct text line, struct text path, bool is_folder)
{
    char pattern[PATTERN_MAX];
    bool is_for_folders = text_ends_with(line, TEXT("/"));
    if (is_for_folders && !is_folder)
        return false;
    line = text_part(line, 0, line.length - (is_for_folders ? 1 : 0));
    bool is_tied = text_has(line, '/');
    if (text_starts_with(line, TEXT("/")))
        line = text_after(line, 1);
    if (line.length == 0 || line.length >= sizeof(pattern))
        return false;
    text_store(line, pattern, sizeof(pattern));
    char *name = text_copy(path);
    const char *slash = strrchr(name, '/');
    bool good = fits(pattern, is_tied || slash == NULL ? name : slash + 1);
    base_free(name);
    return good;
}

/* 1: ignored, -1: taken back, 0: not spoken of. */
static int verdict_of(const struct gitignore *ignore, struct text path, bool is_folder)
{
    int verdict = 0;
    struct text rest = buffer_text(&ignore->lines);
    struct text line;
    while (text_split(&rest, '\n', &line)) {
        if (text_ends_with(line, TEXT("\r")))
            line = text_part(line, 0, line.length - 1);
        while (text_ends_with(line, TEXT(" ")) && !text_ends_with(line, TEXT("\\ ")))
            line = text_part(line, 0, line.length - 1);
        if (line.length == 0 || line.data[0] == '#')
            continue;
        bool takes_back = line.data[0] == '!';
        if (line_fits(text_after(line, takes_back ? 1 : 0), path, is_folder))
            verdict = takes_back ? -1 : 1;
    }
    return verdict;
}

bool gitignore_has(const struct gitignore *ignore, struct text path, bool is_folder)
{
    for (; ignore != NULL; ignore = ignore->parent) {
        int verdict = verdict_of(ignore, text_after(path, ignore->below), is_folder);
        if (verdict != 0)
            return verdict > 0;
    }
    return false;
}
