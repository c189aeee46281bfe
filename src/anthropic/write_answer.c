/* SPDX-License-Identifier: Apache-2.0 */
/* A whole answer as a message of Anthropic's, counts of tokens, and lists of models. */
#include "anthropic_write.h"
#include "exeat/base/json.h"
#include "exeat/base/json_view.h"
#include "exeat/canon/out.h"

void anthropic_begin_message(const struct canon_call *call, struct buffer *out)
{
    BUFFER_APPEND_ALL(
        out, TEXT("{\"id\":\"msg_"), call->id, TEXT("\",\"type\":\"message\",\"role\":\"assistant\",\"model\":"));
    json_append_string(out, call->model_name);
    buffer_append(out, TEXT(",\"content\":["));
}

void anthropic_write_call_id(const struct canon_call *call, struct text id, size_t index, struct buffer *out)
{
    if (id.length > 0)
        out_text(out, TEXT("id"), id);
    else
        buffer_printf(out, ",\"id\":\"toolu_%.*s_%zu\"", TEXT_ARG(call->id), index);
}

/* --- its end -------------------------------------------------------------------------------------------------------
 */

static struct text word_of(enum canon_finish finish)
{
    switch (finish) {
    case CANON_TOO_LONG:
        return TEXT("max_tokens");
    case CANON_CALLS:
        return TEXT("tool_use");
    case CANON_FILTERED:
        return TEXT("refusal");
    case CANON_UNFINISHED:
    case CANON_FINISHED:
        break;
    }
    return TEXT("end_turn");
}

void anthropic_write_stop(const struct canon_call *call, enum canon_finish finish, struct text stop, struct buffer *out)
{
    bool by_sequence = finish == CANON_FINISHED && canon_is_asked_stop(call, stop);
    out_text(out, TEXT("stop_reason"), by_sequence ? TEXT("stop_sequence") : word_of(finish));
    if (by_sequence)
        out_text(out, TEXT("stop_sequence"), stop);
    else
        out_raw(out, TEXT("stop_sequence"), TEXT("null"));
}

static void write_count(struct buffer *out, struct text name, uint64_t count)
{
    out_name(out, name);
    buffer_append_number(out, count);
}

/* The vendor counts apart what was read again. */
void anthropic_write_usage(const struct canon_usage *usage, struct buffer *out)
{
    uint64_t cached = usage->cached < usage->tokens_in ? usage->cached : 0;
    out_name(out, TEXT("usage"));
    buffer_append_byte(out, '{');
    write_count(out, TEXT("input_tokens"), usage->tokens_in - cached);
    write_count(out, TEXT("cache_creation_input_tokens"), 0);
    write_count(out, TEXT("cache_read_input_tokens"), cached);
    write_count(out, TEXT("output_tokens"), usage->tokens_out);
    buffer_append_byte(out, '}');
}

/* --- blocks --------------------------------------------------------------------------------------------------------
 */

static bool write_call(const struct canon_call *call, const struct canon_part *part, size_t index, struct buffer *out)
{
    out_comma(out);
    buffer_append(out, TEXT("{\"type\":\"tool_use\""));
    anthropic_write_call_id(call, part->call_id, index, out);
    out_text(out, TEXT("name"), part->name);
    out_name(out, TEXT("input"));
    bool good = canon_append_arguments(out, part->text);
    buffer_append_byte(out, '}');
    return good;
}

static void write_text(struct text type, struct text text, struct buffer *out)
{
    out_comma(out);
    BUFFER_APPEND_ALL(out, TEXT("{\"type\":\""), type, TEXT("\",\""), type, TEXT("\":"));
    out_quoted(out, text);
    if (text_equal(type, TEXT("thinking")))
        out_text(out, TEXT("signature"), TEXT(""));
    buffer_append_byte(out, '}');
}

static bool write_block(const struct canon_call *call, const struct canon_part *part, size_t index, struct buffer *out)
{
    switch (part->kind) {
    case CANON_TEXT:
    case CANON_REFUSAL:
        write_text(TEXT("text"), part->text, out);
        return true;
    case CANON_REASONING:
    case CANON_SUMMARY:
        write_text(TEXT("thinking"), part->text, out);
        return true;
    case CANON_TOOL_CALL:
        return write_call(call, part, index, out);
    case CANON_IMAGE:
    case CANON_AUDIO:
    case CANON_FILE:
        break; /* no answer has them */
    }
    return true;
}

static bool write_message(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    const struct canon_reply *reply = &answer->replies[0];
    bool good = true;
    anthropic_begin_message(call, out);
    for (size_t i = 0; good && i < reply->part_count; i++)
        good = write_block(call, &reply->parts[i], i, out);
    buffer_append_byte(out, ']');
    anthropic_write_stop(call, canon_reply_finish(reply), reply->stop, out);
    anthropic_write_usage(&answer->usage, out);
    buffer_append_byte(out, '}');
    return good;
}

bool anthropic_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    if (call->operation == LLM_COUNT_TOKENS) {
        buffer_printf(out, "{\"input_tokens\":%llu}", (unsigned long long)answer->usage.tokens_in);
        return answer->usage.tokens_in > 0;
    }
    return answer->reply_count > 0 && write_message(call, answer, out);
}

/* --- models --------------------------------------------------------------------------------------------------------
 */

static const struct models_words models = {
    .head = TEXT_INIT("{\"data\":["),
    .one =
        TEXT_INIT("{\"type\":\"model\",\"id\":\"%\",\"display_name\":\"%\",\"created_at\":\"1970-01-01T00:00:00Z\"}"),
    .tail = TEXT_INIT("],\"has_more\":false"),
};

static void write_edge(struct text member, const struct text *names, size_t count, size_t at, struct buffer *out)
{
    out_name(out, member);
    if (count == 0)
        buffer_append(out, TEXT("null"));
    else
        json_append_string(out, names[at]);
}

void anthropic_write_models(
    const struct canon_call *call, const struct text *names, size_t count, struct text name, struct buffer *out)
{
    (void)call;
    models_write(&models, names, count, name, out);
    if (name.length > 0)
        return;
    write_edge(TEXT("first_id"), names, count, 0, out);
    write_edge(TEXT("last_id"), names, count, count - 1, out);
    buffer_append_byte(out, '}');
}
