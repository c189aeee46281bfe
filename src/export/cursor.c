/* SPDX-License-Identifier: Apache-2.0 */
/* A cursor's text, read strictly:
 *     exeat-cursor 1 | origin NAME | next SEQUENCE | last LEAF (hex) | open SEQUENCE ...      one a line */
#include "exeat/base/memory.h"
#include "export_internal.h"

static bool is_digest(struct text text, struct digest *digest)
{
    return text.length == 2 * sizeof(digest->bytes) && hex_decode(text, digest->bytes, sizeof(digest->bytes));
}

static bool take_word(struct cursor *cursor, struct text word, struct text value)
{
    uint64_t number;
    if (text_equal(word, TEXT("origin"))) {
        bool first = cursor->origin.length == 0;
        cursor->origin = value;
        return first && value.length > 0;
    }
    if (text_equal(word, TEXT("next")))
        return text_to_number(value, INT64_MAX, &cursor->next);
    if (text_equal(word, TEXT("last")))
        return cursor->has_last = is_digest(value, &cursor->last);
    if (!text_equal(word, TEXT("open")) || !text_to_number(value, INT64_MAX, &number))
        return false;
    cursor->open = base_resize(cursor->open, cursor->open_count + 1, sizeof(*cursor->open));
    cursor->open[cursor->open_count++] = number;
    return true;
}

bool cursor_parse(struct text text, struct cursor *cursor)
{
    struct text line;
    struct text word;
    *cursor = (struct cursor){0};
    if (!text_starts_with(text, TEXT(CURSOR_HEAD)) || !text_ends_with(text, TEXT("\n")))
        return false;
    text = text_after(text_part(text, 0, text.length - 1), sizeof(CURSOR_HEAD) - 1);
    while (text_split(&text, '\n', &line))
        if (!text_split(&line, ' ', &word) || !take_word(cursor, word, line))
            return false;
    return cursor->origin.length > 0;
}

void cursor_clear(struct cursor *cursor)
{
    base_free(cursor->open);
    cursor->open = NULL;
}
