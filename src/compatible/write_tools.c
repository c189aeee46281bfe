/* SPDX-License-Identifier: Apache-2.0 */
/* Tools, the choice among them, and formats. Chat has their members one level deeper than responses. */
#include "compatible_write.h"

static struct text kind_word(enum canon_tool_kind kind)
{
    return kind == CANON_CUSTOM ? TEXT("custom") : TEXT("function");
}

static void begin(struct buffer *out, struct text name, bool is_flat)
{
    if (is_flat)
        return;
    out_name(out, name);
    buffer_append_byte(out, '{');
}

static void end(struct buffer *out, bool is_flat)
{
    if (!is_flat)
        buffer_append_byte(out, '}');
}

static void write_tool_format(struct buffer *out, const struct canon_tool *tool, bool is_flat)
{
    if (tool->format.data == NULL)
        return;
    begin(out, TEXT("format"), false);
    out_text(out, TEXT("type"), tool->format);
    if (tool->grammar.data != NULL) {
        begin(out, TEXT("grammar"), is_flat);
        out_text(out, TEXT("syntax"), tool->syntax);
        out_text(out, TEXT("definition"), tool->grammar);
        end(out, is_flat);
    }
    end(out, false);
}

static void write_members(struct buffer *out, const struct canon_tool *tool, bool is_flat)
{
    out_text(out, TEXT("name"), tool->name);
    out_text(out, TEXT("description"), tool->description);
    out_raw(out, TEXT("parameters"), tool->schema);
    out_flag(out, TEXT("strict"), tool->strict);
    write_tool_format(out, tool, is_flat);
}

static void write_tool(struct buffer *out, const struct canon_tool *tool, bool is_flat)
{
    out_comma(out);
    buffer_append_byte(out, '{');
    out_text(out, TEXT("type"), kind_word(tool->kind));
    begin(out, kind_word(tool->kind), is_flat);
    write_members(out, tool, is_flat);
    end(out, is_flat);
    buffer_append_byte(out, '}');
}

static void write_list(struct buffer *out, const struct canon_tool *tools, size_t count, bool is_flat)
{
    out_name(out, TEXT("tools"));
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < count; i++)
        write_tool(out, &tools[i], is_flat);
    buffer_append_byte(out, ']');
}

static void write_among(struct buffer *out, const struct canon_choice *choice, bool is_flat)
{
    begin(out, TEXT("tool_choice"), false);
    out_text(out, TEXT("type"), TEXT("allowed_tools"));
    begin(out, TEXT("allowed_tools"), is_flat);
    out_text(out, TEXT("mode"), choice->word);
    write_list(out, choice->tools, choice->count, is_flat);
    end(out, is_flat);
    end(out, false);
}

static void write_choice(struct buffer *out, const struct canon_choice *choice, bool is_flat)
{
    switch (choice->kind) {
    case CANON_CHOICE_UNSAID:
        break;
    case CANON_CHOICE_WORD:
        out_text(out, TEXT("tool_choice"), choice->word);
        break;
    case CANON_CHOICE_ONE:
        out_name(out, TEXT("tool_choice"));
        write_tool(out, choice->tools, is_flat);
        break;
    case CANON_CHOICE_AMONG:
        write_among(out, choice, is_flat);
        break;
    }
}

/* As chat had them before there were tools; its answers have `function_call`, which is what the caller looks for. */
static void write_old_functions(struct buffer *out, const struct canon_tools *tools)
{
    const struct canon_choice *choice = &tools->choice;
    out_name(out, TEXT("functions"));
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < tools->count; i++) {
        out_comma(out);
        buffer_append_byte(out, '{');
        write_members(out, &tools->tools[i], false);
        buffer_append_byte(out, '}');
    }
    buffer_append_byte(out, ']');
    if (choice->kind == CANON_CHOICE_WORD)
        out_text(out, TEXT("function_call"), choice->word);
    if (choice->kind == CANON_CHOICE_ONE) {
        begin(out, TEXT("function_call"), false);
        out_text(out, TEXT("name"), choice->tools->name);
        end(out, false);
    }
}

void compatible_write_tools(struct buffer *out, const struct canon_call *call)
{
    const struct canon_tools *tools = &call->tools;
    bool is_flat = call->operation == LLM_RESPONSES;
    if (tools->is_old) {
        write_old_functions(out, tools);
        return;
    }
    if (tools->is_said)
        write_list(out, tools->tools, tools->count, is_flat);
    write_choice(out, &tools->choice, is_flat);
    out_flag(out, TEXT("parallel_tool_calls"), tools->parallel);
}

void compatible_write_format(struct buffer *out, struct text name, const struct canon_format *format, bool is_flat)
{
    bool has_schema = text_equal(format->kind, TEXT("json_schema"));
    if (format->kind.data == NULL)
        return;
    begin(out, name, false);
    out_text(out, TEXT("type"), format->kind);
    if (has_schema)
        begin(out, TEXT("json_schema"), is_flat);
    out_text(out, TEXT("name"), format->name);
    out_text(out, TEXT("description"), format->description);
    out_raw(out, TEXT("schema"), format->schema);
    out_flag(out, TEXT("strict"), format->strict);
    if (has_schema)
        end(out, is_flat);
    end(out, false);
}
