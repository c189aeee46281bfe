/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of Converse. The system's words are a member of the call, and become the first message; results of tools are
 * blocks of what the user says, and become messages before it. */
#include "bedrock_read.h"

static const struct member message_rows[] = {
    {.name = TEXT_INIT("role"), .read = said_take_role},
    {.name = TEXT_INIT("content"), .read = bedrock_take_content},
};
TABLE(message_table, message_rows, NULL);

static bool read_message(struct reading *reading, uint32_t value, void *item)
{
    struct said *said = item;
    if (!read_members(reading, value, &message_table, said))
        return false;
    if (!said->has_role)
        return reading_member_is_wrong(reading, TEXT("role"), "is missing");
    return said_is_whole(reading, said, TEXT("content"));
}

bool bedrock_take_messages(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    const void *said = NULL;
    size_t count = 0;
    (void)row;
    if (!read_items(reading, value, sizeof(struct said), read_message, &said, &count))
        return false;
    said_append(reading, field, said, count);
    return count > 0 || reading_is_wrong(reading, "is empty");
}

bool bedrock_take_system(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct text words = {0};
    (void)row;
    if (!bedrock_join_texts(reading, value, &words))
        return false;
    canon_put_system(reading->arena, field, words);
    return true;
}
