/* SPDX-License-Identifier: Apache-2.0 */
/* What a message of Anthropic's holds: a text, or blocks of the kinds in this table and of no other. */
#include "anthropic_read.h"

enum block {
    BLOCK_TEXT,
    BLOCK_IMAGE,
    BLOCK_DOCUMENT,
    BLOCK_THOUGHT,
    BLOCK_SECRET_THOUGHT, /* which the vendor alone can read: it is dropped */
    BLOCK_CALL,
    BLOCK_RESULT,
};

/* A block while it is read. */
struct said_block {
    struct canon_part part;
    struct canon_message result;
    enum canon_answer is_error;
};

/* --- sources -------------------------------------------------------------------------------------------------------
 */

#define SEND_ITSELF "must be base64 or text: nothing is fetched from a place, and nothing is kept here"

static const struct member base64_rows[] = {
    KNOWN("type"),
    MEMBER("media_type", take_media, said_block, part.data.media),
    MEMBER("data", take_base64, said_block, part.data),
};
TABLE(base64_table, base64_rows, NULL);
static const struct member plain_rows[] = {KNOWN("type"), MEMBER("data", take_text, said_block, part.text)};
TABLE(plain_table, plain_rows, NULL);
static const struct reading_kind sources[] = {
    {TEXT_INIT("base64"), &base64_table, CANON_IMAGE},
    {TEXT_INIT("text"), &plain_table, CANON_TEXT},
};

/* A document of plain text is a text. */
static bool take_source(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct said_block *block = field;
    (void)row;
    const struct reading_kind *kind = reading_kind_of(reading, value, sources, COUNT_OF(sources), NULL, SEND_ITSELF);
    if (kind == NULL || !read_members(reading, value, kind->table, block))
        return false;
    if (kind->kind == CANON_TEXT)
        block->part.kind = CANON_TEXT;
    else if (block->part.data.media.length == 0)
        return reading_member_is_wrong(reading, TEXT("media_type"), "is missing");
    return true;
}

/* --- calls and results ---------------------------------------------------------------------------------------------
 */

static bool take_result(struct reading *reading, uint32_t value, const struct member *row, void *field);

/* --- blocks --------------------------------------------------------------------------------------------------------
 */

static const struct member text_rows[] = {KNOWN("type"), MEMBER("text", take_text, said_block, part.text)};
TABLE(text_table, text_rows, NULL);
static const struct member source_rows[] = {
    KNOWN("type"),
    {.name = TEXT_INIT("source"), .read = take_source},
    MEMBER("title", take_file_name, said_block, part.name),
};
TABLE(source_table, source_rows, NULL);
static const struct member thought_rows[] = {KNOWN("type"), MEMBER("thinking", take_text, said_block, part.text)};
TABLE(thought_table, thought_rows, NULL);
static const struct member secret_rows[] = {KNOWN("type")};
TABLE(secret_table, secret_rows, NULL);
static const struct member call_rows[] = {
    KNOWN("type"),
    MEMBER("id", take_name, said_block, part.call_id),
    MEMBER("name", take_name, said_block, part.name),
    MEMBER("input", take_spelled, said_block, part.text),
};
TABLE(call_table, call_rows, NULL);
static const struct member result_rows[] = {
    KNOWN("type"),
    MEMBER("tool_use_id", take_name, said_block, result.call_id),
    MEMBER("content", take_result, said_block, result),
    MEMBER("is_error", take_flag, said_block, is_error),
};
TABLE(result_table, result_rows, NULL);

static const struct reading_kind kinds[] = {
    {TEXT_INIT("text"), &text_table, BLOCK_TEXT},
    {TEXT_INIT("image"), &source_table, BLOCK_IMAGE},
    {TEXT_INIT("document"), &source_table, BLOCK_DOCUMENT},
    {TEXT_INIT("thinking"), &thought_table, BLOCK_THOUGHT},
    {TEXT_INIT("redacted_thinking"), &secret_table, BLOCK_SECRET_THOUGHT},
    {TEXT_INIT("tool_use"), &call_table, BLOCK_CALL},
    {TEXT_INIT("tool_result"), &result_table, BLOCK_RESULT},
};
static const char no_block[] =
    "is no kind of block that is known here: text, image, document, thinking, tool_use and tool_result are";
static const char no_inner_block[] = "is no kind of block that may stand here: text, image and document may";
enum { KINDS_OF_TEXT = 1, KINDS_OF_RESULT = 3 }; /* the first rows */

static const enum canon_part_kind part_kinds[] = {
    [BLOCK_TEXT] = CANON_TEXT,         [BLOCK_IMAGE] = CANON_IMAGE,         [BLOCK_DOCUMENT] = CANON_FILE,
    [BLOCK_THOUGHT] = CANON_REASONING, [BLOCK_SECRET_THOUGHT] = CANON_TEXT, [BLOCK_CALL] = CANON_TOOL_CALL,
    [BLOCK_RESULT] = CANON_TEXT,
};

