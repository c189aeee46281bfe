/* SPDX-License-Identifier: Apache-2.0 */
/* Texts to be embedded, as Cohere's callers say them: alone, or as contents of one text each. What they are for
 * (input_type), and how they are cut, is dropped: endpoints have no word for it. */
#include "cohere_read.h"

#define TEXTS_ALONE "is not embedded here: only texts are"

static const struct member text_rows[] = {KNOWN("type"), MEMBER("text", take_text, canon_entry, text)};
TABLE(text_table, text_rows, NULL);
static const struct reading_kind kinds[] = {{TEXT_INIT("text"), &text_table, CANON_TEXT}};

static bool read_content(struct reading *reading, uint32_t value, void *target)
{
    struct canon_entry *entry = target;
    if (entry->text.data != NULL)
        return reading_may_not(reading, "is a second content of one input, which endpoints do not take");
    const struct reading_kind *kind = reading_kind_of(reading, value, kinds, COUNT_OF(kinds), NULL, TEXTS_ALONE);
    return kind != NULL && read_members(reading, value, kind->table, entry);
}

static bool take_content(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return read_each(reading, value, read_content, field);
}
static const struct member input_rows[] = {{.name = TEXT_INIT("content"), .read = take_content}};
TABLE(input_table, input_rows, NULL);

static bool read_input(struct reading *reading, uint32_t value, void *item)
{
    const struct canon_entry *entry = item;
    return read_members(reading, value, &input_table, item) &&
           (entry->text.data != NULL || reading_member_is_wrong(reading, TEXT("content"), "has no text"));
}

static bool take_inputs_of_contents(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_list *list = field;
    const void *entries = NULL;
    (void)row;
    list->form = CANON_MANY;
    bool good = read_items(reading, value, sizeof(struct canon_entry), read_input, &entries, &list->count);
    list->entries = entries;
    return good;
}

/* One of them: an endpoint makes one. */
static bool take_types(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_list types = {0};
    if (!take_words(reading, value, row, &types))
        return false;
    if (types.count != 1)
        return reading_may_not(reading, "must be one of float and base64");
    *(struct text *)field = types.entries[0].text;
    return text_equal(types.entries[0].text, TEXT("float")) || text_equal(types.entries[0].text, TEXT("base64")) ||
           reading_may_not(reading, "is not made here: float and base64 are");
}

static const struct member embed_rows[] = {
    MEMBER("model", take_name, canon_call, model),
    MEMBER("texts", take_texts, canon_call, input),
    MEMBER("inputs", take_inputs_of_contents, canon_call, input),
    MEMBER("embedding_types", take_types, canon_call, wish.encoding),
    MEMBER("output_dimension", take_number, canon_call, wish.dimensions),
    REFUSED("images", TEXTS_ALONE),
};
TABLE(embed_table, embed_rows, NULL);

bool cohere_read_embed(struct reading *reading, struct canon_call *call)
{
    if (!read_members(reading, 0, &embed_table, call))
        return false;
    return call->input.count > 0 || reading_member_is_wrong(reading, TEXT("texts"), "is missing or empty");
}
