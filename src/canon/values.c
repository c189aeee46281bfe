/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of single values: texts and numbers keep their spelling, words cannot name anything but a word. */
#include <string.h>

#include "exeat/canon/answer.h"
#include "exeat/canon/reading.h"

static bool has_shape(struct reading *reading, uint32_t value, enum json_shape shape, const char *else_what)
{
    return json_view_shape(reading->view, value) == shape || reading_is_wrong(reading, else_what);
}

bool take_text(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    if (!has_shape(reading, value, JSON_SHAPE_STRING, "must be a text"))
        return false;
    *(struct text *)field = json_view_spelled(reading->view, value);
    return true;
}

bool take_name(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    static const struct text place = TEXT_INIT("://");
    if (!take_text(reading, value, row, field))
        return false;
    struct text rest = *(struct text *)field;
    size_t matched = 0;
    uint32_t code;
    while (json_spelled_next(&rest, &code)) {
        matched = code == (unsigned char)place.data[matched] ? matched + 1 : code == ':';
        if (matched == place.length)
            return reading_may_not(reading, "must be a name, and names a place");
    }
    return true;
}

bool take_number(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    if (!has_shape(reading, value, JSON_SHAPE_NUMBER, "must be a number"))
        return false;
    *(struct text *)field = json_view_source(reading->view, value);
    return true;
}

bool take_flag(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    if (!has_shape(reading, value, JSON_SHAPE_BOOL, "must be true or false"))
        return false;
    *(enum canon_answer *)field = json_view_is_true(reading->view, value) ? CANON_YES : CANON_NO;
    return true;
}

static bool is_word_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '_' || byte == '-' || byte == '.';
}

bool take_word(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    enum { WORD_MAX = 64 };
    struct text *word = field;
    if (!take_text(reading, value, row, field))
        return false;
    bool good = word->length > 0 && word->length <= WORD_MAX;
    for (size_t i = 0; good && i < word->length; i++)
        good = is_word_byte(word->data[i]);
    return good || reading_is_wrong(reading, "must be one word of letters, digits, '_', '-' and '.'");
}

/* --- lists ---------------------------------------------------------------------------------------------------------
 */

static bool read_word_entry(struct reading *reading, uint32_t value, void *item)
{
    struct canon_entry *entry = item;
    return take_word(reading, value, NULL, &entry->text);
}

static bool read_text_entry(struct reading *reading, uint32_t value, void *item)
{
    struct canon_entry *entry = item;
    return take_text(reading, value, NULL, &entry->text);
}

static bool take_tokens(struct reading *reading, uint32_t list, struct canon_entry *entry)
{
    JSON_EACH_ITEM(reading->view, list, token)
    {
        if (json_view_shape(reading->view, token) != JSON_SHAPE_NUMBER)
            return reading_is_wrong(reading, "must be a text, a list of texts or a list of token numbers");
    }
    *entry = (struct canon_entry){json_view_source(reading->view, list), true};
    return true;
}

static bool read_input_entry(struct reading *reading, uint32_t value, void *item)
{
    struct canon_entry *entry = item;
    if (json_view_shape(reading->view, value) == JSON_SHAPE_ARRAY)
        return take_tokens(reading, value, entry);
    if (json_view_shape(reading->view, value) != JSON_SHAPE_STRING)
        return reading_is_wrong(reading, "must be a text or a list of token numbers");
    entry->text = json_view_spelled(reading->view, value);
    return true;
}

static bool read_list(struct reading *reading, uint32_t value, item_reader read, struct canon_list *list)
{
    const void *entries = NULL;
    list->form = CANON_MANY;
    bool good = read_items(reading, value, sizeof(struct canon_entry), read, &entries, &list->count);
    list->entries = entries;
    return good;
}

/* Something that may stand alone or in a list. */
static bool read_one(struct reading *reading, uint32_t value, item_reader read, struct canon_list *list)
{
    struct canon_entry *entry = arena_alloc(reading->arena, sizeof(*entry));
    *list = (struct canon_list){CANON_ONE, entry, 1};
    return read(reading, value, entry);
}

bool take_words(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    return read_list(reading, value, read_word_entry, field);
}

bool take_texts(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    if (json_view_shape(reading->view, value) == JSON_SHAPE_ARRAY)
        return read_list(reading, value, read_text_entry, field);
    return read_one(reading, value, read_text_entry, field);
}

bool take_inputs(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    bool is_list = json_view_shape(reading->view, value) == JSON_SHAPE_ARRAY;
    bool is_tokens = is_list && json_view_items(reading->view, value) > 0 &&
                     json_view_shape(reading->view, value + 1) == JSON_SHAPE_NUMBER;
    if (is_list && !is_tokens)
        return read_list(reading, value, read_input_entry, field);
    return read_one(reading, value, read_input_entry, field);
}

/* --- the rest ------------------------------------------------------------------------------------------------------
 */

static bool is_number_name(struct text name)
{
    uint64_t number;
    return text_to_number(name, UINT32_MAX, &number);
}

bool take_bias(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    if (!has_shape(reading, value, JSON_SHAPE_OBJECT, "must be an object"))
        return false;
    JSON_EACH_NAME(reading->view, value, name)
    {
        if (!is_number_name(json_view_spelled(reading->view, name)) ||
            json_view_shape(reading->view, name + 1) != JSON_SHAPE_NUMBER)
            return reading_is_wrong(reading, "must map token numbers to numbers");
    }
    *(struct text *)field = json_view_source(reading->view, value);
    return true;
}

bool take_file_name(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    if (!take_text(reading, value, row, field))
        return false;
    struct text rest = *(struct text *)field;
    uint32_t code;
    while (json_spelled_next(&rest, &code))
        if (code == '/' || code == '\\')
            return reading_may_not(reading, "must be the name of a file, not a path");
    return true;
}

bool take_spelled(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)row;
    if (!has_shape(reading, value, JSON_SHAPE_OBJECT, "must be an object"))
        return false;
    *(struct text *)field = canon_spell(reading->arena, json_view_source(reading->view, value));
    return true;
}

bool take_object(struct reading *reading, uint32_t value, const struct member *row, void *target)
{
    return read_members(reading, value, row->table, target);
}

bool take_nothing(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)reading;
    (void)value;
    (void)row;
    (void)field;
    return true;
}

/* An empty object may say: with all that is usual. */
static bool says_nothing(const struct json_view *view, uint32_t value)
{
    struct text source = json_view_source(view, value);
    bool is_empty_list = json_view_shape(view, value) == JSON_SHAPE_ARRAY && json_view_items(view, value) == 0;
    return is_empty_list || text_equal(source, TEXT("\"\"")) || text_equal(source, TEXT("false"));
}

bool refuse_member(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    (void)field;
    return says_nothing(reading->view, value) || reading_may_not(reading, row->cure);
}
