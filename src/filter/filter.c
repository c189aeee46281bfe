/* SPDX-License-Identifier: Apache-2.0 */
/* Content from filter to filter, and out at the side that gets it. */
#include "exeat/filter.h"

#include "exeat/base/check.h"

void filters_add(struct filters *filters, const struct filter *filter, void *context)
{
    ASSERT(filters->count < FILTERS_MAX);
    filters->list[filters->count].filter = filter;
    filters->list[filters->count++].context = context;
}

enum filtered filters_give(struct filters *filters, size_t place, struct http_piece *piece)
{
    if (place < filters->count)
        return filters->list[place].filter->take(filters->list[place].context, filters, place + 1, piece);
    *filters->passed += piece->content.length;
    filters->to->role->put_content(filters->to, piece);
    return FILTER_GOES_ON;
}

enum filtered filters_give_text(struct filters *filters, size_t place, struct text content)
{
    struct http_piece piece = {.content = content};
    return content.length == 0 ? FILTER_GOES_ON : filters_give(filters, place, &piece);
}

enum filtered filters_end(struct filters *filters, size_t place)
{
    if (place < filters->count)
        return filters->list[place].filter->end(filters->list[place].context, filters, place + 1);
    filters->to->role->end(filters->to);
    return FILTER_GOES_ON;
}
