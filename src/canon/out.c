/* SPDX-License-Identifier: Apache-2.0 */
/* JSON from texts that are spelled as JSON already. */
#include "exeat/canon/out.h"

void out_comma(struct buffer *out)
{
    char last = out->length == 0 ? '{' : out->data[out->length - 1];
    if (last != '{' && last != '[' && last != ':')
        buffer_append_byte(out, ',');
}

void out_name(struct buffer *out, struct text name)
{
    out_comma(out);
    BUFFER_APPEND_ALL(out, TEXT("\""), name, TEXT("\":"));
}

void out_quoted(struct buffer *out, struct text text)
{
    BUFFER_APPEND_ALL(out, TEXT("\""), text, TEXT("\""));
}

void out_text(struct buffer *out, struct text name, struct text text)
{
    if (text.data == NULL)
        return;
    out_name(out, name);
    out_quoted(out, text);
}

void out_raw(struct buffer *out, struct text name, struct text json)
{
    if (json.data == NULL)
        return;
    out_name(out, name);
    buffer_append(out, json);
}

void out_flag(struct buffer *out, struct text name, enum canon_answer answer)
{
    switch (answer) {
    case CANON_UNSAID:
        break;
    case CANON_NO:
        out_raw(out, name, TEXT("false"));
        break;
    case CANON_YES:
        out_raw(out, name, TEXT("true"));
        break;
    }
}

static void write_entry(struct buffer *out, const struct canon_entry *entry)
{
    out_comma(out);
    if (entry->is_tokens)
        buffer_append(out, entry->text);
    else
        out_quoted(out, entry->text);
}

void out_list(struct buffer *out, struct text name, const struct canon_list *list)
{
    if (list->form == CANON_ABSENT)
        return;
    out_name(out, name);
    if (list->form == CANON_MANY)
        buffer_append_byte(out, '[');
    for (size_t i = 0; i < list->count; i++)
        write_entry(out, &list->entries[i]);
    if (list->form == CANON_MANY)
        buffer_append_byte(out, ']');
}

void out_data_url(struct buffer *out, struct text name, const struct canon_inline *data)
{
    out_name(out, name);
    BUFFER_APPEND_ALL(out, TEXT("\"data:"), data->media, TEXT(";base64,"), data->base64, TEXT("\""));
}

void out_call_id(struct buffer *out, const struct canon_call *call, struct text id, size_t reply, size_t index)
{
    out_name(out, TEXT("id"));
    if (id.length > 0)
        out_quoted(out, id);
    else if (reply == 0)
        buffer_printf(out, "\"call_%.*s_%zu\"", TEXT_ARG(call->id), index);
    else
        buffer_printf(out, "\"call_%.*s_%zu_%zu\"", TEXT_ARG(call->id), reply, index);
}

void out_flatten(struct buffer *out, size_t from)
{
    for (size_t i = from; i < out->length; i++)
        if (out->data[i] == '\n' || out->data[i] == '\r')
            out->data[i] = ' ';
}
