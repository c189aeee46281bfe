/* SPDX-License-Identifier: Apache-2.0 */
/* Text without a structure that is known here is one place; what nobody looks into is another. */
#include "body_internal.h"

bool walk_text(struct body *body)
{
    struct text text = body_layer(body)->text;
    return text.length == 0 || place_tell(body, BODY_VALUE, SPELLED_PLAIN, text);
}

bool walk_binary(struct body *body)
{
    struct text text = body_layer(body)->text;
    return text.length == 0 || place_opaque(body, text, text_from(body->label.type));
}
