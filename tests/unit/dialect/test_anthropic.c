/* SPDX-License-Identifier: Apache-2.0 */
/* Anthropic's dialect, from end to end: what an endpoint gets of a call, and what the caller gets of its answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"
#include "exeat/base/memory.h"

static const struct llm_call messages = {.operation = LLM_CHAT, .dialect = DIALECT_ANTHROPIC};
static const struct llm_call counting = {.operation = LLM_COUNT_TOKENS, .dialect = DIALECT_ANTHROPIC};
#define PATH "/v1/messages"
#define ASK "\"model\":\"claude\",\"max_tokens\":16"
#define LIMITS ",\"max_completion_tokens\":16,\"max_tokens\":16"
#define HI "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"

/* --- calls ---------------------------------------------------------------------------------------------------------
 */

struct passing {
    const char *in;
    const char *out;
};

static void expect_all(const struct passing *rows, size_t count, const char *before, const char *after)
{
    for (size_t i = 0; i < count; i++) {
        struct buffer in = {0};
        struct buffer out = {0};
        buffer_printf(&in, "{" ASK ",%s}", rows[i].in);
        buffer_printf(&out, "{\"model\":\"local\"%s%s%s}", before, rows[i].out, after);
        char *body = buffer_take(&in);
        char *expected = buffer_take(&out);
        expect_call(&messages, PATH, body, expected);
        base_free(body);
        base_free(expected);
    }
}

