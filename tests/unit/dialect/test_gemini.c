/* SPDX-License-Identifier: Apache-2.0 */
/* Gemini's dialect, from end to end: what an endpoint gets of a call, and what the caller gets of its answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "calls.h"
#include "exeat/base/memory.h"

static const struct llm_call chat = {.operation = LLM_CHAT, .dialect = DIALECT_GEMINI};
static const struct llm_call counting = {.operation = LLM_COUNT_TOKENS, .dialect = DIALECT_GEMINI};
static const struct llm_call vectors = {.operation = LLM_EMBEDDINGS, .dialect = DIALECT_GEMINI};
#define MODEL "/v1beta/models/gemini-2"
#define PATH MODEL ":generateContent"
#define HI "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}]"
#define HI_OUT ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"

/* --- calls ---------------------------------------------------------------------------------------------------------
 */

static void expect(const char *in, const char *out)
{
    struct buffer body = {0};
    struct buffer expected = {0};
    buffer_printf(&body, "{%s}", in);
    buffer_printf(&expected, "{\"model\":\"local\"%s}", out);
    char *call = buffer_take(&body);
    char *written = buffer_take(&expected);
    expect_call(&chat, PATH, call, written);
    base_free(call);
    base_free(written);
}

static void contents_and_systems_words_become_messages(void **state)
{
    (void)state;
    expect(HI, HI_OUT);
    expect(
        "\"contents\":[{\"parts\":[{\"text\":\"a\"},{\"text\":\"b\\u00e9\"}]}]",
        ",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":"
        "\"b\\u00e9\"}]}]");
    expect(
        "\"systemInstruction\":{\"parts\":[{\"text\":\"s\"},{\"text\":\"t\"}]}," HI,
        ",\"messages\":[{\"role\":\"system\",\"content\":\"s\\nt\"},{\"role\":\"user\",\"content\":\"hi\"}]");
    expect(
        HI ",\"system_instruction\":{\"role\":\"user\",\"parts\":[{\"text\":\"s\"}]}",
        ",\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"hi\"}]");
    expect(
        "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"q\"}]},{\"role\":\"model\",\"parts\":[{\"text\":"
        "\"hm\","
        "\"thought\":true},{\"text\":\"a\",\"thoughtSignature\":\"x\"}]},{\"parts\":[{\"text\":\"r\"}]}]",
        ",\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"a\","
        "\"reasoning_content\":\"hm\"},{\"role\":\"user\",\"content\":\"r\"}]");
}

static void data_goes_on_by_its_type(void **state)
{
    (void)state;
    expect(
        "\"contents\":[{\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"AAAA\"}},{\"inline_data\":{"
        "\"mime_type\":\"audio/mpeg\",\"data\":\"AAAA\"}},{\"inlineData\":{\"mimeType\":\"application/pdf\",\"data\":"
        "\"AAAA\"}}]}]",
        ",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"
        "\"data:image/png;base64,AAAA\"}},{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AAAA\",\"format\":"
        "\"mp3\"}},{\"type\":\"file\",\"file\":{\"file_data\":\"data:application/pdf;base64,AAAA\"}}]}]");
}

#define CALL(id, name, args) "{\"functionCall\":{" id "\"name\":\"" name "\",\"args\":" args "}}"
#define RESULT(id, name, response) "{\"functionResponse\":{" id "\"name\":\"" name "\",\"response\":" response "}}"
#define CALL_OUT(id, name, args)                                                                                       \
    "{\"id\":\"" id "\",\"type\":\"function\",\"function\":{\"name\":\"" name "\",\"arguments\":\"" args "\"}}"
#define RESULT_OUT(id, text) "{\"role\":\"tool\",\"content\":\"" text "\",\"tool_call_id\":\"" id "\"}"

