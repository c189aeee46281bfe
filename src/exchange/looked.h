/* SPDX-License-Identifier: Apache-2.0 */
/* A request whose rule looks into it, and its answer. */
#ifndef EXEAT_LOOKED_H
#define EXEAT_LOOKED_H

#include "exchange_internal.h"
#include "exeat/screen.h"

/* LOOKED_CHANGED: `body` goes in the place of what came. LOOKED_BEYOND: it is larger than is looked at; `body` has its
 * beginning, and the rest follows. */
enum looked_body { LOOKED_AS_IT_CAME, LOOKED_CHANGED, LOOKED_BEYOND };
struct looked {
    struct inspected *inspected; /* owned */
    enum looked_body body_is;
    struct buffer body;  /* owned: held until it goes on */
    struct buffer query; /* owned: what the head's borrows, where it is changed */
    struct buffer found; /* owned: for the records */
    struct buffer found_after;
    struct screen *screen; /* owned; NULL until an answer comes */
};

#endif
