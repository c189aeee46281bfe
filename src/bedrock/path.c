/* SPDX-License-Identifier: Apache-2.0 */
/* "/model/ID/OPERATION": the id is a model's, a profile's or an ARN, and escaped: its colons and slashes are its own.
 */
#include "bedrock_read.h"

struct parts {
    struct text model; /* as it is escaped */
    struct text operation;
};

static struct parts parts_of(struct text path)
{
    struct parts parts = {0};
    struct text rest = text_after(path, 1);
    struct text front;
    if (text_split(&rest, '/', &front) && text_split(&rest, '/', &parts.model))
        parts.operation = rest;
    return parts;
}

enum bedrock_body bedrock_body_of(const struct canon_call *call)
{
    struct parts parts = parts_of(call->path);
    if (text_starts_with(parts.operation, TEXT("converse")))
        return BODY_CONVERSE;
    if (call->operation == LLM_COUNT_TOKENS)
        return BODY_COUNT;
    bool is_titan = text_glob(TEXT("*amazon.titan*"), parts.model);
    if (call->operation == LLM_EMBEDDINGS)
        return is_titan ? BODY_TITAN_VECTORS : BODY_OTHERS;
    if (call->operation == LLM_COMPLETIONS)
        return text_glob(TEXT("*mistral.*"), parts.model) ? BODY_MISTRAL : BODY_LLAMA;
    return is_titan ? BODY_TITAN : BODY_OTHERS;
}

/* --- model and framing -----------------------------------------------------------------------------------------------
 */

static bool is_of_a_name(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '.' || byte == '-' || byte == '_' || byte == ':' || byte == '/';
}

/* The path is canonical: each % has its digits. */
static bool unescape(struct text escaped, struct buffer *out)
{
    for (size_t i = 0; i < escaped.length; i++) {
        char byte = escaped.data[i];
        if (byte == '%' && escaped.length - i > 2) {
            byte = (char)(hex_value(escaped.data[i + 1]) * 16 + hex_value(escaped.data[i + 2]));
            i += 2;
        }
        if (!is_of_a_name(byte))
            return false;
        buffer_append_byte(out, byte);
    }
    return out->length > 0 && !text_glob(TEXT("*..*"), buffer_text(out)) && !text_glob(TEXT("*//*"), buffer_text(out));
}

bool bedrock_take_path(struct reading *reading, struct canon_call *call)
{
    struct parts parts = parts_of(call->path);
    struct buffer name = {0};
    bool good = unescape(parts.model, &name) ||
                detail_say(reading->detail, "the path names no model: it must be an id, a profile or an ARN");
    if (good)
        call->model = arena_text(reading->arena, buffer_text(&name)); /* none of its letters is escaped in JSON */
    buffer_clear(&name);
    bool streams = text_ends_with(parts.operation, TEXT("-stream"));
    call->wish.streams = call->wish.usage = streams ? CANON_YES : CANON_UNSAID;
    return good;
}

/* --- whose words -----------------------------------------------------------------------------------------------------
 */

/* By the maker's name; of a model under a name of the account's own, by what the body has. */
enum llm_dialect bedrock_words_of(const struct reading *reading, const struct canon_call *call)
{
    struct text model = parts_of(call->path).model;
    if (bedrock_body_of(call) != BODY_OTHERS || call->operation != LLM_CHAT || text_glob(TEXT("*amazon.nova*"), model))
        return DIALECT_BEDROCK;
    if (text_glob(TEXT("*anthropic.*"), model) || json_view_member(reading->view, 0, TEXT("anthropic_version")) != 0)
        return DIALECT_ANTHROPIC;
    if (json_view_member(reading->view, 0, TEXT("messages")) == 0)
        return DIALECT_BEDROCK;
    return text_glob(TEXT("*mistral.*"), model) ? DIALECT_MISTRAL : DIALECT_OPENAI;
}
