/* SPDX-License-Identifier: Apache-2.0 */
/* Input items of responses. Items that only name something on the vendor's side have nothing to pass on. */
#include "openai_read.h"

enum item_kind {
    ITEM_MESSAGE,
    ITEM_CALL,
    ITEM_CUSTOM_CALL,
    ITEM_RESULT,
    ITEM_CUSTOM_RESULT,
    ITEM_REASONING,
    ITEM_ELSEWHERE
};

static const struct member message_rows[] = {
    KNOWN("type"),
    {.name = TEXT_INIT("role"), .read = openai_take_role},
    MEMBER("content", openai_take_content, openai_said, content),
    MEMBER("id", take_name, openai_said, message.id),
    MEMBER("status", take_word, openai_said, message.status),
};
TABLE(message_table, message_rows, NULL);

static const struct member call_rows[] = {
    KNOWN("type"),
    MEMBER("id", take_name, openai_said, call.id),
    MEMBER("status", take_word, openai_said, call.status),
    MEMBER("call_id", take_name, openai_said, call.call_id),
    MEMBER("name", take_name, openai_said, call.name),
};
TABLE(call_table, call_rows, NULL);
static const struct member function_rows[] = {MEMBER("arguments", take_text, openai_said, call.text)};
TABLE(function_table, function_rows, &call_table);
static const struct member custom_rows[] = {MEMBER("input", take_text, openai_said, call.text)};
TABLE(custom_table, custom_rows, &call_table);

static const struct member result_rows[] = {
    KNOWN("type"),
    MEMBER("id", take_name, openai_said, message.id),
    MEMBER("status", take_word, openai_said, message.status),
    MEMBER("call_id", take_name, openai_said, message.call_id),
    MEMBER("output", openai_take_content, openai_said, content),
};
TABLE(result_table, result_rows, NULL);

/* `encrypted_content` can be read by the vendor alone, and is dropped. */
static const struct member reasoning_rows[] = {
    KNOWN("type"),
    MEMBER("id", take_name, openai_said, message.id),
    MEMBER("status", take_word, openai_said, message.status),
    MEMBER("summary", openai_take_thoughts, openai_said, summary),
    MEMBER("content", openai_take_thoughts, openai_said, thoughts),
};
TABLE(reasoning_table, reasoning_rows, NULL);

static const struct reading_kind item_kinds[] = {
    {TEXT_INIT("message"), &message_table, ITEM_MESSAGE},
    {TEXT_INIT("function_call"), &function_table, ITEM_CALL},
    {TEXT_INIT("custom_tool_call"), &custom_table, ITEM_CUSTOM_CALL},
    {TEXT_INIT("function_call_output"), &result_table, ITEM_RESULT},
    {TEXT_INIT("custom_tool_call_output"), &result_table, ITEM_CUSTOM_RESULT},
    {TEXT_INIT("reasoning"), &reasoning_table, ITEM_REASONING},
    {TEXT_INIT("item_reference"), NULL, ITEM_ELSEWHERE},
};

static bool finish_message(struct reading *reading, const struct openai_said *said)
{
    if (!said->has_role)
        return reading_member_is_wrong(reading, TEXT("role"), "is missing");
    return said->message.role <= CANON_ASSISTANT ||
           reading_member_is_wrong(reading, TEXT("role"), "must be system, developer, user or assistant");
}

static bool finish_call(struct reading *reading, struct openai_said *said, enum canon_tool_kind tool)
{
    said->message.role = CANON_ASSISTANT;
    said->call.kind = CANON_TOOL_CALL;
    said->call.tool = tool;
    return said->call.name.data != NULL || reading_is_wrong(reading, "has no name");
}

static bool finish_result(struct openai_said *said, enum canon_tool_kind tool)
{
    said->message.role = CANON_TOOL;
    said->message.tool = tool;
    return true;
}

static bool finish_item(struct reading *reading, enum item_kind kind, struct openai_said *said)
{
    switch (kind) {
    case ITEM_MESSAGE:
        return finish_message(reading, said);
    case ITEM_CALL:
        return finish_call(reading, said, CANON_FUNCTION);
    case ITEM_CUSTOM_CALL:
        return finish_call(reading, said, CANON_CUSTOM);
    case ITEM_RESULT:
        return finish_result(said, CANON_FUNCTION);
    case ITEM_CUSTOM_RESULT:
        return finish_result(said, CANON_CUSTOM);
    case ITEM_REASONING:
        said->message.role = CANON_ASSISTANT;
        return true;
    case ITEM_ELSEWHERE:
        break;
    }
    return reading_is_wrong(reading, "is no item");
}

static bool read_item(struct reading *reading, uint32_t value, void *item)
{
    struct openai_said said = {0};
    bool has_role = json_view_shape(reading->view, value) == JSON_SHAPE_OBJECT &&
                    json_view_member(reading->view, value, TEXT("role")) != 0;
    const struct reading_kind *kind = reading_kind_of(
        reading, value, item_kinds, COUNT_OF(item_kinds), has_role ? &item_kinds[0] : NULL,
        "is an item of the vendor's own tools, which do not run here: leave it out");
    if (kind == NULL)
        return false;
    if (kind->table == NULL)
        return reading_may_not(
            reading, "names an item that only the vendor keeps: send the item itself, and store: false");
    if (!read_members(reading, value, kind->table, &said) || !finish_item(reading, (enum item_kind)kind->kind, &said))
        return false;
    openai_join(reading, &said, item);
    return true;
}

bool openai_take_response_input(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_call *call = field;
    const void *messages = NULL;
    if (json_view_shape(reading->view, value) == JSON_SHAPE_STRING)
        return take_texts(reading, value, row, &call->input);
    call->has_messages = true;
    bool good = read_items(reading, value, sizeof(struct canon_message), read_item, &messages, &call->message_count);
    call->messages = messages;
    return good;
}
