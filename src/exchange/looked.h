/* SPDX-License-Identifier: Apache-2.0 */
/* A request whose rule looks into it, and its answer. */
#ifndef EXEAT_LOOKED_H
#define EXEAT_LOOKED_H

#include "exchange_internal.h"
#include "exeat/screen.h"

struct looked {
    struct inspected *inspected; /* owned */
    bool is_changed;             /* `body` goes in the place of what came */
    bool is_beyond;      /* the body is larger than is looked at: `body` has its beginning, and the rest follows */
    struct buffer body;  /* owned: held until it goes on */
    struct buffer query; /* owned: what the head's borrows, where it is changed */
    struct buffer found; /* owned: for the records */
    struct buffer found_after;
    struct screen *screen; /* owned; NULL until an answer comes */
};

#endif
