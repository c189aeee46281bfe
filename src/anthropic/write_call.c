/* SPDX-License-Identifier: Apache-2.0 */
/* A canonical call in Anthropic's words. It has none for a seed nor for penalties, which are then not told. */
#include "anthropic_server.h"
#include "exeat/base/json.h"

/* --- tools -----------------------------------------------------------------------------------------------------------
 */

static void write_tool(struct buffer *out, const struct canon_tool *tool)
{
    out_comma(out);
    buffer_append_byte(out, '{');
    out_text(out, TEXT("name"), tool->name);
    out_text(out, TEXT("description"), tool->description);
    out_raw(
        out, TEXT("input_schema"),
        tool->schema.data != NULL ? tool->schema : TEXT("{\"type\":\"object\",\"properties\":{}}"));
    if (tool->strict == CANON_YES)
        out_flag(out, TEXT("strict"), CANON_YES);
    buffer_append_byte(out, '}');
}

/* What must not be called is told all the same: the turns before may have called it. Of a choice among some, those. */
static void write_tools(struct buffer *out, const struct canon_tools *tools)
{
    bool is_among = tools->choice.kind == CANON_CHOICE_AMONG;
    if (tools->count == 0)
        return;
    out_name(out, TEXT("tools"));
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < tools->count; i++)
        if (!is_among || canon_is_offered(tools, &tools->tools[i]))
            write_tool(out, &tools->tools[i]);
    buffer_append_byte(out, ']');
}

static struct text choice_word(const struct canon_choice *choice)
{
    if (choice->kind == CANON_CHOICE_ONE)
        return TEXT("tool");
    if (text_equal(choice->word, TEXT("required")))
        return TEXT("any");
    return text_equal(choice->word, TEXT("none")) ? TEXT("none") : TEXT("auto");
}

/* A choice without tools is refused by its servers. */
static void write_choice(struct buffer *out, const struct canon_tools *tools)
{
    bool is_alone = tools->parallel == CANON_NO;
    if (tools->count == 0 || (tools->choice.kind == CANON_CHOICE_UNSAID && !is_alone))
        return;
    out_name(out, TEXT("tool_choice"));
    buffer_append_byte(out, '{');
    out_text(out, TEXT("type"), choice_word(&tools->choice));
    if (tools->choice.kind == CANON_CHOICE_ONE)
        out_text(out, TEXT("name"), tools->choice.tools->name);
    if (is_alone && !text_equal(choice_word(&tools->choice), TEXT("none")))
        out_flag(out, TEXT("disable_parallel_tool_use"), CANON_YES);
    buffer_append_byte(out, '}');
}

/* --- how the answer shall be -----------------------------------------------------------------------------------------
 */

/* JSON without a schema is an object of any. */
static struct text schema_of(const struct canon_format *format)
{
    if (text_equal(format->kind, TEXT("json_object")))
        return TEXT("{\"type\":\"object\"}");
    return text_equal(format->kind, TEXT("json_schema")) ? format->schema : (struct text){0};
}

static void write_output(struct buffer *out, const struct canon_wish *wish)
{
    struct text schema = schema_of(&wish->format);
    if (schema.data == NULL && wish->effort.data == NULL)
        return;
    out_name(out, TEXT("output_config"));
    buffer_append_byte(out, '{');
    out_text(out, TEXT("effort"), wish->effort);
    if (schema.data != NULL) {
        out_name(out, TEXT("format"));
        buffer_append(out, TEXT("{\"type\":\"json_schema\""));
        out_raw(out, TEXT("schema"), schema);
        buffer_append_byte(out, '}');
    }
    buffer_append_byte(out, '}');
}

static void write_stop(struct buffer *out, const struct canon_list *stop)
{
    struct canon_list list = *stop;
    list.form = list.count > 0 ? CANON_MANY : CANON_ABSENT; /* here it is always a list */
    out_list(out, TEXT("stop_sequences"), &list);
}

/* There must be a limit. */
static void write_limit(struct buffer *out, const struct canon_wish *wish)
{
    struct text limit = wish->limit.data != NULL ? wish->limit : wish->old_limit;
    out_raw(out, TEXT("max_tokens"), limit.data != NULL ? limit : TEXT("4096"));
}

static void write_wish(struct buffer *out, const struct canon_call *call)
{
    write_limit(out, &call->wish);
    write_stop(out, &call->wish.stop);
    out_raw(out, TEXT("temperature"), call->sampling.temperature);
    out_raw(out, TEXT("top_p"), call->sampling.top_p);
    out_raw(out, TEXT("top_k"), call->sampling.top_k);
    write_output(out, &call->wish);
    out_flag(out, TEXT("stream"), call->wish.streams);
}

void anthropic_write_call(const struct canon_call *call, const struct canon_endpoint *endpoint, struct buffer *out)
{
    if (call->operation == LLM_MODELS)
        return;
    buffer_append(out, TEXT("{\"model\":"));
    json_append_string(out, endpoint->model);
    anthropic_write_system(out, call);
    anthropic_write_turns(out, call);
    write_tools(out, &call->tools);
    write_choice(out, &call->tools);
    if (call->operation != LLM_COUNT_TOKENS)
        write_wish(out, call);
    buffer_append_byte(out, '}');
}

struct text anthropic_path(const struct canon_call *call)
{
    switch (call->operation) {
    case LLM_CHAT:
        return TEXT("/v1/messages");
    case LLM_COUNT_TOKENS:
        return TEXT("/v1/messages/count_tokens");
    case LLM_MODELS:
        return TEXT("/v1/models");
    case LLM_COMPLETIONS:
    case LLM_EMBEDDINGS:
    case LLM_RESPONSES:
    case LLM_NONE:
    case LLM_OTHER:
    case LLM_UNKNOWN:
    case LLM_RERANK:
        break;
    }
    return TEXT("");
}
