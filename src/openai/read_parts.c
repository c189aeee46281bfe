/* SPDX-License-Identifier: Apache-2.0 */
/* What a message of OpenAI's holds: a text, or parts of the kinds in this table and of no other. The names of both its
 * APIs are taken in both, for callers mix them. */
#include "openai_read.h"

#define FETCHES_NOTHING "names a place: send the file itself, as file_data: data:TYPE;base64,..."
#define SEND_ITSELF "names a file that only the vendor keeps: send the data itself, as data:TYPE;base64,..."

static const struct member text_rows[] = {KNOWN("type"), MEMBER("text", take_text, canon_part, text)};
static const struct member refusal_rows[] = {KNOWN("type"), MEMBER("refusal", take_text, canon_part, text)};
static const struct member image_rows[] = {
    KNOWN("type"),
    {.name = TEXT_INIT("image_url"), .read = chat_take_image},
    MEMBER("detail", take_word, canon_part, format),
    REFUSED("file_id", SEND_ITSELF),
};
static const struct member audio_inner_rows[] = {
    MEMBER("data", take_base64, canon_part, data),
    MEMBER("format", take_word, canon_part, format),
};
TABLE(audio_inner, audio_inner_rows, NULL);
static const struct member audio_rows[] = {KNOWN("type"), INNER("input_audio", &audio_inner)};
static const struct member file_inner_rows[] = {
    MEMBER("file_data", take_base64, canon_part, data),
    MEMBER("filename", take_file_name, canon_part, name),
    REFUSED("file_url", FETCHES_NOTHING),
    REFUSED("file_id", SEND_ITSELF),
};
TABLE(file_inner, file_inner_rows, NULL);
static const struct member file_rows[] = {KNOWN("type"), INNER("file", &file_inner)};

TABLE(text_part_table, text_rows, NULL);
TABLE(refusal_table, refusal_rows, NULL);
TABLE(image_table, image_rows, NULL);
TABLE(audio_table, audio_rows, NULL);
TABLE(file_table, file_rows, &file_inner);

static const struct reading_kind parts[] = {
    {TEXT_INIT("text"), &text_part_table, CANON_TEXT},        {TEXT_INIT("input_text"), &text_part_table, CANON_TEXT},
    {TEXT_INIT("output_text"), &text_part_table, CANON_TEXT}, {TEXT_INIT("refusal"), &refusal_table, CANON_REFUSAL},
    {TEXT_INIT("image_url"), &image_table, CANON_IMAGE},      {TEXT_INIT("input_image"), &image_table, CANON_IMAGE},
    {TEXT_INIT("input_audio"), &audio_table, CANON_AUDIO},    {TEXT_INIT("file"), &file_table, CANON_FILE},
    {TEXT_INIT("input_file"), &file_table, CANON_FILE},
};
static const struct chat_kinds part_kinds = {
    parts, COUNT_OF(parts),
    "is no kind of part that is known here: text, image_url, input_audio, file and refusal are"};

static const struct reading_kind thoughts[] = {
    {TEXT_INIT("reasoning_text"), &text_part_table, CANON_REASONING},
    {TEXT_INIT("summary_text"), &text_part_table, CANON_SUMMARY},
    {TEXT_INIT("text"), &text_part_table, CANON_REASONING},
};
static const struct chat_kinds thought_kinds = {
    thoughts, COUNT_OF(thoughts), "is no kind of thought that is known here: reasoning_text and summary_text are"};

bool openai_take_content(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return chat_read_content(reading, value, &part_kinds, field);
}

bool openai_take_thoughts(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return chat_read_list(reading, value, &thought_kinds, field);
}

bool openai_take_one_thought(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return chat_read_plain(reading, value, CANON_REASONING, field);
}

bool openai_take_refusal(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return chat_read_plain(reading, value, CANON_REFUSAL, field);
}

void openai_join(struct reading *reading, const struct openai_said *said, struct canon_message *message)
{
    const struct chat_parts call = {.parts = &said->call, .count = said->call.name.data != NULL};
    const struct chat_parts *pieces[] = {&said->thoughts, &said->summary, &said->content,
                                         &said->refusal,  &said->calls,   &call};
    *message = said->message;
    message->content = said->content.form;
    chat_join_parts(reading, pieces, COUNT_OF(pieces), message);
}