static void calls_get_ids_and_results_find_them(void **state)
{
    (void)state;
    expect(
        "\"contents\":[{\"role\":\"model\",\"parts\":[{\"text\":\"I look.\"}," CALL("", "f", "{\"a\":1}") "," CALL("", "g", "{}") "," CALL(
            "", "f",
            "{\"a\":2}") "]},{\"role\":\"user\",\"parts\":[" RESULT("", "g", "{\"r\":1}") "," RESULT("", "f", "{\"r\":2}") "," RESULT("", "f", "{\"r\":3}") ",{\"text\":\"so?\"}]}]",
        ",\"messages\":[{\"role\":\"assistant\",\"content\":\"I look.\",\"tool_calls\":[" CALL_OUT("call_0_1", "f", "{\\\"a\\\":1}") "," CALL_OUT("call_0_2", "g", "{}") "," CALL_OUT(
            "call_0_3", "f",
            "{\\\"a\\\":2}") "]}," RESULT_OUT("call_0_2", "{\\\"r\\\":1}") "," RESULT_OUT("call_0_1", "{\\\"r\\\":2}") "," RESULT_OUT("call_0_3", "{\\\"r\\\":3}") ",{\"role\":\"user\",\"content\":\"so?\"}]");
    expect(
        "\"contents\":[{\"role\":\"model\",\"parts\":[" CALL(
            "\"id\":\"x\",", "f",
            "{}") "]},{\"role\":\"function\",\"parts\":[" RESULT("\"id\":\"x\",", "f", "{}") "]}]",
        ",\"messages\":[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[" CALL_OUT(
            "x", "f", "{}") "]}," RESULT_OUT("x", "{}") "]");
}

static void tools_and_choices_are_said_in_the_endpoints_words(void **state)
{
    (void)state;
#define TOOLS "\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\",\"description\":\"d\",\"parameters\":"
#define TOOL_OUT(schema)                                                                                               \
    ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"d\",\"parameters\":" schema "}" \
    "}"
    expect(
        HI "," TOOLS
           "{\"type\":\"OBJECT\",\"properties\":{\"type\":{\"type\":\"STRING\",\"enum\":[\"A\"]},\"l\":{\"type\":"
           "\"ARRAY\",\"items\":{\"type\":\"INTEGER\"}}},\"required\":[\"type\"]}}]},{\"function_declarations\":[{"
           "\"name\":"
           "\"g\",\"parametersJsonSchema\":{\"type\":\"object\"}}]}]",
        HI_OUT TOOL_OUT(
            "{\"type\":\"object\",\"properties\":{\"type\":{\"type\":\"string\",\"enum\":[\"A\"]},\"l\":{\"type\":"
            "\"array\","
            "\"items\":{\"type\":\"integer\"}}},\"required\":[\"type\"]}") ",{\"type\":\"function\",\"function\":{"
                                                                           "\"name\":\"g\",\"parameters\":{\"type\":"
                                                                           "\"object\"}}}]");
#define CHOICE(config) HI "," TOOLS "{}}]}],\"toolConfig\":{\"functionCallingConfig\":{" config "}}"
#define TOOLS_OUT HI_OUT TOOL_OUT("{}") "]"
    expect(CHOICE("\"mode\":\"AUTO\""), TOOLS_OUT ",\"tool_choice\":\"auto\"");
    expect(CHOICE("\"mode\":\"NONE\""), TOOLS_OUT ",\"tool_choice\":\"none\"");
    expect(CHOICE("\"mode\":\"ANY\""), TOOLS_OUT ",\"tool_choice\":\"required\"");
    expect(
        CHOICE("\"mode\":\"ANY\",\"allowedFunctionNames\":[\"f\"]"),
        TOOLS_OUT ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}");
    expect(
        CHOICE("\"mode\":\"ANY\",\"allowedFunctionNames\":[\"f\",\"g\"]"),
        TOOLS_OUT ",\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"required\",\"tools\":[{"
                  "\"type\":\"function\",\"function\":{\"name\":\"f\"}},{\"type\":\"function\",\"function\":{\"name\":"
                  "\"g\"}}]}}");
}

