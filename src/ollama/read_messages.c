/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of Ollama's chat. Images stand beside the content; calls of tools have no ids, or have them since lately,
 * and results name the tool: a call without an id gets one by its place, and a result without is of the next call of
 * its name in the turn before. */
#include "ollama_read.h"

/* --- images --------------------------------------------------------------------------------------------------------
 */

/* What the first bytes are in base64. Engines look at the image itself; clients of theirs want a word. */
static struct text media_of(struct text spelled)
{
    static const struct {
        struct text front;
        struct text media;
    } rows[] = {
        {TEXT_INIT("/9j/"), TEXT_INIT("image/jpeg")},
        {TEXT_INIT("R0lG"), TEXT_INIT("image/gif")},
        {TEXT_INIT("UklG"), TEXT_INIT("image/webp")},
    };
    char front[4];
    size_t length = 0;
    uint32_t code;
    while (length < sizeof(front) && json_spelled_next(&spelled, &code))
        front[length++] = (char)code;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (text_equal((struct text){front, length}, rows[i].front))
            return rows[i].media;
    return TEXT("image/png");
}

static bool read_image(struct reading *reading, uint32_t value, void *item)
{
    struct canon_part *part = item;
    part->kind = CANON_IMAGE;
    if (!take_base64(reading, value, NULL, &part->data))
        return false;
    if (part->data.media.length == 0)
        part->data.media = media_of(part->data.base64);
    return part->data.base64.length > 0 || reading_is_wrong(reading, "has no data");
}

bool ollama_take_images(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct chat_parts *images = field;
    const void *parts = NULL;
    (void)row;
    bool good = read_items(reading, value, sizeof(struct canon_part), read_image, &parts, &images->count);
    images->parts = parts;
    return good;
}

/* --- messages ------------------------------------------------------------------------------------------------------
 */

struct said {
    struct chat_said chat;
    struct text words;
    struct chat_parts images;
    struct text tool;
};

static bool take_thinking(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return chat_read_plain(reading, value, CANON_REASONING, field);
}

static const struct member message_rows[] = {
    {.name = TEXT_INIT("role"), .read = chat_take_role},           MEMBER("content", take_text, said, words),
    MEMBER("thinking", take_thinking, said, chat.thoughts),        MEMBER("images", ollama_take_images, said, images),
    MEMBER("tool_calls", chat_take_calls, said, chat.calls),       MEMBER("tool_name", take_name, said, tool),
    MEMBER("tool_call_id", take_name, said, chat.message.call_id),
};
TABLE(message_table, message_rows, NULL);

/* The words come first, where there are any. */
static struct chat_parts with_words(struct reading *reading, struct text words, const struct chat_parts *images)
{
    struct canon_part *parts = arena_array(reading->arena, images->count + 1, sizeof(*parts));
    size_t count = 0;
    if (words.length > 0 || images->count == 0)
        parts[count++] = (struct canon_part){.kind = CANON_TEXT, .text = words.data != NULL ? words : TEXT("")};
    for (size_t i = 0; i < images->count; i++)
        parts[count++] = images->parts[i];
    return (struct chat_parts){canon_form(parts, count), parts, count};
}

void ollama_join(
    struct reading *reading, struct text words, const struct chat_parts *images, struct canon_message *message)
{
    struct chat_parts parts = with_words(reading, words, images);
    message->content = parts.form;
    message->parts = parts.parts;
    message->part_count = parts.count;
}

/* `name` is the tool's, until results are linked with calls. */
static bool read_message(struct reading *reading, uint32_t value, void *item)
{
    struct canon_message *message = item;
    struct said said = {.chat.has_role = false};
    if (!read_members(reading, value, &message_table, &said))
        return false;
    if (!said.chat.has_role)
        return reading_member_is_wrong(reading, TEXT("role"), "is missing");
    if (said.words.length > 0 || said.images.count > 0 || said.chat.calls.count == 0)
        said.chat.content = with_words(reading, said.words, &said.images);
    chat_join(reading, &said.chat, message);
    message->name = said.tool;
    return true;
}

/* --- which result is of which call ---------------------------------------------------------------------------------
 */

enum { CALLS_MAX = 128 };
struct turn {
    struct canon_part *parts; /* NULL: no call was made yet */
    size_t count;
    bool is_answered[CALLS_MAX];
};

/* The message's parts, with an id for each call. */
static bool name_calls(struct reading *reading, size_t index, struct canon_message *message, struct turn *turn)
{
    struct canon_part *parts = arena_array(reading->arena, message->part_count, sizeof(*parts));
    *turn = (struct turn){.parts = parts, .count = message->part_count};
    if (message->part_count > CALLS_MAX)
        return reading_is_wrong(reading, "has more than 128 parts in a message with calls");
    for (size_t i = 0; i < message->part_count; i++) {
        struct buffer id = {0};
        parts[i] = message->parts[i];
        buffer_printf(&id, "call_%zu_%zu", index, i);
        if (parts[i].kind == CANON_TOOL_CALL && parts[i].call_id.data == NULL)
            parts[i].call_id = arena_text(reading->arena, buffer_text(&id));
        buffer_clear(&id);
    }
    message->parts = parts;
    return true;
}

static bool has_calls(const struct canon_message *message)
{
    for (size_t i = 0; i < message->part_count; i++)
        if (message->parts[i].kind == CANON_TOOL_CALL)
            return true;
    return false;
}

/* Some callers do not say of which tool. */
static bool find_call(struct reading *reading, struct turn *turn, struct canon_message *result)
{
    for (size_t i = 0; i < turn->count; i++) {
        const struct canon_part *part = &turn->parts[i];
        bool is_named = result->name.data == NULL || text_equal(part->name, result->name);
        if (part->kind != CANON_TOOL_CALL || turn->is_answered[i] || !is_named)
            continue;
        turn->is_answered[i] = true;
        result->call_id = part->call_id;
        return true;
    }
    return reading_is_wrong(reading, "has the result of a tool for which there is no call");
}

static bool link_results(struct reading *reading, struct canon_message *messages, size_t count)
{
    struct turn turn = {.parts = NULL};
    for (size_t i = 0; i < count; i++) {
        struct canon_message *message = &messages[i];
        if (has_calls(message) && !name_calls(reading, i, message, &turn))
            return false;
        if (message->role == CANON_TOOL && message->call_id.data == NULL && !find_call(reading, &turn, message))
            return false;
        message->name = (struct text){0};
    }
    return true;
}

bool ollama_take_messages(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_call *call = field;
    const void *items = NULL;
    size_t count = 0;
    (void)row;
    if (!read_items(reading, value, sizeof(struct canon_message), read_message, &items, &count))
        return false;
    const struct canon_call read = {.messages = items, .message_count = count};
    struct canon_message *messages = canon_extend(reading->arena, &read, 0);
    call->messages = messages;
    call->message_count = count;
    return link_results(reading, messages, count);
}
