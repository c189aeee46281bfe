/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of Converse. The system's words are a member of the call, and become the first message; results of tools are
 * blocks of what the user says, and become messages before it. */
#include "bedrock_read.h"

static bool take_role(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct bedrock_said *said = field;
    (void)row;
    said->has_role = true;
    said->role = json_view_means(reading->view, value, TEXT("assistant")) ? CANON_ASSISTANT : CANON_USER;
    return said->role == CANON_ASSISTANT || json_view_means(reading->view, value, TEXT("user")) ||
           reading_is_wrong(reading, "must be user or assistant: the system's words stand in system");
}

static const struct member message_rows[] = {
    {.name = TEXT_INIT("role"), .read = take_role},
    {.name = TEXT_INIT("content"), .read = bedrock_take_content},
};
TABLE(message_table, message_rows, NULL);

static bool read_message(struct reading *reading, uint32_t value, void *item)
{
    struct bedrock_said *said = item;
    if (!read_members(reading, value, &message_table, said))
        return false;
    if (!said->has_role)
        return reading_member_is_wrong(reading, TEXT("role"), "is missing");
    if (said->part_count + said->result_count == 0)
        return reading_member_is_wrong(reading, TEXT("content"), "is missing or says nothing");
    return said->role == CANON_USER || said->result_count == 0 ||
           reading_member_is_wrong(reading, TEXT("content"), "has results of tools, which only the user gives");
}

static size_t append(struct canon_message *messages, size_t at, const struct bedrock_said *said)
{
    for (size_t i = 0; i < said->result_count; i++)
        messages[at++] = said->results[i];
    if (said->part_count == 0)
        return at;
    messages[at] = (struct canon_message){
        .role = said->role,
        .content = canon_form(said->parts, said->part_count),
        .parts = said->parts,
        .part_count = said->part_count};
    return at + 1;
}

/* The system's words may have been read already, and stay in front. */
bool bedrock_take_messages(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_call *call = field;
    const void *items = NULL;
    size_t count = 0;
    size_t more = 0;
    (void)row;
    if (!read_items(reading, value, sizeof(struct bedrock_said), read_message, &items, &count))
        return false;
    const struct bedrock_said *said = items;
    for (size_t i = 0; i < count; i++)
        more += said[i].result_count + 1;
    struct canon_message *messages = canon_extend(reading->arena, call, more);
    size_t at = call->message_count;
    for (size_t i = 0; i < count; i++)
        at = append(messages, at, &said[i]);
    call->messages = messages;
    call->message_count = at;
    call->has_messages = count > 0;
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
