/* SPDX-License-Identifier: Apache-2.0 */
/* Where a place stands, in words that may be shown and recorded: a name that may be data itself is left out. */
#include "body_internal.h"

enum { NAME_MAX_BYTES = 40, DIGITS_MAX = 5 };

static bool is_letter(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '_' || byte == '$';
}

static bool is_showable(struct text name)
{
    size_t digits = 0;
    if (name.length == 0 || name.length > NAME_MAX_BYTES || !is_letter(name.data[0]))
        return false;
    for (size_t i = 0; i < name.length; i++) {
        bool is_digit = name.data[i] >= '0' && name.data[i] <= '9';
        digits = is_digit ? digits + 1 : 0;
        if (digits == DIGITS_MAX || (!is_digit && !is_letter(name.data[i]) && name.data[i] != '-'))
            return false;
    }
    return true;
}

static void append_name(struct buffer *path, struct text name)
{
    if (path->length > 0)
        buffer_append_byte(path, '.');
    buffer_append(path, is_showable(name) ? name : TEXT("*"));
}

static void append_crumb(struct body *body, const struct crumb *crumb, struct buffer *path)
{
    if (!crumb->is_name) {
        buffer_printf(path, "[%zu]", crumb->index);
        return;
    }
    buffer_empty(&body->field);
    spelling_read(crumb->spelling, crumb->name, &body->field);
    append_name(path, buffer_text(&body->field));
}

void body_path(struct body *body, const struct body_place *place, struct buffer *path)
{
    struct buffer own = {0};
    size_t count = place->layer == LAYER_BESIDE ? 0 : body->walk.depth;
    for (size_t i = 0; i < count && own.length < PATH_MAX_BYTES; i++)
        append_crumb(body, &body->walk.crumbs[i], &own);
    buffer_append(path, text_part(buffer_text(&own), 0, PATH_MAX_BYTES));
    buffer_clear(&own);
}
