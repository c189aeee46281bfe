/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of Anthropic's. The system's words are a member of the call, and become the first message; results of tools
 * are parts of what the user says, and become messages before it. */
#include "anthropic_read.h"

static const struct member message_rows[] = {
    {.name = TEXT_INIT("role"), .read = said_take_role},
    {.name = TEXT_INIT("content"), .read = anthropic_take_content},
};
TABLE(message_table, message_rows, NULL);

static bool read_message(struct reading *reading, uint32_t value, void *item)
{
    struct said *said = item;
    if (!read_members(reading, value, &message_table, said))
        return false;
    if (!said->has_role)
        return reading_member_is_wrong(reading, TEXT("role"), "is missing");
    if (said->form == CANON_NO_CONTENT)
        return reading_member_is_wrong(reading, TEXT("content"), "is missing");
    return said_may_give(reading, said, TEXT("content"));
}

bool anthropic_take_messages(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    const void *said = NULL;
    size_t count = 0;
    (void)row;
    if (!read_items(reading, value, sizeof(struct said), read_message, &said, &count))
        return false;
    if (count == 0)
        return reading_is_wrong(reading, "is empty");
    said_append(reading, field, said, count);
    return true;
}

bool anthropic_take_system(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct text words = {0};
    bool is_list = json_view_shape(reading->view, value) == JSON_SHAPE_ARRAY;
    if (!(is_list ? anthropic_join_texts(reading, value, &words) : take_text(reading, value, row, &words)))
        return false;
    canon_put_system(reading->arena, field, words);
    return true;
}