static void settings_keep_their_spelling_and_what_is_the_vendors_is_dropped(void **state)
{
    (void)state;
    expect(
        HI
        ",\"generationConfig\":{\"temperature\":0.70,\"topP\":1,\"top_k\":40,\"candidateCount\":2,\"maxOutputTokens\":"
        "16,"
        "\"stopSequences\":[\"END\"],\"seed\":7,\"presencePenalty\":0.1,\"frequency_penalty\":0.2,\"thinkingConfig\":{"
        "\"thinkingLevel\":\"LOW\",\"thinkingBudget\":0},\"responseModalities\":[\"TEXT\"],\"mediaResolution\":\"X\"},"
        "\"safetySettings\":[{\"category\":\"X\"}],\"labels\":{\"a\":\"b\"}",
        HI_OUT
        ",\"max_completion_tokens\":16,\"max_tokens\":16,\"n\":2,\"stop\":[\"END\"],\"reasoning_effort\":\"low\","
        "\"temperature\":0.70,\"top_p\":1,\"top_k\":40,\"presence_penalty\":0.1,\"frequency_penalty\":0.2,"
        "\"seed\":7");
    expect(
        HI ",\"generationConfig\":{\"responseMimeType\":\"application/json\"}",
        HI_OUT ",\"response_format\":{\"type\":\"json_object\"}");
    expect(
        HI ",\"generationConfig\":{\"responseMimeType\":\"application/json\",\"responseSchema\":{\"type\":\"ARRAY\"}}",
        HI_OUT
        ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"schema\":{\"type\":"
        "\"array\"}}}");
    expect(
        HI ",\"generationConfig\":{\"response_json_schema\":{\"type\":\"object\"},\"responseMimeType\":"
           "\"application/json\"}",
        HI_OUT
        ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"schema\":{\"type\":"
        "\"object\"}}}");
    expect_call(
        &chat, MODEL ":streamGenerateContent?alt=sse", "{" HI "}",
        "{\"model\":\"local\"" HI_OUT ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
}

#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
static void what_cannot_be_said_is_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum reason reason;
        const char *sentence;
    } rows[] = {
        {"{" HI ",\"tools\":[{\"googleSearch\":{}}]}", REASON_LLM_OPERATION, "tools[0].googleSearch is a tool"},
        {"{" HI ",\"tools\":[{\"google_search\":{}}]}", REASON_LLM_OPERATION, "tools[0].googleSearch is a tool"},
        {"{" HI ",\"tools\":[{\"newestTool\":{}}]}", REASON_LLM_OPERATION, "tools[0] is a tool that is not known"},
        {"{" HI ",\"cachedContent\":\"cachedContents/x\"}", REASON_LLM_OPERATION, "cachedContent"},
        {"{" HI ",\"generationConfig\":{\"responseModalities\":[\"AUDIO\"]}}", REASON_LLM_OPERATION,
         "responseModalities"},
        {"{" HI ",\"generationConfig\":{\"responseMimeType\":\"text/x.enum\"}}", REASON_LLM_OPERATION,
         "responseMimeType"},
        {"{\"contents\":[{\"parts\":[{\"fileData\":{\"fileUri\":\"https://evil.example/\"}}]}]}", REASON_LLM_OPERATION,
         "contents[0].parts[0].fileData names a place"},
        {"{\"contents\":[{\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"https://evil.example/"
         "\"}}]}]}",
         REASON_LLM_OPERATION, "inlineData.data"},
        {"{\"contents\":[{\"parts\":[{\"inlineData\":{\"mimeType\":\"video/mp4\",\"data\":\"AAAA\"}}]}]}",
         REASON_LLM_OPERATION, "may not be a video"},
        {"{\"contents\":[{\"parts\":[{\"inlineData\":{\"mimeType\":\"audio/a/b\",\"data\":\"AAAA\"}}]}]}",
         REASON_LLM_OPERATION, "mimeType may be wav"},
        {"{\"contents\":[{\"parts\":[{\"inlineData\":{\"mimeType\":\"image/" LONG LONG LONG
         "\",\"data\":\"AAAA\"}}]}]}",
         REASON_MALFORMED_BODY, "mimeType"},
        {"{\"contents\":[{\"parts\":[{\"inlineData\":{\"data\":\"AAAA\"}}]}]}", REASON_MALFORMED_BODY,
         "must have mimeType and data"},
        {"{\"contents\":[{\"parts\":[{\"executableCode\":{\"code\":\"x\"}}]}]}", REASON_LLM_OPERATION,
         "executableCode"},
        {"{\"contents\":[{\"parts\":[{\"newest\":1}]}]}", REASON_MALFORMED_BODY, "contents[0].parts[0] has no text"},
        {"{\"contents\":[{\"parts\":[{\"text\":\"a\",\"functionCall\":{\"name\":\"f\"}}]}]}", REASON_MALFORMED_BODY,
         "stands beside"},
        {"{\"contents\":[{\"parts\":[" RESULT("", "f", "{}") "]}]}", REASON_MALFORMED_BODY, "there is no functionCall"},
        {"{\"contents\":[{\"role\":\"system\",\"parts\":[{\"text\":\"a\"}]}]}", REASON_MALFORMED_BODY, "user or model"},
        {"{\"contents\":[{\"parts\":[]}]}", REASON_MALFORMED_BODY, "parts is missing or says nothing"},
        {"{\"contents\":[]}", REASON_MALFORMED_BODY, "contents is missing or empty"},
        {"{}", REASON_MALFORMED_BODY, "contents is missing or empty"},
        {"{\"systemInstruction\":{\"parts\":[{\"text\":\"a\"}]},\"contents\":[]}", REASON_MALFORMED_BODY,
         "contents is missing or empty"},
        {"{" HI ",\"systemInstruction\":{\"parts\":[]},\"system_instruction\":{\"parts\":[]}}", REASON_MALFORMED_BODY,
         "systemInstruction stands twice"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_refused(&chat, PATH, rows[i].body, rows[i].reason, rows[i].sentence);
    expect_refused(&chat, "/v1beta/models/:generateContent", "{" HI "}", REASON_MALFORMED_BODY, "names no model");
}

static void tokens_and_vectors(void **state)
{
    (void)state;
    expect_call(
        &counting, MODEL ":countTokens", "{" HI "}",
        "{\"model\":\"local\"" HI_OUT ",\"max_completion_tokens\":1,\"max_tokens\":1}");
    expect_call(
        &counting, MODEL ":countTokens", "{\"generateContentRequest\":{\"model\":\"models/gemini-2\"," HI "}}",
        "{\"model\":\"local\"" HI_OUT ",\"max_completion_tokens\":1,\"max_tokens\":1}");
    expect_answer(
        &counting, MODEL ":countTokens", "{" HI "}",
        "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":26}"
        "}",
        "{\"totalTokens\":26}");
#define CONTENT(text) "\"content\":{\"parts\":[{\"text\":\"" text "\"}]}"
    expect_call(
        &vectors, MODEL ":embedContent",
        "{\"model\":\"models/e\"," CONTENT("a") ",\"taskType\":\"X\",\"outputDimensionality\":8}",
        "{\"model\":\"local\",\"input\":\"a\",\"dimensions\":8}");
    expect_call(
        &vectors, MODEL ":batchEmbedContents", "{\"requests\":[{" CONTENT("a") "},{" CONTENT("b") "}]}",
        "{\"model\":\"local\",\"input\":[\"a\",\"b\"]}");
    expect_answer(
        &vectors, MODEL ":embedContent", "{" CONTENT("a") "}",
        "{\"data\":[{\"embedding\":[0.5,-1]}],\"usage\":{\"prompt_tokens\":1}}",
        "{\"embedding\":{\"values\":[0.5,-1]}}");
    expect_answer(
        &vectors, MODEL ":batchEmbedContents", "{\"requests\":[{" CONTENT("a") "},{" CONTENT("b") "}]}",
        "{\"data\":[{\"embedding\":\"AACAPw==\"},{\"embedding\":\"AACAPw==\"}]}",
        "{\"embeddings\":[{\"values\":[1]},{\"values\":[1]}]}");
    expect_answer(&vectors, MODEL ":embedContent", "{" CONTENT("a") "}", "{\"data\":[]}", NULL);
    expect_refused(&vectors, MODEL ":embedContent", "{}", REASON_MALFORMED_BODY, "content is missing");
    expect_refused(&vectors, MODEL ":batchEmbedContents", "{}", REASON_MALFORMED_BODY, "requests is missing");
}

