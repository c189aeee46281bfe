/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as the items of responses: thoughts, contents, calls and results are items of their own. */
#include "compatible_write.h"

static void begin(struct buffer *out, struct text type)
{
    out_comma(out);
    BUFFER_APPEND_ALL(out, TEXT("{\"type\":\""), type, TEXT("\""));
}

static void write_text_part(struct buffer *out, struct text type, struct text text)
{
    begin(out, type);
    out_text(out, TEXT("text"), text);
    buffer_append_byte(out, '}');
}

/* What the model said has other words than what it was told, and servers ask for the list of its sources. */
static void write_said(struct buffer *out, struct text text)
{
    begin(out, TEXT("output_text"));
    out_text(out, TEXT("text"), text);
    out_raw(out, TEXT("annotations"), TEXT("[]"));
    buffer_append_byte(out, '}');
}

static void write_image(struct buffer *out, const struct canon_part *part)
{
    begin(out, TEXT("input_image"));
    out_data_url(out, TEXT("image_url"), &part->data);
    out_text(out, TEXT("detail"), part->format.data != NULL ? part->format : TEXT("auto"));
    buffer_append_byte(out, '}');
}

static void write_audio(struct buffer *out, const struct canon_part *part)
{
    begin(out, TEXT("input_audio"));
    out_name(out, TEXT("input_audio"));
    buffer_append_byte(out, '{');
    out_text(out, TEXT("data"), part->data.base64);
    out_text(out, TEXT("format"), part->format);
    buffer_append(out, TEXT("}}"));
}

static void write_file(struct buffer *out, const struct canon_part *part)
{
    begin(out, TEXT("input_file"));
    if (part->data.media.length > 0)
        out_data_url(out, TEXT("file_data"), &part->data);
    else
        out_text(out, TEXT("file_data"), part->data.base64);
    out_text(out, TEXT("filename"), part->name);
    buffer_append_byte(out, '}');
}

static void write_part(struct buffer *out, enum canon_role role, const struct canon_part *part)
{
    switch (part->kind) {
    case CANON_TEXT:
        if (role == CANON_ASSISTANT)
            write_said(out, part->text);
        else
            write_text_part(out, TEXT("input_text"), part->text);
        break;
    case CANON_REFUSAL:
        begin(out, TEXT("refusal"));
        out_text(out, TEXT("refusal"), part->text);
        buffer_append_byte(out, '}');
        break;
    case CANON_IMAGE:
        write_image(out, part);
        break;
    case CANON_AUDIO:
        write_audio(out, part);
        break;
    case CANON_FILE:
        write_file(out, part);
        break;
    case CANON_REASONING:
    case CANON_SUMMARY:
    case CANON_TOOL_CALL:
        break; /* items of their own */
    }
}

/* Of a content that is one text: it may stand behind thoughts. */
static struct text plain_text(const struct canon_message *message)
{
    for (size_t i = 0; i < message->part_count; i++)
        if (message->parts[i].kind == CANON_TEXT)
            return message->parts[i].text;
    return TEXT("");
}

/* There is no member for it, and a model must know. */
static const struct text failed = TEXT_INIT("The tool failed");

static void write_plain(struct buffer *out, const struct canon_message *message)
{
    buffer_append_byte(out, '"');
    if (message->is_error)
        BUFFER_APPEND_ALL(out, failed, TEXT(": "));
    BUFFER_APPEND_ALL(out, plain_text(message), TEXT("\""));
}

static void write_content(struct buffer *out, struct text name, const struct canon_message *message)
{
    if (message->content == CANON_NO_CONTENT || message->content == CANON_NULL_CONTENT)
        return;
    out_name(out, name);
    if (message->content == CANON_PLAIN_CONTENT) {
        write_plain(out, message);
        return;
    }
    buffer_append_byte(out, '[');
    if (message->is_error)
        write_text_part(out, TEXT("input_text"), failed);
    for (size_t i = 0; i < message->part_count; i++)
        write_part(out, message->role, &message->parts[i]);
    buffer_append_byte(out, ']');
}

static void end_item(struct buffer *out, struct text id, struct text status)
{
    out_text(out, TEXT("id"), id);
    out_text(out, TEXT("status"), status);
    buffer_append_byte(out, '}');
}

static void write_result(struct buffer *out, const struct canon_message *message)
{
    begin(out, message->tool == CANON_CUSTOM ? TEXT("custom_tool_call_output") : TEXT("function_call_output"));
    out_text(out, TEXT("call_id"), message->call_id);
    write_content(out, TEXT("output"), message);
    end_item(out, message->id, message->status);
}

static void write_words(struct buffer *out, const struct canon_message *message)
{
    begin(out, TEXT("message"));
    out_text(
        out, TEXT("role"),
        message->role == CANON_SYSTEM ? TEXT("system")
        : message->role == CANON_USER ? TEXT("user")
                                      : TEXT("assistant"));
    write_content(out, TEXT("content"), message);
    end_item(out, message->id, message->status);
}

static void write_thoughts(
    struct buffer *out, struct text name, const struct canon_message *message, enum canon_part_kind kind,
    struct text type)
{
    out_name(out, name);
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < message->part_count; i++)
        if (message->parts[i].kind == kind)
            write_text_part(out, type, message->parts[i].text);
    buffer_append_byte(out, ']');
}

static bool has(const struct canon_message *message, enum canon_part_kind kind)
{
    for (size_t i = 0; i < message->part_count; i++)
        if (message->parts[i].kind == kind)
            return true;
    return false;
}

/* Thoughts that only the vendor can read left nothing to pass on. */
static void write_reasoning(struct buffer *out, const struct canon_message *message)
{
    if (!has(message, CANON_REASONING) && !has(message, CANON_SUMMARY))
        return;
    begin(out, TEXT("reasoning"));
    write_thoughts(out, TEXT("summary"), message, CANON_SUMMARY, TEXT("summary_text"));
    if (has(message, CANON_REASONING))
        write_thoughts(out, TEXT("content"), message, CANON_REASONING, TEXT("reasoning_text"));
    end_item(out, message->id, message->status);
}

static void write_call(struct buffer *out, const struct canon_part *part)
{
    bool is_custom = part->tool == CANON_CUSTOM;
    begin(out, is_custom ? TEXT("custom_tool_call") : TEXT("function_call"));
    out_text(out, TEXT("call_id"), part->call_id);
    out_text(out, TEXT("name"), part->name);
    out_text(out, is_custom ? TEXT("input") : TEXT("arguments"), part->text);
    end_item(out, part->id, part->status);
}

static void write_item(struct buffer *out, const struct canon_message *message)
{
    if (message->role == CANON_TOOL) {
        write_result(out, message);
        return;
    }
    write_reasoning(out, message);
    if (message->content != CANON_NO_CONTENT && message->content != CANON_NULL_CONTENT)
        write_words(out, message);
    for (size_t i = 0; i < message->part_count; i++)
        if (message->parts[i].kind == CANON_TOOL_CALL)
            write_call(out, &message->parts[i]);
}

void compatible_write_items(struct buffer *out, const struct canon_call *call)
{
    out_name(out, TEXT("input"));
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < call->message_count; i++)
        write_item(out, &call->messages[i]);
    buffer_append_byte(out, ']');
}
