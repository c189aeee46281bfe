/* SPDX-License-Identifier: Apache-2.0 */
/* How callers of streams are told to wait, and what an objection to their call is to those who were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"

#define CHAT "\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
#define CONTENTS "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}"
#define CONVERSE "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}]}"
#define COMMENT ": keep-alive\n\n"
#define STREAMED "{" CHAT ",\"stream\":true}"
#define CLAUDE                                                                                                         \
    "{\"anthropic_version\":\"bedrock-2023-05-31\",\"max_tokens\":1,"                                                  \
    "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"

static const struct {
    enum llm_dialect dialect;
    const char *target;
    const char *body;
    const char *words; /* NULL: none */
} rows[] = {
    {DIALECT_OPENAI, "/v1/chat/completions", STREAMED, COMMENT},
    {DIALECT_OTHER, "/v1/chat/completions", STREAMED, COMMENT},
    {DIALECT_MISTRAL, "/v1/chat/completions", STREAMED, COMMENT},
    {DIALECT_COHERE, "/v2/chat", STREAMED, COMMENT},
    {DIALECT_ANTHROPIC, "/v1/messages", STREAMED, "event: ping\ndata: {\"type\":\"ping\"}\n\n"},
    {DIALECT_GEMINI, "/v1beta/models/m:streamGenerateContent?alt=sse", CONTENTS, COMMENT},
    {DIALECT_GEMINI, "/v1beta/models/m:streamGenerateContent", CONTENTS, "\n"},
    {DIALECT_OLLAMA, "/api/chat", "{" CHAT "}",
     "{\"model\":\"m\",\"created_at\":\"1970-01-01T00:00:07.000000Z\",\"message\":{\"role\":\"assistant\",\"content\":"
     "\"\"},\"done\":false}\n"},
    {DIALECT_OLLAMA, "/api/generate", "{\"model\":\"m\",\"prompt\":\"hi\"}",
     "{\"model\":\"m\",\"created_at\":\"1970-01-01T00:00:07.000000Z\",\"response\":\"\",\"done\":false}\n"},
    {DIALECT_BEDROCK, "/model/m/converse-stream", CONVERSE, NULL},
    {DIALECT_BEDROCK, "/model/anthropic.claude-3/invoke-with-response-stream", CLAUDE, NULL},
    {DIALECT_OPENAI, "/v1/chat/completions", "{" CHAT "}", NULL},
    {DIALECT_GEMINI, "/v1beta/models/m:generateContent", CONTENTS, NULL},
    {DIALECT_OLLAMA, "/api/chat", "{" CHAT ",\"stream\":false}", NULL},
};

static void each_dialect_has_its_word_for_it_or_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool is_generate = text_equal(text_from(rows[i].target), TEXT("/api/generate"));
        const struct llm_call llm = {.operation = is_generate ? LLM_COMPLETIONS : LLM_CHAT, .dialect = rows[i].dialect};
        struct detail detail = {0};
        struct buffer out = {0};
        enum reason reason;
        struct dialect_call *call = call_in(&llm, rows[i].target, rows[i].body, &reason, &detail);
        if (call == NULL)
            fail_msg("%s: %s", rows[i].target, detail.text);
        if (dialect_write_waiting(call, 7, &out) != (rows[i].words != NULL))
            fail_msg("%s", rows[i].target);
        expect_text(&out, rows[i].words == NULL ? "" : rows[i].words);
        dialect_call_free(call);
    }
}

static void an_objection_is_an_event_of_an_error_to_who_waits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows) && rows[i].words != NULL; i++) {
        const struct llm_call llm = {.operation = LLM_CHAT, .dialect = rows[i].dialect};
        struct detail detail = {0};
        struct buffer out = {0};
        enum reason reason;
        if (text_equal(text_from(rows[i].target), TEXT("/api/generate")))
            continue;
        struct dialect_call *call = call_in(&llm, rows[i].target, rows[i].body, &reason, &detail);
        dialect_objection_event(
            call, 400, TEXT("{\"error\":{\"message\":\"temperature is too high\"}}"), TEXT("01"), &out);
        if (!text_glob(TEXT("*temperature is too high*"), buffer_text(&out)))
            fail_msg("%s: %.*s", rows[i].target, TEXT_ARG(buffer_text(&out)));
        buffer_clear(&out);
        dialect_call_free(call);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_dialect_has_its_word_for_it_or_none),
        cmocka_unit_test(an_objection_is_an_event_of_an_error_to_who_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
