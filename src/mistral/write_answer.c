/* SPDX-License-Identifier: Apache-2.0 */
/* A whole answer in Mistral's words. */
#include "exeat/base/json.h"
#include "exeat/base/json_view.h"
#include "exeat/canon/out.h"
#include "mistral_write.h"

void mistral_begin_answer(const struct canon_call *call, struct text object, uint64_t created, struct buffer *out)
{
    BUFFER_APPEND_ALL(out, TEXT("{\"id\":\""), call->id, TEXT("\",\"object\":\""), object, TEXT("\",\"created\":"));
    buffer_append_number(out, created);
    buffer_append(out, TEXT(",\"model\":"));
    json_append_string(out, call->model_name);
    buffer_append(out, TEXT(",\"choices\":["));
}

void mistral_write_usage(const struct canon_usage *usage, struct buffer *out)
{
    out_name(out, TEXT("usage"));
    buffer_printf(
        out, "{\"prompt_tokens\":%llu,\"completion_tokens\":%llu,\"total_tokens\":%llu}",
        (unsigned long long)usage->tokens_in, (unsigned long long)usage->tokens_out,
        (unsigned long long)usage->tokens_in + usage->tokens_out);
}

/* Servers that say "stop" behind a call mean that they wait for its result. */
struct text mistral_finish_word(enum canon_finish finish, bool has_calls)
{
    switch (finish) {
    case CANON_TOO_LONG:
        return TEXT("length");
    case CANON_CALLS:
        return TEXT("tool_calls");
    case CANON_FILTERED:
        return TEXT("error");
    case CANON_UNFINISHED:
    case CANON_FINISHED:
        break;
    }
    return has_calls ? TEXT("tool_calls") : TEXT("stop");
}

/* --- content -------------------------------------------------------------------------------------------------------
 */

/* Its content is a list then, which who did not ask would not expect. */
bool mistral_wants_thoughts(const struct canon_call *call)
{
    return call->wish.effort.data != NULL && !json_spelled_means(call->wish.effort, TEXT("none"));
}

static bool is_text(const struct canon_part *part)
{
    return part->kind == CANON_TEXT || part->kind == CANON_REFUSAL;
}

static bool is_thought(const struct canon_part *part)
{
    return part->kind == CANON_REASONING || part->kind == CANON_SUMMARY;
}

static void write_text_part(struct text text, struct buffer *out)
{
    out_comma(out);
    buffer_append(out, TEXT("{\"type\":\"text\""));
    out_text(out, TEXT("text"), text);
    buffer_append_byte(out, '}');
}

void mistral_write_thought(struct text text, struct buffer *out)
{
    out_comma(out);
    buffer_append(out, TEXT("{\"type\":\"thinking\",\"thinking\":["));
    write_text_part(text, out);
    buffer_append(out, TEXT("]}"));
}

static void write_list(const struct canon_reply *reply, struct buffer *out)
{
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < reply->part_count; i++) {
        if (is_thought(&reply->parts[i]))
            mistral_write_thought(reply->parts[i].text, out);
        if (is_text(&reply->parts[i]))
            write_text_part(reply->parts[i].text, out);
    }
    buffer_append_byte(out, ']');
}

static void write_plain(const struct canon_reply *reply, struct buffer *out)
{
    buffer_append_byte(out, '"');
    for (size_t i = 0; i < reply->part_count; i++)
        if (is_text(&reply->parts[i]))
            buffer_append(out, reply->parts[i].text);
    buffer_append_byte(out, '"');
}

static bool has_thoughts(const struct canon_call *call, const struct canon_reply *reply)
{
    bool has = false;
    for (size_t i = 0; i < reply->part_count; i++)
        has = has || is_thought(&reply->parts[i]);
    return has && mistral_wants_thoughts(call);
}

/* --- calls ---------------------------------------------------------------------------------------------------------
 */

