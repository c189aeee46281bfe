/* SPDX-License-Identifier: Apache-2.0 */
/* Contents of Gemini's as messages. Calls of tools need no id there, endpoints want one: a call without gets one by its
 * place, and a result without is of the next call of its name in the turn before. */
#include "gemini_read.h"

static bool take_role(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    static const struct {
        struct text word;
        enum canon_role role;
    } roles[] = {
        {TEXT_INIT("user"), CANON_USER},
        {TEXT_INIT("model"), CANON_ASSISTANT},
        {TEXT_INIT("function"), CANON_USER},
        {TEXT_INIT("tool"), CANON_USER},
    };
    struct said *said = field;
    (void)row;
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        if (!json_view_means(reading->view, value, roles[i].word))
            continue;
        said->role = roles[i].role;
        return true;
    }
    return reading_is_wrong(reading, "must be user or model");
}

static const struct member content_rows[] = {
    {.name = TEXT_INIT("role"), .read = take_role},
    {.name = TEXT_INIT("parts"), .read = gemini_take_parts},
};
TABLE(content_table, content_rows, NULL);

static bool read_content(struct reading *reading, uint32_t value, void *item)
{
    struct said *said = item;
    said->role = CANON_USER;
    if (!read_members(reading, value, &content_table, said))
        return false;
    return said_is_whole(reading, said, TEXT("parts"));
}

/* --- which result is of which call -----------------------------------------------------------------------------------
 */

enum { CALLS_MAX = 128 };
struct turn {
    const struct said *said; /* NULL: no call was made yet */
    bool is_answered[CALLS_MAX];
};

static bool name_calls(struct reading *reading, size_t index, struct said *said, struct turn *turn)
{
    size_t count = 0;
    for (size_t i = 0; i < said->part_count; i++) {
        struct canon_part *part = &said->parts[i];
        if (part->kind != CANON_TOOL_CALL)
            continue;
        if (count++ == 0)
            *turn = (struct turn){.said = said};
        if (i >= CALLS_MAX)
            return reading_is_wrong(reading, "has more than 128 parts beside a call");
        if (part->call_id.data != NULL)
            continue;
        struct buffer id = {0};
        buffer_printf(&id, "call_%zu_%zu", index, i);
        part->call_id = arena_text(reading->arena, buffer_text(&id));
        buffer_clear(&id);
    }
    return true;
}

static bool find_call(struct reading *reading, struct turn *turn, struct canon_message *result)
{
    for (size_t i = 0; turn->said != NULL && i < turn->said->part_count; i++) {
        const struct canon_part *part = &turn->said->parts[i];
        bool is_same = part->kind == CANON_TOOL_CALL && text_equal(part->name, result->name) &&
                       (result->call_id.data == NULL || text_equal(part->call_id, result->call_id));
        if (!is_same || turn->is_answered[i])
            continue;
        turn->is_answered[i] = true;
        result->call_id = part->call_id;
        return true;
    }
    return result->call_id.data != NULL ||
           reading_is_wrong(reading, "has a functionResponse for which there is no functionCall");
}

static bool link_results(struct reading *reading, struct said *said, size_t count)
{
    struct turn turn = {.said = NULL};
    for (size_t i = 0; i < count; i++) {
        if (!name_calls(reading, i, &said[i], &turn))
            return false;
        for (size_t k = 0; k < said[i].result_count; k++) {
            if (!find_call(reading, &turn, &said[i].results[k]))
                return false;
            said[i].results[k].name = (struct text){0};
        }
    }
    return true;
}

/* --- one list ------------------------------------------------------------------------------------------------------
 */

bool gemini_take_contents(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    size_t count = 0;
    struct said *said = NULL;
    const void *items = NULL;
    (void)row;
    if (!read_items(reading, value, sizeof(*said), read_content, &items, &count))
        return false;
    said = arena_array(reading->arena, count, sizeof(*said));
    for (size_t i = 0; i < count; i++)
        said[i] = ((const struct said *)items)[i];
    if (!link_results(reading, said, count))
        return false;
    said_append(reading, field, said, count);
    return true;
}

bool gemini_take_system(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct text words = {0};
    (void)row;
    if (!gemini_read_text(reading, value, &words))
        return false;
    canon_put_system(reading->arena, field, words);
    return true;
}
