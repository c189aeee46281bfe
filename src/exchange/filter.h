/* SPDX-License-Identifier: Apache-2.0 */
/* What content passes on its way from one side to the other. An empty list: it goes on as it is. */
#ifndef EXEAT_EXCHANGE_FILTER_H
#define EXEAT_EXCHANGE_FILTER_H

#include "exeat/http.h"

struct exchange;

/* FILTER_ENDS: whoever gets the message has all of it, whatever else may come. FILTER_BAD: it is none. */
enum filtered { FILTER_GOES_ON, FILTER_ENDS, FILTER_TOO_LARGE, FILTER_BAD };

/* A kind of filter. What it has to say on its own it gives to filters_give, with the place behind its own. */
struct filter {
    const char *name;
    enum filtered (*take)(struct exchange *exchange, struct http_piece *piece, size_t place); /* uses the piece up */
    enum filtered (*end)(struct exchange *exchange, size_t place);                            /* the message is whole */
};
extern const struct filter filter_hold;   /* keeps all of an endpoint's answer, and writes it anew at its end */
extern const struct filter filter_events; /* rewrites an endpoint's events, one by one */

enum { FILTERS_MAX = 4 };
struct filters {
    const struct filter *list[FILTERS_MAX];
    size_t count;
};
void filters_add(struct filters *filters, const struct filter *filter);
bool filters_have(const struct filters *filters, const struct filter *filter);

/* To the client, from `place` of the list on. */
enum filtered filters_give(struct exchange *exchange, struct http_piece *piece, size_t place);
enum filtered filters_give_text(struct exchange *exchange, struct text content, size_t place);
enum filtered filters_end(struct exchange *exchange, size_t place);

#endif