/* --- answers -------------------------------------------------------------------------------------------------------
 */

#define USAGE(in, out, total)                                                                                          \
    "],\"usageMetadata\":{\"promptTokenCount\":" in ",\"candidatesTokenCount\":" out ",\"totalTokenCount\":" total     \
    "},"                                                                                                               \
    "\"modelVersion\":\"gemini-2\",\"responseId\":\"01\"}"
#define PARTS(parts) "{\"content\":{\"role\":\"model\",\"parts\":[" parts "]}"

static void an_answer_becomes_candidates(void **state)
{
    (void)state;
    expect_answer(
        &chat, PATH, "{" HI "}",
        "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"a\",\"reasoning_content\":\"hm\"},\"finish_reason\":"
        "\"stop\"},{"
        "\"index\":1,\"message\":{\"content\":\"\"},\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":9,"
        "\"completion_tokens\":2}}",
        "{\"candidates\":[" PARTS("{\"text\":\"a\"}") ",\"finishReason\":\"STOP\",\"index\":0}," PARTS(
            "{\"text\":\"\"}") ",\"finishReason\":\"MAX_TOKENS\",\"index\":1}" USAGE("9", "2", "11"));
    expect_answer(
        &chat, PATH, "{" HI ",\"generationConfig\":{\"thinkingConfig\":{\"includeThoughts\":true}}}",
        "{\"choices\":[{\"message\":{\"content\":\"a\",\"reasoning\":\"hm\",\"tool_calls\":[{\"id\":\"c\",\"function\":"
        "{"
        "\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}]},\"finish_reason\":\"tool_calls\"}],\"usage\":{\"prompt_"
        "tokens\":9,"
        "\"completion_tokens\":5,\"completion_tokens_details\":{\"reasoning_tokens\":3}}}",
        "{\"candidates\":[" PARTS(
            "{\"text\":\"hm\",\"thought\":true},{\"text\":\"a\"},{\"functionCall\":{\"id\":\"c\",\"name\":\"f\","
            "\"args\":{\"a\":1}}}") ",\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":"
                                    "9,\"candidatesTokenCount\":2,"
                                    "\"thoughtsTokenCount\":3,\"totalTokenCount\":14},\"modelVersion\":\"gemini-2\","
                                    "\"responseId\":\"01\"}");
    expect_answer(&chat, PATH, "{" HI "}", "{\"choices\":[]}", NULL);
    expect_answer(
        &chat, PATH, "{" HI "}",
        "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"no\"}}]},\"finish_"
        "reason\":"
        "\"tool_calls\"}]}",
        NULL);
}

