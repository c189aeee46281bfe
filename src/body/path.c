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
    struct text name = crumb->name;
    if (spelling_differs(crumb->spelling, name)) {
        buffer_empty(&body->walk.name);
        spelling_read(crumb->spelling, name, &body->walk.name);
        name = buffer_text(&body->walk.name);
    }
    append_name(path, name);
}

/* Most places share all of their way but its end with the one before: only what is another is written. */
struct text body_path_text(struct body *body, const struct body_place *place)
{
    struct walk *walk = &body->walk;
    if (place->layer == LAYER_BESIDE)
        return TEXT("");
    for (size_t i = walk->path_good; i < walk->depth; i++) {
        walk->path.length = i == 0 ? 0 : walk->crumbs[i - 1].path_end;
        if (walk->path.length < PATH_MAX_BYTES)
            append_crumb(body, &walk->crumbs[i], &walk->path);
        walk->crumbs[i].path_end = (uint16_t)walk->path.length;
    }
    walk->path_good = walk->depth;
    size_t length = walk->depth == 0 ? 0 : walk->crumbs[walk->depth - 1].path_end;
    return (struct text){walk->path.data, length < PATH_MAX_BYTES ? length : PATH_MAX_BYTES};
}

void body_path(struct body *body, const struct body_place *place, struct buffer *path)
{
    buffer_append(path, body_path_text(body, place));
}
