/* SPDX-License-Identifier: Apache-2.0 */
/* Which text of a stream a value goes on: its path, in which the place in a list gives way to the number that the
 * object has itself (`index`), since events name one of several choices, blocks or calls at a time. */
#include <string.h>

#include "lane.h"

void marks_add(struct marks *marks, struct text path, struct text field, struct text number)
{
    if (marks->count == MARKS_MAX || path.length < field.length)
        return;
    struct mark_of *mark = &marks->list[marks->count++];
    size_t parent = path.length - field.length;
    text_store(
        text_part(path, 0, parent > 0 ? parent - 1 : 0), mark->parent, sizeof(mark->parent)); /* without the dot */
    text_store(field, mark->field, sizeof(mark->field));
    text_store(number, mark->number, sizeof(mark->number));
}

static bool is_above(const struct mark_of *mark, struct text path)
{
    size_t length = strlen(mark->parent);
    if (length == 0)
        return true;
    return path.length > length && memcmp(path.data, mark->parent, length) == 0 &&
           (path.data[length] == '.' || path.data[length] == '[');
}

/* "choices[3]" becomes "choices[#]". */
static void append_parent(const struct mark_of *mark, struct buffer *key)
{
    size_t length = strlen(mark->parent);
    size_t cut = length;
    if (length > 0 && mark->parent[length - 1] == ']')
        while (cut > 0 && mark->parent[cut - 1] != '[')
            cut--;
    buffer_append(key, (struct text){mark->parent, cut});
    if (cut < length)
        buffer_append(key, TEXT("#]"));
}

static void append_mark(const struct mark_of *mark, struct buffer *key)
{
    append_parent(mark, key);
    BUFFER_APPEND_ALL(key, TEXT("."), text_from(mark->field), TEXT("="), text_from(mark->number), TEXT(" "));
}

/* The path, with # for what a mark says better. */
static void append_path(const struct marks *marks, struct text path, struct buffer *key)
{
    size_t start = key->length;
    buffer_append(key, path);
    for (size_t i = 0; i < marks->count; i++) {
        size_t length = strlen(marks->list[i].parent);
        if (length == 0 || !is_above(&marks->list[i], path) || marks->list[i].parent[length - 1] != ']')
            continue;
        for (size_t at = length - 1; at > 0 && path.data[at - 1] != '['; at--)
            key->data[start + at - 1] = '#';
    }
}

size_t marks_key(const struct marks *marks, struct text path, struct buffer *key)
{
    size_t scope = 0;
    for (size_t i = 0; i < marks->count; i++) {
        if (!is_above(&marks->list[i], path))
            continue;
        append_mark(&marks->list[i], key);
        scope = scope == 0 ? key->length : scope;
    }
    append_path(marks, path, key);
    return scope;
}

bool marks_touch(const struct marks *marks, struct text scope)
{
    bool touches = scope.length == 0 && marks->count == 0;
    struct buffer one = {0};
    for (size_t i = 0; i < marks->count && !touches; i++) {
        buffer_empty(&one);
        append_mark(&marks->list[i], &one);
        touches = text_equal(buffer_text(&one), scope);
    }
    buffer_clear(&one);
    return touches;
}
