/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of Gemini's contents: what a part is, the member says that it has. */
#include "gemini_read.h"

/* A part while it is read. */
struct said_part {
    struct said_block block;
    enum canon_answer thought;
    struct text response; /* of a result: the text that spells it */
};

/* --- texts and data ------------------------------------------------------------------------------------------------
 */

static const struct member data_rows[] = {
    MEMBER("mimeType", take_media, canon_part, data.media),
    MEMBER("data", take_base64, canon_part, data),
    MEMBER("displayName", take_file_name, canon_part, name),
};
TABLE(data_table, data_rows, NULL);

/* As endpoints call it; empty: they have no word for it. */
static struct text audio_format(struct text subtype)
{
    static const struct {
        struct text subtype;
        struct text format;
    } rows[] = {
        {TEXT_INIT("wav"), TEXT_INIT("wav")},   {TEXT_INIT("x-wav"), TEXT_INIT("wav")},
        {TEXT_INIT("mp3"), TEXT_INIT("mp3")},   {TEXT_INIT("mpeg"), TEXT_INIT("mp3")},
        {TEXT_INIT("aiff"), TEXT_INIT("aiff")}, {TEXT_INIT("aac"), TEXT_INIT("aac")},
        {TEXT_INIT("ogg"), TEXT_INIT("ogg")},   {TEXT_INIT("flac"), TEXT_INIT("flac")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (text_equal(subtype, rows[i].subtype))
            return rows[i].format;
    return TEXT("");
}

static bool set_media_kind(struct reading *reading, struct canon_part *part)
{
    struct text media = part->data.media;
    part->kind = CANON_FILE;
    if (text_starts_with(media, TEXT("image/")))
        part->kind = CANON_IMAGE;
    if (text_starts_with(media, TEXT("audio/"))) {
        part->kind = CANON_AUDIO;
        part->format = audio_format(text_after(media, 6));
        if (part->format.length == 0)
            return reading_member_may_not(
                reading, TEXT("mimeType"), "may be wav, mp3, aiff, aac, ogg or flac, of audio");
    }
    return !text_starts_with(media, TEXT("video/")) ||
           reading_member_may_not(reading, TEXT("mimeType"), "may not be a video: no endpoint takes one");
}

static bool take_data(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct said_block *block = field;
    struct canon_part *part = &block->part;
    (void)row;
    if (!said_take_kind(reading, SAID_DATA, block) || !read_members(reading, value, &data_table, part))
        return false;
    if (part->data.media.length == 0 || part->data.base64.data == NULL)
        return reading_is_wrong(reading, "must have mimeType and data");
    return set_media_kind(reading, part);
}

/* --- calls and results ---------------------------------------------------------------------------------------------
 */

static const struct member call_rows[] = {
    MEMBER("id", take_name, canon_part, call_id),
    MEMBER("name", take_name, canon_part, name),
    MEMBER("args", take_spelled, canon_part, text),
};
TABLE(call_table, call_rows, NULL);

static const struct member result_rows[] = {
    MEMBER("id", take_name, said_part, block.result.call_id),
    MEMBER("name", take_name, said_part, block.result.name),
    MEMBER("response", take_spelled, said_part, response),
    REFUSED("parts", "is not passed on to endpoints: put it into response"),
};
TABLE(result_table, result_rows, NULL);

static bool take_result(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct said_part *said = field;
    struct canon_message *result = &said->block.result;
    struct canon_part *content = arena_alloc(reading->arena, sizeof(*content));
    (void)row;
    if (!said_take_kind(reading, SAID_RESULT, &said->block) || !read_members(reading, value, &result_table, said))
        return false;
    *content =
        (struct canon_part){.kind = CANON_TEXT, .text = said->response.data != NULL ? said->response : TEXT("{}")};
    result->content = CANON_PLAIN_CONTENT;
    result->parts = content;
    result->part_count = 1;
    return result->name.data != NULL || reading_is_wrong(reading, "has no name");
}

/* --- parts ---------------------------------------------------------------------------------------------------------
 */

#define ITS_TOOL "is of the vendor's own tools, which do not run here: leave it out"
static const struct member part_rows[] = {
    MEMBER("text", said_take_text, said_part, block),
    MEMBER("inlineData", take_data, said_part, block),
    {.name = TEXT_INIT("functionCall"),
     .read = said_take_call,
     .table = &call_table,
     .offset = offsetof(struct said_part, block)},
    {.name = TEXT_INIT("functionResponse"), .read = take_result},
    MEMBER("thought", take_flag, said_part, thought),
    REFUSED("fileData", "names a place: send the data itself, as inlineData"),
    REFUSED("executableCode", ITS_TOOL),
    REFUSED("codeExecutionResult", ITS_TOOL),
    REFUSED("toolCall", ITS_TOOL),
    REFUSED("toolResponse", ITS_TOOL),
};
TABLE(part_table, part_rows, NULL);

/* Thoughts that only the vendor can read (a signature alone) left nothing to pass on. */
static bool read_part(struct reading *reading, uint32_t value, struct said_block *block)
{
    struct said_part said = {0};
    if (!read_members(reading, value, &part_table, &said))
        return false;
    *block = said.block;
    if (block->kind == SAID_TEXT && said.thought == CANON_YES)
        block->part.kind = CANON_REASONING;
    return block->kind != SAID_NOTHING || said.thought == CANON_YES ||
           reading_is_wrong(reading, "has no text, inlineData, functionCall or functionResponse");
}

static bool take_one(struct reading *reading, uint32_t value, void *target)
{
    struct said_block block = {0};
    if (!read_part(reading, value, &block))
        return false;
    said_add(target, &block);
    return true;
}

static size_t count_results(const struct json_view *view, uint32_t list)
{
    size_t count = 0;
    JSON_EACH_ITEM(view, list, item)
    {
        count += json_view_member(view, item, TEXT("functionResponse")) != 0 ||
                 json_view_member(view, item, TEXT("function_response")) != 0;
    }
    return count;
}

bool gemini_take_parts(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    said_make_room(reading, value, count_results(reading->view, value), field);
    return read_each(reading, value, take_one, field);
}

/* --- texts alone ---------------------------------------------------------------------------------------------------
 */

static bool read_text(struct reading *reading, uint32_t value, struct said_block *block)
{
    return read_part(reading, value, block) &&
           (block->kind == SAID_TEXT || reading_is_wrong(reading, "must be a text"));
}

static bool take_texts_alone(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return said_join_texts(reading, value, read_text, field);
}

bool gemini_read_text(struct reading *reading, uint32_t content, struct text *text)
{
    static const struct member rows[] = {KNOWN("role"), {.name = TEXT_INIT("parts"), .read = take_texts_alone}};
    TABLE(table, rows, NULL);
    return read_members(reading, content, &table, text);
}
