/* SPDX-License-Identifier: Apache-2.0 */
/* The last line that fits decides; `!` takes back; `/` at the end is for folders; a `/` before the end ties the pattern
 * to the folder of its file; `**` stands for any folders. */
#include "gitignore.h"

#include <fnmatch.h>
#include <string.h>

/* --- one part of a path ----------------------------------------------------------------------------------------------
 */

/* Behind the `]` that ends a set; 0: none does. */
static size_t set_end(struct text glob)
{
    size_t at = 1;
    at += at < glob.length && (glob.data[at] == '!' || glob.data[at] == '^') ? 1 : 0;
    for (size_t first = at; at < glob.length; at++) {
        if (glob.data[at] == ']' && at > first)
            return at + 1;
        if (glob.data[at] == '\\')
            at++;
        else if (text_starts_with(text_after(glob, at), TEXT("[:")))
            at = text_index(glob, ']', at);
    }
    return 0;
}

/* How much of the pattern stands for the byte; 0: its beginning does not. */
static size_t fit_byte(struct text glob, char byte)
{
    char set[GITIGNORE_LINE_MAX + 1];
    const char name[] = {byte, '\0'};
    size_t length = 1;
    switch (glob.data[0]) {
    case '?':
        return 1;
    case '\\':
        return glob.length > 1 && glob.data[1] == byte ? 2 : 0;
    case '[':
        length = set_end(glob);
        text_store(text_part(glob, 0, length), set, sizeof(set));
        return length > 0 && fnmatch(set, name, 0) == 0 ? length : 0;
    default:
        return glob.data[0] == byte ? 1 : 0;
    }
}

/* Only the newest star can have to take more, as in text_glob. */
static bool part_fits(struct text glob, struct text part)
{
    size_t at = 0;
    size_t in = 0;
    size_t star = SIZE_MAX;
    size_t run = 0;
    while (in < part.length) {
        size_t length = at < glob.length && glob.data[at] != '*' ? fit_byte(text_after(glob, at), part.data[in]) : 0;
        if (at < glob.length && glob.data[at] == '*') {
            star = ++at;
            run = in;
        } else if (length > 0) {
            at += length;
            in++;
        } else if (star != SIZE_MAX) {
            at = star;
            in = ++run;
        } else {
            return false;
        }
    }
    return text_trim(text_after(glob, at), "*").length == 0;
}

/* --- all of it -------------------------------------------------------------------------------------------------------
 */

/* Part by part; `**` stands for any number of them, at the end for one at least. Again only the newest can have to take
 * more, so that no pattern costs more than its length and the path's have it. */
static bool path_fits(struct text pattern, struct text path)
{
    size_t at = 0;
    size_t in = 0;
    size_t stars = SIZE_MAX;
    size_t run = 0;
    while (in < path.length) {
        size_t glob_end = text_index(pattern, '/', at);
        size_t part_end = text_index(path, '/', in);
        struct text glob = text_part(pattern, at, glob_end - at);
        if (at < pattern.length && text_equal(glob, TEXT("**"))) {
            if (glob_end == pattern.length)
                return true;
            stars = at = glob_end + 1;
            run = in;
        } else if (at < pattern.length && part_fits(glob, text_part(path, in, part_end - in))) {
            at = glob_end + 1;
            in = part_end + 1;
        } else if (stars != SIZE_MAX) {
            at = stars;
            in = run = text_index(path, '/', run) + 1;
        } else {
            return false;
        }
    }
    return at >= pattern.length;
}

static bool line_fits(struct text line, struct text path, bool is_folder)
{
    bool is_for_folders = text_ends_with(line, TEXT("/"));
    if (is_for_folders && !is_folder)
        return false;
    line = text_part(line, 0, line.length - (is_for_folders ? 1 : 0));
    bool is_tied = text_has(line, '/');
    if (text_starts_with(line, TEXT("/")))
        line = text_after(line, 1);
    if (line.length == 0)
        return false;
    const char *slash = memrchr(path.data, '/', path.length);
    struct text name = text_after(path, slash == NULL ? 0 : (size_t)(slash - path.data) + 1);
    return is_tied ? path_fits(line, path) : part_fits(line, name);
}

bool gitignore_is_bounded(const struct gitignore *ignore)
{
    struct text rest = buffer_text(&ignore->lines);
    struct text line;
    while (text_split(&rest, '\n', &line))
        if (line.length > GITIGNORE_LINE_MAX)
            return false;
    return true;
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
