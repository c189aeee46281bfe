/* SPDX-License-Identifier: Apache-2.0 */
/* Where in the body a part of a text that lies in it stands: from layer to layer, outwards. Parts of one place are
 * mostly asked for in their order: then each text on the way is read once for all of them. */
#include "body_internal.h"

static bool seek(struct spelled *spelled, size_t offset, size_t *at)
{
    if (offset < spelled->said)
        *spelled = (struct spelled){.spelling = spelled->spelling, .raw = spelled->raw};
    bool is_there = spelled_seek(spelled, offset);
    *at = spelled->at;
    return is_there;
}

/* Where `span` of what is spelled stands, in a text in which that begins at `at`. */
static bool carry_out(struct spelled *spelled, size_t at, struct body_span *span)
{
    struct body_span inner = *span;
    if (!seek(spelled, inner.start, &span->start) || !seek(spelled, inner.end, &span->end))
        return false;
    span->start += at;
    span->end += at;
    return true;
}

static void begin(struct body *body, const struct body_place *place)
{
    struct outward *outward = &body->outward;
    outward->of = place->number;
    outward->steps[0] = (struct spelled){.spelling = (enum spelling)place->spelling, .raw = place->raw};
    size_t step = 1;
    for (size_t i = place->layer; i > 0; i = body->layers.list[i].parent) {
        const struct layer *layer = &body->layers.list[i];
        outward->steps[step++] = (struct spelled){
            .spelling = layer->spelling,
            .raw = text_part(body->layers.list[layer->parent].text, layer->at, layer->length)};
    }
}

bool body_outer(struct body *body, const struct body_place *place, size_t start, size_t length, struct body_span *span)
{
    struct spelled *step = body->outward.steps;
    *span = (struct body_span){place->at, place->at + place->raw.length};
    if (place->layer == LAYER_BESIDE || length > SIZE_MAX - start)
        return false;
    if (place->number == 0 || body->outward.of != place->number)
        begin(body, place);
    if (place->what != BODY_OPAQUE) {
        *span = (struct body_span){start, start + length};
        if (!carry_out(step, place->at, span))
            return false;
    }
    for (size_t i = place->layer; i > 0; i = body->layers.list[i].parent) {
        const struct layer *layer = &body->layers.list[i];
        step++;
        if (layer_is_coded_whole(layer))
            *span = (struct body_span){layer->at, layer->at + layer->length};
        else if (!carry_out(step, layer->at, span))
            return false;
    }
    return true;
}
