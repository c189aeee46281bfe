/* SPDX-License-Identifier: Apache-2.0 */
/* Messages and tools as Ollama's chat has them: a content is one text, images stand beside it, arguments are objects,
 * and a result names its tool. */
#include "ollama_server.h"

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
    case CANON_OLD_FUNCTION:
        break;
    }
    return TEXT("tool");
}

static bool is_text(enum canon_part_kind kind)
{
    return kind == CANON_TEXT || kind == CANON_REFUSAL;
}

static bool is_thought(enum canon_part_kind kind)
{
    return kind == CANON_REASONING;
}

static bool has(const struct canon_message *message, bool (*is_one)(enum canon_part_kind kind))
{
    for (size_t i = 0; i < message->part_count; i++)
        if (is_one(message->parts[i].kind))
            return true;
    return false;
}

/* Texts of one sort, each on its own line. */
static void write_joined(
    struct buffer *out, struct text name, const struct canon_message *message, struct text first,
    bool (*is_one)(enum canon_part_kind kind))
{
    bool is_first = first.length == 0;
    out_name(out, name);
    BUFFER_APPEND_ALL(out, TEXT("\""), first);
    for (size_t i = 0; i < message->part_count; i++) {
        if (!is_one(message->parts[i].kind))
            continue;
        BUFFER_APPEND_ALL(out, is_first ? TEXT("") : TEXT("\\n"), message->parts[i].text);
        is_first = false;
    }
    buffer_append_byte(out, '"');
}

/* --- beside the text -------------------------------------------------------------------------------------------------
 */

static void begin_list(struct buffer *out, struct text name, size_t before)
{
    if (before > 0)
        return;
    out_name(out, name);
    buffer_append_byte(out, '[');
}

static void end_list(struct buffer *out, size_t count)
{
    if (count > 0)
        buffer_append_byte(out, ']');
}

static void write_images(struct buffer *out, const struct canon_message *message)
{
    size_t count = 0;
    for (size_t i = 0; i < message->part_count; i++) {
        if (message->parts[i].kind != CANON_IMAGE)
            continue;
        begin_list(out, TEXT("images"), count++);
        out_comma(out);
        out_quoted(out, message->parts[i].data.base64);
    }
    end_list(out, count);
}

/* What is no object does not come here: it is a need. */
static void write_call(struct buffer *out, const struct canon_part *part)
{
    out_comma(out);
    buffer_append_byte(out, '{');
    out_text(out, TEXT("id"), part->call_id);
    out_name(out, TEXT("function"));
    buffer_append_byte(out, '{');
    out_text(out, TEXT("name"), part->name);
    out_name(out, TEXT("arguments"));
    if (!canon_append_arguments(out, part->text))
        buffer_append(out, TEXT("{}"));
    buffer_append(out, TEXT("}}"));
}

static void write_calls(struct buffer *out, const struct canon_message *message)
{
    size_t count = 0;
    for (size_t i = 0; i < message->part_count; i++) {
        if (message->parts[i].kind != CANON_TOOL_CALL)
            continue;
        begin_list(out, TEXT("tool_calls"), count++);
        write_call(out, &message->parts[i]);
    }
    end_list(out, count);
}

/* --- messages --------------------------------------------------------------------------------------------------------
 */

/* The name of the tool whose result this is, where `caller` called it: the last message that called any. */
static void write_tool_name(struct buffer *out, const struct canon_message *caller, const struct canon_message *result)
{
    for (size_t i = 0; caller != NULL && i < caller->part_count && i < CANON_CALLS_MAX; i++) {
        const struct canon_part *part = &caller->parts[i];
        if (part->kind == CANON_TOOL_CALL && text_equal(part->call_id, result->call_id)) {
            out_text(out, TEXT("tool_name"), part->name);
            return;
        }
    }
}

static void write_message(struct buffer *out, const struct canon_message *caller, const struct canon_message *message)
{
    out_comma(out);
    buffer_append_byte(out, '{');
    out_text(out, TEXT("role"), role_word(message->role));
    write_joined(out, TEXT("content"), message, message->is_error ? TEXT("The tool failed") : TEXT(""), is_text);
    if (has(message, is_thought))
        write_joined(out, TEXT("thinking"), message, TEXT(""), is_thought);
    write_images(out, message);
    write_calls(out, message);
    if (message->role == CANON_TOOL) {
        write_tool_name(out, caller, message);
        out_text(out, TEXT("tool_call_id"), message->call_id);
    }
    buffer_append_byte(out, '}');
}

static bool calls_any(const struct canon_message *message)
{
    for (size_t i = 0; i < message->part_count; i++)
        if (message->parts[i].kind == CANON_TOOL_CALL)
            return true;
    return false;
}

void ollama_write_turns(struct buffer *out, const struct canon_call *call)
{
    const struct canon_message *caller = NULL;
    out_name(out, TEXT("messages"));
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < call->message_count; i++) {
        write_message(out, caller, &call->messages[i]);
        if (calls_any(&call->messages[i]))
            caller = &call->messages[i];
    }
    buffer_append_byte(out, ']');
}

/* --- tools -----------------------------------------------------------------------------------------------------------
 */

static void write_tool(struct buffer *out, const struct canon_tool *tool)
{
    out_comma(out);
    buffer_append(out, TEXT("{\"type\":\"function\",\"function\":{"));
    out_text(out, TEXT("name"), tool->name);
    out_text(out, TEXT("description"), tool->description);
    out_raw(
        out, TEXT("parameters"),
        tool->schema.data != NULL ? tool->schema : TEXT("{\"type\":\"object\",\"properties\":{}}"));
    buffer_append(out, TEXT("}}"));
}

/* It has no word for a choice: tools that must not be called are not told. */
void ollama_write_tools(struct buffer *out, const struct canon_call *call)
{
    size_t count = 0;
    for (size_t i = 0; i < call->tools.count; i++) {
        if (!canon_is_offered(&call->tools, &call->tools.tools[i]))
            continue;
        begin_list(out, TEXT("tools"), count++);
        write_tool(out, &call->tools.tools[i]);
    }
    end_list(out, count);
}
