/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of models as vendors frame them: a table row each, for they differ in nothing else. */
#ifndef EXEAT_CANON_MODELS_H
#define EXEAT_CANON_MODELS_H

#include "exeat/base/bytes.h"

/* JSON; in `one`, each '%' stands for the name as JSON spells it, without its quotes; in `tail`, a '#' for
 * how many there are. */
struct models_words {
    struct text head;
    struct text one;
    struct text tail;
};
/* All of them; with a `name`, this one alone, without head and tail. */
void models_write(
    const struct models_words *words, const struct text *names, size_t count, struct text name, struct buffer *out);

#endif
