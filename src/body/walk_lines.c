/* SPDX-License-Identifier: Apache-2.0 */
/* JSON texts one behind the other: a line each, or a record each (RFC 7464). Each is a text of its own. */
#include "body_internal.h"

static bool walk_text_of(struct body *body, struct text json, size_t *index)
{
    if (text_trim(json, " \t\r\n").length == 0)
        return true;
    if (!crumb_push(body, (struct crumb){.index = (*index)++}))
        return false;
    struct layer layer = {.kind = BODY_JSON, .text = json, .charset = CHARSET_UTF8};
    bool goes_on = layer_walk(body, json, &layer);
    crumb_pop(body);
    return goes_on;
}

static bool walk_each(struct body *body, char separator)
{
    struct text rest = body_layer(body)->text;
    struct text json;
    size_t index = 0;
    while (text_split(&rest, separator, &json))
        if (!walk_text_of(body, json, &index))
            return false;
    return true;
}

bool walk_lines(struct body *body)
{
    return walk_each(body, '\n');
}

bool walk_sequence(struct body *body)
{
    return walk_each(body, '\x1e');
}
