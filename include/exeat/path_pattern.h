/* SPDX-License-Identifier: Apache-2.0 */
/* The paths that a rule names (docs/policy-language.md), compiled once: a literal path and "below this" are compared, a
 * glob is walked, a regular expression runs only when the literal that it begins with is there. Pure. */
#ifndef EXEAT_PATH_PATTERN_H
#define EXEAT_PATH_PATTERN_H

#include "exeat/base/attributes.h"
#include "exeat/base/pattern.h"
#include "exeat/config.h"

enum path_kind { PATH_EXACT, PATH_BELOW, PATH_GLOB, PATH_REGEX };
/* Texts borrow from the setting that it was compiled from. */
struct path_pattern {
    enum path_kind kind;
    struct text glob;      /* PATH_EXACT, PATH_BELOW: without "/" and stars at the end */
    struct text prefix;    /* every path that matches starts so */
    struct pattern *regex; /* owned; PATH_REGEX */
};
/* A regular expression is one that compiles: the file was refused otherwise. False: an error was reported; in both
 * cases path_pattern_clear is fine. */
MUST_CHECK bool path_pattern_compile(const struct setting_text *source, struct path_pattern *path, struct diags *diags);
void path_pattern_clear(struct path_pattern *path); /* frees what it owns */
/* Has `subject`, a canonical path, this pattern? `*limit` becomes true when a regular expression gave up. */
bool path_pattern_matches(const struct path_pattern *path, struct text subject, bool *limit);

#endif