/* --- streams -------------------------------------------------------------------------------------------------------
 */

#define CHUNK(delta) "data: {\"choices\":[{\"index\":0,\"delta\":{" delta "},\"finish_reason\":null}]}\n\n"
#define FINISH(reason) "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" reason "\"}]}\n\n"
#define USED "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}\n\n"
#define DONE "data: [DONE]\n\n"
#define PIECE(text) "{\"candidates\":[" PARTS("{\"text\":\"" text "\"}") ",\"index\":0}" USAGE("0", "0", "0")
#define LAST(parts, in, out, total)                                                                                    \
    "{\"candidates\":[" PARTS(parts) ",\"finishReason\":\"STOP\",\"index\":0}" USAGE(in, out, total)
#define EVENT(item) "data: " item "\r\n\r\n"
#define SSE MODEL ":streamGenerateContent?key=secret&alt=sse"
#define ARRAY MODEL ":streamGenerateContent"
#define WORDS                                                                                                          \
    CHUNK("\"role\":\"assistant\",\"content\":null")                                                                   \
    CHUNK("\"content\":\"lo\"") ": wait\n\n" CHUNK("\"content\":\"cal\"")

static void expect_stream(const char *target, const char *stream, enum ending ending, const char *expected)
{
    expect_events(&chat, target, "{" HI "}", stream, ending, expected);
}

static void a_stream_has_two_framings(void **state)
{
    (void)state;
    expect_stream(
        SSE, WORDS FINISH("stop") USED DONE, COMPLETE_AT_ONCE,
        EVENT(PIECE("lo")) EVENT(PIECE("cal")) EVENT(LAST("{\"text\":\"\"}", "9", "3", "12")));
    expect_stream(
        ARRAY, WORDS FINISH("stop") USED DONE, COMPLETE_AT_ONCE,
        "[" PIECE("lo") ",\r\n" PIECE("cal") ",\r\n" LAST("{\"text\":\"\"}", "9", "3", "12") "\n]");
    expect_stream(ARRAY, FINISH("stop") DONE, COMPLETE_AT_ONCE, "[" LAST("{\"text\":\"\"}", "0", "0", "0") "\n]");
    expect_stream(ARRAY, WORDS, BROKEN, "[" PIECE("lo") ",\r\n" PIECE("cal"));
}

static void calls_come_whole_in_the_last_answer(void **state)
{
    (void)state;
    expect_stream(
        SSE,
        CHUNK("\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\\n\"}"
              "}]") CHUNK("\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"1}\"}}]")
            CHUNK("\"tool_calls\":[{\"index\":1,\"id\":\"d\",\"function\":{\"name\":\"g\",\"arguments\":\"\"}}]")
                FINISH("tool_calls") DONE,
        COMPLETE_AT_ONCE,
        EVENT(LAST(
            "{\"functionCall\":{\"id\":\"c\",\"name\":\"f\",\"args\":{\"a\": 1}}},{\"functionCall\":{\"id\":\"d\","
            "\"name\":\"g\",\"args\":{}}}",
            "0", "0", "0")));
    expect_stream(
        SSE,
        CHUNK("\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"[\"}}]") FINISH("tool_calls"),
        BROKEN, "");
}

