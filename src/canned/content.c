/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer says, in the form that the call asks for. */
#include "canned_internal.h"

static bool append_of_schema(struct text schema, struct text words, struct buffer *out)
{
    char error[160];
    json_t *root = json_read(schema, error);
    struct making making = {.root = root, .words = words};
    json_t *value = make_value(&making, root, 0);
    if (value != NULL)
        json_append_tree(out, value);
    json_decref(value);
    json_decref(root);
    return value != NULL;
}

bool canned_content(const struct canon_call *call, struct text words, struct buffer *out)
{
    const struct canon_format *format = &call->wish.format;
    if (format->schema.length > 0)
        return append_of_schema(format->schema, words, out);
    if (json_spelled_means(format->kind, TEXT("json_object"))) {
        buffer_append(out, TEXT("{\"message\":"));
        json_append_string(out, words);
        buffer_append(out, TEXT("}"));
        return true;
    }
    buffer_append(out, words);
    return true;
}
