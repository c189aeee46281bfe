/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of a body. They stay until the next body, since edits are carried up from each to the one it lies in. */
#include "body_internal.h"

#include "exeat/base/memory.h"

struct layer *body_layer(struct body *body)
{
    return &body->layers.list[body->walk.layer];
}

/* What no longer fits is refused by whoever adds it; the first text has its own bound. */
static bool has_room(const struct layers *layers, const struct layer *like, size_t limit)
{
    size_t bytes = layers->bytes + like->owned.length;
    return layers->count == 0 || (layers->count < LAYERS_MAX && like->depth < LAYER_DEPTH && bytes <= limit);
}

bool layer_add(struct body *body, const struct layer *like)
{
    struct layers *layers = &body->layers;
    if (!has_room(layers, like, body->limits.decoded))
        return false;
    if (layers->count == layers->capacity) {
        layers->capacity = layers->capacity == 0 ? 4 : layers->capacity * 2;
        layers->list = base_resize(layers->list, layers->capacity, sizeof(*layers->list));
    }
    if (layers->count > 0)
        layers->bytes += like->owned.length;
    layers->list[layers->count++] = *like;
    return true;
}

void layer_clear(struct layer *layer)
{
    if (layer->owned.data != NULL)
        base_forget(layer->owned.data, layer->owned.length);
    buffer_clear(&layer->owned);
    base_free(layer->splices);
    *layer = (struct layer){0};
}

void layers_clear(struct body *body)
{
    for (size_t i = 0; i < body->layers.count; i++)
        layer_clear(&body->layers.list[i]);
    base_free(body->layers.list);
    body->layers = (struct layers){0};
}