#define FAILURE "{\"error\":{\"code\":500,\"message\":\"no\",\"status\":\"INTERNAL\",\"request_id\":\"01\"}}"

static void an_error_is_an_item_of_the_stream(void **state)
{
    (void)state;
    static const char error[] = "data: {\"error\":{\"message\":\"no\"}}\n\n";
    char behind[512];
    (void)snprintf(behind, sizeof(behind), "%s%s", CHUNK("\"content\":\"lo\""), error);
    expect_stream(SSE, error, COMPLETE_AT_ONCE, EVENT(FAILURE));
    expect_stream(ARRAY, error, COMPLETE_AT_ONCE, "[" FAILURE "\n]");
    expect_stream(ARRAY, behind, COMPLETE_AT_ONCE, "[" PIECE("lo") ",\r\n" FAILURE "\n]");
}

/* --- models, canned ------------------------------------------------------------------------------------------------
 */

static void models_are_listed_as_the_vendor_lists_them(void **state)
{
    (void)state;
    static const struct llm_call models = {.operation = LLM_MODELS, .dialect = DIALECT_GEMINI};
    static const struct text names[] = {TEXT_INIT("gemini-2")};
    const struct dialect_target all = {.path = TEXT("/v1beta/models")};
    const struct dialect_target one = {.path = TEXT("/v1beta/models/gemini-2")};
    struct dialect_call *call = dialect_call_for_models(&models, &all);
    struct dialect_call *named = dialect_call_for_models(&models, &one);
    struct buffer out = {0};
#define ENTRY                                                                                                          \
    "{\"name\":\"models/gemini-2\",\"version\":\"001\",\"displayName\":\"gemini-2\",\"description\":\"\","             \
    "\"inputTokenLimit\":1048576,\"outputTokenLimit\":65536,\"supportedGenerationMethods\":[\"generateContent\","      \
    "\"countTokens\",\"embedContent\"]}"
    dialect_models(call, names, 1, &out);
    expect_text(&out, "{\"models\":[" ENTRY "]}");
    dialect_models(named, names, 1, &out);
    expect_text(&out, ENTRY);
    dialect_call_free(named);
    dialect_call_free(call);
}

static void a_fixed_text_is_an_answer_in_every_framing(void **state)
{
    (void)state;
    static const char *const targets[] = {PATH, SSE, ARRAY};
    static const char *const types[] = {
        "application/json; charset=UTF-8", "text/event-stream", "application/json; charset=UTF-8"};
    static const char *const expected[] = {
        LAST("{\"text\":\"Soon.\"}", "0", "0", "0"),
        EVENT(PIECE("Soon.")) EVENT(LAST("{\"text\":\"\"}", "0", "0", "0")),
        "[" PIECE("Soon.") ",\r\n" LAST("{\"text\":\"\"}", "0", "0", "0") "\n]"};
    for (size_t i = 0; i < COUNT_OF(targets); i++) {
        enum reason reason;
        struct detail detail = {0};
        struct dialect_call *call = call_in(&chat, targets[i], "{" HI "}", &reason, &detail);
        struct dialect_answer answer = {0};
        dialect_answer_fields(call, TEXT("01"), dialect_call_streams(call), &answer);
        assert_true(text_equal(answer.fields[0].value, text_from(types[i])));
        assert_true(dialect_canned(call, TEXT("Soon."), TEXT("01"), 1, &answer.body));
        expect_text(&answer.body, expected[i]);
        dialect_call_free(call);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contents_and_systems_words_become_messages),
        cmocka_unit_test(data_goes_on_by_its_type),
        cmocka_unit_test(calls_get_ids_and_results_find_them),
        cmocka_unit_test(tools_and_choices_are_said_in_the_endpoints_words),
        cmocka_unit_test(settings_keep_their_spelling_and_what_is_the_vendors_is_dropped),
        cmocka_unit_test(what_cannot_be_said_is_refused_by_name),
        cmocka_unit_test(tokens_and_vectors),
        cmocka_unit_test(an_answer_becomes_candidates),
        cmocka_unit_test(a_stream_has_two_framings),
        cmocka_unit_test(calls_come_whole_in_the_last_answer),
        cmocka_unit_test(an_error_is_an_item_of_the_stream),
        cmocka_unit_test(models_are_listed_as_the_vendor_lists_them),
        cmocka_unit_test(a_fixed_text_is_an_answer_in_every_framing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
