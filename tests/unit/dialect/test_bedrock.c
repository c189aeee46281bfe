/* SPDX-License-Identifier: Apache-2.0 */
/* Bedrock's dialect, from end to end: what an endpoint gets of a call, and what the caller gets of its answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "calls.h"
#include "eventstream.h"
#include "exeat/base/memory.h"

static const struct llm_call chat = {.operation = LLM_CHAT, .dialect = DIALECT_BEDROCK};
static const struct llm_call completing = {.operation = LLM_COMPLETIONS, .dialect = DIALECT_BEDROCK};
static const struct llm_call vectors = {.operation = LLM_EMBEDDINGS, .dialect = DIALECT_BEDROCK};
static const struct llm_call counting = {.operation = LLM_COUNT_TOKENS, .dialect = DIALECT_BEDROCK};
#define CONVERSE "/model/eu.anthropic.claude-v2%3A0/converse"
#define STREAM CONVERSE "-stream"
#define INVOKE(model) "/model/" model "/invoke"
#define INVOKE_STREAM(model) INVOKE(model) "-with-response-stream"
#define HI "\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}]"
#define HI_OUT ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"

struct passing {
    const char *in;
    const char *out;
};

static void expect_all(const char *target, const struct passing *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buffer in = {0};
        struct buffer out = {0};
        buffer_printf(&in, "{%s}", rows[i].in);
        buffer_printf(&out, "{\"model\":\"local\"%s}", rows[i].out);
        char *body = buffer_take(&in);
        char *expected = buffer_take(&out);
        expect_call(&chat, target, body, expected);
        base_free(body);
        base_free(expected);
    }
}

/* --- calls ---------------------------------------------------------------------------------------------------------
 */

