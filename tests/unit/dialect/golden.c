/* SPDX-License-Identifier: Apache-2.0 */
/* Cases of the golden corpus, read and compared. */
#include "golden.h"

#include "exeat/base/json.h"

/* --- reading -------------------------------------------------------------------------------------------------------
 */

static const struct text mark = TEXT_INIT("--- ");

/* What stands before the next part's line. */
static struct text take_body(struct text *rest)
{
    struct text from = *rest;
    size_t length = 0;
    while (length < from.length && !text_starts_with(text_after(from, length), mark))
        length = text_index(from, '\n', length) + 1;
    length = length > from.length ? from.length : length;
    *rest = text_after(from, length);
    return text_trim(text_part(from, 0, length), "\n");
}

static struct text take_line(struct text *rest)
{
    size_t end = text_index(*rest, '\n', 0);
    struct text line = text_part(*rest, 0, end);
    *rest = text_after(*rest, end + 1);
    return line;
}

static void read_request(struct text line, struct golden_case *golden)
{
    size_t blank = text_index(line, ' ', 0);
    struct text target = text_after(line, blank + 1);
    size_t slash = text_index(target, '/', 0);
    size_t question = text_index(target, '?', 0);
    golden->method = text_part(line, 0, blank);
    golden->host = text_part(target, 0, slash);
    golden->path = text_part(target, slash, question - slash);
    golden->query = text_after(target, question + 1);
}

bool golden_read(struct text text, struct golden_case *golden)
{
    struct text line = TEXT("#");
    *golden = (struct golden_case){.method = TEXT("")};
    while (text_starts_with(line, TEXT("#")))
        line = take_line(&text);
    read_request(line, golden);
    golden->body = take_body(&text);
    for (size_t i = 0; text.length > 0; i++) {
        if (i == GOLDEN_PARTS)
            return false;
        line = text_after(take_line(&text), mark.length);
        size_t blank = text_index(line, ' ', 0);
        golden->parts[i] =
            (struct golden_part){text_part(line, 0, blank), text_after(line, blank + 1), take_body(&text)};
    }
    return golden->path.length > 0 && golden->parts[0].word.length > 0;
}

const struct golden_part *golden_part(const struct golden_case *golden, const char *word)
{
    for (size_t i = 0; i < GOLDEN_PARTS; i++)
        if (golden->parts[i].word.length > 0 && text_equal(golden->parts[i].word, text_from(word)))
            return &golden->parts[i];
    return NULL;
}

/* --- comparing -----------------------------------------------------------------------------------------------------
 */

static struct text string_of(const json_t *value)
{
    return (struct text){json_string_value(value), json_string_length(value)};
}

static bool trees_equal(json_t *expected, const json_t *got)
{
    const char *name;
    size_t index;
    json_t *value;
    if (json_is_string(expected) && json_is_string(got) && text_starts_with(string_of(expected), TEXT("~")))
        return text_glob(text_after(string_of(expected), 1), string_of(got));
    if (json_typeof(expected) != json_typeof(got) || json_object_size(expected) != json_object_size(got) ||
        json_array_size(expected) != json_array_size(got))
        return false;
    json_object_foreach(expected, name, value)
    {
        const json_t *other = json_object_get(got, name);
        if (other == NULL || !trees_equal(value, other))
            return false;
    }
    json_array_foreach(expected, index, value)
    {
        if (!trees_equal(value, json_array_get(got, index)))
            return false;
    }
    return json_is_object(expected) || json_is_array(expected) || json_equal(expected, got);
}

/* 1: equal; 0: not; -1: one of them is no JSON. */
static int compare_json(struct text expected, struct text got)
{
    char error[160];
    json_t *one = json_read(expected, error);
    json_t *other = json_read(got, error);
    int result = one == NULL || other == NULL ? -1 : trees_equal(one, other);
    json_decref(one);
    json_decref(other);
    return result;
}

static bool lines_equal(struct text expected, struct text got)
{
    static const struct text data = TEXT_INIT("data: ");
    if (text_starts_with(expected, data) && text_starts_with(got, data)) {
        expected = text_after(expected, data.length);
        got = text_after(got, data.length);
    }
    int result = compare_json(expected, got);
    return result < 0 ? text_equal(expected, got) : result > 0;
}

bool golden_equal(struct text expected, struct text got)
{
    expected = text_trim(expected, "\r\n");
    got = text_trim(got, "\r\n");
    int result = compare_json(expected, got);
    if (result >= 0)
        return result > 0;
    while (expected.length > 0 || got.length > 0)
        if (!lines_equal(text_trim(take_line(&expected), "\r"), text_trim(take_line(&got), "\r")))
            return false;
    return true;
}
