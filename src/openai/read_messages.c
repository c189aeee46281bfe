/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of chat completions. */
#include "openai_read.h"

static const struct {
    struct text word;
    enum canon_role role;
} roles[] = {
    {TEXT_INIT("system"), CANON_SYSTEM}, {TEXT_INIT("developer"), CANON_SYSTEM},
    {TEXT_INIT("user"), CANON_USER},     {TEXT_INIT("assistant"), CANON_ASSISTANT},
    {TEXT_INIT("tool"), CANON_TOOL},     {TEXT_INIT("function"), CANON_OLD_FUNCTION},
};

bool openai_take_role(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct openai_said *said = field;
    (void)row;
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        if (!json_view_means(reading->view, value, roles[i].word))
            continue;
        said->message.role = roles[i].role;
        said->has_role = true;
        return true;
    }
    return reading_is_wrong(reading, "must be system, developer, user, assistant or tool");
}

/* --- calls ---------------------------------------------------------------------------------------------------------
 */

static const struct member function_rows[] = {
    MEMBER("name", take_name, canon_part, name),
    MEMBER("arguments", take_text, canon_part, text),
};
TABLE(function_table, function_rows, NULL);
static const struct member custom_rows[] = {
    MEMBER("name", take_name, canon_part, name),
    MEMBER("input", take_text, canon_part, text),
};
TABLE(custom_table, custom_rows, NULL);
static const struct member call_rows[] = {
    KNOWN("type"),
    MEMBER("id", take_name, canon_part, call_id),
    INNER("function", &function_table),
};
TABLE(call_table, call_rows, NULL);
static const struct member custom_call_rows[] = {
    KNOWN("type"),
    MEMBER("id", take_name, canon_part, call_id),
    INNER("custom", &custom_table),
};
TABLE(custom_call_table, custom_call_rows, NULL);
static const struct reading_kind call_kinds[] = {
    {TEXT_INIT("function"), &call_table, CANON_FUNCTION},
    {TEXT_INIT("custom"), &custom_call_table, CANON_CUSTOM},
};

static bool read_call(struct reading *reading, uint32_t value, void *item)
{
    struct canon_part *part = item;
    const struct reading_kind *kind = reading_kind_of(
        reading, value, call_kinds, COUNT_OF(call_kinds), &call_kinds[0],
        "is a call of the vendor's own tools, which do not run here: only function and custom are known");
    if (kind == NULL)
        return false;
    part->kind = CANON_TOOL_CALL;
    part->tool = (enum canon_tool_kind)kind->kind;
    return read_members(reading, value, kind->table, part) &&
           (part->name.data != NULL || reading_is_wrong(reading, "has no name"));
}

static bool take_calls(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct chat_parts *calls = field;
    const void *parts = NULL;
    (void)row;
    bool good = read_items(reading, value, sizeof(struct canon_part), read_call, &parts, &calls->count);
    calls->parts = parts;
    return good;
}

static bool take_old_call(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_part *part = field;
    (void)row;
    part->kind = CANON_TOOL_CALL;
    part->is_old = true;
    return read_members(reading, value, &function_table, part) &&
           (part->name.data != NULL || reading_is_wrong(reading, "has no name"));
}

/* As OpenRouter's clients send it back; others mean something else by it, which is dropped. */
static bool take_thought(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    bool is_text = json_view_shape(reading->view, value) == JSON_SHAPE_STRING;
    return !is_text || openai_take_one_thought(reading, value, row, field);
}

/* --- messages ------------------------------------------------------------------------------------------------------
 */

static const struct member message_rows[] = {
    {.name = TEXT_INIT("role"), .read = openai_take_role},
    {.name = TEXT_INIT("content"),
     .read = openai_take_content,
     .offset = offsetof(struct openai_said, content),
     .takes_null = true},
    MEMBER("name", take_name, openai_said, message.name),
    MEMBER("tool_call_id", take_name, openai_said, message.call_id),
    MEMBER("tool_calls", take_calls, openai_said, calls),
    MEMBER("function_call", take_old_call, openai_said, call),
    MEMBER("refusal", openai_take_refusal, openai_said, refusal),
    MEMBER("reasoning_content", openai_take_one_thought, openai_said, thoughts),
    MEMBER("reasoning", take_thought, openai_said, thoughts),
    REFUSED("images", "is not read here: send each image as a part of content, inline"),
    REFUSED("attachments", "names files that only the vendor keeps: send each as a part of content, inline"),
    REFUSED("prefix", "asks to go on with this message, which endpoints do not know: leave it out"),
    REFUSED("partial", "asks to go on with this message, which endpoints do not know: leave it out"),
    REFUSED("audio", "names sound that only the vendor keeps: send its transcript as content"),
};
TABLE(message_table, message_rows, NULL);

static bool read_message(struct reading *reading, uint32_t value, void *item)
{
    struct openai_said said = {0};
    if (!read_members(reading, value, &message_table, &said))
        return false;
    if (!said.has_role)
        return reading_member_is_wrong(reading, TEXT("role"), "is missing");
    openai_join(reading, &said, item);
    return true;
}

bool openai_take_messages(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_call *call = field;
    const void *messages = NULL;
    (void)row;
    call->has_messages = true;
    bool good = read_items(reading, value, sizeof(struct canon_message), read_message, &messages, &call->message_count);
    call->messages = messages;
    return good;
}