void mistral_write_call(
    const struct canon_call *call, const struct canon_part *part, size_t reply, size_t index, struct buffer *out)
{
    out_comma(out);
    buffer_append_byte(out, '{');
    out_call_id(out, call, part->call_id, reply, index);
    buffer_append(out, TEXT(",\"type\":\"function\",\"function\":{"));
    out_text(out, TEXT("name"), part->name);
    out_name(out, TEXT("arguments"));
    out_quoted(out, part->text.length > 0 ? part->text : TEXT("{}"));
    buffer_printf(out, "},\"index\":%zu}", index);
}

/* How many there are. */
static size_t
write_calls(const struct canon_call *call, const struct canon_reply *reply, size_t which, struct buffer *out)
{
    size_t count = 0;
    for (size_t i = 0; i < reply->part_count; i++) {
        if (reply->parts[i].kind != CANON_TOOL_CALL)
            continue;
        if (count == 0)
            buffer_append(out, TEXT(",\"tool_calls\":["));
        mistral_write_call(call, &reply->parts[i], which, count++, out);
    }
    buffer_append(out, count == 0 ? TEXT(",\"tool_calls\":null") : TEXT("]"));
    return count;
}

/* --- answers -------------------------------------------------------------------------------------------------------
 */

static void
write_choice(const struct canon_call *call, const struct canon_reply *reply, size_t index, struct buffer *out)
{
    out_comma(out);
    buffer_printf(out, "{\"index\":%zu,\"message\":{\"role\":\"assistant\",\"content\":", index);
    (has_thoughts(call, reply) ? write_list : write_plain)(reply, out);
    size_t calls = write_calls(call, reply, index, out);
    buffer_append(out, TEXT(",\"prefix\":false}"));
    out_text(out, TEXT("finish_reason"), mistral_finish_word(reply->finish, calls > 0));
    buffer_append_byte(out, '}');
}

static void write_choices(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    mistral_begin_answer(call, TEXT("chat.completion"), answer->created, out);
    for (size_t i = 0; i < answer->reply_count; i++)
        write_choice(call, &answer->replies[i], i, out);
    buffer_append_byte(out, ']');
    mistral_write_usage(&answer->usage, out);
    buffer_append_byte(out, '}');
}

static void write_vectors(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    BUFFER_APPEND_ALL(out, TEXT("{\"id\":\""), call->id, TEXT("\",\"object\":\"list\",\"data\":["));
    for (size_t i = 0; i < answer->vector_count; i++) {
        out_comma(out);
        buffer_printf(out, "{\"object\":\"embedding\",\"index\":%zu,\"embedding\":", i);
        BUFFER_APPEND_ALL(out, answer->vectors[i], TEXT("}"));
    }
    buffer_append(out, TEXT("],\"model\":"));
    json_append_string(out, call->model_name);
    mistral_write_usage(&answer->usage, out);
    buffer_append_byte(out, '}');
}

bool mistral_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out)
{
    if (call->operation == LLM_EMBEDDINGS) {
        write_vectors(call, answer, out);
        return canon_has_vectors(call, answer);
    }
    write_choices(call, answer, out);
    return answer->reply_count > 0;
}

/* --- models --------------------------------------------------------------------------------------------------------
 */

/* Its SDKs do not read a model without its abilities. */
const struct models_words mistral_models = {
    .head = TEXT_INIT("{\"object\":\"list\",\"data\":["),
    .one = TEXT_INIT("{\"id\":\"%\",\"object\":\"model\",\"created\":0,\"owned_by\":\"local\",\"capabilities\":"
                     "{\"completion_chat\":true,\"completion_fim\":false,\"function_calling\":true,"
                     "\"fine_tuning\":false,\"vision\":true,\"classification\":false},\"name\":\"%\","
                     "\"description\":null,\"max_context_length\":32768,\"aliases\":[],\"deprecation\":null,"
                     "\"default_model_temperature\":null,\"type\":\"base\"}"),
    .tail = TEXT_INIT("]}"),
};
