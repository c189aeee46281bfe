/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of models. */
#include "exeat/canon/models.h"

#include "exeat/base/json.h"
#include "exeat/canon/out.h"

static void write_one(struct text words, struct text name, struct buffer *out)
{
    struct buffer quoted = {0};
    struct text piece;
    bool is_first = true;
    json_append_string(&quoted, name);
    out_comma(out);
    while (text_split(&words, '%', &piece)) {
        buffer_append(out, is_first ? TEXT("") : text_part(buffer_text(&quoted), 1, quoted.length - 2));
        buffer_append(out, piece);
        is_first = false;
    }
    buffer_clear(&quoted);
}

void models_write(
    const struct models_words *words, const struct text *names, size_t count, struct text name, struct buffer *out)
{
    if (name.length > 0) {
        write_one(words->one, name, out);
        return;
    }
    buffer_append(out, words->head);
    for (size_t i = 0; i < count; i++)
        write_one(words->one, names[i], out);
    size_t counted = text_index(words->tail, '#', 0);
    buffer_append(out, text_part(words->tail, 0, counted));
    if (counted < words->tail.length)
        buffer_append_number(out, count);
    buffer_append(out, text_after(words->tail, counted + 1));
}
