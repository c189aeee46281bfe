/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of Converse: what a block is, the member says that it has. */
#include "bedrock_read.h"
#include "exeat/canon/answer.h"

static bool take_mark(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)value;
    (void)row;
    return said_take_kind(reading, SAID_MARK, field);
}

/* --- data ------------------------------------------------------------------------------------------------------------
 */

#define SEND_ITSELF "names a place: send the bytes themselves"

static const struct format {
    struct text word;
    struct text media;
} image_formats[] =
    {
        {TEXT_INIT("png"), TEXT_INIT("image/png")},
        {TEXT_INIT("jpeg"), TEXT_INIT("image/jpeg")},
        {TEXT_INIT("gif"), TEXT_INIT("image/gif")},
        {TEXT_INIT("webp"), TEXT_INIT("image/webp")},
},
  document_formats[] = {
      {TEXT_INIT("pdf"), TEXT_INIT("application/pdf")},
      {TEXT_INIT("txt"), TEXT_INIT("text/plain")},
      {TEXT_INIT("md"), TEXT_INIT("text/markdown")},
      {TEXT_INIT("csv"), TEXT_INIT("text/csv")},
      {TEXT_INIT("html"), TEXT_INIT("text/html")},
      {TEXT_INIT("doc"), TEXT_INIT("application/msword")},
      {TEXT_INIT("docx"), TEXT_INIT("application/vnd.openxmlformats-officedocument.wordprocessingml.document")},
      {TEXT_INIT("xls"), TEXT_INIT("application/vnd.ms-excel")},
      {TEXT_INIT("xlsx"), TEXT_INIT("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")},
};

static bool set_media(
    struct reading *reading, uint32_t value, const struct format *formats, size_t count, struct text *media,
    const char *else_what)
{
    for (size_t i = 0; i < count; i++) {
        if (!json_view_means(reading->view, value, formats[i].word))
            continue;
        *media = formats[i].media;
        return true;
    }
    return reading_is_wrong(reading, else_what);
}

static bool take_image_format(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return set_media(reading, value, image_formats, COUNT_OF(image_formats), field, "must be png, jpeg, gif or webp");
}

static bool take_document_format(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return set_media(
        reading, value, document_formats, COUNT_OF(document_formats), field,
        "must be pdf, csv, doc, docx, xls, xlsx, html, txt or md");
}

static bool take_contents(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return bedrock_join_texts(reading, value, field);
}

static const struct member source_rows[] = {
    MEMBER("bytes", take_base64, canon_part, data),
    MEMBER("text", take_text, canon_part, text),
    MEMBER("content", take_contents, canon_part, text),
    REFUSED("s3Location", SEND_ITSELF),
    REFUSED("uri", SEND_ITSELF),
};
TABLE(source_table, source_rows, NULL);
static const struct member image_rows[] = {
    MEMBER("format", take_image_format, canon_part, data.media),
    INNER("source", &source_table),
};
TABLE(image_table, image_rows, NULL);
static const struct member document_rows[] = {
    MEMBER("format", take_document_format, canon_part, data.media),
    MEMBER("name", take_file_name, canon_part, name),
    INNER("source", &source_table),
};
TABLE(document_table, document_rows, NULL);

/* A document that is a text is one; bytes need to be known for what they are. */
static bool is_whole(struct reading *reading, struct canon_part *part)
{
    if (part->kind == CANON_FILE && part->text.data != NULL) {
        part->kind = CANON_TEXT;
        return true;
    }
    return (part->data.base64.data != NULL && part->data.media.length > 0) ||
           reading_is_wrong(reading, "must have a format, and the bytes as its source");
}

static bool take_image(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct said_block *block = field;
    (void)row;
    block->part.kind = CANON_IMAGE;
    return said_take_kind(reading, SAID_DATA, block) && read_members(reading, value, &image_table, &block->part) &&
           is_whole(reading, &block->part);
}

static bool take_document(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct said_block *block = field;
    (void)row;
    block->part.kind = CANON_FILE;
    return said_take_kind(reading, SAID_DATA, block) && read_members(reading, value, &document_table, &block->part) &&
           is_whole(reading, &block->part);
}

/* --- thoughts --------------------------------------------------------------------------------------------------------
 */

static const struct member thought_rows[] = {MEMBER("text", take_text, canon_part, text)};
TABLE(thought_table, thought_rows, NULL);
static const struct member reasoning_rows[] = {INNER("reasoningText", &thought_table), KNOWN("redactedContent")};
TABLE(reasoning_table, reasoning_rows, NULL);

/* What only the vendor can read left nothing to pass on. */
static bool take_reasoning(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct said_block *block = field;
    (void)row;
    block->part.kind = CANON_REASONING;
    if (!said_take_kind(reading, SAID_THOUGHT, block) || !read_members(reading, value, &reasoning_table, &block->part))
        return false;
    if (block->part.text.data == NULL)
        block->kind = SAID_MARK;
    return true;
}

/* --- calls and results ---------------------------------------------------------------------------------------------
 */

