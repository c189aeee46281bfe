/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions with a bound on their work. The only home of PCRE2. Immutable and shared after compiling. */
#ifndef EXEAT_BASE_PATTERN_H
#define EXEAT_BASE_PATTERN_H

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"

struct pattern;

enum pattern_result { PATTERN_MATCH, PATTERN_NO_MATCH, PATTERN_LIMIT };

/* Anchored at both ends, JIT where there is one, `$` never before a final newline. NULL on a bad expression:
 * `error` (base_free it) says why and `offset` where. */
MUST_CHECK struct pattern *pattern_compile(struct text expression, char **error, size_t *offset);
void pattern_free(struct pattern *pattern);
/* PATTERN_LIMIT when the match limit was reached: the caller must fail closed. */
enum pattern_result pattern_match(const struct pattern *pattern, struct text subject);

/* The same for a search: it may fit anywhere, of UTF-8; bytes that are none match nothing. */
MUST_CHECK struct pattern *pattern_compile_search(struct text expression, char **error, size_t *offset);
/* The first place at or after `from` where it fits more than nothing. */
enum pattern_result
pattern_search(const struct pattern *pattern, struct text subject, size_t from, size_t *start, size_t *end);
/* Where the first fit at or after `from` begins that needs to see what follows `subject`; its length when none does. */
size_t pattern_open_from(const struct pattern *pattern, struct text subject, size_t from);

#endif
