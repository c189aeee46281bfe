/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of vendors that hold several of the canonical ones. */
#include "exeat/canon/said.h"

/* --- one block -----------------------------------------------------------------------------------------------------
 */

bool said_take_kind(struct reading *reading, enum said_kind kind, struct said_block *block)
{
    bool is_first = block->kind == SAID_NOTHING;
    block->kind = kind;
    return is_first || reading_is_wrong(reading, "stands beside another member that says what this is");
}

bool said_take_text(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct said_block *block = field;
    block->part.kind = CANON_TEXT;
    return said_take_kind(reading, SAID_TEXT, block) && take_text(reading, value, row, &block->part.text);
}

bool said_take_call(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct said_block *block = field;
    block->part.kind = CANON_TOOL_CALL;
    if (!said_take_kind(reading, SAID_CALL, block) || !read_members(reading, value, row->table, &block->part))
        return false;
    if (block->part.text.data == NULL)
        block->part.text = TEXT("{}");
    return block->part.name.data != NULL || reading_is_wrong(reading, "has no name");
}

/* --- one message ---------------------------------------------------------------------------------------------------
 */

bool said_take_role(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct said *said = field;
    (void)row;
    said->has_role = true;
    said->role = json_view_means(reading->view, value, TEXT("assistant")) ? CANON_ASSISTANT : CANON_USER;
    return said->role == CANON_ASSISTANT || json_view_means(reading->view, value, TEXT("user")) ||
           reading_is_wrong(reading, "must be user or assistant: the system's words stand in system");
}

void said_make_room(struct reading *reading, uint32_t list, size_t results, struct said *said)
{
    if (json_view_shape(reading->view, list) != JSON_SHAPE_ARRAY)
        return;
    said->results = arena_array(reading->arena, results, sizeof(*said->results));
    said->parts = arena_array(reading->arena, json_view_items(reading->view, list), sizeof(*said->parts));
}

void said_add(struct said *said, const struct said_block *block)
{
    switch (block->kind) {
    case SAID_RESULT:
        said->results[said->result_count] = block->result;
        said->results[said->result_count++].role = CANON_TOOL;
        break;
    case SAID_TEXT:
    case SAID_DATA:
    case SAID_THOUGHT:
    case SAID_CALL:
        said->parts[said->part_count++] = block->part;
        break;
    case SAID_NOTHING:
    case SAID_MARK:
        break;
    }
}

bool said_may_give(struct reading *reading, const struct said *said, struct text content)
{
    return said->role == CANON_USER || said->result_count == 0 ||
           reading_member_is_wrong(reading, content, "has results of tools, which only the user gives");
}

bool said_is_whole(struct reading *reading, const struct said *said, struct text content)
{
    if (said->part_count + said->result_count == 0)
        return reading_member_is_wrong(reading, content, "is missing or says nothing");
    return said_may_give(reading, said, content);
}

/* --- all of them ---------------------------------------------------------------------------------------------------
 */

static size_t append(struct canon_message *messages, size_t at, const struct said *said)
{
    for (size_t i = 0; i < said->result_count; i++)
        messages[at++] = said->results[i];
    if (said->part_count == 0 && said->result_count > 0)
        return at; /* nothing but results is no message of its own */
    bool has_form = said->form != CANON_NO_CONTENT;
    messages[at] = (struct canon_message){
        .role = said->role,
        .content = has_form ? said->form : canon_form(said->parts, said->part_count),
        .parts = said->parts,
        .part_count = said->part_count};
    return at + 1;
}

void said_append(struct reading *reading, struct canon_call *call, const struct said *said, size_t count)
{
    size_t more = 0;
    for (size_t i = 0; i < count; i++)
        more += said[i].result_count + 1;
    struct canon_message *messages = canon_extend(reading->arena, call, more);
    size_t at = call->message_count;
    for (size_t i = 0; i < count; i++)
        at = append(messages, at, &said[i]);
    call->messages = messages;
    call->message_count = at;
    call->has_messages = count > 0;
}

struct joining {
    bool (*read)(struct reading *, uint32_t, struct said_block *);
    struct buffer texts;
};

static bool append_text(struct reading *reading, uint32_t value, void *target)
{
    struct joining *joining = target;
    struct buffer *texts = &joining->texts;
    struct said_block block = {0};
    if (!joining->read(reading, value, &block))
        return false;
    if (block.kind == SAID_TEXT)
        BUFFER_APPEND_ALL(texts, texts->length > 0 ? TEXT("\\n") : TEXT(""), block.part.text);
    return true;
}

bool said_join_texts(
    struct reading *reading, uint32_t list, bool (*read)(struct reading *, uint32_t, struct said_block *),
    struct text *joined)
{
    struct joining joining = {.read = read};
    bool good = read_each(reading, list, append_text, &joining);
    if (good)
        *joined = arena_text(reading->arena, buffer_text(&joining.texts));
    buffer_clear(&joining.texts);
    return good;
}