static bool is_whole(struct reading *reading, enum block kind, const struct said_block *block)
{
    switch (kind) {
    case BLOCK_TEXT:
    case BLOCK_THOUGHT:
        return block->part.text.data != NULL || reading_is_wrong(reading, "has no text");
    case BLOCK_IMAGE:
    case BLOCK_DOCUMENT:
        return block->part.text.data != NULL || block->part.data.base64.data != NULL ||
               reading_is_wrong(reading, "has no data");
    case BLOCK_CALL:
        return (block->part.name.data != NULL && block->part.call_id.data != NULL) ||
               reading_is_wrong(reading, "must have a name and an id");
    case BLOCK_RESULT:
        return block->result.call_id.data != NULL ||
               reading_member_is_wrong(reading, TEXT("tool_use_id"), "is missing");
    case BLOCK_SECRET_THOUGHT:
        break;
    }
    return true;
}

/* `known`: the rows of kinds that may stand here. */
static bool
read_block(struct reading *reading, uint32_t value, size_t known, enum block *kind, struct said_block *block)
{
    const struct reading_kind *row =
        reading_kind_of(reading, value, kinds, known, NULL, known == COUNT_OF(kinds) ? no_block : no_inner_block);
    if (row == NULL)
        return false;
    *kind = (enum block)row->kind;
    block->part.kind = part_kinds[row->kind];
    return read_members(reading, value, row->table, block) && is_whole(reading, *kind, block);
}

/* --- contents ------------------------------------------------------------------------------------------------------
 */

static bool take_block(struct reading *reading, uint32_t value, void *target)
{
    struct anthropic_said *said = target;
    struct said_block block = {0};
    enum block kind;
    size_t known = said->is_result ? KINDS_OF_RESULT : COUNT_OF(kinds);
    if (!read_block(reading, value, known, &kind, &block))
        return false;
    if (kind == BLOCK_RESULT) {
        block.result.role = CANON_TOOL;
        block.result.is_error = block.is_error == CANON_YES;
        said->results[said->result_count++] = block.result;
    } else if (kind != BLOCK_SECRET_THOUGHT) {
        said->parts[said->part_count++] = block.part;
    }
    return true;
}

static size_t count_results(const struct json_view *view, uint32_t list)
{
    size_t count = 0;
    JSON_EACH_ITEM(view, list, item)
    {
        count += json_view_means(view, json_view_member(view, item, TEXT("type")), TEXT("tool_result"));
    }
    return count;
}

static bool read_list(struct reading *reading, uint32_t list, struct anthropic_said *said)
{
    size_t results = said->is_result ? 0 : count_results(reading->view, list);
    said->results = arena_array(reading->arena, results, sizeof(*said->results));
    said->parts = arena_array(reading->arena, json_view_items(reading->view, list) - results, sizeof(*said->parts));
    if (!read_each(reading, list, take_block, said))
        return false;
    said->form = canon_form(said->parts, said->part_count);
    return true;
}

static bool read_content(struct reading *reading, uint32_t value, struct anthropic_said *said)
{
    if (json_view_shape(reading->view, value) == JSON_SHAPE_ARRAY)
        return read_list(reading, value, said);
    if (json_view_shape(reading->view, value) != JSON_SHAPE_STRING)
        return reading_is_wrong(reading, "must be a text or a list of blocks");
    said->parts = arena_alloc(reading->arena, sizeof(*said->parts));
    said->parts->kind = CANON_TEXT;
    said->part_count = 1;
    said->form = CANON_PLAIN_CONTENT;
    return take_text(reading, value, NULL, &said->parts->text);
}

bool anthropic_take_content(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return read_content(reading, value, field);
}

static bool take_result(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_message *result = field;
    struct anthropic_said inside = {.is_result = true};
    (void)row;
    if (!read_content(reading, value, &inside))
        return false;
    result->content = inside.form;
    result->parts = inside.parts;
    result->part_count = inside.part_count;
    return true;
}

/* --- texts alone ---------------------------------------------------------------------------------------------------
 */

static bool append_text(struct reading *reading, uint32_t value, void *target)
{
    struct buffer *joined = target;
    struct said_block block = {0};
    enum block kind;
    if (!read_block(reading, value, KINDS_OF_TEXT, &kind, &block))
        return false;
    BUFFER_APPEND_ALL(joined, joined->length > 0 ? TEXT("\\n") : TEXT(""), block.part.text);
    return true;
}

bool anthropic_join_texts(struct reading *reading, uint32_t list, struct text *joined)
{
    struct buffer texts = {0};
    bool good = read_each(reading, list, append_text, &texts);
    if (good)
        *joined = arena_text(reading->arena, buffer_text(&texts));
    buffer_clear(&texts);
    return good;
}
