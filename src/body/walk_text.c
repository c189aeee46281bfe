/* SPDX-License-Identifier: Apache-2.0 */
/* Text without a structure that is known here is one place; what nobody looks into is another. */
#include "inside.h"

bool walk_text(struct body *body)
{
    const struct layer *layer = body_layer(body);
    if (layer->origin == LAYER_TOLD)
        return inside_walk(body, layer->what, layer->text, layer->same_as);
    return layer->text.length == 0 || place_tell(body, layer->what, SPELLED_PLAIN, layer->text);
}

bool walk_json_part(struct body *body)
{
    struct text text = body_layer(body)->text;
    return text.length == 0 || place_tell(body, BODY_VALUE, SPELLED_JSON, text);
}

bool walk_binary(struct body *body)
{
    struct text text = body_layer(body)->text;
    return text.length == 0 || place_opaque(body, text, text_from(body->label.type));
}
