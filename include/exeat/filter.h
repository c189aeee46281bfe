/* SPDX-License-Identifier: Apache-2.0 */
/* What content passes on its way to one side of an exchange: a chain of filters, and that side at its end. A filter
 * looks at pieces, holds them, or says others in their place, and has the last word when the message ends. An empty
 * chain: content goes on as it is, without a copy. */
#ifndef EXEAT_FILTER_H
#define EXEAT_FILTER_H

#include "exeat/base/bytes.h"
#include "exeat/http.h"

/* FILTER_ENDS: whoever gets the message has all of it, whatever else may come. FILTER_BAD: it is none. FILTER_KEPT_OUT:
 * it holds what nobody may have, and the account was told. FILTER_NO_ROOM: it would have to be held, and there is no
 * memory. */
enum filtered { FILTER_GOES_ON, FILTER_ENDS, FILTER_TOO_LARGE, FILTER_BAD, FILTER_KEPT_OUT, FILTER_NO_ROOM };

struct filters;
/* A kind of filter, static. What it has to say it gives to `filters`, from `next` on: the place behind its own. */
struct filter {
    const char *name;
    /* Uses the piece up: gives it on, or drops it. */
    enum filtered (*take)(void *context, struct filters *filters, size_t next, struct http_piece *piece);
    enum filtered (*end)(void *context, struct filters *filters, size_t next); /* the message is whole */
};

enum { FILTERS_MAX = 4 };
struct filters {
    struct http_side *to; /* borrowed: where content goes */
    uint64_t *passed;     /* borrowed: counts the bytes of content that went there */
    struct {
        const struct filter *filter;
        void *context; /* borrowed */
    } list[FILTERS_MAX];
    size_t count;
};

/* Behind those that are there, at most FILTERS_MAX; `context` is borrowed until the message is over. */
void filters_add(struct filters *filters, const struct filter *filter, void *context);
/* Content from `place` of the chain on; 0: through all of it. Whoever puts the head does so before. */
enum filtered filters_give(struct filters *filters, size_t place, struct http_piece *piece);
enum filtered filters_give_text(struct filters *filters, size_t place, struct text content); /* our own; may be empty */
/* The message is whole: each filter says what it still has to say, then `to` ends it. */
enum filtered filters_end(struct filters *filters, size_t place);

#endif
