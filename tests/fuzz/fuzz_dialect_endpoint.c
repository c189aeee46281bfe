/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as what an endpoint says that speaks other words than OpenAI's: a whole answer, a stream, an objection.
 * What comes of it is JSON, however the bytes were cut. The same bytes as a call: what such an endpoint gets is JSON of
 * members that are named here. */
#include "endpoint_answer.h"
#include "exeat/base/memory.h"

enum { LIMIT = 1 << 20 };

static const struct {
    struct llm_call llm;
    struct text path;
    struct text body;
} calls[] = {
    {{.operation = LLM_CHAT, .dialect = DIALECT_OPENAI},
     TEXT_INIT("/v1/chat/completions"),
     TEXT_INIT("{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"messages\":[{\"role\":"
               "\"user\",\"content\":\"x\"}]}")},
    {{.operation = LLM_COMPLETIONS, .dialect = DIALECT_OPENAI},
     TEXT_INIT("/v1/completions"),
     TEXT_INIT("{\"model\":\"m\",\"stream\":true,\"prompt\":\"x\"}")},
    {{.operation = LLM_EMBEDDINGS, .dialect = DIALECT_OPENAI},
     TEXT_INIT("/v1/embeddings"),
     TEXT_INIT("{\"model\":\"m\",\"input\":\"x\",\"encoding_format\":\"base64\"}")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_ANTHROPIC},
     TEXT_INIT("/v1/messages"),
     TEXT_INIT(
         "{\"model\":\"m\",\"max_tokens\":5,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}")},
    {{.operation = LLM_COUNT_TOKENS, .dialect = DIALECT_ANTHROPIC},
     TEXT_INIT("/v1/messages/count_tokens"),
     TEXT_INIT("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_GEMINI},
     TEXT_INIT("/v1beta/models/g:streamGenerateContent"),
     TEXT_INIT("{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}]}")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_OLLAMA},
     TEXT_INIT("/api/chat"),
     TEXT_INIT("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}")},
    {{.operation = LLM_RESPONSES, .dialect = DIALECT_OPENAI},
     TEXT_INIT("/v1/responses"),
     TEXT_INIT("{\"model\":\"m\",\"stream\":true,\"input\":\"x\"}")},
    {{.operation = LLM_RERANK, .dialect = DIALECT_COHERE},
     TEXT_INIT("/v2/rerank"),
     TEXT_INIT("{\"model\":\"m\",\"query\":\"q\",\"documents\":[\"a\",\"b\"]}")},
};
static const enum endpoint_dialect tongues[] = {SPEAKS_OLLAMA, SPEAKS_ANTHROPIC, SPEAKS_RESPONSES};

static void check_stream(const struct dialect_call *call, struct text input)
{
    struct buffer whole = {0};
    check_pieces(call, LIMIT, input, &whole);
    check_events(buffer_text(&whole));
    buffer_clear(&whole);
}

static struct dialect_call *read(size_t which, struct text body)
{
    struct dialect_call *call = NULL;
    struct detail detail;
    struct buffer in = {0};
    const struct dialect_target target = {.path = calls[which].path, .query = TEXT("alt=sse"), .id = TEXT("01")};
    buffer_append(&in, body);
    if (dialect_call_read(&calls[which].llm, &target, &in, &call, &detail) != REASON_NONE)
        return NULL;
    return call;
}

static void check_answers(struct dialect_call *call, struct text input)
{
    struct buffer out = {0};
    struct dialect_answer answer = {0};
    struct dialect_usage usage = {0};
    if (dialect_call_streams(call))
        check_stream(call, input);
    if (dialect_reply_rewrite(call, input, &out, &usage))
        check_json(buffer_text(&out));
    dialect_objection(call, 400, input, TEXT("01"), &answer);
    check_json(buffer_text(&answer.body));
    buffer_clear(&answer.body);
    buffer_clear(&out);
}

static bool is_known(struct text name)
{
    static const struct text names[] = {
        TEXT_INIT("model"),        TEXT_INIT("messages"),       TEXT_INIT("system"),        TEXT_INIT("tools"),
        TEXT_INIT("tool_choice"),  TEXT_INIT("max_tokens"),     TEXT_INIT("temperature"),   TEXT_INIT("top_p"),
        TEXT_INIT("top_k"),        TEXT_INIT("stop_sequences"), TEXT_INIT("output_config"), TEXT_INIT("stream"),
        TEXT_INIT("options"),      TEXT_INIT("format"),         TEXT_INIT("think"),         TEXT_INIT("logprobs"),
        TEXT_INIT("prompt"),       TEXT_INIT("suffix"),         TEXT_INIT("input"),         TEXT_INIT("dimensions"),
        TEXT_INIT("top_logprobs"),
    };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (text_equal(names[i], name))
            return true;
    return false;
}

static void check_call(struct dialect_call *call)
{
    const struct dialect_endpoint endpoint = {.model = TEXT("m")};
    struct buffer body = {0};
    struct json_view view = {0};
    dialect_call_write(call, &endpoint, &body);
    if (!json_view_read(&view, buffer_text(&body), JSON_UTF8, NULL))
        __builtin_trap();
    JSON_EACH_NAME(&view, 0, name)
    {
        if (!is_known(json_view_spelled(&view, name)))
            __builtin_trap();
    }
    json_view_clear(&view);
    buffer_clear(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct detail detail = {0};
    if (size < 2)
        return 0;
    size_t which = data[0] % COUNT_OF(calls);
    enum endpoint_dialect speaks = tongues[data[1] % COUNT_OF(tongues)];
    struct text input = text_of_bytes((struct bytes){data + 2, size - 2});
    bool passes = speaks == SPEAKS_RESPONSES && calls[which].llm.operation != LLM_CHAT;
    if (passes)
        return 0; /* OpenAI's words all the same, which other targets are about */
    struct dialect_call *call = read(which, calls[which].body);
    if (call == NULL)
        __builtin_trap();
    if (dialect_call_fits(call, speaks, &detail)) {
        dialect_call_give(call, speaks);
        check_answers(call, input);
    }
    dialect_call_free(call);
    call = read(which, input);
    if (call != NULL && dialect_call_fits(call, speaks, &detail)) {
        dialect_call_give(call, speaks);
        check_call(call);
    }
    dialect_call_free(call);
    return 0;
}
