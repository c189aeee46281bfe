/* SPDX-License-Identifier: Apache-2.0 */
/* Forms (WHATWG URL section 5.1): names and values, percent and + undone. */
#include "body_internal.h"

static bool walk_pair(struct body *body, struct text pair)
{
    size_t equals = text_index(pair, '=', 0);
    struct text name = text_part(pair, 0, equals);
    struct text value = text_after(pair, equals + 1);
    if (!crumb_push(body, crumb_of_form(name)))
        return false;
    bool goes_on = (name.length == 0 || place_tell(body, BODY_NAME, SPELLED_FORM, name)) &&
                   (value.length == 0 || place_tell(body, BODY_VALUE, SPELLED_FORM, value));
    crumb_pop(body);
    return goes_on;
}

bool walk_form(struct body *body)
{
    struct text rest = body_layer(body)->text;
    struct text pair;
    while (text_split(&rest, '&', &pair))
        if (!walk_pair(body, pair))
            return false;
    return true;
}
