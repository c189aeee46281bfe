/* SPDX-License-Identifier: Apache-2.0 */
/* The compiler of path patterns: the first line is the pattern, the second the path. A glob means what a walk without
 * prefixes and shapes says, a regular expression what PCRE2 says without the literal before it. */
#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/path_pattern.h"

/* Segment by segment, trying everything: short inputs only. */
static bool naive_glob(struct text glob, struct text path)
{
    struct text want;
    struct text have;
    struct text glob_rest = glob;
    struct text path_rest = path;
    if (!text_split(&glob_rest, '/', &want))
        return path.data == NULL;
    if (text_equal(want, TEXT("**")))
        return naive_glob(glob_rest, path) || (text_split(&path_rest, '/', &have) && naive_glob(glob, path_rest));
    return text_split(&path_rest, '/', &have) && text_glob(want, have) && naive_glob(glob_rest, path_rest);
}

static void check_match(const struct path_pattern *path, struct text written, struct text subject)
{
    bool limit = false;
    bool matches = path_pattern_matches(path, subject, &limit);
    if (path->kind != PATH_REGEX) {
        ASSERT(!limit && matches == naive_glob(written, subject));
        return;
    }
    enum pattern_result result = pattern_match(path->regex, subject);
    if (matches)
        ASSERT(result == PATTERN_MATCH);
    else
        ASSERT(result == PATTERN_NO_MATCH || result == PATTERN_LIMIT);
}

/* A file with an expression that is none was refused before it comes to the policy. */
static bool may_come(struct text written)
{
    char *error = NULL;
    size_t offset = 0;
    if (!text_starts_with(written, TEXT("~")))
        return true;
    struct pattern *pattern = pattern_compile(text_after(written, 1), &error, &offset);
    bool compiles = pattern != NULL;
    pattern_free(pattern);
    base_free(error);
    return compiles;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { LONGEST = 60 };
    struct text rest = text_of_bytes((struct bytes){data, size});
    struct text written;
    struct diags *diags = diags_new();
    struct path_pattern path;
    if (size <= LONGEST && text_split(&rest, '\n', &written) && rest.data != NULL && may_come(written)) {
        struct setting_text source = {.text = written};
        bool good = path_pattern_compile(&source, &path, diags);
        ASSERT(good == (diags_errors(diags) == 0));
        if (good && text_starts_with(rest, TEXT("/")))
            check_match(&path, written, rest);
        path_pattern_clear(&path);
    }
    diags_free(diags);
    return 0;
}
