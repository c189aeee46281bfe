/* SPDX-License-Identifier: Apache-2.0 */
/* The answers of a stream, by their index. */
#ifndef EXEAT_COMPATIBLE_CHOICES_H
#define EXEAT_COMPATIBLE_CHOICES_H

#include "compatible_internal.h"

/* More answers to one question than this are complete with [DONE] alone. */
enum { CHOICES_MAX = 128 };
struct choices {
    bool seen[CHOICES_MAX];
    bool finished[CHOICES_MAX];
    bool too_many;
    bool spoke; /* one of them has begun its answer */
};

/* The `choices` of one event. */
void choices_note(struct choices *choices, struct scan list);
/* There is one at least, and each has a finish reason. */
bool choices_are_finished(const struct choices *choices);

#endif
