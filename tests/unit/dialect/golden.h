/* SPDX-License-Identifier: Apache-2.0 */
/* One case of the golden corpus: what a caller says, what the endpoint must get of it, what it answers, and what the
 * caller must get of that. See tests/unit/dialect/golden/README. */
#ifndef TESTS_UNIT_DIALECT_GOLDEN_H
#define TESTS_UNIT_DIALECT_GOLDEN_H

#include "exeat/base/bytes.h"

struct golden_part {
    struct text word; /* of its line: "endpoint", "answers", ... ; empty: not in the case */
    struct text more; /* what stands behind the word */
    struct text body;
};
enum { GOLDEN_PARTS = 4 };
struct golden_case {
    struct text method;
    struct text host;
    struct text path;
    struct text query;
    struct text body;
    struct golden_part parts[GOLDEN_PARTS];
};
/* Borrows from the text. False: it is no case. */
bool golden_read(struct text text, struct golden_case *golden);
/* The part with this word; NULL: it has none. */
const struct golden_part *golden_part(const struct golden_case *golden, const char *word);
/* As they mean: JSON by its values, and lines of anything else one by one. "~GLOB" in an expected text is a pattern. */
bool golden_equal(struct text expected, struct text got);

#endif
