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
struct said_part {
    struct said_block block;
    enum canon_answer is_error;
};

/* --- sources -------------------------------------------------------------------------------------------------------
 */

#define SEND_ITSELF "must be base64 or text: nothing is fetched from a place, and nothing is kept here"

static const struct member base64_rows[] = {
    KNOWN("type"),
    MEMBER("media_type", take_media, said_part, block.part.data.media),
    MEMBER("data", take_base64, said_part, block.part.data),
};
TABLE(base64_table, base64_rows, NULL);
static const struct member plain_rows[] = {KNOWN("type"), MEMBER("data", take_text, said_part, block.part.text)};
TABLE(plain_table, plain_rows, NULL);
static const struct reading_kind sources[] = {
    {TEXT_INIT("base64"), &base64_table, CANON_IMAGE},
    {TEXT_INIT("text"), &plain_table, CANON_TEXT},
};

/* A document of plain text is a text. */
static bool take_source(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct said_part *said = field;
    struct canon_part *part = &said->block.part;
    (void)row;
    const struct reading_kind *kind = reading_kind_of(reading, value, sources, COUNT_OF(sources), NULL, SEND_ITSELF);
    if (kind == NULL || !read_members(reading, value, kind->table, said))
        return false;
    if (kind->kind == CANON_TEXT)
        part->kind = CANON_TEXT;
    else if (part->data.media.length == 0)
        return reading_member_is_wrong(reading, TEXT("media_type"), "is missing");
    return true;
}

/* --- calls and results ---------------------------------------------------------------------------------------------
 */

static bool take_result(struct reading *reading, uint32_t value, const struct member *row, void *field);

/* --- blocks --------------------------------------------------------------------------------------------------------
 */

static const struct member text_rows[] = {KNOWN("type"), MEMBER("text", take_text, said_part, block.part.text)};
TABLE(text_table, text_rows, NULL);
static const struct member source_rows[] = {
    KNOWN("type"),
    {.name = TEXT_INIT("source"), .read = take_source},
    MEMBER("title", take_file_name, said_part, block.part.name),
};
TABLE(source_table, source_rows, NULL);
static const struct member thought_rows[] = {KNOWN("type"), MEMBER("thinking", take_text, said_part, block.part.text)};
TABLE(thought_table, thought_rows, NULL);
static const struct member secret_rows[] = {KNOWN("type")};
TABLE(secret_table, secret_rows, NULL);
static const struct member call_rows[] = {
    KNOWN("type"),
    MEMBER("id", take_name, said_part, block.part.call_id),
    MEMBER("name", take_name, said_part, block.part.name),
    MEMBER("input", take_spelled, said_part, block.part.text),
};
TABLE(call_table, call_rows, NULL);
static const struct member result_rows[] = {
    KNOWN("type"),
    MEMBER("tool_use_id", take_name, said_part, block.result.call_id),
    MEMBER("content", take_result, said_part, block.result),
    MEMBER("is_error", take_flag, said_part, is_error),
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

static const struct {
    enum said_kind kind;
    enum canon_part_kind part;
} canonical[] = {
    [BLOCK_TEXT] = {SAID_TEXT, CANON_TEXT},
    [BLOCK_IMAGE] = {SAID_DATA, CANON_IMAGE},
    [BLOCK_DOCUMENT] = {SAID_DATA, CANON_FILE},
    [BLOCK_THOUGHT] = {SAID_THOUGHT, CANON_REASONING},
    [BLOCK_SECRET_THOUGHT] = {SAID_MARK, CANON_REASONING},
    [BLOCK_CALL] = {SAID_CALL, CANON_TOOL_CALL},
    [BLOCK_RESULT] = {SAID_RESULT, CANON_TEXT},
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
static bool read_block(struct reading *reading, uint32_t value, size_t known, struct said_block *block)
{
    struct said_part said = {0};
    const struct reading_kind *row =
        reading_kind_of(reading, value, kinds, known, NULL, known == COUNT_OF(kinds) ? no_block : no_inner_block);
    if (row == NULL)
        return false;
    said.block.kind = canonical[row->kind].kind;
    said.block.part.kind = canonical[row->kind].part;
    if (!read_members(reading, value, row->table, &said))
        return false;
    *block = said.block;
    block->result.is_error = said.is_error == CANON_YES;
    return is_whole(reading, (enum block)row->kind, block);
}

/* --- contents ------------------------------------------------------------------------------------------------------
 */

/* Where the blocks of a list go. */
struct filling {
    size_t known;
    struct said *said;
};

static bool take_block(struct reading *reading, uint32_t value, void *target)
{
    const struct filling *filling = target;
    struct said_block block = {0};
    if (!read_block(reading, value, filling->known, &block))
        return false;
    said_add(filling->said, &block);
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

static bool read_content(struct reading *reading, uint32_t value, size_t known, struct said *said)
{
    bool is_list = json_view_shape(reading->view, value) == JSON_SHAPE_ARRAY;
    struct filling filling = {known, said};
    if (is_list) {
        said_make_room(reading, value, known > KINDS_OF_RESULT ? count_results(reading->view, value) : 0, said);
        bool good = read_each(reading, value, take_block, &filling);
        said->form = canon_form(said->parts, said->part_count);
        return good;
    }
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
    return read_content(reading, value, COUNT_OF(kinds), field);
}

static bool take_result(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_message *result = field;
    struct said inside = {0};
    (void)row;
    if (!read_content(reading, value, KINDS_OF_RESULT, &inside))
        return false;
    result->content = inside.form;
    result->parts = inside.parts;
    result->part_count = inside.part_count;
    return true;
}

/* --- texts alone ---------------------------------------------------------------------------------------------------
 */

static bool read_text(struct reading *reading, uint32_t value, struct said_block *block)
{
    return read_block(reading, value, KINDS_OF_TEXT, block);
}

bool anthropic_join_texts(struct reading *reading, uint32_t list, struct text *joined)
{
    return said_join_texts(reading, list, read_text, joined);
}
