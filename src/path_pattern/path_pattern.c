/* SPDX-License-Identifier: Apache-2.0 */
/* Which literal a pattern begins with, and the walk through a glob. */
#include "exeat/path_pattern.h"

#include "exeat/base/check.h"

/* --- the literal that every match begins with ------------------------------------------------------------------------
 */

static bool is_literal_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           text_has(TEXT("/-_~%!&',;=:@"), byte);
}

/* `prefix` borrows from the expression, so it ends where an escape stands. */
static struct text literal_of_regex(struct text expression)
{
    if (text_starts_with(expression, TEXT("^")))
        expression = text_after(expression, 1);
    size_t length = 0;
    while (length < expression.length && is_literal_byte(expression.data[length]))
        length++;
    bool counted = length < expression.length && text_has(TEXT("*?{+"), expression.data[length]);
    if (counted && length > 0)
        length--;
    return text_part(expression, 0, length);
}

/* Up to the segment of the first star. */
static struct text literal_of_glob(struct text glob)
{
    size_t end = text_index(glob, '*', 0);
    if (end == glob.length)
        return glob;
    while (end > 0 && glob.data[end] != '/')
        end--;
    return text_part(glob, 0, end);
}

/* --- compiling -------------------------------------------------------------------------------------------------------
 */

/* Where a class begins: its first byte is never its end. */
static size_t skip_class_start(struct text expression, size_t at)
{
    at += at + 1 < expression.length && expression.data[at + 1] == '^' ? 1 : 0;
    return at + (at + 1 < expression.length && expression.data[at + 1] == ']' ? 1 : 0);
}

static bool has_text(struct text text, struct text part)
{
    for (size_t i = 0; i + part.length <= text.length; i++)
        if (text_equal(text_part(text, i, part.length), part))
            return true;
    return false;
}

/* What this reader does not understand as PCRE2 does: quoting, named classes, groups with options or verbs. */
static bool is_beyond_reading(struct text expression)
{
    for (size_t i = 0; i + 1 < expression.length; i++) {
        bool group = expression.data[i] == '(' && text_has(TEXT("?*"), expression.data[i + 1]);
        bool plain = text_starts_with(text_after(expression, i), TEXT("(?:"));
        if (group && !plain)
            return true;
    }
    return has_text(expression, TEXT("\\Q")) || has_text(expression, TEXT("[:"));
}

/* An alternative at the top makes the literal before it one of several: none must be there. In doubt there is one. */
static bool has_top_alternative(struct text expression)
{
    int depth = 0;
    bool in_class = false;
    if (!text_has(expression, '|'))
        return false;
    for (size_t i = 0; i < expression.length; i++) {
        char byte = expression.data[i];
        if (byte == '\\') {
            i++;
        } else if (in_class) {
            in_class = byte != ']';
        } else if (byte == '[') {
            in_class = true;
            i = skip_class_start(expression, i);
        } else if (byte == '(' || byte == ')') {
            depth += byte == '(' ? 1 : -1;
        } else if (byte == '|' && depth == 0) {
            return true;
        }
    }
    return is_beyond_reading(expression);
}

/* A file with an expression that does not compile was refused before. */
static void compile_regex(struct text expression, struct path_pattern *path)
{
    char *error = NULL;
    size_t offset = 0;
    path->kind = PATH_REGEX;
    path->regex = pattern_compile(expression, &error, &offset);
    ASSERT(path->regex != NULL);
    path->prefix = has_top_alternative(expression) ? TEXT("") : literal_of_regex(expression);
}

/* Requests are compared in canonical form, so that a glob in another one would never match. */
static bool is_canonical(const struct setting_text *source, struct diags *diags)
{
    struct buffer canonical = {0};
    enum path_result result = path_canonicalise(source->text, &canonical, NULL);
    if (result != PATH_CANONICAL) {
        diag_error(diags, source->mark, "this path can never match: paths are compared in canonical form");
        if (result == PATH_DIFFERS)
            diag_note(diags, "write %.*s", TEXT_ARG(buffer_text(&canonical)));
    }
    buffer_clear(&canonical);
    return result == PATH_CANONICAL;
}

bool path_pattern_compile(const struct setting_text *source, struct path_pattern *path, struct diags *diags)
{
    struct text text = source->text;
    *path = (struct path_pattern){.kind = PATH_GLOB, .glob = text};
    if (text_starts_with(text, TEXT("~"))) {
        compile_regex(text_after(text, 1), path);
        return true;
    }
    if (!text_starts_with(text, TEXT("/"))) {
        diag_error(diags, source->mark, "a path starts with '/', or with '~' for a regular expression");
        return false;
    }
    path->prefix = literal_of_glob(text);
    if (path->prefix.length == text.length)
        path->kind = PATH_EXACT;
    else if (text_equal(text_after(text, path->prefix.length), TEXT("/**")))
        path->kind = PATH_BELOW;
    return is_canonical(source, diags);
}

void path_pattern_clear(struct path_pattern *path)
{
    pattern_free(path->regex);
}

/* --- matching --------------------------------------------------------------------------------------------------------
 */

/* Nothing is left of the path: only stars that stand for nothing may be left of the glob. */
static bool is_all_stars(struct text glob)
{
    struct text segment;
    while (text_split(&glob, '/', &segment))
        if (!text_equal(segment, TEXT("**")))
            return false;
    return true;
}

/* Segment by segment, without recursion: the last `**` seen is where to try again. */
static bool glob_matches(struct text glob, struct text path)
{
    struct text again_glob = {NULL, 0};
    struct text again_path = {NULL, 0};
    struct text want;
    struct text have;
    while (path.data != NULL) {
        struct text rest = glob;
        bool more = text_split(&rest, '/', &want);
        if (more && text_equal(want, TEXT("**"))) {
            again_glob = rest;
            again_path = path;
            glob = rest;
            if (glob.data == NULL)
                return true;
            continue;
        }
        struct text path_rest = path;
        bool has = text_split(&path_rest, '/', &have);
        if (more && has && text_glob(want, have)) {
            glob = rest;
            path = path_rest;
            if (glob.data == NULL && path.data == NULL)
                return true;
            if (glob.data != NULL)
                continue;
        }
        if (again_glob.data == NULL || !text_split(&again_path, '/', &have))
            return false;
        glob = again_glob;
        path = again_path;
    }
    return is_all_stars(glob);
}

bool path_pattern_matches(const struct path_pattern *path, struct text subject, bool *limit)
{
    if (!text_starts_with(subject, path->prefix))
        return false;
    enum pattern_result result;
    switch (path->kind) {
    case PATH_EXACT:
        return subject.length == path->prefix.length;
    case PATH_BELOW:
        return subject.length == path->prefix.length || subject.data[path->prefix.length] == '/';
    case PATH_GLOB:
        return glob_matches(path->glob, subject);
    case PATH_REGEX:
        result = pattern_match(path->regex, subject);
        *limit = *limit || result == PATTERN_LIMIT;
        return result == PATTERN_MATCH;
    }
    return false;
}
