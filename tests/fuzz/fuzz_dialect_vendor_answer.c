/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as what an endpoint says to a caller who does not speak as it does: whole, a stream, and an objection. What
 * comes of it is JSON, however the bytes were cut. */
#include "../support/eventstream.h"
#include "endpoint_answer.h"

enum { LIMIT = 1 << 16 };

static const struct {
    struct llm_call llm;
    struct text path;
    struct text body;
} calls[] = {
    {{.operation = LLM_CHAT, .dialect = DIALECT_ANTHROPIC},
     TEXT_INIT("/v1/messages"),
     TEXT_INIT("{\"model\":\"claude\",\"stream\":true,\"stop_sequences\":[\"END\"],\"messages\":[{\"role\":\"user\","
               "\"content\":\"x\"}]}")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_GEMINI},
     TEXT_INIT("/v1beta/models/g:streamGenerateContent"),
     TEXT_INIT("{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}],\"generationConfig\":{\"candidateCount\":2,"
               "\"thinkingConfig\":{\"includeThoughts\":true}}}")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_BEDROCK},
     TEXT_INIT("/model/a/converse-stream"),
     TEXT_INIT("{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"x\"}]}]}")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_BEDROCK},
     TEXT_INIT("/model/anthropic.a/invoke-with-response-stream"),
     TEXT_INIT("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}")},
    {{.operation = LLM_COMPLETIONS, .dialect = DIALECT_BEDROCK},
     TEXT_INIT("/model/meta.llama3/invoke-with-response-stream"),
     TEXT_INIT("{\"prompt\":\"x\"}")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_BEDROCK},
     TEXT_INIT("/model/amazon.titan-text/invoke-with-response-stream"),
     TEXT_INIT("{\"inputText\":\"x\"}")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_MISTRAL},
     TEXT_INIT("/v1/chat/completions"),
     TEXT_INIT(
         "{\"model\":\"m\",\"stream\":true,\"n\":2,\"reasoning_effort\":\"high\",\"messages\":[{\"role\":\"user\","
         "\"content\":\"x\"}]}")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_COHERE},
     TEXT_INIT("/v2/chat"),
     TEXT_INIT("{\"model\":\"c\",\"stream\":true,\"thinking\":{\"type\":\"enabled\"},\"messages\":[{\"role\":\"user\","
               "\"content\":\"x\"}]}")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_OLLAMA},
     TEXT_INIT("/api/chat"),
     TEXT_INIT("{\"model\":\"o\",\"logprobs\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}")},
    {{.operation = LLM_EMBEDDINGS, .dialect = DIALECT_COHERE},
     TEXT_INIT("/v2/embed"),
     TEXT_INIT("{\"model\":\"c\",\"texts\":[\"x\"],\"embedding_types\":[\"base64\"]}")},
    {{.operation = LLM_EMBEDDINGS, .dialect = DIALECT_OLLAMA},
     TEXT_INIT("/api/embed"),
     TEXT_INIT("{\"model\":\"o\",\"input\":\"x\"}")},
    {{.operation = LLM_RERANK, .dialect = DIALECT_COHERE},
     TEXT_INIT("/v2/rerank"),
     TEXT_INIT("{\"model\":\"c\",\"query\":\"q\",\"documents\":[\"a\",\"b\"]}")},
    {{.operation = LLM_CHAT, .dialect = DIALECT_OPENAI, .provider = TEXT_INIT("xAI")},
     TEXT_INIT("/v1/chat/completions"),
     TEXT_INIT("{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
               "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]}")},
};

/* Each frame has one JSON. */
static void check_frames(struct text frames)
{
    struct buffer lines = {0};
    struct text line;
    if (!eventstream_read(frames, &lines))
        __builtin_trap();
    struct text rest = buffer_text(&lines);
    while (text_split(&rest, '\n', &line))
        if (line.length > 0)
            check_json(text_after(line, text_index(line, '{', 0)));
    buffer_clear(&lines);
}

static void check_stream(const struct dialect_call *call, bool is_binary, struct text input)
{
    struct buffer whole = {0};
    check_pieces(call, LIMIT, input, &whole);
    if (is_binary)
        check_frames(buffer_text(&whole));
    else
        check_events(buffer_text(&whole));
    buffer_clear(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t which = size % COUNT_OF(calls);
    struct dialect_call *call = NULL;
    struct detail detail;
    struct buffer body = {0};
    struct buffer out = {0};
    struct dialect_answer answer = {0};
    struct dialect_usage usage = {0};
    struct text input = text_of_bytes((struct bytes){data, size});
    const struct dialect_target target = {.path = calls[which].path, .query = TEXT("alt=sse"), .id = TEXT("01")};
    buffer_append(&body, calls[which].body);
    if (dialect_call_read(&calls[which].llm, &target, &body, &call, &detail) != REASON_NONE)
        __builtin_trap();
    check_stream(call, calls[which].llm.dialect == DIALECT_BEDROCK, input);
    if (dialect_reply_rewrite(call, input, &out, &usage))
        check_json(buffer_text(&out));
    dialect_objection(call, 400, input, TEXT("01"), &answer);
    check_json(buffer_text(&answer.body));
    buffer_clear(&answer.body);
    buffer_clear(&out);
    dialect_call_free(call);
    return 0;
}
