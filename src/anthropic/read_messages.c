/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of Anthropic's. The system's words are a member of the call, and become the first message; results of tools
 * are parts of what the user says, and become messages before it. */
#include "anthropic_read.h"

static const struct {
    struct text word;
    enum canon_role role;
} roles[] = {{TEXT_INIT("user"), CANON_USER}, {TEXT_INIT("assistant"), CANON_ASSISTANT}};

static bool take_role(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct anthropic_said *said = field;
    (void)row;
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        if (!json_view_means(reading->view, value, roles[i].word))
            continue;
        said->role = roles[i].role;
        said->has_role = true;
        return true;
    }
    return reading_is_wrong(reading, "must be user or assistant: the system's words stand in system");
}

static const struct member message_rows[] = {
    {.name = TEXT_INIT("role"), .read = take_role},
    {.name = TEXT_INIT("content"), .read = anthropic_take_content},
};
TABLE(message_table, message_rows, NULL);

static bool read_message(struct reading *reading, uint32_t value, void *item)
{
    struct anthropic_said *said = item;
    if (!read_members(reading, value, &message_table, said))
        return false;
    if (!said->has_role)
        return reading_member_is_wrong(reading, TEXT("role"), "is missing");
    if (said->form == CANON_NO_CONTENT)
        return reading_member_is_wrong(reading, TEXT("content"), "is missing");
    return said->role == CANON_USER || said->result_count == 0 ||
           reading_member_is_wrong(reading, TEXT("content"), "has results of tools, which only the user gives");
}

/* --- one list ------------------------------------------------------------------------------------------------------
 */

/* A message of nothing but results is no message of its own. */
static bool says_more(const struct anthropic_said *said)
{
    return said->part_count > 0 || said->result_count == 0;
}

static size_t count_of(const struct anthropic_said *said, size_t count)
{
    size_t all = 0;
    for (size_t i = 0; i < count; i++)
        all += said[i].result_count + (says_more(&said[i]) ? 1 : 0);
    return all;
}

static size_t append(struct canon_message *messages, size_t at, const struct anthropic_said *said)
{
    for (size_t i = 0; i < said->result_count; i++)
        messages[at++] = said->results[i];
    if (!says_more(said))
        return at;
    messages[at] = (struct canon_message){
        .role = said->role, .content = said->form, .parts = said->parts, .part_count = said->part_count};
    return at + 1;
}

/* `system` may have been read already, and stays in front. */
static void
append_all(struct reading *reading, struct canon_call *call, const struct anthropic_said *said, size_t count)
{
    struct canon_message *messages = canon_extend(reading->arena, call, count_of(said, count));
    size_t at = call->message_count;
    for (size_t i = 0; i < count; i++)
        at = append(messages, at, &said[i]);
    call->messages = messages;
    call->message_count = at;
    call->has_messages = true;
}

bool anthropic_take_messages(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    const void *said = NULL;
    size_t count = 0;
    (void)row;
    if (!read_items(reading, value, sizeof(struct anthropic_said), read_message, &said, &count))
        return false;
    if (count == 0)
        return reading_is_wrong(reading, "is empty");
    append_all(reading, field, said, count);
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
