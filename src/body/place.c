/* SPDX-License-Identifier: Apache-2.0 */
/* A place of a walker: what lies in it, or what it says. */
#include "tell.h"

bool place_tell(struct body *body, enum body_what what, enum spelling spelling, struct text raw)
{
    if (body->walk.see == NULL)
        return true;
    struct body_place place = {
        .what = what,
        .layer = (uint16_t)body->walk.layer,
        .spelling = (uint8_t)spelling,
        .value = tell_said(spelling, raw, &body->value),
        .raw = raw,
        .at = (size_t)(raw.data - body_layer(body)->text.data),
    };
    bool may_be_more =
        (what == BODY_VALUE || what == BODY_OUTSIDE) && !tell_is_kept(body, &place) && inside_may_be(place.value);
    if (may_be_more) {
        enum inside inside = inside_look(body, &place);
        if (inside != INSIDE_NOTHING)
            return inside == INSIDE_WALKED;
    }
    return tell_place(body, &place) && (!may_be_more || spelling != SPELLED_PLAIN || inside_base64(body, raw));
}
