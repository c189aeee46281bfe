/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of Mistral's chat: thoughts are parts of what the assistant said, among its other content. */
#include "mistral_read.h"

#define SEND_ITSELF "names what only the vendor keeps: send the text, or the data itself as data:TYPE;base64,..."

static bool take_thinking(struct reading *reading, uint32_t value, const struct member *row, void *field);
static bool take_audio(struct reading *reading, uint32_t value, const struct member *row, void *field);

static const struct member text_rows[] = {KNOWN("type"), MEMBER("text", take_text, canon_part, text)};
TABLE(text_table, text_rows, NULL);
static const struct member image_rows[] = {KNOWN("type"), {.name = TEXT_INIT("image_url"), .read = chat_take_image}};
TABLE(image_table, image_rows, NULL);
static const struct member document_rows[] = {
    KNOWN("type"),
    MEMBER("document_url", take_data_url, canon_part, data),
    MEMBER("document_name", take_file_name, canon_part, name),
};
TABLE(document_table, document_rows, NULL);
static const struct member audio_rows[] = {KNOWN("type"), {.name = TEXT_INIT("input_audio"), .read = take_audio}};
TABLE(audio_table, audio_rows, NULL);
static const struct member thinking_rows[] = {
    KNOWN("type"),
    MEMBER("thinking", take_thinking, canon_part, text),
};
TABLE(thinking_table, thinking_rows, NULL);

static const struct reading_kind kinds[] = {
    {TEXT_INIT("text"), &text_table, CANON_TEXT},
    {TEXT_INIT("image_url"), &image_table, CANON_IMAGE},
    {TEXT_INIT("document_url"), &document_table, CANON_FILE},
    {TEXT_INIT("input_audio"), &audio_table, CANON_AUDIO},
    {TEXT_INIT("thinking"), &thinking_table, CANON_REASONING},
};
static const struct chat_kinds part_kinds = {
    kinds, COUNT_OF(kinds),
    "is no kind of part that may stand here: text, image_url, document_url, input_audio and thinking may"};

static const struct member thought_rows[] = {KNOWN("type"), MEMBER("text", take_text, canon_entry, text)};
TABLE(thought_table, thought_rows, NULL);
static const struct reading_kind thoughts[] = {{TEXT_INIT("text"), &thought_table, 0}};

/* References among thoughts are to what the vendor looked up. */
static bool append_thought(struct reading *reading, uint32_t value, void *target)
{
    struct canon_entry entry = {0};
    if (reading_kind_of(reading, value, thoughts, COUNT_OF(thoughts), NULL, "must be text") == NULL ||
        !read_members(reading, value, &thought_table, &entry))
        return false;
    buffer_append(target, entry.text);
    return true;
}

static bool take_thinking(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct buffer joined = {0};
    (void)row;
    bool good = read_each(reading, value, append_thought, &joined);
    if (good)
        *(struct text *)field = arena_text(reading->arena, buffer_text(&joined));
    buffer_clear(&joined);
    return good;
}

/* The vendor hears of what format it is from the sound itself; endpoints want a word. */
static bool take_audio(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_part *part = field;
    if (!take_base64(reading, value, row, &part->data))
        return false;
    bool is_mp3 = text_equal(part->data.media, TEXT("audio/mpeg")) || text_equal(part->data.media, TEXT("audio/mp3"));
    part->format = is_mp3 ? TEXT("mp3") : TEXT("wav");
    return true;
}

/* --- messages ------------------------------------------------------------------------------------------------------
 */

static bool take_content(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return chat_read_content(reading, value, &part_kinds, field);
}

static const struct member message_rows[] = {
    {.name = TEXT_INIT("role"), .read = chat_take_role},
    {.name = TEXT_INIT("content"),
     .read = take_content,
     .offset = offsetof(struct chat_said, content),
     .takes_null = true},
    MEMBER("name", take_name, chat_said, message.name),
    MEMBER("tool_call_id", take_name, chat_said, message.call_id),
    MEMBER("tool_calls", chat_take_calls, chat_said, calls),
    REFUSED("prefix", "asks to go on with this message, which endpoints do not know: leave it out"),
};
TABLE(message_table, message_rows, NULL);

/* A list of nothing but thoughts and one text is that text; templates know it best so. */
static enum canon_content form_of(const struct canon_message *message)
{
    bool has_thoughts = false;
    for (size_t i = 0; i < message->part_count; i++)
        has_thoughts = has_thoughts || message->parts[i].kind == CANON_REASONING;
    return has_thoughts ? canon_form(message->parts, message->part_count) : message->content;
}

static bool read_message(struct reading *reading, uint32_t value, void *item)
{
    struct canon_message *message = item;
    struct chat_said said = {.has_role = false};
    if (!read_members(reading, value, &message_table, &said))
        return false;
    if (!said.has_role)
        return reading_member_is_wrong(reading, TEXT("role"), "is missing");
    chat_join(reading, &said, message);
    message->content = form_of(message);
    return true;
}

bool mistral_take_messages(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_call *call = field;
    const void *messages = NULL;
    (void)row;
    call->has_messages = true;
    bool good = read_items(reading, value, sizeof(struct canon_message), read_message, &messages, &call->message_count);
    call->messages = messages;
    return good;
}
