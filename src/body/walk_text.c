/* SPDX-License-Identifier: Apache-2.0 */
/* Text without a structure that is known here is one place; what nobody looks into is another. */
#include "body_internal.h"

bool walk_text(struct body *body)
{
    const struct layer *layer = body_layer(body);
    enum body_what what = layer->is_outside ? BODY_OUTSIDE : BODY_VALUE;
    return layer->text.length == 0 || place_tell(body, what, SPELLED_PLAIN, layer->text);
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
