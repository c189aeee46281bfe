/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as chat completions have them. */
#include "compatible_write.h"

static struct text role_word(enum canon_role role)
{
    switch (role) {
    case CANON_SYSTEM:
        return TEXT("system");
    case CANON_USER:
        return TEXT("user");
    case CANON_ASSISTANT:
        return TEXT("assistant");
    case CANON_TOOL:
        return TEXT("tool");
    case CANON_OLD_FUNCTION:
        break;
    }
    return TEXT("function");
}

static void begin_part(struct buffer *out, struct text type)
{
    out_comma(out);
    BUFFER_APPEND_ALL(out, TEXT("{\"type\":\""), type, TEXT("\""));
}

static void begin_object(struct buffer *out, struct text name)
{
    out_name(out, name);
    buffer_append_byte(out, '{');
}

static void end_object(struct buffer *out)
{
    buffer_append_byte(out, '}');
}

/* Data without a type of its own is plain base64. */
static void write_file_data(struct buffer *out, const struct canon_part *part)
{
    if (part->data.media.length > 0)
        out_data_url(out, TEXT("file_data"), &part->data);
    else
        out_text(out, TEXT("file_data"), part->data.base64);
    out_text(out, TEXT("filename"), part->name);
}

static void write_audio(struct buffer *out, const struct canon_part *part)
{
    begin_part(out, TEXT("input_audio"));
    begin_object(out, TEXT("input_audio"));
    out_text(out, TEXT("data"), part->data.base64);
    out_text(out, TEXT("format"), part->format);
    end_object(out);
    end_object(out);
}

static void write_texts(struct buffer *out, struct text type, struct text name, struct text text)
{
    begin_part(out, type);
    out_text(out, name, text);
    end_object(out);
}

/* --- chat ----------------------------------------------------------------------------------------------------------
 */

static void write_chat_part(struct buffer *out, const struct canon_part *part)
{
    switch (part->kind) {
    case CANON_TEXT:
        write_texts(out, TEXT("text"), TEXT("text"), part->text);
        break;
    case CANON_REFUSAL:
        write_texts(out, TEXT("refusal"), TEXT("refusal"), part->text);
        break;
    case CANON_IMAGE:
        begin_part(out, TEXT("image_url"));
        begin_object(out, TEXT("image_url"));
        out_data_url(out, TEXT("url"), &part->data);
        out_text(out, TEXT("detail"), part->format);
        end_object(out);
        end_object(out);
        break;
    case CANON_AUDIO:
        write_audio(out, part);
        break;
    case CANON_FILE:
        begin_part(out, TEXT("file"));
        begin_object(out, TEXT("file"));
        write_file_data(out, part);
        end_object(out);
        end_object(out);
        break;
    case CANON_REASONING:
    case CANON_SUMMARY:
    case CANON_TOOL_CALL:
        break; /* members of the message */
    }
}

/* Endpoints have no member for it, and a model must know. */
static const struct text failed = TEXT_INIT("The tool failed");

static void write_chat_list(struct buffer *out, const struct canon_message *message)
{
    buffer_append_byte(out, '[');
    if (message->is_error)
        write_texts(out, TEXT("text"), TEXT("text"), failed);
    for (size_t i = 0; i < message->part_count; i++)
        write_chat_part(out, &message->parts[i]);
    buffer_append_byte(out, ']');
}

static const struct canon_part *find_part(const struct canon_message *message, enum canon_part_kind kind)
{
    for (size_t i = 0; i < message->part_count; i++)
        if (message->parts[i].kind == kind)
            return &message->parts[i];
    return NULL;
}

static void write_member(struct buffer *out, struct text name, const struct canon_part *part)
{
    if (part != NULL)
        out_text(out, name, part->text);
}

static void write_failure(struct buffer *out, const struct canon_message *message)
{
    const struct canon_part *words = find_part(message, CANON_TEXT);
    out_name(out, TEXT("content"));
    BUFFER_APPEND_ALL(out, TEXT("\""), failed);
    if (words != NULL)
        BUFFER_APPEND_ALL(out, TEXT(": "), words->text);
    buffer_append_byte(out, '"');
}

static void write_chat_content(struct buffer *out, const struct canon_message *message)
{
    if (message->is_error && message->content != CANON_LISTED_CONTENT) {
        write_failure(out, message);
        return;
    }
    switch (message->content) {
    case CANON_NO_CONTENT:
        break;
    case CANON_NULL_CONTENT:
        out_raw(out, TEXT("content"), TEXT("null"));
        break;
    case CANON_PLAIN_CONTENT:
        write_member(out, TEXT("content"), find_part(message, CANON_TEXT));
        break;
    case CANON_LISTED_CONTENT:
        out_name(out, TEXT("content"));
        write_chat_list(out, message);
        return;
    }
    write_member(out, TEXT("refusal"), find_part(message, CANON_REFUSAL));
}

static void write_named_call(struct buffer *out, struct text kind, const struct canon_part *part)
{
    begin_object(out, kind);
    out_text(out, TEXT("name"), part->name);
    out_text(out, part->tool == CANON_CUSTOM ? TEXT("input") : TEXT("arguments"), part->text);
    end_object(out);
}

static void write_chat_call(struct buffer *out, const struct canon_part *part)
{
    struct text kind = part->tool == CANON_CUSTOM ? TEXT("custom") : TEXT("function");
    out_comma(out);
    buffer_append_byte(out, '{');
    out_text(out, TEXT("id"), part->call_id);
    out_text(out, TEXT("type"), kind);
    write_named_call(out, kind, part);
    end_object(out);
}

static void write_chat_calls(struct buffer *out, const struct canon_message *message)
{
    size_t count = 0;
    for (size_t i = 0; i < message->part_count; i++) {
        const struct canon_part *part = &message->parts[i];
        if (part->kind != CANON_TOOL_CALL || part->is_old)
            continue;
        if (count++ == 0) {
            out_name(out, TEXT("tool_calls"));
            buffer_append_byte(out, '[');
        }
        write_chat_call(out, part);
    }
    if (count > 0)
        buffer_append_byte(out, ']');
    for (size_t i = 0; i < message->part_count; i++)
        if (message->parts[i].kind == CANON_TOOL_CALL && message->parts[i].is_old)
            write_named_call(out, TEXT("function_call"), &message->parts[i]);
}

static void write_message(struct buffer *out, const struct canon_message *message)
{
    out_comma(out);
    buffer_append_byte(out, '{');
    out_text(out, TEXT("role"), role_word(message->role));
    write_chat_content(out, message);
    out_text(out, TEXT("name"), message->name);
    out_text(out, TEXT("tool_call_id"), message->call_id);
    write_member(out, TEXT("reasoning_content"), find_part(message, CANON_REASONING));
    write_chat_calls(out, message);
    end_object(out);
}

void compatible_write_messages(struct buffer *out, const struct canon_call *call)
{
    if (!call->has_messages)
        return;
    out_name(out, TEXT("messages"));
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < call->message_count; i++)
        write_message(out, &call->messages[i]);
    buffer_append_byte(out, ']');
}
