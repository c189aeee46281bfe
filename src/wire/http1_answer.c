/* SPDX-License-Identifier: Apache-2.0 */
/* Replies of the gate's own. */
#include "wire_internal.h"

void http_answer_write(
    struct buffer *out, uint16_t status, const struct field *fields, size_t field_count, struct text body,
    bool keep_alive, bool head_only)
{
    const struct http_forward forward = {
        .keep_alive = keep_alive,
        .framing = FRAMING_LENGTH,
        .content_length = body.length,
        .add = fields,
        .add_count = field_count,
    };
    http_own_head_write(out, status, &forward);
    if (!head_only)
        buffer_append(out, body);
}
