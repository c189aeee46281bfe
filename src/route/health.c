/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of the inference endpoints: which of them rest, how the last call to each went, and what went wrong how
 * often. An endpoint is known by its name and where it is, so that a new policy's is never taken for another. */
#include "route_internal.h"

static bool is_same(const struct health_row *row, const struct route_endpoint *endpoint)
{
    struct text name = text_part(endpoint->name, 0, sizeof(row->health.name) - 1);
    return row->health.name[0] != '\0' && row->port == endpoint->port &&
           text_equal(text_from(row->health.name), name) && host_equal(&row->host, endpoint->host);
}

/* ROUTE_ENDPOINTS: it is not known. */
static size_t place_of(const struct route *route, const struct route_endpoint *endpoint)
{
    size_t i = 0;
    while (i < ROUTE_ENDPOINTS && !is_same(&route->endpoints[i], endpoint))
        i++;
    return i;
}

static struct health_row fresh(const struct route *route, const struct route_endpoint *endpoint)
{
    struct health_row row = {.host = *endpoint->host, .port = endpoint->port, .health.is_up = true};
    size_t place = place_of(route, endpoint);
    text_store(endpoint->name, row.health.name, sizeof(row.health.name));
    return place < ROUTE_ENDPOINTS ? route->endpoints[place] : row;
}

void route_set_endpoints(struct route *route, const struct route_endpoint *endpoints, size_t count)
{
    struct health_row rows[ROUTE_ENDPOINTS] = {0};
    for (size_t i = 0; i < count && i < ROUTE_ENDPOINTS; i++)
        rows[i] = fresh(route, &endpoints[i]);
    for (size_t i = 0; i < ROUTE_ENDPOINTS; i++)
        route->endpoints[i] = rows[i];
}

bool route_is_well(const struct route *route, const struct route_endpoint *endpoint)
{
    size_t place = place_of(route, endpoint);
    return place == ROUTE_ENDPOINTS || route->endpoints[place].rests_until_us <= loop_now_us(route->loop);
}

bool route_answered(struct route *route, const struct route_endpoint *endpoint)
{
    size_t place = place_of(route, endpoint);
    if (place == ROUTE_ENDPOINTS)
        return false;
    struct health_row *row = &route->endpoints[place];
    bool was_up = row->health.is_up;
    row->health.is_up = true;
    row->health.heard_us = loop_now_us(route->loop);
    row->rests_until_us = 0;
    return !was_up;
}

/* The last place takes what is too many. */
static struct route_fault *fault_of(struct route_health *health, uint16_t code)
{
    size_t i = 0;
    while (i + 1 < ROUTE_FAULTS && health->faults[i].count > 0 && health->faults[i].code != code)
        i++;
    health->faults[i].code = health->faults[i].count == 0 || health->faults[i].code == code ? code : 0;
    return &health->faults[i];
}

bool route_failed(struct route *route, const struct route_endpoint *endpoint, const struct route_failure *failure)
{
    enum { SILENCE_US = 300000000 };
    size_t place = place_of(route, endpoint);
    if (place == ROUTE_ENDPOINTS)
        return false;
    struct health_row *row = &route->endpoints[place];
    uint64_t now = loop_now_us(route->loop);
    struct route_fault *fault = fault_of(&row->health, failure->code);
    bool is_news = fault->count++ == 0 || now - fault->told_us >= SILENCE_US;
    if (is_news)
        fault->told_us = now;
    row->health.is_up = !failure->is_down;
    row->health.heard_us = now;
    if (failure->rest_ms > 0)
        row->rests_until_us = now + failure->rest_ms * 1000;
    return is_news;
}

void route_copy_health(const struct route *route, struct route_health health[ROUTE_ENDPOINTS])
{
    for (size_t i = 0; i < ROUTE_ENDPOINTS; i++)
        health[i] = route->endpoints[i].health;
}
