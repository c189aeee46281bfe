/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of Cohere's chat. What the assistant planned before it called tools is a member of its own there, and its
 * content elsewhere; results of tools may be documents. */
#include "cohere_read.h"

static const struct member text_rows[] = {KNOWN("type"), MEMBER("text", take_text, canon_part, text)};
TABLE(text_table, text_rows, NULL);
static const struct member image_rows[] = {KNOWN("type"), {.name = TEXT_INIT("image_url"), .read = chat_take_image}};
TABLE(image_table, image_rows, NULL);
static const struct member thinking_rows[] = {KNOWN("type"), MEMBER("thinking", take_text, canon_part, text)};
TABLE(thinking_table, thinking_rows, NULL);

/* A document is a text, or an object: as the text that spells it. Its id is for citations. */
static bool take_data(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    bool is_text = json_view_shape(reading->view, value) == JSON_SHAPE_STRING;
    return (is_text ? take_text : take_spelled)(reading, value, row, field);
}
static const struct member data_rows[] = {KNOWN("id"), MEMBER("data", take_data, canon_part, text)};
TABLE(data_table, data_rows, NULL);
static const struct member document_rows[] = {KNOWN("type"), INNER("document", &data_table)};
TABLE(document_table, document_rows, NULL);

static const struct reading_kind kinds[] = {
    {TEXT_INIT("text"), &text_table, CANON_TEXT},
    {TEXT_INIT("image_url"), &image_table, CANON_IMAGE},
    {TEXT_INIT("thinking"), &thinking_table, CANON_REASONING},
    {TEXT_INIT("document"), &document_table, CANON_TEXT},
};
static const struct chat_kinds part_kinds = {
    kinds, COUNT_OF(kinds), "is no kind of part that is known here: text, image_url, thinking and document are"};

static bool take_content(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return chat_read_content(reading, value, &part_kinds, field);
}

/* A message while it is read. */
struct said {
    struct chat_said chat;
    struct chat_parts plan;
};

static bool take_plan(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return chat_read_plain(reading, value, CANON_TEXT, field);
}

static const struct member message_rows[] = {
    {.name = TEXT_INIT("role"), .read = chat_take_role},
    {.name = TEXT_INIT("content"),
     .read = take_content,
     .offset = offsetof(struct said, chat.content),
     .takes_null = true},
    MEMBER("tool_call_id", take_name, said, chat.message.call_id),
    MEMBER("tool_calls", chat_take_calls, said, chat.calls),
    MEMBER("tool_plan", take_plan, said, plan),
};
TABLE(message_table, message_rows, NULL);

static bool read_message(struct reading *reading, uint32_t value, void *item)
{
    struct canon_message *message = item;
    struct said said = {.chat.has_role = false};
    if (!read_members(reading, value, &message_table, &said))
        return false;
    if (!said.chat.has_role)
        return reading_member_is_wrong(reading, TEXT("role"), "is missing");
    if (said.chat.content.count == 0 && said.plan.count > 0 && said.plan.parts->text.length > 0)
        said.chat.content = said.plan;
    chat_join(reading, &said.chat, message);
    if (message->content == CANON_LISTED_CONTENT)
        message->content = canon_form(message->parts, message->part_count);
    return true;
}

bool cohere_take_messages(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_call *call = field;
    const void *messages = NULL;
    (void)row;
    call->has_messages = true;
    bool good = read_items(reading, value, sizeof(struct canon_message), read_message, &messages, &call->message_count);
    call->messages = messages;
    return good;
}
