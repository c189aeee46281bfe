/* SPDX-License-Identifier: Apache-2.0 */
/* What the visitor is told: a place, with the name that it stands under. */
#include "tell.h"

/* What `raw` says, in `kept` where that is something else. */
struct text tell_said(enum spelling spelling, struct text raw, struct buffer *kept)
{
    if (!spelling_differs(spelling, raw))
        return raw;
    buffer_empty(kept);
    spelling_read(spelling, raw, kept);
    return buffer_text(kept);
}

/* Of this text, or of where it lies. */
static struct text nearest_name(struct body *body)
{
    const struct walk *walk = &body->walk;
    for (size_t i = walk->depth; i > 0; i--)
        if (walk->crumbs[i - 1].is_name)
            return tell_said(walk->crumbs[i - 1].spelling, walk->crumbs[i - 1].name, &body->field);
    return TEXT("");
}

bool tell_place(struct body *body, struct body_place *place)
{
    struct walk *walk = &body->walk;
    if (place->layer != LAYER_BESIDE)
        place->field = nearest_name(body);
    if (walk->places++ == body->limits.places)
        return walk_fail(body, BODY_TOO_MANY, "more values than are looked at");
    return walk->see(walk->context, body, place) || walk_fail(body, BODY_STOPPED, "");
}

bool place_opaque(struct body *body, struct text raw, struct text type)
{
    struct body_place place = {
        .what = BODY_OPAQUE,
        .layer = (uint16_t)body->walk.layer,
        .raw = raw,
        .type = type,
        .field = nearest_name(body)};
    return body->walk.see == NULL || tell_place(body, &place);
}

bool place_beside(struct body *body)
{
    struct text rest = buffer_text(&body->beside);
    struct text piece;
    while (body->walk.see != NULL && text_split(&rest, '\0', &piece)) {
        struct body_place place = {.what = BODY_OUTSIDE, .layer = LAYER_BESIDE, .value = piece, .raw = piece};
        if (piece.length > 0 && !tell_place(body, &place))
            return false;
    }
    return true;
}
