/* SPDX-License-Identifier: Apache-2.0 */
/* The secret taken out of what comes back. */
#include <string.h>

#include "credential_internal.h"
#include "exeat/base/memory.h"

struct credential_mask {
    const struct spellings *hidden; /* borrowed */
    struct buffer held;             /* owned: the end of what came, where it may begin */
    struct buffer values;           /* owned: of fields */
};

struct credential_mask *credential_mask_new(const struct credential *credential)
{
    struct credential_mask *mask = base_zalloc(sizeof(*mask));
    mask->hidden = credential->hidden;
    return mask;
}

void credential_mask_begin(struct credential_mask *mask)
{
    buffer_forget(&mask->held);
}

void credential_mask_free(struct credential_mask *mask)
{
    if (mask == NULL)
        return;
    buffer_forget(&mask->held);
    buffer_forget(&mask->values);
    base_free(mask);
}

/* In what a buffer has from a place on. Returns up to where it can be said by now: behind that the secret may begin. */
static size_t cover(const struct credential_mask *mask, struct buffer *buffer, size_t from, bool *was_there)
{
    struct text text = buffer_text(buffer);
    struct spelled spelled = spellings_find(mask->hidden, text, from);
    *was_there = spelled.length > 0;
    while (spelled.length > 0) {
        memset(buffer->data + spelled.at, '*', spelled.length);
        spelled = spellings_find(mask->hidden, text, spelled.at + spelled.length);
    }
    return spelled.at;
}

/* As cover(): behind a byte that is in no spelling, nothing is open any more. */
static bool cover_last(const struct credential_mask *mask, struct buffer *buffer, size_t from)
{
    bool was_there = false;
    buffer_append_byte(buffer, '\0');
    (void)cover(mask, buffer, from, &was_there);
    buffer->length--;
    return was_there;
}

void credential_mask_feed(struct credential_mask *mask, struct text piece, struct buffer *out)
{
    bool was_there = false;
    buffer_append(&mask->held, piece);
    size_t ready = cover(mask, &mask->held, 0, &was_there);
    buffer_append(out, text_part(buffer_text(&mask->held), 0, ready));
    buffer_consume(&mask->held, ready);
}

void credential_mask_end(struct credential_mask *mask, struct buffer *out)
{
    (void)cover_last(mask, &mask->held, 0);
    buffer_append(out, buffer_text(&mask->held));
    buffer_forget(&mask->held);
}

static void cover_text(struct credential_mask *mask, struct text *text)
{
    size_t at = mask->values.length;
    buffer_append(&mask->values, *text);
    if (cover_last(mask, &mask->values, at))
        *text = (struct text){mask->values.data + at, text->length};
    else
        mask->values.length = at;
}

void credential_mask_head(struct credential_mask *mask, struct message_head *head)
{
    size_t room = head->phrase.length;
    for (size_t i = 0; i < head->field_count; i++)
        room += head->fields[i].name.length + head->fields[i].value.length;
    buffer_empty(&mask->values);
    buffer_reserve(&mask->values, room + 2); /* so that it never moves */
    cover_text(mask, &head->phrase);
    for (size_t i = 0; i < head->field_count; i++) {
        cover_text(mask, &head->fields[i].name);
        cover_text(mask, &head->fields[i].value);
    }
}
