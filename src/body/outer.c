/* SPDX-License-Identifier: Apache-2.0 */
/* Where in the body a part of a text that lies in it stands: from layer to layer, outwards. */
#include "body_internal.h"

/* What `from` to `to` of the layer's text is in the text that it lies in. */
static bool carry_out(const struct body *body, const struct layer *layer, struct body_span *span)
{
    const struct layer *parent = &body->layers.list[layer->parent];
    struct spelled spelled = {.spelling = layer->spelling, .raw = text_part(parent->text, layer->at, layer->length)};
    if (layer_is_coded_whole(layer)) {
        *span = (struct body_span){layer->at, layer->at + layer->length};
        return true;
    }
    if (!spelled_seek(&spelled, span->start))
        return false;
    size_t start = layer->at + spelled.at;
    if (!spelled_seek(&spelled, span->end))
        return false;
    *span = (struct body_span){start, layer->at + spelled.at};
    return true;
}

bool body_outer(
    const struct body *body, const struct body_place *place, size_t start, size_t length, struct body_span *span)
{
    struct spelled spelled = {.spelling = (enum spelling)place->spelling, .raw = place->raw};
    *span = (struct body_span){place->at, place->at + place->raw.length};
    if (place->layer == LAYER_BESIDE)
        return false;
    if (place->what != BODY_OPAQUE) {
        if (!spelled_seek(&spelled, start))
            return false;
        span->start = place->at + spelled.at;
        if (length > SIZE_MAX - start || !spelled_seek(&spelled, start + length))
            return false;
        span->end = place->at + spelled.at;
    }
    for (size_t layer = place->layer; layer > 0; layer = body->layers.list[layer].parent)
        if (!carry_out(body, &body->layers.list[layer], span))
            return false;
    return true;
}
