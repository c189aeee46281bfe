/* SPDX-License-Identifier: Apache-2.0 */
/* Text without a structure that is known here: one place. */
#include "body_internal.h"

bool walk_text(struct body *body)
{
    struct text text = body_layer(body)->text;
    if (!text_is_utf8(text))
        return walk_fail(body, BODY_CHARSET_MALFORMED, "a byte that is no UTF-8");
    return text.length == 0 || place_tell(body, BODY_VALUE, SPELLED_PLAIN, text);
}
