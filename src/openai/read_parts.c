/* SPDX-License-Identifier: Apache-2.0 */
/* What a message of OpenAI's holds: a text, or parts of the kinds in this table and of no other. The names of both its
 * APIs are taken in both, for callers mix them. */
#include "openai_read.h"

static bool take_image(struct reading *reading, uint32_t value, const struct member *row, void *part);

#define FETCHES_NOTHING "names a place: send the file itself, as file_data: data:TYPE;base64,..."
#define SEND_ITSELF "names a file that only the vendor keeps: send the data itself, as data:TYPE;base64,..."

static const struct member text_rows[] = {KNOWN("type"), MEMBER("text", take_text, canon_part, text)};
static const struct member refusal_rows[] = {KNOWN("type"), MEMBER("refusal", take_text, canon_part, text)};
static const struct member image_rows[] = {
    KNOWN("type"),
    {.name = TEXT_INIT("image_url"), .read = take_image},
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

static const struct reading_kind part_kinds[] = {
    {TEXT_INIT("text"), &text_part_table, CANON_TEXT},        {TEXT_INIT("input_text"), &text_part_table, CANON_TEXT},
    {TEXT_INIT("output_text"), &text_part_table, CANON_TEXT}, {TEXT_INIT("refusal"), &refusal_table, CANON_REFUSAL},
    {TEXT_INIT("image_url"), &image_table, CANON_IMAGE},      {TEXT_INIT("input_image"), &image_table, CANON_IMAGE},
    {TEXT_INIT("input_audio"), &audio_table, CANON_AUDIO},    {TEXT_INIT("file"), &file_table, CANON_FILE},
    {TEXT_INIT("input_file"), &file_table, CANON_FILE},
};
static const char no_part[] =
    "is no kind of part that is known here: text, image_url, input_audio, file and refusal are";

static const struct reading_kind thought_kinds[] = {
    {TEXT_INIT("reasoning_text"), &text_part_table, CANON_REASONING},
    {TEXT_INIT("summary_text"), &text_part_table, CANON_SUMMARY},
    {TEXT_INIT("text"), &text_part_table, CANON_REASONING},
};
static const char no_thought[] = "is no kind of thought that is known here: reasoning_text and summary_text are";

/* "image_url": "data:..." or {"url": "data:...", "detail": "low"}. */
static bool take_image(struct reading *reading, uint32_t value, const struct member *row, void *part)
{
    static const struct member rows[] = {
        MEMBER("url", take_data_url, canon_part, data),
        MEMBER("detail", take_word, canon_part, format),
    };
    TABLE(table, rows, NULL);
    struct canon_part *image = part;
    if (json_view_shape(reading->view, value) == JSON_SHAPE_OBJECT)
        return read_members(reading, value, &table, image);
    return take_data_url(reading, value, row, &image->data);
}

/* What a part of its kind cannot be without. */
static bool is_whole(struct reading *reading, const struct canon_part *part)
{
    switch (part->kind) {
    case CANON_IMAGE:
    case CANON_AUDIO:
    case CANON_FILE:
        return part->data.base64.data != NULL || reading_is_wrong(reading, "has no data");
    case CANON_TEXT:
    case CANON_REFUSAL:
    case CANON_REASONING:
    case CANON_SUMMARY:
    case CANON_TOOL_CALL:
        break;
    }
    return part->text.data != NULL || reading_is_wrong(reading, "has no text");
}

static bool
read_by_kind(struct reading *reading, uint32_t value, const struct reading_kind *kind, struct canon_part *part)
{
    if (kind == NULL)
        return false;
    part->kind = (enum canon_part_kind)kind->kind;
    return read_members(reading, value, kind->table, part) && is_whole(reading, part);
}

static bool read_part(struct reading *reading, uint32_t value, void *item)
{
    const struct reading_kind *kind = reading_kind_of(reading, value, part_kinds, COUNT_OF(part_kinds), NULL, no_part);
    return read_by_kind(reading, value, kind, item);
}

static bool read_thought(struct reading *reading, uint32_t value, void *item)
{
    const struct reading_kind *kind =
        reading_kind_of(reading, value, thought_kinds, COUNT_OF(thought_kinds), NULL, no_thought);
    return read_by_kind(reading, value, kind, item);
}

static bool read_parts(struct reading *reading, uint32_t value, item_reader read, struct openai_content *content)
{
    const void *parts = NULL;
    content->form = CANON_LISTED_CONTENT;
    bool good = read_items(reading, value, sizeof(struct canon_part), read, &parts, &content->count);
    content->parts = parts;
    return good;
}

/* A text alone, as one part. */
static bool
read_plain(struct reading *reading, uint32_t value, enum canon_part_kind kind, struct openai_content *content)
{
    struct canon_part *part = arena_alloc(reading->arena, sizeof(*part));
    part->kind = kind;
    *content = (struct openai_content){CANON_PLAIN_CONTENT, part, 1};
    return take_text(reading, value, NULL, &part->text);
}

bool openai_take_content(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct openai_content *content = field;
    (void)row;
    switch (json_view_shape(reading->view, value)) {
    case JSON_SHAPE_STRING:
        return read_plain(reading, value, CANON_TEXT, content);
    case JSON_SHAPE_ARRAY:
        return read_parts(reading, value, read_part, content);
    case JSON_SHAPE_NULL:
        content->form = CANON_NULL_CONTENT;
        return true;
    case JSON_SHAPE_OBJECT:
    case JSON_SHAPE_NUMBER:
    case JSON_SHAPE_BOOL:
        break;
    }
    return reading_is_wrong(reading, "must be a text or a list of parts");
}

bool openai_take_thoughts(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return read_parts(reading, value, read_thought, field);
}

bool openai_take_one_thought(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return read_plain(reading, value, CANON_REASONING, field);
}

bool openai_take_refusal(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return read_plain(reading, value, CANON_REFUSAL, field);
}

/* --- one list ------------------------------------------------------------------------------------------------------
 */

static size_t append(struct canon_part *parts, size_t at, const struct openai_content *content)
{
    for (size_t i = 0; i < content->count; i++)
        parts[at++] = content->parts[i];
    return at;
}

void openai_join(struct reading *reading, const struct openai_said *said, struct canon_message *message)
{
    const struct openai_content call = {.parts = &said->call, .count = said->call.name.data != NULL};
    const struct openai_content *pieces[] = {&said->thoughts, &said->summary, &said->content,
                                             &said->refusal,  &said->calls,   &call};
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(pieces); i++)
        count += pieces[i]->count;
    struct canon_part *parts = arena_array(reading->arena, count, sizeof(*parts));
    size_t at = 0;
    for (size_t i = 0; i < COUNT_OF(pieces); i++)
        at = append(parts, at, pieces[i]);
    *message = said->message;
    message->content = said->content.form;
    message->parts = parts;
    message->part_count = count;
}