static void turns_and_systems_words_become_messages(void **state)
{
    (void)state;
    static const struct passing rows[] = {
        {HI, ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"},
        {"\"system\":\"Be brief.\"," HI,
         ",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"hi\"}]"},
        {HI ",\"system\":[{\"type\":\"text\",\"text\":\"a\\u00e9\",\"cache_control\":{\"type\":\"ephemeral\"}},"
            "{\"type\":\"text\",\"text\":\"b\"}]",
         ",\"messages\":[{\"role\":\"system\",\"content\":\"a\\u00e9\\nb\"},{\"role\":\"user\",\"content\":\"hi\"}]"},
        {"\"system\":\"\"," HI, ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"},
        {"\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"one\"}]},"
         "{\"role\":\"assistant\",\"content\":\"two\"},{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":"
         "\"three\"},{\"type\":\"text\",\"text\":\"four\"}]}]",
         ",\"messages\":[{\"role\":\"user\",\"content\":\"one\"},{\"role\":\"assistant\",\"content\":\"two\"},"
         "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"three\"},{\"type\":\"text\",\"text\":"
         "\"four\"}]}]"},
    };
    expect_all(rows, COUNT_OF(rows), "", LIMITS);
}

static void images_and_documents_go_on_as_data(void **state)
{
    (void)state;
    static const struct passing rows[] = {
        {"\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"base64\","
         "\"media_type\":\"image/png\",\"data\":\"iVBORw0KGgo=\"}},{\"type\":\"text\",\"text\":\"what?\"}]}]",
         ",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"
         "\"data:image/png;base64,iVBORw0KGgo=\"}},{\"type\":\"text\",\"text\":\"what?\"}]}]"},
        {"\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"document\",\"title\":\"a.pdf\",\"source\":{"
         "\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"JVBERg==\"}}]}]",
         ",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_data\":"
         "\"data:application/pdf;base64,JVBERg==\",\"filename\":\"a.pdf\"}}]}]"},
        {"\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"document\",\"source\":{\"type\":\"text\","
         "\"media_type\":\"text/plain\",\"data\":\"words\"}}]}]",
         ",\"messages\":[{\"role\":\"user\",\"content\":\"words\"}]"},
    };
    expect_all(rows, COUNT_OF(rows), "", LIMITS);
}

static void calls_and_results_are_messages_in_their_order(void **state)
{
    (void)state;
    static const struct passing rows[] = {
        {"\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":[{\"type\":"
         "\"thinking\",\"thinking\":\"hm\",\"signature\":\"x\"},{\"type\":\"redacted_thinking\",\"data\":\"y\"},"
         "{\"type\":\"text\",\"text\":\"I look.\"},{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"look\",\"input\":"
         "{\"a\": 1,\"b\":\"\\u00e9\"}},{\"type\":\"tool_use\",\"id\":\"t2\",\"name\":\"ask\",\"input\":{}}]},"
         "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"and?\"},{\"type\":\"tool_result\","
         "\"tool_use_id\":\"t1\",\"content\":\"one\"},{\"type\":\"tool_result\",\"tool_use_id\":\"t2\",\"is_error\":"
         "true,\"content\":[{\"type\":\"text\",\"text\":\"two\"}]}]}]",
         ",\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"I look.\","
         "\"reasoning_content\":\"hm\",\"tool_calls\":[{\"id\":\"t1\",\"type\":\"function\",\"function\":{\"name\":"
         "\"look\",\"arguments\":\"{\\\"a\\\": 1,\\\"b\\\":\\\"\\\\u00e9\\\"}\"}},{\"id\":\"t2\",\"type\":\"function\","
         "\"function\":{\"name\":\"ask\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"content\":\"one\","
         "\"tool_call_id\":\"t1\"},{\"role\":\"tool\",\"content\":\"The tool failed: "
         "two\",\"tool_call_id\":\"t2\"},{\"role\":\"user\","
         "\"content\":\"and?\"}]"},
        {"\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\","
         "\"input\":{}}]},{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\"}]}]",
         ",\"messages\":[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"t\",\"type\":\"function\","
         "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"t\"}]"},
    };
    expect_all(rows, COUNT_OF(rows), "", LIMITS);
}

static void tools_choices_and_formats_are_said_in_the_endpoints_words(void **state)
{
    (void)state;
#define TOOL "\"tools\":[{\"name\":\"look\",\"description\":\"Looks.\",\"input_schema\":{\"type\":\"object\"}}]"
#define TOOL_OUT                                                                                                       \
    ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\",\"description\":\"Looks.\",\"parameters\":{"   \
    "\"type\":\"object\"}}}]"
    static const struct passing rows[] = {
        {HI "," TOOL, TOOL_OUT LIMITS},
        {HI "," TOOL ",\"tool_choice\":{\"type\":\"auto\"}", TOOL_OUT ",\"tool_choice\":\"auto\"" LIMITS},
        {HI "," TOOL ",\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":true}",
         TOOL_OUT ",\"tool_choice\":\"required\",\"parallel_tool_calls\":false" LIMITS},
        {HI "," TOOL ",\"tool_choice\":{\"type\":\"none\"}", TOOL_OUT ",\"tool_choice\":\"none\"" LIMITS},
        {HI "," TOOL ",\"tool_choice\":{\"type\":\"tool\",\"name\":\"look\"}",
         TOOL_OUT ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"look\"}}" LIMITS},
        {HI ",\"tools\":[]", LIMITS},
        {HI ",\"output_config\":{\"effort\":\"low\",\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":"
            "\"object\"}}}",
         LIMITS ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"schema\":{"
                "\"type\":\"object\"},\"strict\":true}},\"reasoning_effort\":\"low\""},
    };
    expect_all(rows, COUNT_OF(rows), ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]", "");
}

static void settings_keep_their_spelling_and_what_is_the_vendors_is_dropped(void **state)
{
    (void)state;
    static const struct passing rows[] = {
        {HI ",\"temperature\":0.70,\"top_p\":1e0,\"top_k\":40,\"stop_sequences\":[\"END\"],\"metadata\":{\"user_id\":"
            "\"u\"},\"service_tier\":\"auto\",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}",
         LIMITS ",\"stop\":[\"END\"],\"temperature\":0.70,\"top_p\":1e0,\"top_k\":40"},
        {HI ",\"stream\":true", LIMITS ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"},
        {HI ",\"stream\":false", LIMITS ",\"stream\":false"},
    };
    expect_all(rows, COUNT_OF(rows), ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]", "");
}

static void what_cannot_be_said_is_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum reason reason;
        const char *sentence;
    } rows[] = {
        {HI ",\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]", REASON_LLM_OPERATION,
         "tools[0].type is a tool of the vendor's"},
        {HI ",\"mcp_servers\":[{\"type\":\"url\",\"url\":\"https://evil.example\",\"name\":\"x\"}]",
         REASON_LLM_OPERATION, "mcp_servers"},
        {HI ",\"container\":\"c\"", REASON_LLM_OPERATION, "container"},
        {"\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":"
         "\"https://evil.example/a.png\"}}]}]",
         REASON_LLM_OPERATION, "messages[0].content[0].source.type must be base64"},
        {"\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"document\",\"source\":{\"type\":\"file\","
         "\"file_id\":\"f\"}}]}]",
         REASON_LLM_OPERATION, "source.type"},
        {"\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"base64\","
         "\"media_type\":\"image/png\",\"data\":\"https://evil.example/\"}}]}]",
         REASON_LLM_OPERATION, "source.data"},
        {"\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"base64\","
         "\"media_type\":\"image/png;x,\",\"data\":\"AAAA\"}}]}]",
         REASON_MALFORMED_BODY, "media_type must be a media type"},
        {"\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"server_tool_use\",\"id\":\"s\"}]}]",
         REASON_LLM_OPERATION, "is no kind of block"},
        {"\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":[{"
         "\"type\":\"tool_result\",\"tool_use_id\":\"t\"}]}]}]",
         REASON_LLM_OPERATION, "content[0].type is no kind of block that may stand here"},
        {"\"messages\":[{\"role\":\"system\",\"content\":\"x\"}]", REASON_MALFORMED_BODY, "stand in system"},
        {"\"messages\":[{\"role\":\"user\"}]", REASON_MALFORMED_BODY, "content is missing"},
        {"\"messages\":[{\"content\":\"x\"}]", REASON_MALFORMED_BODY, "role is missing"},
        {"\"messages\":[]", REASON_MALFORMED_BODY, "messages is empty"},
        {"\"temperature\":1", REASON_MALFORMED_BODY, "messages is missing"},
        {"\"system\":\"Be brief.\"", REASON_MALFORMED_BODY, "messages is missing"},
        {"\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\","
         "\"input\":\"{}\"}]}]",
         REASON_MALFORMED_BODY, "input must be an object"},
        {"\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\"}]}]",
         REASON_MALFORMED_BODY, "only the user gives"},
        {HI ",\"tool_choice\":{\"type\":\"tool\"}", REASON_MALFORMED_BODY, "tool_choice.name is missing"},
        {HI ",\"thinking\":{\"type\":\"much\"}", REASON_MALFORMED_BODY, "thinking.type"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer in = {0};
        buffer_printf(&in, "{" ASK ",%s}", rows[i].body);
        char *body = buffer_take(&in);
        expect_refused(&messages, PATH, body, rows[i].reason, rows[i].sentence);
        base_free(body);
    }
    expect_refused(&messages, PATH, "{\"max_tokens\":1," HI "}", REASON_MALFORMED_BODY, "names no model");
}

static void tokens_are_counted_by_an_answer_of_one_token(void **state)
{
    (void)state;
    expect_call(
        &counting, PATH "/count_tokens", "{\"model\":\"claude\",\"system\":\"s\"," HI "," TOOL "}",
        "{\"model\":\"local\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":"
        "\"hi\"}]" TOOL_OUT ",\"max_completion_tokens\":1,\"max_tokens\":1}");
    expect_answer(
        &counting, PATH "/count_tokens", "{\"model\":\"claude\"," HI "}",
        "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":26,"
        "\"completion_tokens\":1}}",
        "{\"input_tokens\":26}");
    expect_answer(
        &counting, PATH "/count_tokens", "{\"model\":\"claude\"," HI "}",
        "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"length\"}]}", NULL);
}

/* --- answers -------------------------------------------------------------------------------------------------------
 */

#define PLAIN "{" ASK "," HI ",\"stop_sequences\":[\"END\"]}"
#define MESSAGE "{\"id\":\"msg_01\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude\",\"content\":["
#define NO_USAGE                                                                                                       \
    ",\"usage\":{\"input_tokens\":0,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_"         \
    "tokens\":"                                                                                                        \
    "0}"

static void expect_said(const char *answer, const char *expected)
{
    expect_answer(&messages, PATH, PLAIN, answer, expected);
}

static void an_answer_becomes_a_message(void **state)
{
    (void)state;
    expect_said(
        "{\"id\":\"chatcmpl-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"h\\u00e9\\n"
        "\"},\"logprobs\":{\"content\":[{\"logprob\":NaN}]},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":"
        "9,"
        "\"completion_tokens\":2,\"prompt_tokens_details\":{\"cached_tokens\":4}},\"timings\":{\"x\":1}}",
        MESSAGE "{\"type\":\"text\",\"text\":\"h\\u00e9\\n\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"
                "\"usage\":{\"input_tokens\":5,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":4,"
                "\"output_tokens\":2}}");
    expect_said(
        "{\"choices\":[{\"message\":{\"reasoning_content\":\"hm\",\"content\":\"a\",\"tool_calls\":[{\"id\":\"c1\","
        "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\\n1}\"}},{\"function\":{"
        "\"name\":\"g\",\"arguments\":\"\"}},{\"id\":\"c3\",\"function\":{\"name\":\"h\",\"arguments\":{\"b\":2}}}]},"
        "\"finish_reason\":\"stop\"}]}",
        MESSAGE "{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"\"},{\"type\":\"text\",\"text\":\"a\"},"
                "{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"f\",\"input\":{\"a\":\n1}},{\"type\":\"tool_use\","
                "\"id\":\"toolu_01_3\",\"name\":\"g\",\"input\":{}},{\"type\":\"tool_use\",\"id\":\"c3\",\"name\":"
                "\"h\",\"input\":{\"b\":2}}],\"stop_reason\":\"tool_use\",\"stop_sequence\":null" NO_USAGE "}");
    expect_said(
        "{\"choices\":[{\"message\":{\"content\":null,\"tool_calls\":[]},\"finish_reason\":\"length\"}]}",
        MESSAGE "],\"stop_reason\":\"max_tokens\",\"stop_sequence\":null" NO_USAGE "}");
}

static void the_sequence_that_ended_it_is_named_where_it_was_asked_for(void **state)
{
    (void)state;
    expect_said(
        "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\",\"stop_reason\":\"END\"}]}", MESSAGE
        "{\"type\":\"text\",\"text\":\"a\"}],\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"END\"" NO_USAGE "}");
    expect_said(
        "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\",\"stop_reason\":\"<eos>\"}]}",
        MESSAGE "{\"type\":\"text\",\"text\":\"a\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null" NO_USAGE "}");
    expect_said(
        "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"content_filter\",\"stop_reason\":7}]}",
        MESSAGE "{\"type\":\"text\",\"text\":\"a\"}],\"stop_reason\":\"refusal\",\"stop_sequence\":null" NO_USAGE "}");
}

static void what_is_no_answer_is_not_taken(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "",
        "[]",
        "{}",
        "{\"choices\":[]}",
        "{\"choices\":null}",
        "{\"choices\":[{}]}",
        "{\"choices\":[{\"message\":{\"content\":\"a\"}}]}",
        "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"[1]\"}}]},"
        "\"finish_reason\":\"tool_calls\"}]}",
        "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\"}}]},"
        "\"finish_reason\":\"tool_calls\"}]}",
    };
    for (size_t i = 0; i < COUNT_OF(answers); i++)
        expect_said(answers[i], NULL);
}

/* --- streams -------------------------------------------------------------------------------------------------------
 */

#define STREAM "{" ASK "," HI ",\"stream\":true,\"stop_sequences\":[\"END\"]}"
#define CHUNK(delta)                                                                                                   \
    "data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{" delta "},\"finish_reason\":null}]}\n\n"
#define FINISH(reason) "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" reason "\"}]}\n\n"
#define USED "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}\n\n"
#define DONE "data: [DONE]\n\n"
#define EVENT(name, members) "event: " name "\ndata: {\"type\":\"" name "\"" members "}\n\n"
#define PING EVENT("ping", "")
#define BEGIN                                                                                                          \
    EVENT("message_start", ",\"message\":" MESSAGE "],\"stop_reason\":null,\"stop_sequence\":null" NO_USAGE "}") PING
#define OPEN(index, block) EVENT("content_block_start", ",\"index\":" index ",\"content_block\":{\"type\":" block "}")
#define DELTA(index, delta) EVENT("content_block_delta", ",\"index\":" index ",\"delta\":{\"type\":" delta "}")
#define CLOSE(index) EVENT("content_block_stop", ",\"index\":" index)
#define END(reason, usage)                                                                                             \
    EVENT("message_delta", ",\"delta\":{\"stop_reason\":\"" reason "\",\"stop_sequence\":null}" usage)                 \
    EVENT("message_stop", "")
#define USAGE                                                                                                          \
    ",\"usage\":{\"input_tokens\":9,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_"         \
    "tokens\":"                                                                                                        \
    "3}"

static void expect_stream(const char *stream, enum ending ending, const char *expected)
{
    expect_events(&messages, PATH, STREAM, stream, ending, expected);
}

static void a_stream_is_a_message_of_blocks(void **state)
{
    (void)state;
    expect_stream(
        CHUNK("\"role\":\"assistant\",\"content\":null") CHUNK("\"content\":\"lo\",\"tool_calls\":[]")
            CHUNK("\"content\":\"cal\"") FINISH("stop") USED DONE,
        COMPLETE_AT_ONCE,
        BEGIN OPEN("0", "\"text\",\"text\":\"\"") DELTA("0", "\"text_delta\",\"text\":\"lo\"")
            DELTA("0", "\"text_delta\",\"text\":\"cal\"") CLOSE("0") END("end_turn", USAGE));
    expect_stream(
        CHUNK("\"reasoning\":\"h\"") CHUNK("\"reasoning_content\":\"m\"") CHUNK("\"content\":\"a\"") FINISH("length")
            DONE,
        COMPLETE_AT_ONCE,
        BEGIN OPEN("0", "\"thinking\",\"thinking\":\"\",\"signature\":\"\"")
            DELTA("0", "\"thinking_delta\",\"thinking\":\"h\"") DELTA("0", "\"thinking_delta\",\"thinking\":\"m\"")
                CLOSE("0") OPEN("1", "\"text\",\"text\":\"\"") DELTA("1", "\"text_delta\",\"text\":\"a\"") CLOSE("1")
                    END("max_tokens", NO_USAGE));
}

static void a_stream_of_nothing_is_an_empty_message(void **state)
{
    (void)state;
    expect_stream(CHUNK("\"content\":\"\"") FINISH("stop") DONE, COMPLETE_AT_ONCE, BEGIN END("end_turn", NO_USAGE));
}

#define CALL(index, members) CHUNK("\"tool_calls\":[{\"index\":" index "," members "}]")

static void calls_are_blocks_one_after_the_other(void **state)
{
    (void)state;
    expect_stream(
        CHUNK("\"content\":\"I look.\"")
            CALL("0", "\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}")
                CALL("0", "\"function\":{\"arguments\":\"{\\\"a\\\":\"}")
                    CALL("1", "\"id\":\"c2\",\"function\":{\"name\":\"g\",\"arguments\":\"{\"}")
                        CALL("0", "\"function\":{\"arguments\":\"1}\"}") CALL("1", "\"function\":{\"arguments\":\"}\"}")
                            FINISH("tool_calls") USED DONE,
        COMPLETE_AT_ONCE,
        BEGIN OPEN("0", "\"text\",\"text\":\"\"") DELTA("0", "\"text_delta\",\"text\":\"I look.\"") CLOSE("0")
            OPEN("1", "\"tool_use\",\"id\":\"c1\",\"name\":\"f\",\"input\":{}")
                DELTA("1", "\"input_json_delta\",\"partial_json\":\"{\\\"a\\\":\"")
                    DELTA("1", "\"input_json_delta\",\"partial_json\":\"1}\"") CLOSE("1")
                        OPEN("2", "\"tool_use\",\"id\":\"c2\",\"name\":\"g\",\"input\":{}")
                            DELTA("2", "\"input_json_delta\",\"partial_json\":\"{}\"") CLOSE("2")
                                END("tool_use", USAGE));
}

static void who_waits_is_told_that_somebody_works(void **state)
{
    (void)state;
    expect_stream(
        ": waiting\n\n" CHUNK("\"content\":\"a\"") ": waiting\n" FINISH("stop") DONE, COMPLETE_AT_ONCE,
        BEGIN PING OPEN("0", "\"text\",\"text\":\"\"") DELTA("0", "\"text_delta\",\"text\":\"a\"") PING CLOSE("0")
            END("end_turn", NO_USAGE));
}

static void a_stream_that_is_not_ended_is_broken_or_gets_its_end(void **state)
{
    (void)state;
    expect_stream(
        CHUNK("\"content\":\"a\""), BROKEN,
        BEGIN OPEN("0", "\"text\",\"text\":\"\"") DELTA("0", "\"text_delta\",\"text\":\"a\""));
    expect_stream(
        CHUNK("\"content\":\"a\"") FINISH("stop"), COMPLETE_AT_THE_END,
        BEGIN OPEN("0", "\"text\",\"text\":\"\"") DELTA("0", "\"text_delta\",\"text\":\"a\"") CLOSE("0")
            END("end_turn", NO_USAGE));
    expect_stream("data: {\"choices\":[{\n\n" CHUNK("\"content\":\"a\"") DONE, BROKEN, "");
    expect_stream("data: half\n\n" DONE, BROKEN, "");
}

static void an_error_of_the_endpoints_is_an_error_event(void **state)
{
    (void)state;
    expect_stream(
        "data: {\"error\":{\"message\":\"out of \\\"memory\\\"\",\"code\":500}}\n\n" CHUNK("\"content\":\"a\""),
        COMPLETE_AT_ONCE,
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"out of "
        "\\\"memory\\\"\"},"
        "\"request_id\":\"01\"}\n\n");
}

static void what_is_held_back_is_bounded(void **state)
{
    (void)state;
    struct buffer stream = {0};
    buffer_append(&stream, TEXT(CALL("0", "\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}")));
    for (int i = 0; i < 30; i++)
        buffer_append(
            &stream,
            TEXT(
                CALL("1", "\"function\":{\"name\":\"g\",\"arguments\":\"0123456789012345678901234567890123456789\"}")));
    buffer_append(&stream, TEXT(FINISH("tool_calls") DONE));
    char *text = buffer_take(&stream);
    expect_stream(text, BROKEN, BEGIN OPEN("0", "\"tool_use\",\"id\":\"c1\",\"name\":\"f\",\"input\":{}"));
    base_free(text);
}

/* --- errors, models, canned ----------------------------------------------------------------------------------------
 */

static void expect_objection(uint16_t status, const char *body, const char *expected)
{
    enum reason reason;
    struct detail detail = {0};
    struct dialect_call *call = call_in(&messages, PATH, PLAIN, &reason, &detail);
    struct dialect_answer answer = {0};
    dialect_objection(call, status, text_from(body), TEXT("01"), &answer);
    expect_text(&answer.body, expected);
    dialect_call_free(call);
}

static void what_an_endpoint_objects_to_is_an_error_of_the_dialect(void **state)
{
    (void)state;
    expect_objection(
        400,
        "{\"error\":{\"code\":400,\"message\":\"request (6023 tokens) exceeds the available context size (2048 "
        "tokens)\",\"type\":\"exceed_context_size_error\"}}",
        "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long: 6023 "
        "tokens > 2048 "
        "maximum\"},\"request_id\":\"01\"}");
    expect_objection(
        404, "{\"error\":{\"message\":\"model not found\"}}",
        "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"model not found\"},\"request_id\":"
        "\"01\"}");
    expect_objection(
        429, "slow down\n",
        "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow "
        "down\"},\"request_id\":\"01\"}");
    expect_objection(
        422, "",
        "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"the inference endpoint "
        "answered "
        "422\"},\"request_id\":\"01\"}");
}

static void models_are_listed_as_the_vendor_lists_them(void **state)
{
    (void)state;
    static const struct llm_call models = {.operation = LLM_MODELS, .dialect = DIALECT_ANTHROPIC};
    static const struct text names[] = {TEXT_INIT("claude"), TEXT_INIT("b\"")};
    const struct dialect_target all = {.path = TEXT("/v1/models")};
    const struct dialect_target one = {.path = TEXT("/v1/models/claude")};
    struct dialect_call *call = dialect_call_for_models(&models, &all);
    struct dialect_call *named = dialect_call_for_models(&models, &one);
    struct buffer out = {0};
    struct dialect_usage usage = {0};
#define MODEL(name)                                                                                                    \
    "{\"type\":\"model\",\"id\":\"" name "\",\"display_name\":\"" name "\",\"created_at\":\"1970-01-01T00:00:00Z\"}"
    dialect_models(call, names, 2, &out);
    expect_text(
        &out,
        "{\"data\":[" MODEL("claude") "," MODEL("b\\\"") "],\"has_more\":false,\"first_id\":\"claude\",\"last_id\":"
                                                         "\"b\\\"\"}");
    dialect_models(named, names, 2, &out);
    expect_text(&out, MODEL("claude"));
    assert_true(
        dialect_reply_rewrite(call, TEXT("{\"object\":\"list\",\"data\":[{\"id\":\"qwen3:8b\"}]}"), &out, &usage));
    expect_text(
        &out,
        "{\"data\":[" MODEL("qwen3:8b") "],\"has_more\":false,\"first_id\":\"qwen3:8b\",\"last_id\":\"qwen3:8b\"}");
    dialect_call_free(named);
    dialect_call_free(call);
}

static void a_fixed_text_is_a_message_too(void **state)
{
    (void)state;
    static const char *const calls[] = {PLAIN, STREAM};
    static const char *const expected[] = {
        MESSAGE
        "{\"type\":\"text\",\"text\":\"So\\\"on.\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null" NO_USAGE "}",
        BEGIN OPEN("0", "\"text\",\"text\":\"\"") DELTA("0", "\"text_delta\",\"text\":\"So\\\"on.\"") CLOSE("0")
            END("end_turn", NO_USAGE)};
    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        enum reason reason;
        struct detail detail = {0};
        struct dialect_call *call = call_in(&messages, PATH, calls[i], &reason, &detail);
        struct buffer out = {0};
        assert_true(dialect_canned(call, TEXT("So\"on."), TEXT("01"), 1, &out));
        expect_text(&out, expected[i]);
        dialect_call_free(call);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_and_systems_words_become_messages),
        cmocka_unit_test(images_and_documents_go_on_as_data),
        cmocka_unit_test(calls_and_results_are_messages_in_their_order),
        cmocka_unit_test(tools_choices_and_formats_are_said_in_the_endpoints_words),
        cmocka_unit_test(settings_keep_their_spelling_and_what_is_the_vendors_is_dropped),
        cmocka_unit_test(what_cannot_be_said_is_refused_by_name),
        cmocka_unit_test(tokens_are_counted_by_an_answer_of_one_token),
        cmocka_unit_test(an_answer_becomes_a_message),
        cmocka_unit_test(the_sequence_that_ended_it_is_named_where_it_was_asked_for),
        cmocka_unit_test(what_is_no_answer_is_not_taken),
        cmocka_unit_test(a_stream_is_a_message_of_blocks),
        cmocka_unit_test(a_stream_of_nothing_is_an_empty_message),
        cmocka_unit_test(calls_are_blocks_one_after_the_other),
        cmocka_unit_test(who_waits_is_told_that_somebody_works),
        cmocka_unit_test(a_stream_that_is_not_ended_is_broken_or_gets_its_end),
        cmocka_unit_test(an_error_of_the_endpoints_is_an_error_event),
        cmocka_unit_test(what_is_held_back_is_bounded),
        cmocka_unit_test(what_an_endpoint_objects_to_is_an_error_of_the_dialect),
        cmocka_unit_test(models_are_listed_as_the_vendor_lists_them),
        cmocka_unit_test(a_fixed_text_is_a_message_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