static const struct member call_rows[] = {
    MEMBER("toolUseId", take_name, canon_part, call_id),
    MEMBER("name", take_name, canon_part, name),
    MEMBER("input", take_spelled, canon_part, text),
};
TABLE(call_table, call_rows, NULL);

static bool take_call(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    const struct said_block *block = field;
    return said_take_call(reading, value, row, field) &&
           (block->part.call_id.data != NULL || reading_member_is_wrong(reading, TEXT("toolUseId"), "is missing"));
}

static bool take_results(struct reading *reading, uint32_t value, const struct member *row, void *field);

static bool take_status(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_message *result = field;
    (void)row;
    result->is_error = json_view_means(reading->view, value, TEXT("error"));
    return result->is_error || json_view_means(reading->view, value, TEXT("success")) ||
           reading_is_wrong(reading, "must be success or error");
}

static const struct member result_rows[] = {
    MEMBER("toolUseId", take_name, canon_message, call_id),
    {.name = TEXT_INIT("content"), .read = take_results},
    {.name = TEXT_INIT("status"), .read = take_status},
};
TABLE(result_table, result_rows, NULL);

static bool take_result(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct said_block *block = field;
    (void)row;
    if (!said_take_kind(reading, SAID_RESULT, block) || !read_members(reading, value, &result_table, &block->result))
        return false;
    return block->result.call_id.data != NULL || reading_member_is_wrong(reading, TEXT("toolUseId"), "is missing");
}

/* JSON as a text that spells it. */
static bool take_json(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct said_block *block = field;
    (void)row;
    block->part.kind = CANON_TEXT;
    block->part.text = canon_spell(reading->arena, json_view_source(reading->view, value));
    return said_take_kind(reading, SAID_TEXT, block);
}

/* --- blocks ----------------------------------------------------------------------------------------------------------
 */

#define NO_ENDPOINT "is not passed on to endpoints: leave it out"
static const struct member plain_rows[] = {
    {.name = TEXT_INIT("text"), .read = said_take_text},
    {.name = TEXT_INIT("cachePoint"), .read = take_mark},
    REFUSED("guardContent", "is for a guardrail that only the vendor has: send it as text"),
};
TABLE(plain_table, plain_rows, NULL);
static const struct member data_member_rows[] = {
    {.name = TEXT_INIT("image"), .read = take_image},
    {.name = TEXT_INIT("document"), .read = take_document},
    REFUSED("video", NO_ENDPOINT),
    REFUSED("audio", NO_ENDPOINT),
    REFUSED("searchResult", "is not passed on to endpoints: send it as text"),
};
TABLE(data_member_table, data_member_rows, &plain_table);
static const struct member block_rows[] = {
    {.name = TEXT_INIT("toolUse"), .read = take_call, .table = &call_table},
    {.name = TEXT_INIT("toolResult"), .read = take_result},
    {.name = TEXT_INIT("reasoningContent"), .read = take_reasoning},
    REFUSED("citationsContent", "is not passed on to endpoints: send it as text"),
};
TABLE(block_table, block_rows, &data_member_table);
static const struct member result_block_rows[] = {{.name = TEXT_INIT("json"), .read = take_json}};
TABLE(result_block_table, result_block_rows, &data_member_table);

static bool read_block(struct reading *reading, uint32_t value, const struct members *table, struct said_block *block)
{
    if (!read_members(reading, value, table, block))
        return false;
    return block->kind != SAID_NOTHING ||
           reading_may_not(
               reading, "is no block that is known here: text, image, document, toolUse, toolResult and "
                        "reasoningContent are");
}

static bool take_one(struct reading *reading, uint32_t value, void *target)
{
    struct said_block block = {0};
    if (!read_block(reading, value, &block_table, &block))
        return false;
    said_add(target, &block);
    return true;
}

static size_t count_results(const struct json_view *view, uint32_t list)
{
    size_t count = 0;
    JSON_EACH_ITEM(view, list, item)
    {
        count += json_view_member(view, item, TEXT("toolResult")) != 0;
    }
    return count;
}

bool bedrock_take_content(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    said_make_room(reading, value, count_results(reading->view, value), field);
    return read_each(reading, value, take_one, field);
}

static bool take_result_block(struct reading *reading, uint32_t value, void *target)
{
    struct said_block block = {0};
    if (!read_block(reading, value, &result_block_table, &block))
        return false;
    said_add(target, &block);
    return true;
}

static bool take_results(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_message *result = field;
    struct said said = {0};
    (void)row;
    said_make_room(reading, value, 0, &said);
    if (!read_each(reading, value, take_result_block, &said))
        return false;
    result->parts = said.parts;
    result->part_count = said.part_count;
    result->content = canon_form(said.parts, said.part_count);
    return true;
}

/* --- texts alone ---------------------------------------------------------------------------------------------------
 */

static bool read_plain(struct reading *reading, uint32_t value, struct said_block *block)
{
    return read_block(reading, value, &plain_table, block);
}

bool bedrock_join_texts(struct reading *reading, uint32_t list, struct text *joined)
{
    return said_join_texts(reading, list, read_plain, joined);
}
