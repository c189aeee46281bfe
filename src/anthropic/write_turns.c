/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as Anthropic's words have them: the system's words are a member of the call, and the results of tools are
 * the front of what the user says next. */
#include "anthropic_server.h"

/* --- the system's words ----------------------------------------------------------------------------------------------
 */

/* Wherever they stood: there is no other place for them. */
void anthropic_write_system(struct buffer *out, const struct canon_call *call)
{
    size_t count = 0;
    for (size_t i = 0; i < call->message_count; i++) {
        const struct canon_message *message = &call->messages[i];
        for (size_t k = 0; message->role == CANON_SYSTEM && k < message->part_count; k++) {
            if (message->parts[k].kind != CANON_TEXT || message->parts[k].text.length == 0)
                continue;
            if (count++ == 0)
                buffer_append(out, TEXT(",\"system\":\""));
            else
                buffer_append(out, TEXT("\\n"));
            buffer_append(out, message->parts[k].text);
        }
    }
    buffer_append(out, count > 0 ? TEXT("\"") : TEXT(""));
}

/* --- blocks ----------------------------------------------------------------------------------------------------------
 */

static void begin_block(struct buffer *out, struct text type)
{
    out_comma(out);
    BUFFER_APPEND_ALL(out, TEXT("{\"type\":\""), type, TEXT("\""));
}

static void write_text(struct buffer *out, struct text text)
{
    if (text.length == 0)
        return; /* its servers refuse an empty one */
    begin_block(out, TEXT("text"));
    out_text(out, TEXT("text"), text);
    buffer_append_byte(out, '}');
}

static void write_data(struct buffer *out, struct text type, const struct canon_part *part, struct text else_media)
{
    begin_block(out, type);
    out_name(out, TEXT("source"));
    buffer_append(out, TEXT("{\"type\":\"base64\""));
    out_text(out, TEXT("media_type"), part->data.media.length > 0 ? part->data.media : else_media);
    out_text(out, TEXT("data"), part->data.base64);
    buffer_append_byte(out, '}');
    if (part->kind == CANON_FILE)
        out_text(out, TEXT("title"), part->name);
    buffer_append_byte(out, '}');
}

/* No engine looks at a signature, and its readers want the member. */
static void write_thought(struct buffer *out, struct text text)
{
    begin_block(out, TEXT("thinking"));
    out_text(out, TEXT("thinking"), text);
    out_text(out, TEXT("signature"), TEXT(""));
    buffer_append_byte(out, '}');
}

/* What is no object does not come here: it is a need. */
static void write_call(struct buffer *out, const struct canon_part *part)
{
    begin_block(out, TEXT("tool_use"));
    out_text(out, TEXT("id"), part->call_id);
    out_text(out, TEXT("name"), part->name);
    out_name(out, TEXT("input"));
    if (!canon_append_arguments(out, part->text))
        buffer_append(out, TEXT("{}"));
    buffer_append_byte(out, '}');
}

static void write_block(struct buffer *out, const struct canon_part *part)
{
    switch (part->kind) {
    case CANON_TEXT:
    case CANON_REFUSAL:
        write_text(out, part->text);
        break;
    case CANON_IMAGE:
        write_data(out, TEXT("image"), part, TEXT("image/png"));
        break;
    case CANON_FILE:
        write_data(out, TEXT("document"), part, TEXT("application/pdf"));
        break;
    case CANON_REASONING:
        write_thought(out, part->text);
        break;
    case CANON_TOOL_CALL:
        write_call(out, part);
        break;
    case CANON_SUMMARY:
    case CANON_AUDIO:
        break; /* what was thought is told, not its summary; sound is a need */
    }
}

/* --- messages --------------------------------------------------------------------------------------------------------
 */

static bool is_one_text(const struct canon_message *message)
{
    return message->part_count == 1 && message->parts[0].kind == CANON_TEXT;
}

static void write_blocks(struct buffer *out, const struct canon_message *message)
{
    for (size_t i = 0; i < message->part_count; i++)
        write_block(out, &message->parts[i]);
}

static void write_content(struct buffer *out, const struct canon_message *message)
{
    out_name(out, TEXT("content"));
    if (is_one_text(message)) {
        out_quoted(out, message->parts[0].text);
        return;
    }
    buffer_append_byte(out, '[');
    write_blocks(out, message);
    buffer_append_byte(out, ']');
}

static void write_result(struct buffer *out, const struct canon_message *message)
{
    begin_block(out, TEXT("tool_result"));
    out_text(out, TEXT("tool_use_id"), message->call_id);
    write_content(out, message);
    if (message->is_error)
        out_flag(out, TEXT("is_error"), CANON_YES);
    buffer_append_byte(out, '}');
}

static bool is_result(const struct canon_call *call, size_t at)
{
    return at < call->message_count && call->messages[at].role == CANON_TOOL;
}

/* Results that stand together, and what the user says behind them, are one message. Returns what comes next. */
static size_t write_results(struct buffer *out, const struct canon_call *call, size_t at)
{
    buffer_append(out, TEXT("{\"role\":\"user\",\"content\":["));
    while (is_result(call, at))
        write_result(out, &call->messages[at++]);
    if (at < call->message_count && call->messages[at].role == CANON_USER)
        write_blocks(out, &call->messages[at++]);
    buffer_append(out, TEXT("]}"));
    return at;
}

static size_t write_message(struct buffer *out, const struct canon_call *call, size_t at)
{
    const struct canon_message *message = &call->messages[at];
    if (message->role == CANON_SYSTEM)
        return at + 1;
    out_comma(out);
    if (message->role == CANON_TOOL)
        return write_results(out, call, at);
    buffer_append_byte(out, '{');
    out_text(out, TEXT("role"), message->role == CANON_USER ? TEXT("user") : TEXT("assistant"));
    write_content(out, message);
    buffer_append_byte(out, '}');
    return at + 1;
}

void anthropic_write_turns(struct buffer *out, const struct canon_call *call)
{
    out_name(out, TEXT("messages"));
    buffer_append_byte(out, '[');
    for (size_t at = 0; at < call->message_count;)
        at = write_message(out, call, at);
    buffer_append_byte(out, ']');
}
