/* SPDX-License-Identifier: Apache-2.0 */
/* What the visitor is told: a place, with the name that it stands under. */
#include "tell.h"

#include "pair.h"

/* What `raw` says, in `kept` where that is something else. */
static struct text tell_said(enum spelling spelling, struct text raw, struct buffer *kept)
{
    if (spelling == SPELLED_PLAIN || spelling == SPELLED_JSON_PLAIN || !spelling_differs(spelling, raw))
        return raw;
    buffer_empty(kept);
    spelling_read(spelling, raw, kept);
    return buffer_text(kept);
}

/* The nearest crumb with a name before `end`, in this text or where it lies; NULL: there is none. */
static struct crumb *named_before(struct walk *walk, size_t *end)
{
    while (*end > 0) {
        struct crumb *crumb = &walk->crumbs[--*end];
        if (crumb->is_name)
            return crumb;
    }
    return NULL;
}

static struct text name_of(const struct crumb *crumb, struct buffer *kept)
{
    return crumb == NULL ? TEXT("") : tell_said(crumb->spelling, crumb->name, kept);
}

/* Looked for once in each object that has a value at all. */
static struct text beside_of(struct body *body, struct crumb *crumb, struct text field)
{
    bool is_json = crumb->spelling != SPELLED_PLAIN; /* names of XML are as they stand */
    if (is_json && !pair_is_value(field))
        return TEXT("");
    if (crumb->object.length > 0)
        crumb->beside = pair_find(crumb->object);
    crumb->object.length = 0;
    return tell_said(is_json ? SPELLED_JSON : SPELLED_XML, crumb->beside, &body->pair);
}

struct body_place place_at(struct body *body, enum body_what what, enum spelling spelling, struct text raw)
{
    return (struct body_place){
        .what = what,
        .layer = (uint16_t)body->walk.layer,
        .spelling = (uint8_t)spelling,
        .value = tell_said(spelling, raw, &body->value),
        .raw = raw,
        .at = (size_t)(raw.data - body_layer(body)->text.data),
    };
}

static void tell_names(struct body *body, struct body_place *place)
{
    size_t end = body->walk.depth;
    struct crumb *crumb = named_before(&body->walk, &end);
    if (crumb == NULL)
        return;
    place->field = name_of(crumb, &body->field);
    place->parent = name_of(named_before(&body->walk, &end), &body->parent);
    if (place->what != BODY_NAME && (crumb->object.length > 0 || crumb->beside.length > 0))
        place->beside = beside_of(body, crumb, place->field);
}

bool tell_is_kept(struct body *body, struct body_place *place)
{
    struct walk *walk = &body->walk;
    if (walk->keeps == NULL || place->layer != 0 || place->what != BODY_VALUE)
        return false;
    tell_names(body, place);
    return walk->keeps(walk->context, body, place);
}

bool tell_place(struct body *body, struct body_place *place)
{
    struct walk *walk = &body->walk;
    size_t of_layer = place->layer == LAYER_BESIDE ? 0 : body_layer(body)->same_as;
    if (place->layer != LAYER_BESIDE)
        tell_names(body, place);
    if (walk->places++ == body->limits.places)
        return walk_fail(body, BODY_TOO_MANY, "more values than are looked at");
    place->number = walk->places;
    if (place->same_as == 0)
        place->same_as = of_layer > 0 ? of_layer : place->number;
    return walk->see(walk->context, body, place) || walk_fail(body, BODY_STOPPED, "");
}

bool tell_again(struct body *body, enum body_what what, enum spelling spelling, struct text raw, size_t same_as)
{
    struct body_place place = place_at(body, what, spelling, raw);
    place.same_as = same_as;
    return body->walk.see == NULL || tell_place(body, &place);
}

bool place_opaque(struct body *body, struct text raw, struct text type)
{
    struct body_place place = {.what = BODY_OPAQUE, .layer = (uint16_t)body->walk.layer, .raw = raw, .type = type};
    place.at = (size_t)(raw.data - body_layer(body)->text.data);
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
