/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of a body, and the way of the walk through them. */
#include "exeat/base/check.h"
#include "exeat/base/memory.h"

#include "body_internal.h"

struct layer *body_layer(struct body *body)
{
    return &body->layers.list[body->walk.layer];
}

bool walk_fail(struct body *body, enum body_fault fault, const char *clause)
{
    body->walk.fault = fault;
    return detail_say(body->walk.detail, "%s", clause);
}

/* Lines are counted from 1, columns in bytes from 1. */
bool walk_fail_at(struct body *body, enum body_fault fault, const char *clause, size_t at)
{
    size_t line = 1;
    size_t line_start = 0;
    struct text text = body_layer(body)->text;
    for (size_t i = 0; i < at && i < text.length; i++) {
        if (text.data[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    body->walk.fault = fault;
    return detail_say(body->walk.detail, "%s, at line %zu, column %zu", clause, line, at - line_start + 1);
}

bool crumb_push(struct body *body, struct crumb crumb)
{
    struct walk *walk = &body->walk;
    if (walk->depth - walk->base == LEVELS_MAX)
        return walk_fail(body, BODY_TOO_DEEP, "nested deeper than 64 levels");
    crumb_changed(walk, walk->depth);
    walk->crumbs[walk->depth++] = crumb;
    return true;
}

void crumb_pop(struct body *body)
{
    ASSERT(body->walk.depth > body->walk.base);
    body->walk.depth--;
}

struct crumb *crumb_top(struct body *body)
{
    return &body->walk.crumbs[body->walk.depth - 1];
}

bool layer_is_coded_whole(const struct layer *layer)
{
    return layer->transfer != TRANSFER_NONE || layer->has_mark || layer->charset != CHARSET_UTF8;
}

void layer_clear(struct layer *layer)
{
    buffer_forget(&layer->owned);
    base_free(layer->splices);
    *layer = (struct layer){0};
}

void layers_clear(struct body *body)
{
    for (size_t i = 0; i < body->layers.count; i++)
        layer_clear(&body->layers.list[i]);
    body->layers.count = 0;
    body->layers.bytes = 0;
}

bool layer_add(struct body *body, struct layer *layer)
{
    struct layers *layers = &body->layers;
    if (layers->count == LAYERS_MAX) {
        layer_clear(layer);
        return false;
    }
    if (layers->count == layers->capacity) {
        layers->capacity = layers->capacity == 0 ? LAYER_DEPTH : layers->capacity * 2;
        layers->list = base_resize(layers->list, layers->capacity, sizeof(*layers->list));
    }
    layers->bytes += layers->count > 0 ? layer->owned.length : 0;
    layers->list[layers->count++] = *layer;
    *layer = (struct layer){0};
    return true;
}

/* What is neither edited nor has an edited text behind it is gone. */
static void drop_last(struct body *body, size_t index)
{
    struct layers *layers = &body->layers;
    if (index + 1 != layers->count || layers->list[index].splice_count > 0)
        return;
    layers->bytes -= layers->list[index].owned.length;
    layer_clear(&layers->list[index]);
    layers->count--;
}

/* The last layer, and back to where the walk was. */
static bool walk_last(struct body *body)
{
    struct walk *walk = &body->walk;
    size_t layer = walk->layer;
    size_t base = walk->base;
    size_t depth = walk->depth;
    walk->layer = body->layers.count - 1;
    walk->base = walk->depth;
    bool goes_on = walk->into(body);
    size_t walked = walk->layer;
    walk->layer = layer;
    walk->base = base;
    walk->depth = depth;
    drop_last(body, walked);
    return goes_on;
}

bool layer_walk(struct body *body, struct text raw, struct layer *layer)
{
    const struct layer *parent = body_layer(body);
    layer->parent = (uint16_t)body->walk.layer;
    layer->depth = (uint16_t)(parent->depth + (layer->origin != LAYER_TOLD)); /* that is where it lies, once more */
    layer->at = (size_t)(raw.data - parent->text.data);
    layer->length = raw.length;
    if (layer->same_as == 0) /* that it was told there does not hold for what lies in it */
        layer->same_as = parent->origin == LAYER_TOLD ? body->layers.list[parent->parent].same_as : parent->same_as;
    if (body->walk.see != NULL)
        body->walk.read += layer->text.length;
    enum body_fault fault = BODY_FINE;
    if (layer->depth == LAYER_DEPTH)
        fault = BODY_TOO_DEEP;
    else if (
        body->layers.bytes + layer->owned.length > WITHIN_TIMES * body->limits.decoded ||
        body->walk.read > READ_TIMES * body->limits.decoded)
        fault = BODY_TOO_LARGE;
    if (fault != BODY_FINE) {
        layer_clear(layer);
        return walk_fail(body, fault, "texts within texts");
    }
    if (!layer_add(body, layer))
        return walk_fail(body, BODY_TOO_MANY, "more texts within texts than can be edited");
    return walk_last(body);
}
