/* SPDX-License-Identifier: Apache-2.0 */
/* Content from filter to filter, and out at the client's side. */
#include "exchange_internal.h"
#include "exeat/base/check.h"

void filters_add(struct filters *filters, const struct filter *filter)
{
    ASSERT(filters->count < FILTERS_MAX);
    filters->list[filters->count++] = filter;
}

bool filters_have(const struct filters *filters, const struct filter *filter)
{
    for (size_t i = 0; i < filters->count; i++)
        if (filters->list[i] == filter)
            return true;
    return false;
}

enum filtered filters_give(struct exchange *exchange, struct http_piece *piece, size_t place)
{
    const struct filters *filters = &exchange->flow->down;
    if (place < filters->count)
        return filters->list[place]->take(exchange, piece, place);
    exchange->account.bytes_down += piece->content.length;
    exchange->client.role->put_content(&exchange->client, piece);
    return FILTER_GOES_ON;
}

enum filtered filters_give_text(struct exchange *exchange, struct text content, size_t place)
{
    struct http_piece piece = {.content = content};
    return content.length == 0 ? FILTER_GOES_ON : filters_give(exchange, &piece, place);
}

enum filtered filters_end(struct exchange *exchange, size_t place)
{
    const struct filters *filters = &exchange->flow->down;
    if (place < filters->count)
        return filters->list[place]->end(exchange, place);
    exchange->client.role->end(&exchange->client);
    return FILTER_GOES_ON;
}
