/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of vendors whose chats are made like OpenAI's. */
#include "exeat/canon/chat.h"

bool chat_take_role(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    static const struct {
        struct text word;
        enum canon_role role;
    } roles[] = {
        {TEXT_INIT("system"), CANON_SYSTEM}, {TEXT_INIT("developer"), CANON_SYSTEM},
        {TEXT_INIT("user"), CANON_USER},     {TEXT_INIT("assistant"), CANON_ASSISTANT},
        {TEXT_INIT("tool"), CANON_TOOL},
    };
    struct chat_said *said = field;
    (void)row;
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        if (!json_view_means(reading->view, value, roles[i].word))
            continue;
        said->message.role = roles[i].role;
        said->has_role = true;
        return true;
    }
    return reading_is_wrong(reading, "must be system, user, assistant or tool");
}

/* --- parts ---------------------------------------------------------------------------------------------------------
 */

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

/* Where the next part of a list goes. */
struct filling {
    const struct chat_kinds *kinds;
    struct canon_part *at;
};

static bool read_part(struct reading *reading, uint32_t value, void *target)
{
    struct filling *filling = target;
    const struct chat_kinds *kinds = filling->kinds;
    struct canon_part *part = filling->at++;
    const struct reading_kind *kind =
        reading_kind_of(reading, value, kinds->kinds, kinds->count, NULL, kinds->else_what);
    if (kind == NULL)
        return false;
    part->kind = (enum canon_part_kind)kind->kind;
    return read_members(reading, value, kind->table, part) && is_whole(reading, part);
}

bool chat_read_list(struct reading *reading, uint32_t list, const struct chat_kinds *kinds, struct chat_parts *parts)
{
    size_t count = json_view_items(reading->view, list);
    struct filling filling = {.kinds = kinds, .at = arena_array(reading->arena, count, sizeof(*filling.at))};
    *parts = (struct chat_parts){CANON_LISTED_CONTENT, filling.at, count};
    return read_each(reading, list, read_part, &filling);
}

bool chat_read_plain(struct reading *reading, uint32_t value, enum canon_part_kind kind, struct chat_parts *parts)
{
    struct canon_part *part = arena_alloc(reading->arena, sizeof(*part));
    part->kind = kind;
    *parts = (struct chat_parts){CANON_PLAIN_CONTENT, part, 1};
    return take_text(reading, value, NULL, &part->text);
}

bool chat_read_content(
    struct reading *reading, uint32_t value, const struct chat_kinds *kinds, struct chat_parts *parts)
{
    switch (json_view_shape(reading->view, value)) {
    case JSON_SHAPE_STRING:
        return chat_read_plain(reading, value, CANON_TEXT, parts);
    case JSON_SHAPE_ARRAY:
        return chat_read_list(reading, value, kinds, parts);
    case JSON_SHAPE_NULL:
        parts->form = CANON_NULL_CONTENT;
        return true;
    case JSON_SHAPE_OBJECT:
    case JSON_SHAPE_NUMBER:
    case JSON_SHAPE_BOOL:
        break;
    }
    return reading_is_wrong(reading, "must be a text or a list of parts");
}

bool chat_take_image(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    static const struct member rows[] = {
        MEMBER("url", take_data_url, canon_part, data),
        MEMBER("detail", take_word, canon_part, format),
    };
    TABLE(table, rows, NULL);
    struct canon_part *image = field;
    if (json_view_shape(reading->view, value) == JSON_SHAPE_OBJECT)
        return read_members(reading, value, &table, image);
    return take_data_url(reading, value, row, &image->data);
}

/* --- one list ------------------------------------------------------------------------------------------------------
 */

void chat_join_parts(
    struct reading *reading, const struct chat_parts *const *pieces, size_t count, struct canon_message *message)
{
    size_t all = 0;
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        all += pieces[i]->count;
    struct canon_part *parts = arena_array(reading->arena, all, sizeof(*parts));
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < pieces[i]->count; k++)
            parts[at++] = pieces[i]->parts[k];
    message->parts = parts;
    message->part_count = all;
}

void chat_join(struct reading *reading, const struct chat_said *said, struct canon_message *message)
{
    const struct chat_parts *pieces[] = {&said->thoughts, &said->content, &said->calls};
    *message = said->message;
    message->content = said->content.form;
    if (said->calls.count > 0 && said->content.count == 0)
        message->content = CANON_NULL_CONTENT; /* as templates expect it */
    chat_join_parts(reading, pieces, COUNT_OF(pieces), message);
}
