/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of Gemini's contents: what a part is, the member says that it has. */
#include "gemini_read.h"

enum said_kind { SAID_NOTHING, SAID_TEXT, SAID_DATA, SAID_CALL, SAID_RESULT };

/* A part while it is read. */
struct said_part {
    enum said_kind kind;
    bool is_twofold; /* two of its members say what it is */
    enum canon_answer thought;
    struct canon_part part;
    struct text response; /* of a result: JSON */
};

static bool is_kind(struct reading *reading, enum said_kind kind, struct said_part *said)
{
    said->is_twofold = said->kind != SAID_NOTHING;
    said->kind = kind;
    return !said->is_twofold || reading_is_wrong(reading, "stands beside another member that says what the part is");
}

/* --- texts and data ------------------------------------------------------------------------------------------------
 */

static bool take_part_text(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct said_part *said = field;
    said->part.kind = CANON_TEXT;
    return is_kind(reading, SAID_TEXT, said) && take_text(reading, value, row, &said->part.text);
}

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
    struct said_part *said = field;
    (void)row;
    if (!is_kind(reading, SAID_DATA, said) || !read_members(reading, value, &data_table, &said->part))
        return false;
    if (said->part.data.media.length == 0 || said->part.data.base64.data == NULL)
        return reading_is_wrong(reading, "must have mimeType and data");
    return set_media_kind(reading, &said->part);
}

/* --- calls and results ---------------------------------------------------------------------------------------------
 */

static const struct member call_rows[] = {
    MEMBER("id", take_name, canon_part, call_id),
    MEMBER("name", take_name, canon_part, name),
    MEMBER("args", take_spelled, canon_part, text),
};
TABLE(call_table, call_rows, NULL);

static bool take_call(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct said_part *said = field;
    (void)row;
    said->part.kind = CANON_TOOL_CALL;
    if (!is_kind(reading, SAID_CALL, said) || !read_members(reading, value, &call_table, &said->part))
        return false;
    if (said->part.text.data == NULL)
        said->part.text = TEXT("{}");
    return said->part.name.data != NULL || reading_is_wrong(reading, "has no name");
}

static const struct member result_rows[] = {
    MEMBER("id", take_name, said_part, part.call_id),
    MEMBER("name", take_name, said_part, part.name),
    MEMBER("response", take_spelled, said_part, response),
    REFUSED("parts", "is not passed on to endpoints: put it into response"),
};
TABLE(result_table, result_rows, NULL);

static bool take_result(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct said_part *said = field;
    (void)row;
    if (!is_kind(reading, SAID_RESULT, said) || !read_members(reading, value, &result_table, said))
        return false;
    if (said->response.data == NULL)
        said->response = TEXT("{}");
    return said->part.name.data != NULL || reading_is_wrong(reading, "has no name");
}

/* --- parts ---------------------------------------------------------------------------------------------------------
 */

#define ITS_TOOL "is of the vendor's own tools, which do not run here: leave it out"
static const struct member part_rows[] = {
    {.name = TEXT_INIT("text"), .read = take_part_text},
    {.name = TEXT_INIT("inlineData"), .read = take_data},
    {.name = TEXT_INIT("functionCall"), .read = take_call},
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
static bool read_part(struct reading *reading, uint32_t value, struct said_part *said)
{
    if (!read_members(reading, value, &part_table, said))
        return false;
    if (said->kind == SAID_TEXT && said->thought == CANON_YES)
        said->part.kind = CANON_REASONING;
    return said->kind != SAID_NOTHING || said->thought == CANON_YES ||
           reading_is_wrong(reading, "has no text, inlineData, functionCall or functionResponse");
}

static void add_result(struct reading *reading, const struct said_part *part, struct gemini_said *said)
{
    struct canon_part *content = arena_alloc(reading->arena, sizeof(*content));
    *content = (struct canon_part){.kind = CANON_TEXT, .text = part->response};
    said->results[said->result_count++] = (struct canon_message){
        .role = CANON_TOOL,
        .content = CANON_PLAIN_CONTENT,
        .parts = content,
        .part_count = 1,
        .name = part->part.name,
        .call_id = part->part.call_id,
    };
}

static bool take_one(struct reading *reading, uint32_t value, void *target)
{
    struct gemini_said *said = target;
    struct said_part part = {0};
    if (!read_part(reading, value, &part))
        return false;
    if (part.kind == SAID_RESULT)
        add_result(reading, &part, said);
    else if (part.kind != SAID_NOTHING)
        said->parts[said->part_count++] = part.part;
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
    struct gemini_said *said = field;
    (void)row;
    if (json_view_shape(reading->view, value) == JSON_SHAPE_ARRAY) {
        said->parts = arena_array(reading->arena, json_view_items(reading->view, value), sizeof(*said->parts));
        said->results = arena_array(reading->arena, count_results(reading->view, value), sizeof(*said->results));
    }
    return read_each(reading, value, take_one, said);
}

/* --- texts alone ---------------------------------------------------------------------------------------------------
 */

static bool append_text(struct reading *reading, uint32_t value, void *target)
{
    struct buffer *joined = target;
    struct said_part part = {0};
    if (!read_part(reading, value, &part))
        return false;
    if (part.kind != SAID_TEXT)
        return reading_is_wrong(reading, "must be a text");
    BUFFER_APPEND_ALL(joined, joined->length > 0 ? TEXT("\\n") : TEXT(""), part.part.text);
    return true;
}

static bool take_texts_alone(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return read_each(reading, value, append_text, field);
}

bool gemini_read_text(struct reading *reading, uint32_t content, struct text *text)
{
    static const struct member rows[] = {KNOWN("role"), {.name = TEXT_INIT("parts"), .read = take_texts_alone}};
    TABLE(table, rows, NULL);
    struct buffer texts = {0};
    bool good = read_members(reading, content, &table, &texts);
    if (good)
        *text = arena_text(reading->arena, buffer_text(&texts));
    buffer_clear(&texts);
    return good;
}