static void turns_systems_words_and_settings_go_on(void **state)
{
    (void)state;
    static const struct passing rows[] = {
        {HI, HI_OUT},
        {HI ",\"system\":[{\"text\":\"a\"},{\"cachePoint\":{\"type\":\"default\"}},{\"text\":\"\\u00e9\"}]",
         ",\"messages\":[{\"role\":\"system\",\"content\":\"a\\n\\u00e9\"},{\"role\":\"user\",\"content\":\"hi\"}]"},
        {"\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"a\"},{\"text\":\"b\"}]},{\"role\":\"assistant\","
         "\"content\":[{\"reasoningContent\":{\"reasoningText\":{\"text\":\"hm\",\"signature\":\"s\"}}},"
         "{\"reasoningContent\":{\"redactedContent\":\"eA==\"}},{\"text\":\"c\"}]}]",
         ",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\","
         "\"text\":\"b\"}]},{\"role\":\"assistant\",\"content\":\"c\",\"reasoning_content\":\"hm\"}]"},
        {HI ",\"inferenceConfig\":{\"maxTokens\":16,\"temperature\":0.70,\"topP\":1e0,\"stopSequences\":[\"END\"]},"
            "\"additionalModelRequestFields\":{\"top_k\":40,\"anthropic_beta\":[\"x\"]},\"requestMetadata\":{\"a\":"
            "\"b\"},\"performanceConfig\":{\"latency\":\"optimized\"}",
         HI_OUT ",\"max_completion_tokens\":16,\"max_tokens\":16,\"stop\":[\"END\"],\"temperature\":0.70,\"top_p\":"
                "1e0,\"top_k\":40"},
    };
    expect_all(CONVERSE, rows, COUNT_OF(rows));
    expect_call(
        &chat, STREAM, "{" HI "}",
        "{\"model\":\"local\"" HI_OUT ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
}

static void images_and_documents_go_on_as_data(void **state)
{
    (void)state;
    static const struct passing rows[] = {
        {"\"messages\":[{\"role\":\"user\",\"content\":[{\"image\":{\"format\":\"png\",\"source\":{\"bytes\":"
         "\"iVBORw0KGgo=\"}}},{\"text\":\"what?\"}]}]",
         ",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"
         "\"data:image/png;base64,iVBORw0KGgo=\"}},{\"type\":\"text\",\"text\":\"what?\"}]}]"},
        {"\"messages\":[{\"role\":\"user\",\"content\":[{\"document\":{\"format\":\"pdf\",\"name\":\"a\",\"source\":{"
         "\"bytes\":\"JVBERg==\"}}}]}]",
         ",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_data\":"
         "\"data:application/pdf;base64,JVBERg==\",\"filename\":\"a\"}}]}]"},
        {"\"messages\":[{\"role\":\"user\",\"content\":[{\"document\":{\"format\":\"txt\",\"name\":\"a\",\"source\":{"
         "\"content\":[{\"text\":\"one\"},{\"text\":\"two\"}]}}}]}]",
         ",\"messages\":[{\"role\":\"user\",\"content\":\"one\\ntwo\"}]"},
    };
    expect_all(CONVERSE, rows, COUNT_OF(rows));
}

static void calls_and_results_are_messages_in_their_order(void **state)
{
    (void)state;
    static const struct passing rows[] = {
        {"\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"q\"}]},{\"role\":\"assistant\",\"content\":[{"
         "\"text\":\"I look.\"},{\"toolUse\":{\"toolUseId\":\"t1\",\"name\":\"look\",\"input\":{\"a\": 1}}},{"
         "\"toolUse\":{\"toolUseId\":\"t2\",\"name\":\"ask\",\"input\":{}}}]},{\"role\":\"user\",\"content\":[{"
         "\"text\":\"and?\"},{\"toolResult\":{\"toolUseId\":\"t1\",\"content\":[{\"json\":{\"b\":[1]}}]}},{"
         "\"toolResult\":{\"toolUseId\":\"t2\",\"content\":[{\"text\":\"two\"}]}}]}]",
         ",\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"I look.\","
         "\"tool_calls\":[{\"id\":\"t1\",\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":"
         "\"{\\\"a\\\": 1}\"}},{\"id\":\"t2\",\"type\":\"function\",\"function\":{\"name\":\"ask\",\"arguments\":"
         "\"{}\"}}]},{\"role\":\"tool\",\"content\":\"{\\\"b\\\":[1]}\",\"tool_call_id\":\"t1\"},{\"role\":\"tool\","
         "\"content\":\"two\",\"tool_call_id\":\"t2\"},{\"role\":\"user\",\"content\":\"and?\"}]"},
    };
    expect_all(CONVERSE, rows, COUNT_OF(rows));
}

static void tools_choices_and_formats_are_said_in_the_endpoints_words(void **state)
{
    (void)state;
#define TOOLS(choice)                                                                                                  \
    "\"toolConfig\":{\"tools\":[{\"toolSpec\":{\"name\":\"look\",\"description\":\"Looks.\",\"inputSchema\":{"         \
    "\"json\":{"                                                                                                       \
    "\"type\":\"object\"}}}},{\"cachePoint\":{\"type\":\"default\"}}]" choice "}"
#define TOOL_OUT                                                                                                       \
    ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\",\"description\":\"Looks.\",\"parameters\":{"   \
    "\"type\":\"object\"}}}]"
    static const struct passing rows[] = {
        {HI "," TOOLS(""), HI_OUT TOOL_OUT},
        {HI "," TOOLS(",\"toolChoice\":{\"auto\":{}}"), HI_OUT TOOL_OUT ",\"tool_choice\":\"auto\""},
        {HI "," TOOLS(",\"toolChoice\":{\"any\":{}}"), HI_OUT TOOL_OUT ",\"tool_choice\":\"required\""},
        {HI "," TOOLS(",\"toolChoice\":{\"tool\":{\"name\":\"look\"}}"),
         HI_OUT TOOL_OUT ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"look\"}}"},
        {HI ",\"outputConfig\":{\"effort\":\"low\",\"textFormat\":{\"type\":\"json_schema\",\"structure\":{"
            "\"jsonSchema\":{\"name\":\"a\",\"schema\":\"{\\\"type\\\":\\\"object\\\"}\"}}}}",
         HI_OUT ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{\"type\":"
                "\"object\"},\"strict\":true}},\"reasoning_effort\":\"low\""},
    };
    expect_all(CONVERSE, rows, COUNT_OF(rows));
}

static void what_cannot_be_said_is_refused_by_name(void **state)
{
    (void)state;
#define BLOCK(block) "{\"messages\":[{\"role\":\"user\",\"content\":[" block "]}]}"
    static const struct {
        const char *body;
        enum reason reason;
        const char *sentence;
    } rows[] = {
        {"{" HI ",\"guardrailConfig\":{\"guardrailIdentifier\":\"g\"}}", REASON_LLM_OPERATION, "guardrailConfig names"},
        {"{" HI ",\"promptVariables\":{\"a\":{\"text\":\"b\"}}}", REASON_LLM_OPERATION, "promptVariables"},
        {BLOCK("{\"image\":{\"format\":\"png\",\"source\":{\"s3Location\":{\"uri\":\"s3://b/k\"}}}}"),
         REASON_LLM_OPERATION, "content[0].image.source.s3Location names a place"},
        {BLOCK("{\"video\":{\"format\":\"mp4\"}}"), REASON_LLM_OPERATION, "content[0].video"},
        {BLOCK("{\"guardContent\":{\"text\":{\"text\":\"a\"}}}"), REASON_LLM_OPERATION, "guardContent"},
        {BLOCK("{\"somethingNew\":{}}"), REASON_LLM_OPERATION, "content[0] is no block that is known here"},
        {BLOCK("{\"text\":\"a\",\"image\":{}}"), REASON_MALFORMED_BODY, "stands beside another member"},
        {BLOCK("{\"image\":{\"format\":\"png\",\"source\":{}}}"), REASON_MALFORMED_BODY, "must have a format"},
        {BLOCK("{\"image\":{\"format\":\"bmp\",\"source\":{\"bytes\":\"eA==\"}}}"), REASON_MALFORMED_BODY,
         "format must be png"},
        {BLOCK("{\"toolUse\":{\"name\":\"a\"}}"), REASON_MALFORMED_BODY, "toolUse.toolUseId is missing"},
        {BLOCK("{\"toolUse\":{\"toolUseId\":\"t\"}}"), REASON_MALFORMED_BODY, "toolUse has no name"},
        {BLOCK("{\"toolResult\":{\"content\":[]}}"), REASON_MALFORMED_BODY, "toolUseId is missing"},
        {BLOCK("{\"toolResult\":{\"toolUseId\":\"t\",\"status\":\"maybe\"}}"), REASON_MALFORMED_BODY,
         "status must be success or error"},
        {"{" HI ",\"toolConfig\":{\"tools\":[{\"systemTool\":{\"name\":\"nova_grounding\"}}]}}", REASON_LLM_OPERATION,
         "systemTool is a tool of the vendor's"},
        {"{" HI ",\"toolConfig\":{\"toolChoice\":{\"never\":{}}}}", REASON_MALFORMED_BODY,
         "must have auto, any or tool"},
        {"{" HI ",\"outputConfig\":{\"textFormat\":{\"type\":\"json_schema\",\"structure\":{\"jsonSchema\":{\"schema\":"
         "\"{\"}}}}}",
         REASON_MALFORMED_BODY, "schema must spell a JSON schema"},
        {"{" HI ",\"outputConfig\":{\"textFormat\":{\"type\":\"json_schema\",\"structure\":{\"jsonSchema\":{\"schema\":"
         "\"{\\\"$ref\\\":\\\"http://x\\\"}\"}}}}}",
         REASON_LLM_OPERATION, "has a $ref that leads out"},
        {"{\"messages\":[{\"role\":\"system\",\"content\":[{\"text\":\"a\"}]}]}", REASON_MALFORMED_BODY,
         "role must be"},
        {"{\"messages\":[{\"role\":\"assistant\",\"content\":[{\"toolResult\":{\"toolUseId\":\"t\",\"content\":[]}}]}]"
         "}",
         REASON_MALFORMED_BODY, "which only the user gives"},
        {"{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", REASON_MALFORMED_BODY, "content must be a list"},
        {"{\"messages\":[]}", REASON_MALFORMED_BODY, "messages is empty"},
        {"{}", REASON_MALFORMED_BODY, "messages is missing"},
        {"[]", REASON_MALFORMED_BODY, "no object"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_refused(&chat, CONVERSE, rows[i].body, rows[i].reason, rows[i].sentence);
}

static void the_model_stands_escaped_in_the_path(void **state)
{
    (void)state;
    static const struct {
        const char *segment;
        const char *model; /* NULL: it is none */
    } rows[] = {
        {"anthropic.claude-3-haiku-20240307-v1%3A0", "anthropic.claude-3-haiku-20240307-v1:0"},
        {"global.anthropic.claude-sonnet-4:0", "global.anthropic.claude-sonnet-4:0"},
        {"arn%3Aaws%3Abedrock%3Aeu-central-1%3A123456789012%3Ainference-profile%2Feu.amazon.nova-lite-v1%3A0",
         "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0"},
        {"a%2F..%2Fb", NULL},
        {"http%3A%2F%2Fx", NULL},
        {"a%22b", NULL},
        {"a%0Ab", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char target[256];
        struct detail detail = {0};
        enum reason reason;
        (void)snprintf(target, sizeof(target), "/model/%s/converse", rows[i].segment);
        struct dialect_call *call = call_in(&chat, target, "{" HI "}", &reason, &detail);
        assert_int_equal(call != NULL, rows[i].model != NULL);
        if (call == NULL)
            assert_non_null(strstr(detail.text, "names no model"));
        else
            assert_true(text_equal(dialect_call_model(call), text_from(rows[i].model)));
        dialect_call_free(call);
    }
}

/* --- InvokeModel -----------------------------------------------------------------------------------------------------
 */

static void bodies_of_each_maker_are_read_in_its_words(void **state)
{
    (void)state;
    expect_call(
        &chat, INVOKE("anthropic.claude"),
        "{\"anthropic_version\":\"bedrock-2023-05-31\",\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":"
        "\"hi\"}]}",
        "{\"model\":\"local\"" HI_OUT ",\"max_completion_tokens\":16,\"max_tokens\":16}");
    expect_call(
        &chat, INVOKE_STREAM("arn%3Aaws%3Abedrock%3Aeu%3A1%3Aapplication-inference-profile%2Fabc"),
        "{\"anthropic_version\":\"bedrock-2023-05-31\",\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":"
        "\"hi\"}]}",
        "{\"model\":\"local\"" HI_OUT ",\"max_completion_tokens\":16,\"max_tokens\":16,\"stream\":true,"
        "\"stream_options\":{\"include_usage\":true}}");
    expect_call(
        &chat, INVOKE("openai.gpt-oss-20b-1%3A0"),
        "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"model\":\"x\"}", "{\"model\":\"local\"" HI_OUT "}");
    expect_call(
        &completing, INVOKE_STREAM("meta.llama3-8b"),
        "{\"prompt\":\"<|begin_of_text|>hi\",\"max_gen_len\":16,\"temperature\":0.5,\"top_p\":0.9}",
        "{\"model\":\"local\",\"prompt\":\"<|begin_of_text|>hi\",\"max_tokens\":16,\"temperature\":0.5,\"top_p\":0.9,"
        "\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
    expect_call(
        &completing, INVOKE("mistral.mistral-7b"),
        "{\"prompt\":\"[INST]\",\"max_tokens\":16,\"stop\":[\"a\"],\"top_k\":3}",
        "{\"model\":\"local\",\"prompt\":\"[INST]\",\"max_tokens\":16,\"stop\":[\"a\"],\"top_k\":3}");
    expect_call(
        &chat, INVOKE("amazon.titan-text-express-v1"),
        "{\"inputText\":\"hi\",\"textGenerationConfig\":{\"maxTokenCount\":16,\"stopSequences\":[\"a\"]}}",
        "{\"model\":\"local\"" HI_OUT ",\"max_completion_tokens\":16,\"max_tokens\":16,\"stop\":[\"a\"]}");
    expect_call(
        &vectors, INVOKE("amazon.titan-embed-text-v2%3A0"),
        "{\"inputText\":\"hi\",\"dimensions\":256,\"normalize\":true,\"embeddingTypes\":[\"float\"]}",
        "{\"model\":\"local\",\"input\":\"hi\",\"dimensions\":256}");
    expect_call(
        &counting, "/model/a/count-tokens", "{\"input\":{\"converse\":{" HI "}}}",
        "{\"model\":\"local\"" HI_OUT ",\"max_completion_tokens\":1,\"max_tokens\":1}");
}

static void a_body_of_words_that_are_not_known_is_refused(void **state)
{
    (void)state;
    expect_refused(&chat, INVOKE("amazon.nova-lite-v1"), "{" HI "}", REASON_LLM_OPERATION, "call Converse");
    expect_refused(&chat, INVOKE("ai21.jamba"), "{\"prompt\":\"a\"}", REASON_LLM_OPERATION, "call Converse");
    expect_refused(&vectors, INVOKE("cohere.embed-v3"), "{\"texts\":[\"a\"]}", REASON_LLM_OPERATION, "call Converse");
    expect_refused(&completing, INVOKE("meta.llama3"), "{\"messages\":[]}", REASON_MALFORMED_BODY, "prompt is missing");
    expect_refused(
        &completing, INVOKE("meta.llama3"), "{\"prompt\":\"a\",\"images\":[\"eA==\"]}", REASON_LLM_OPERATION, "images");
    expect_refused(
        &vectors, INVOKE("amazon.titan-embed-image-v1"), "{\"inputText\":\"a\",\"inputImage\":\"eA==\"}",
        REASON_LLM_OPERATION, "inputImage");
    expect_refused(
        &vectors, INVOKE("amazon.titan-embed-text-v2"), "{\"inputText\":\"a\",\"embeddingTypes\":[\"binary\"]}",
        REASON_LLM_OPERATION, "embeddingTypes may only be");
    expect_refused(
        &counting, "/model/a/count-tokens", "{\"input\":{\"invokeModel\":{\"body\":\"eA==\"}}}", REASON_LLM_OPERATION,
        "send it as converse");
    expect_refused(&counting, "/model/a/count-tokens", "{}", REASON_MALFORMED_BODY, "input has no converse");
}

/* --- answers ---------------------------------------------------------------------------------------------------------
 */

#define USAGE "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3,\"total_tokens\":12}"
#define ANSWERED(message, finish)                                                                                      \
    "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\"," message "},\"finish_reason\":\"" finish          \
    "\"}]," USAGE "}"
#define USAGE_OUT ",\"usage\":{\"inputTokens\":9,\"outputTokens\":3,\"totalTokens\":12},\"metrics\":{\"latencyMs\":0}}"
#define SAID(content, stop)                                                                                            \
    "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[" content "]}},\"stopReason\":\"" stop "\"" USAGE_OUT

static void an_answer_is_a_message(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        const char *expected;
    } rows[] = {
        {ANSWERED("\"content\":\"a\\u00e9\"", "stop"), SAID("{\"text\":\"a\\u00e9\"}", "end_turn")},
        {ANSWERED("\"content\":\"a\"", "length"), SAID("{\"text\":\"a\"}", "max_tokens")},
        {ANSWERED("\"content\":\"\"", "content_filter"), SAID("", "content_filtered")},
        {ANSWERED("\"reasoning_content\":\"hm\",\"content\":\"a\"", "stop"),
         SAID("{\"reasoningContent\":{\"reasoningText\":{\"text\":\"hm\"}}},{\"text\":\"a\"}", "end_turn")},
        {ANSWERED(
             "\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"look\","
             "\"arguments\":\"{\\\"a\\\":1}\"}},{\"type\":\"function\",\"function\":{\"name\":\"ask\",\"arguments\":"
             "\"\"}}]",
             "stop"),
         SAID(
             "{\"toolUse\":{\"toolUseId\":\"c1\",\"name\":\"look\",\"input\":{\"a\":1}}},{\"toolUse\":{\"toolUseId\":"
             "\"tooluse_01_1\",\"name\":\"ask\",\"input\":{}}}",
             "tool_use")},
        {ANSWERED("\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"a\",\"arguments\":\"{\"}}]", "tool_calls"),
         NULL},
        {"{\"choices\":[]}", NULL},
        {"garbage", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_answer(&chat, CONVERSE, "{" HI "}", rows[i].answer, rows[i].expected);
    expect_answer(
        &chat, CONVERSE, "{" HI ",\"inferenceConfig\":{\"stopSequences\":[\"END\"]}}",
        "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\",\"stop_reason\":\"END\"}]," USAGE
        "}",
        SAID("{\"text\":\"a\"}", "stop_sequence"));
}

static void answers_of_invoke_are_in_the_makers_words(void **state)
{
    (void)state;
#define COMPLETED(finish) "{\"choices\":[{\"index\":0,\"text\":\" a\",\"finish_reason\":\"" finish "\"}]," USAGE "}"
    expect_answer(
        &completing, INVOKE("meta.llama3"), "{\"prompt\":\"a\"}", COMPLETED("length"),
        "{\"generation\":\" a\",\"prompt_token_count\":9,\"generation_token_count\":3,\"stop_reason\":\"length\"}");
    expect_answer(
        &completing, INVOKE("mistral.mixtral-8x7b"), "{\"prompt\":\"a\"}", COMPLETED("stop"),
        "{\"outputs\":[{\"text\":\" a\",\"stop_reason\":\"stop\"}]}");
    expect_answer(
        &chat, INVOKE("amazon.titan-text-lite-v1"), "{\"inputText\":\"a\"}", ANSWERED("\"content\":\"a\"", "stop"),
        "{\"inputTextTokenCount\":9,\"results\":[{\"tokenCount\":3,\"outputText\":\"a\",\"completionReason\":"
        "\"FINISH\"}]"
        "}");
    expect_answer(
        &chat, INVOKE("anthropic.claude"), "{\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
        ANSWERED("\"content\":\"a\"", "stop"),
        "{\"id\":\"msg_01\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"anthropic.claude\",\"content\":[{"
        "\"type\":\"text\",\"text\":\"a\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{"
        "\"input_tokens\":9,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":3}}");
    expect_answer(
        &vectors, INVOKE("amazon.titan-embed-text-v1"), "{\"inputText\":\"a\"}",
        "{\"data\":[{\"embedding\":[0.25,-1]}],\"usage\":{\"prompt_tokens\":2}}",
        "{\"embedding\":[0.25,-1],\"embeddingsByType\":{\"float\":[0.25,-1]},\"inputTextTokenCount\":2}");
    expect_answer(
        &counting, "/model/a/count-tokens", "{\"input\":{\"converse\":{" HI "}}}",
        ANSWERED("\"content\":\"a\"", "stop"), "{\"inputTokens\":9}");
}

/* --- streams ---------------------------------------------------------------------------------------------------------
 */

static bool run(const struct dialect_call *call, struct text in, size_t first, size_t piece, struct buffer *out)
{
    struct dialect_stream *stream = dialect_stream_new(call, 1000);
    enum dialect_progress progress = dialect_stream_feed(stream, text_part(in, 0, first), out);
    for (size_t at = first; at < in.length && progress == DIALECT_GOES_ON; at += piece)
        progress = dialect_stream_feed(stream, text_part(in, at, piece), out);
    bool good = progress == DIALECT_IS_COMPLETE || (progress == DIALECT_GOES_ON && dialect_stream_end(stream, out));
    dialect_stream_free(stream);
    return good;
}

static void expect_lines(const struct buffer *frames, const char *expected)
{
    struct buffer lines = {0};
    if (!eventstream_read(buffer_text(frames), &lines))
        fail_msg("no frames behind\n%.*s", TEXT_ARG(buffer_text(&lines)));
    expect_text(&lines, expected);
}

/* Cut at every place once, and byte by byte. */
static void expect_frames(
    const struct llm_call *llm, const char *target, const char *body, const char *stream, const char *expected)
{
    struct detail detail = {0};
    enum reason reason;
    struct dialect_call *call = call_in(llm, target, body, &reason, &detail);
    struct text in = text_from(stream);
    if (call == NULL)
        fail_msg("%s", detail.text);
    for (size_t cut = 0; cut <= in.length; cut++) {
        struct buffer out = {0};
        if (!run(call, in, cut, cut == 0 ? 1 : in.length, &out))
            fail_msg("broken at %zu", cut);
        expect_lines(&out, expected);
        buffer_clear(&out);
    }
    dialect_call_free(call);
}

#define EVENT(type, payload) ":event-type=" type " :content-type=application/json :message-type=event " payload "\n"
#define CHUNK(json) EVENT("chunk", "~" json)
#define TOLD(type, payload)                                                                                            \
    ":exception-type=" type " :content-type=application/json :message-type=exception " payload "\n"
#define DELTA(delta) "data: {\"choices\":[{\"index\":0,\"delta\":{" delta "}}]}\n\n"
#define FINISH(word) "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" word "\"}]}\n\n"
#define COUNTED "data: {\"choices\":[]," USAGE "}\n\n"
#define DONE "data: [DONE]\n\n"
#define METADATA                                                                                                       \
    EVENT(                                                                                                             \
        "metadata", "{\"usage\":{\"inputTokens\":9,\"outputTokens\":3,\"totalTokens\":12},\"metrics\":{\"latencyMs\":" \
                    "0}}")
#define START EVENT("messageStart", "{\"role\":\"assistant\"}")
#define WORD(text, index)                                                                                              \
    EVENT("contentBlockDelta", "{\"delta\":{\"text\":\"" text "\"},\"contentBlockIndex\":" index "}")
#define STOP(index) EVENT("contentBlockStop", "{\"contentBlockIndex\":" index "}")
#define ENDED(word) EVENT("messageStop", "{\"stopReason\":\"" word "\"}")

static void a_stream_is_binary_events(void **state)
{
    (void)state;
    expect_frames(
        &chat, STREAM, "{" HI "}",
        DELTA("\"role\":\"assistant\",\"content\":\"\"") DELTA("\"content\":\"a\"") DELTA("\"content\":\"\\u00e9\"")
            FINISH("stop") COUNTED DONE,
        START WORD("a", "0") WORD("\\u00e9", "0") STOP("0") ENDED("end_turn") METADATA);
    expect_frames(
        &chat, STREAM, "{" HI "}",
        DELTA("\"reasoning_content\":\"hm\"") DELTA("\"content\":\"a\"") FINISH("length") COUNTED DONE,
        START EVENT("contentBlockDelta", "{\"delta\":{\"reasoningContent\":{\"text\":\"hm\"}},\"contentBlockIndex\":0}")
            STOP("0") WORD("a", "1") STOP("1") ENDED("max_tokens") METADATA);
}

static void calls_of_tools_are_blocks_of_their_own(void **state)
{
    (void)state;
#define CALL(index, rest) "\"tool_calls\":[{\"index\":" index "," rest "}]"
#define NAMED(id, name)                                                                                                \
    "\"id\":\"" id "\",\"type\":\"function\",\"function\":{\"name\":\"" name "\",\"arguments\":\"\"}"
#define ARGUMENTS(text) "\"function\":{\"arguments\":\"" text "\"}"
#define BEGUN(id, name, index)                                                                                         \
    EVENT(                                                                                                             \
        "contentBlockStart", "{\"start\":{\"toolUse\":{\"toolUseId\":\"" id "\",\"name\":\"" name "\"}},"              \
                             "\"contentBlockIndex\":" index "}")
#define INPUT(text, index)                                                                                             \
    EVENT("contentBlockDelta", "{\"delta\":{\"toolUse\":{\"input\":\"" text "\"}},\"contentBlockIndex\":" index "}")
    expect_frames(
        &chat, STREAM, "{" HI "}",
        DELTA("\"content\":\"I look.\"") DELTA(CALL("0", NAMED("c1", "look"))) DELTA(CALL("1", NAMED("c2", "ask")))
            DELTA(CALL("0", ARGUMENTS("{\\\"a\\\":"))) DELTA(CALL("1", ARGUMENTS("{}")))
                DELTA(CALL("0", ARGUMENTS("1}"))) FINISH("stop") COUNTED DONE,
        START WORD("I look.", "0") STOP("0") BEGUN("c1", "look", "1") INPUT("{\\\"a\\\":", "1") INPUT("1}", "1")
            STOP("1") BEGUN("c2", "ask", "2") INPUT("{}", "2") STOP("2") ENDED("tool_use") METADATA);
}

static void streams_of_invoke_are_chunks_of_the_makers_events(void **state)
{
    (void)state;
#define TEXT_OF(text) "data: {\"choices\":[{\"index\":0,\"text\":\"" text "\",\"finish_reason\":null}]}\n\n"
#define TEXT_END "data: {\"choices\":[{\"index\":0,\"text\":\"\",\"finish_reason\":\"stop\"}]}\n\n"
#define METRICS                                                                                                        \
    ",\"amazon-bedrock-invocationMetrics\":{\"inputTokenCount\":9,\"outputTokenCount\":3,\"invocationLatency\":0,"     \
    "\"firstByteLatency\":0}}"
    expect_frames(
        &completing, INVOKE_STREAM("meta.llama3"), "{\"prompt\":\"a\"}", TEXT_OF("a") TEXT_END COUNTED DONE,
        CHUNK("{\"generation\":\"a\",\"prompt_token_count\":null,\"generation_token_count\":0,\"stop_reason\":null}")
            CHUNK("{\"generation\":\"\",\"prompt_token_count\":9,\"generation_token_count\":3,\"stop_reason\":"
                  "\"stop\"" METRICS));
    expect_frames(
        &completing, INVOKE_STREAM("mistral.mistral-7b"), "{\"prompt\":\"a\"}", TEXT_OF("a") TEXT_END COUNTED DONE,
        CHUNK("{\"outputs\":[{\"text\":\"a\",\"stop_reason\":null}]}")
            CHUNK("{\"outputs\":[{\"text\":\"\",\"stop_reason\":\"stop\"}]" METRICS));
    expect_frames(
        &chat, INVOKE_STREAM("amazon.titan-text-lite-v1"), "{\"inputText\":\"a\"}",
        DELTA("\"content\":\"a\"") FINISH("length") COUNTED DONE,
        CHUNK("{\"outputText\":\"a\",\"index\":0,\"totalOutputTextTokenCount\":0,\"completionReason\":null,"
              "\"inputTextTokenCount\":0}")
            CHUNK("{\"outputText\":\"\",\"index\":0,\"totalOutputTextTokenCount\":3,\"completionReason\":\"LENGTH\","
                  "\"inputTextTokenCount\":9" METRICS));
    expect_frames(
        &chat, INVOKE_STREAM("openai.gpt-oss-20b"), "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
        DELTA("\"content\":\"a\"") FINISH("stop") DONE,
        CHUNK("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}")
            CHUNK("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}"));
}

static void a_stream_in_anthropics_words_has_its_events(void **state)
{
    (void)state;
#define CLAUDE_USAGE(in, out)                                                                                          \
    "\"usage\":{\"input_tokens\":" in ",\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,"              \
    "\"output_tokens\":" out "}"
    expect_frames(
        &chat, INVOKE_STREAM("anthropic.claude"),
        "{\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
        DELTA("\"content\":\"a\"") FINISH("stop") COUNTED DONE,
        CHUNK("{\"type\":\"message_start\",\"message\":{\"id\":\"msg_01\",\"type\":\"message\",\"role\":\"assistant\","
              "\"model\":\"anthropic.claude\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null," CLAUDE_USAGE(
                  "0", "0") "}}") CHUNK("{\"type\":\"ping\"}")
            CHUNK("{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}")
                CHUNK(
                    "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}")
                    CHUNK("{\"type\":\"content_block_stop\",\"index\":0}") CHUNK(
                        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null}"
                        "," CLAUDE_USAGE("9", "3") "}") CHUNK("{\"type\":\"message_stop\"}"));
}

static void an_error_of_the_endpoints_is_an_exception(void **state)
{
    (void)state;
#define FAILED "data: {\"error\":{\"message\":\"out of \\\"memory\\\"\"}}\n\n"
    expect_frames(
        &chat, STREAM, "{" HI "}", DELTA("\"content\":\"a\"") FAILED DONE,
        START WORD("a", "0")
            TOLD("modelStreamErrorException", "{\"message\":\"out of \\\"memory\\\"\",\"request_id\":\"01\"}"));
    expect_frames(
        &chat, INVOKE_STREAM("openai.gpt-oss"), "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}", FAILED DONE,
        TOLD("modelStreamErrorException", "{\"message\":\"out of \\\"memory\\\"\"}"));
}

static void a_break_is_an_exception_in_whosever_words(void **state)
{
    (void)state;
    static const char *const targets[] = {STREAM, INVOKE_STREAM("anthropic.claude"), INVOKE_STREAM("openai.gpt-oss")};
    for (size_t i = 0; i < COUNT_OF(targets); i++) {
        struct detail detail = {0};
        enum reason reason;
        struct buffer out = {0};
        struct buffer lines = {0};
        const char *body = i == 0 ? "{" HI "}" : "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}";
        struct dialect_call *call = call_in(&chat, targets[i], body, &reason, &detail);
        struct dialect_stream *stream = dialect_stream_new(call, 1000);
        dialect_error_event(call, stream, REASON_UPSTREAM_BROKEN, TEXT("01"), &out);
        assert_true(eventstream_read(buffer_text(&out), &lines));
        assert_true(text_starts_with(buffer_text(&lines), TEXT(":exception-type=modelStreamErrorException ")));
        dialect_stream_free(stream);
        dialect_call_free(call);
        buffer_clear(&out);
        buffer_clear(&lines);
    }
}

static void a_fixed_text_is_an_answer_in_each_form(void **state)
{
    (void)state;
    static const struct {
        const struct llm_call *llm;
        const char *target;
        const char *body;
        const char *expected;
    } rows[] = {
        {&chat, STREAM, "{" HI "}",
         START WORD("Soon.", "0") STOP("0") ENDED("end_turn") EVENT(
             "metadata", "{\"usage\":{\"inputTokens\":0,\"outputTokens\":0,\"totalTokens\":0},\"metrics\":{"
                         "\"latencyMs\":0}}")},
        {&completing, INVOKE_STREAM("mistral.mistral-7b"), "{\"prompt\":\"a\"}",
         CHUNK("{\"outputs\":[{\"text\":\"Soon.\",\"stop_reason\":null}]}")
             CHUNK("{\"outputs\":[{\"text\":\"\",\"stop_reason\":\"stop\"}],\"amazon-bedrock-invocationMetrics\":{"
                   "\"inputTokenCount\":0,\"outputTokenCount\":0,\"invocationLatency\":0,\"firstByteLatency\":0}}")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct detail detail = {0};
        enum reason reason;
        struct buffer out = {0};
        struct dialect_call *call = call_in(rows[i].llm, rows[i].target, rows[i].body, &reason, &detail);
        assert_true(dialect_canned(call, TEXT("Soon."), TEXT("01"), 1, &out));
        expect_lines(&out, rows[i].expected);
        buffer_clear(&out);
        dialect_call_free(call);
    }
}

static void an_objection_of_the_endpoints_names_its_kind(void **state)
{
    (void)state;
    static const struct {
        uint16_t status;
        const char *body;
        const char *kind;
        const char *message;
    } rows[] = {
        {400, "{\"error\":{\"message\":\"exceeds the available context size\",\"type\":\"exceed_context_size_error\"}}",
         "ValidationException", "{\"message\":\"Input is too long for requested model"},
        {429, "{\"error\":{\"message\":\"slow down\"}}", "ThrottlingException", "{\"message\":\"slow down\""},
    };
    static const char *const targets[] = {CONVERSE, INVOKE("openai.gpt-oss"), INVOKE("anthropic.claude")};
    for (size_t i = 0; i < COUNT_OF(rows) * COUNT_OF(targets); i++) {
        const char *target = targets[i / COUNT_OF(rows)];
        const char *body = target == targets[0] ? "{" HI "}" : "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}";
        struct detail detail = {0};
        enum reason reason;
        struct dialect_answer answer = {0};
        struct dialect_call *call = call_in(&chat, target, body, &reason, &detail);
        bool is_named = false;
        size_t row = i % COUNT_OF(rows);
        dialect_objection(call, rows[row].status, text_from(rows[row].body), TEXT("01"), &answer);
        for (size_t k = 0; k < answer.field_count; k++)
            is_named = is_named || (text_equal(answer.fields[k].name, TEXT("X-Amzn-Errortype")) &&
                                    text_equal(answer.fields[k].value, text_from(rows[row].kind)));
        assert_true(is_named);
        assert_true(text_starts_with(buffer_text(&answer.body), text_from(rows[row].message)));
        buffer_clear(&answer.body);
        dialect_call_free(call);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_systems_words_and_settings_go_on),
        cmocka_unit_test(images_and_documents_go_on_as_data),
        cmocka_unit_test(calls_and_results_are_messages_in_their_order),
        cmocka_unit_test(tools_choices_and_formats_are_said_in_the_endpoints_words),
        cmocka_unit_test(what_cannot_be_said_is_refused_by_name),
        cmocka_unit_test(the_model_stands_escaped_in_the_path),
        cmocka_unit_test(bodies_of_each_maker_are_read_in_its_words),
        cmocka_unit_test(a_body_of_words_that_are_not_known_is_refused),
        cmocka_unit_test(an_answer_is_a_message),
        cmocka_unit_test(answers_of_invoke_are_in_the_makers_words),
        cmocka_unit_test(a_stream_is_binary_events),
        cmocka_unit_test(calls_of_tools_are_blocks_of_their_own),
        cmocka_unit_test(streams_of_invoke_are_chunks_of_the_makers_events),
        cmocka_unit_test(a_stream_in_anthropics_words_has_its_events),
        cmocka_unit_test(an_error_of_the_endpoints_is_an_exception),
        cmocka_unit_test(a_break_is_an_exception_in_whosever_words),
        cmocka_unit_test(a_fixed_text_is_an_answer_in_each_form),
        cmocka_unit_test(an_objection_of_the_endpoints_names_its_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
