/* SPDX-License-Identifier: Apache-2.0 */
/* What readers of whole answers share. */
#include "exeat/base/json_view.h"
#include "exeat/canon/server.h"

bool canon_read_whole(
    const struct canon_call *call, bool (*tell)(struct canon_telling *telling, struct scan whole), struct scan whole,
    struct arena *arena, struct canon_replies *answer)
{
    struct canon_collector collector = {.arena = arena};
    struct canon_telling telling = {.call = call, .sink = {canon_collect, &collector}, .arena = arena};
    if (!tell(&telling, whole) || !telling.has_finished)
        return false;
    answer->replies = collector.replies;
    answer->reply_count = collector.reply_count;
    answer->usage = telling.usage;
    answer->created = telling.created;
    return true;
}

size_t canon_count_items(struct scan list)
{
    struct scan_walk walk = scan_walk(list);
    struct text key;
    struct scan item;
    size_t count = 0;
    while (scan_next(&walk, &key, &item))
        count++;
    return count;
}

bool canon_read_names(
    struct scan whole, struct text list, struct text member, struct arena *arena, struct canon_replies *answer)
{
    struct scan items;
    struct scan item;
    struct scan value;
    struct text key;
    struct buffer name = {0};
    if (!scan_member(whole, list, &items) || items.kind != SCAN_ARRAY)
        return false;
    struct text *names = arena_array(arena, canon_count_items(items), sizeof(*names));
    struct scan_walk walk = scan_walk(items);
    while (scan_next(&walk, &key, &item)) {
        if (!scan_member(item, member, &value) || value.kind != SCAN_STRING)
            continue;
        json_spelled_append(&name, scan_spelled(value));
        names[answer->name_count++] = arena_text(arena, buffer_text(&name));
        buffer_empty(&name);
    }
    buffer_clear(&name);
    answer->names = names;
    return true;
}

bool canon_vectors_are_strict(const struct text *vectors, size_t count)
{
    struct json_view view = {0};
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = json_view_read(&view, vectors[i], JSON_UTF8, NULL);
    json_view_clear(&view);
    return good;
}
