/* SPDX-License-Identifier: Apache-2.0 */
/* Calls on their way in: what is passed on as it was written, what is dropped, and what is refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/dialect.h"

static enum reason read_call(
    enum llm_operation operation, const char *path, struct text body, struct dialect_call **call, struct detail *detail)
{
    struct buffer bytes = {0};
    buffer_append(&bytes, body);
    const struct llm_call llm = {.operation = operation, .dialect = DIALECT_OPENAI};
    const struct dialect_target target = {.path = text_from(path)};
    enum reason reason = dialect_call_read(&llm, &target, &bytes, call, detail);
    assert_null(bytes.data); /* taken over */
    return reason;
}

/* One call: what comes in behind the model, and what goes out behind it. NULL: the same. */
struct passing {
    enum llm_operation operation;
    const char *in;
    const char *out;
};

static void expect_written(const struct passing *row, bool takes_usage)
{
    struct buffer in = {0};
    struct buffer out = {0};
    struct buffer expected = {0};
    struct dialect_call *call = NULL;
    struct detail detail = {0};
    const struct dialect_endpoint endpoint = {.model = TEXT("local"), .takes_usage = takes_usage};
    BUFFER_APPEND_ALL(&in, TEXT("{\"model\":\"asked\""), text_from(row->in), TEXT("}"));
    BUFFER_APPEND_ALL(
        &expected, TEXT("{\"model\":\"local\""), text_from(row->out != NULL ? row->out : row->in), TEXT("}"));
    if (read_call(row->operation, "/v1/x", buffer_text(&in), &call, &detail) != REASON_NONE)
        fail_msg("%s: %s", row->in, detail.text);
    dialect_call_write(call, &endpoint, &out);
    if (!text_equal(buffer_text(&out), buffer_text(&expected)))
        fail_msg("expected\n%.*s\ngot\n%.*s", TEXT_ARG(buffer_text(&expected)), TEXT_ARG(buffer_text(&out)));
    dialect_call_free(call);
    buffer_clear(&in);
    buffer_clear(&out);
    buffer_clear(&expected);
}

static void expect_all_written(const struct passing *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_written(&rows[i], true);
}

/* --- what passes ---------------------------------------------------------------------------------------------------
 */

#define ASKS(content) ",\"messages\":[{\"role\":\"user\",\"content\":" content "}]"

static void what_callers_of_chat_really_send_is_passed_on_as_it_is_written(void **state)
{
    (void)state;
    static const struct passing rows[] = {
        {LLM_CHAT, ASKS("\"hi\""), NULL},
        {LLM_CHAT, ASKS("\"\"") ",\"stop\":\"\"", NULL},
        {LLM_CHAT, ASKS("[]"), NULL},
        {LLM_CHAT, ",\"messages\":[]", NULL},
        {LLM_CHAT, "", NULL},
        {LLM_CHAT, ASKS("\"\\u0000 \\ud83d \\/ \xc3\xa4 https://shop.example/\""), NULL},
        {LLM_CHAT, ASKS("[{\"type\":\"text\",\"text\":\"see https://shop.example/\"}]"), NULL},
        {LLM_CHAT,
         ASKS("[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,iVBO\\/"
              "w0=\",\"detail\":\"low\"}}]"),
         NULL},
        {LLM_CHAT, ASKS("[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"\\/\\/uQxAA=\",\"format\":\"mp3\"}}]"),
         NULL},
        {LLM_CHAT,
         ASKS("[{\"type\":\"file\",\"file\":{\"file_data\":\"data:application/"
              "pdf;base64,JVBE\",\"filename\":\"a.pdf\"}}]"),
         NULL},
        {LLM_CHAT,
         ",\"messages\":[{\"role\":\"system\",\"content\":\"s\",\"name\":\"shop\"},"
         "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":"
         "{\"name\":\"f\",\"arguments\":\"{\\\"u\\\":\\\"https://"
         "x\\\"}\"}},{\"id\":\"c2\",\"type\":\"custom\",\"custom\":"
         "{\"name\":\"g\",\"input\":\"x\"}}]},"
         "{\"role\":\"tool\",\"content\":\"1\",\"tool_call_id\":\"c1\"},"
         "{\"role\":\"tool\",\"content\":[{\"type\":\"text\",\"text\":\"2\"}],\"tool_call_id\":\"c2\"},"
         "{\"role\":\"assistant\",\"content\":\"no\",\"refusal\":\"r\",\"reasoning_content\":\"t\"}]",
         NULL},
        {LLM_CHAT,
         ASKS("\"x\"") ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"d\","
                       "\"parameters\":"
                       "{\"type\":\"object\",\"properties\":{\"url\":{\"type\":\"string\",\"format\":\"uri\"},"
                       "\"$ref\":{\"$ref\":\"#/$defs/a\"}},\"multipleOf\":0.10},\"strict\":true}}],"
                       "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}},\"parallel_tool_calls\":"
                       "false",
         NULL},
        {LLM_CHAT,
         ASKS("\"x\"") ",\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"f\",\"format\":{\"type\":\"grammar\","
                       "\"grammar\":{\"syntax\":\"lark\",\"definition\":\"start: x\"}}}}],\"tool_choice\":{\"type\":"
                       "\"allowed_tools\",\"allowed_tools\":{\"mode\":\"auto\",\"tools\":[{\"type\":\"custom\","
                       "\"custom\":"
                       "{\"name\":\"f\"}}]}}",
         NULL},
        {LLM_CHAT, ASKS("\"x\"") ",\"tools\":[],\"tool_choice\":\"auto\"", NULL},
        {LLM_CHAT,
         ASKS("\"x\"") ",\"functions\":[{\"name\":\"f\",\"parameters\":{}}],\"function_call\":{\"name\":\"f\"}", NULL},
        {LLM_CHAT,
         ",\"messages\":[{\"role\":\"assistant\",\"content\":null,\"function_call\":{\"name\":\"f\",\"arguments\":\"{}"
         "\"}},"
         "{\"role\":\"function\",\"content\":\"1\",\"name\":\"f\"}]",
         NULL},
        {LLM_CHAT,
         ASKS("\"x\"") ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"description\":"
                       "\"d\","
                       "\"schema\":{\"minimum\":0.7},\"strict\":false}}",
         NULL},
        {LLM_CHAT, ASKS("\"x\"") ",\"response_format\":{\"type\":\"json_object\"}", NULL},
        {LLM_CHAT,
         ASKS("\"x\"") ",\"max_tokens\":50,\"n\":2,\"stop\":[\"a\",\"b\"],\"logprobs\":true,\"top_logprobs\":5,"
                       "\"reasoning_effort\":\"low\",\"verbosity\":\"low\",\"temperature\":0.7,\"top_p\":1.0,\"top_k\":"
                       "40,"
                       "\"min_p\":5e-2,\"presence_penalty\":-0.10,\"frequency_penalty\":0,\"repetition_penalty\":1.1,"
                       "\"seed\":18446744073709551615,\"logit_bias\":{\"50256\":-100}",
         NULL},
        {LLM_CHAT, ASKS("\"x\"") ",\"stop\":\"END\",\"stream\":false", NULL},
    };
    expect_all_written(rows, COUNT_OF(rows));
}

static void what_callers_of_the_others_really_send_is_passed_on_as_it_is_written(void **state)
{
    (void)state;
    static const struct passing rows[] = {
        {LLM_COMPLETIONS,
         ",\"prompt\":\"x\",\"suffix\":\"y\",\"max_tokens\":16,\"n\":1,\"best_of\":1,\"echo\":true,\"logprobs\":5,"
         "\"stop\":\"z\",\"temperature\":0.7",
         NULL},
        {LLM_COMPLETIONS, ",\"prompt\":[\"a\",\"b\"]", NULL},
        {LLM_COMPLETIONS, ",\"prompt\":[1,2]", NULL},
        {LLM_EMBEDDINGS, ",\"input\":\"x\",\"encoding_format\":\"base64\",\"dimensions\":256", NULL},
        {LLM_EMBEDDINGS, ",\"input\":[[1,2],[3]]", NULL},
        {LLM_EMBEDDINGS, ",\"input\":[]", NULL},
        {LLM_RESPONSES, ",\"input\":\"x\"", ",\"input\":\"x\",\"store\":false"},
        {LLM_RESPONSES,
         ",\"instructions\":\"i\",\"input\":[{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_"
         "text\","
         "\"text\":\"t\"},{\"type\":\"input_image\",\"image_url\":\"data:image/png;base64,AA==\",\"detail\":\"auto\"},"
         "{\"type\":\"input_file\",\"file_data\":\"data:application/pdf;base64,JVBE\",\"filename\":\"a.pdf\"}]},"
         "{\"type\":\"reasoning\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"s\"}],\"content\":[{\"type\":"
         "\"reasoning_text\",\"text\":\"t\"}],\"id\":\"rs_1\"},"
         "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"a\","
         "\"annotations\":[]},{\"type\":\"refusal\",\"refusal\":\"r\"}],\"id\":\"msg_1\",\"status\":\"completed\"},"
         "{\"type\":\"function_call\",\"call_id\":\"c1\",\"name\":\"f\",\"arguments\":\"{}\",\"id\":\"fc_1\","
         "\"status\":"
         "\"completed\"},"
         "{\"type\":\"function_call_output\",\"call_id\":\"c1\",\"output\":\"1\"},"
         "{\"type\":\"custom_tool_call\",\"call_id\":\"c2\",\"name\":\"g\",\"input\":\"x\"},"
         "{\"type\":\"custom_tool_call_output\",\"call_id\":\"c2\",\"output\":[{\"type\":\"input_text\",\"text\":\"y\"}"
         "]}],"
         "\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"description\":\"d\",\"parameters\":{},\"strict\":true},"
         "{\"type\":\"custom\",\"name\":\"g\",\"format\":{\"type\":\"grammar\",\"syntax\":\"regex\",\"definition\":"
         "\"x\"}}],"
         "\"tool_choice\":{\"type\":\"function\",\"name\":\"f\"},\"parallel_tool_calls\":true,\"max_output_tokens\":9,"
         "\"top_logprobs\":2,\"text\":{\"format\":{\"type\":\"json_schema\",\"name\":\"n\",\"schema\":{},\"strict\":"
         "true},"
         "\"verbosity\":\"low\"},\"reasoning\":{\"effort\":\"low\",\"summary\":\"auto\"},"
         "\"include\":[\"reasoning.encrypted_content\"],\"truncation\":\"auto\",\"store\":false,\"temperature\":0.7,"
         "\"stream\":true",
         NULL},
    };
    expect_all_written(rows, COUNT_OF(rows));
}

static void what_only_the_vendor_has_a_use_for_is_dropped(void **state)
{
    (void)state;
    static const struct passing rows[] = {
        {LLM_CHAT,
         ASKS(
             "\"x\"") ",\"user\":\"u\",\"metadata\":{\"a\":\"https://x\"},\"service_tier\":\"auto\",\"store\":true,"
                      "\"safety_identifier\":\"s\",\"prompt_cache_key\":\"k\",\"modalities\":[\"text\"],\"audio\":null,"
                      "\"prediction\":{\"type\":\"content\",\"content\":\"https://"
                      "x\"},\"kv_transfer_params\":{\"remote_host\":"
                      "\"evil.example\"},\"mm_processor_kwargs\":{\"url\":\"http://evil.example\"},\"http://"
                      "evil.example\":1,"
                      "\"chat_template\":\"{{x}}\",\"previous_response_id\":null",
         ASKS("\"x\"")},
        {LLM_CHAT,
         ASKS("[{\"type\":\"text\",\"text\":\"t\",\"cache_control\":{},\"image_url\":\"http://evil.example\"}]"),
         ASKS("[{\"type\":\"text\",\"text\":\"t\"}]")},
        {LLM_CHAT,
         ",\"messages\":[{\"role\":\"assistant\",\"content\":\"a\",\"refusal\":null,\"annotations\":[{\"url\":\"http://"
         "x\"}],"
         "\"audio\":null,\"tool_calls\":[]}]",
         ",\"messages\":[{\"role\":\"assistant\",\"content\":\"a\"}]"},
        {LLM_RESPONSES,
         ",\"input\":[{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[],\"encrypted_content\":\"gAAA\"},{\"role\":"
         "\"user\","
         "\"content\":\"x\"}],\"background\":false,\"conversation\":null,\"previous_response_id\":\"\",\"plugins\":[]",
         ",\"input\":[{\"type\":\"message\",\"role\":\"user\",\"content\":\"x\"}],\"store\":false"},
        {LLM_EMBEDDINGS, ",\"input\":\"x\",\"user\":\"u\",\"image\":\"http://evil.example\"", ",\"input\":\"x\""},
    };
    expect_all_written(rows, COUNT_OF(rows));
}

static void local_servers_get_words_that_they_know(void **state)
{
    (void)state;
    static const struct passing rows[] = {
        {LLM_CHAT, ",\"messages\":[{\"role\":\"developer\",\"content\":\"s\"}]",
         ",\"messages\":[{\"role\":\"system\",\"content\":\"s\"}]"},
        {LLM_RESPONSES, ",\"input\":[{\"role\":\"developer\",\"content\":\"s\"}]",
         ",\"input\":[{\"type\":\"message\",\"role\":\"system\",\"content\":\"s\"}],\"store\":false"},
        {LLM_CHAT, ASKS("\"x\"") ",\"max_completion_tokens\":50",
         ASKS("\"x\"") ",\"max_completion_tokens\":50,\"max_tokens\":50"},
        {LLM_CHAT, ASKS("\"x\"") ",\"max_tokens\":40,\"max_completion_tokens\":50",
         ASKS("\"x\"") ",\"max_completion_tokens\":50,\"max_tokens\":40"},
        {LLM_CHAT, ASKS("\"x\"") ",\"max_tokens\":40", NULL},
        {LLM_CHAT, ASKS("[{\"type\":\"input_text\",\"text\":\"t\"}]"), ASKS("[{\"type\":\"text\",\"text\":\"t\"}]")},
        {LLM_CHAT, ASKS("[{\"type\":\"image_url\",\"image_url\":\"DATA:image/png;Base64,AA==\"}]"),
         ASKS("[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AA==\"}}]")},
        {LLM_CHAT, ASKS("[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"data:audio/wav;base64,AA==\"}}]"),
         ASKS("[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AA==\"}}]")},
        {LLM_CHAT,
         ASKS("\"x\"") ",\"tools\":[{\"function\":{\"name\":\"f\",\"parameters\":{\"$schema\":\"http://json-schema.org/"
                       "draft-07/schema#\",\"type\":\"object\",\"properties\":{\"$id\":{\"$id\":\"http://"
                       "x\"},\"a\":[1]}}}}]",
         ASKS("\"x\"") ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":"
                       "\"object\","
                       "\"properties\":{\"$id\":{},\"a\":[1]}}}}]"},
        {LLM_CHAT, ASKS("\"x\"") ",\"tool_choice\":\"any\",\"random_seed\":7",
         ASKS("\"x\"") ",\"tool_choice\":\"required\",\"seed\":7"},
        {LLM_CHAT, ASKS("\"x\"") ",\"\\u0073eed\":1,\"reasoning\":{\"effort\":\"low\",\"max_tokens\":1}",
         ASKS("\"x\"") ",\"reasoning_effort\":\"low\",\"seed\":1"},
    };
    expect_all_written(rows, COUNT_OF(rows));
}

static void tokens_are_asked_for_where_an_endpoint_can_be_asked(void **state)
{
    (void)state;
    static const struct passing asked = {
        LLM_CHAT,
        ASKS("\"x\"") ",\"stream\":true,\"stream_options\":{\"include_usage\":false,\"include_obfuscation\":true}",
        ASKS("\"x\"") ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"};
    static const struct passing not_asked = {
        LLM_CHAT, ASKS("\"x\"") ",\"stream\":true,\"stream_options\":{\"include_usage\":true}",
        ASKS("\"x\"") ",\"stream\":true"};
    expect_written(&asked, true);
    expect_written(&not_asked, false);
}

/* --- what does not -------------------------------------------------------------------------------------------------
 */

struct refused {
    enum llm_operation operation;
    const char *body; /* behind the model */
    const char *detail;
};

static void expect_refused(const struct refused *rows, size_t count, enum reason expected)
{
    for (size_t i = 0; i < count; i++) {
        struct buffer in = {0};
        struct dialect_call *call = NULL;
        struct detail detail = {0};
        BUFFER_APPEND_ALL(&in, TEXT("{\"model\":\"m\""), text_from(rows[i].body), TEXT("}"));
        enum reason reason = read_call(rows[i].operation, "/v1/x", buffer_text(&in), &call, &detail);
        if (reason != expected || call != NULL || strstr(detail.text, rows[i].detail) != detail.text)
            fail_msg("%s: %s: %s", rows[i].body, reason_row(reason)->code, detail.text);
        buffer_clear(&in);
    }
}

/* Anything but data in the place of an image. */
static void a_place_is_refused_however_it_is_spelled(void **state)
{
    (void)state;
    static const char *const places[] = {
        "http://169.254.169.254/",
        "HTTPS://evil.example/",
        " http://evil.example/",
        "\\thttp://evil.example/",
        "\\u0068ttp://evil.example/",
        "file:///etc/passwd",
        "//evil.example/x",
        "\\/\\/evil.example/x",
        "/etc/passwd",
        "evil.example/x.png",
        "ftp://evil.example/",
        "s3://bucket/key",
        "gs://bucket/key",
        "blob:http://evil.example/x",
        "",
        "data:",
        " data:image/png;base64,AA==",
        "data:http://evil.example/",
        "data:,http://evil.example/",
        "data:text/html,<img src=http://evil.example/>",
        "data:image/svg+xml;utf8,<svg/>",
        "data:image/png;base64,http://evil.example/",
        "data:image/png;base64,AA==@evil.example",
        "data:image/png;base64;x,AA==",
        "data\\u0000:image/png;base64,AA==",
        "data:http://evil.example/;base64,AA==",
        "javascript:data:image/png;base64,AA==",
    };
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        static const struct {
            const char *before;
            const char *after;
        } images[] = {
            {",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"",
             "\"}}]}]"},
            {",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":\"", "\"}]}]"},
            {",\"messages\":[{\"role\":\"tool\",\"content\":[{\"type\":\"image_url\",\"\\u0069mage_url\":\"", "\"}]}]"},
        };
        for (size_t shape = 0; shape < COUNT_OF(images); shape++) {
            struct buffer body = {0};
            BUFFER_APPEND_ALL(
                &body, text_from(images[shape].before), text_from(places[i]), text_from(images[shape].after));
            char *text = buffer_take(&body);
            const struct refused row = {LLM_CHAT, text, "messages[0].content[0].image_url"};
            expect_refused(&row, 1, REASON_LLM_OPERATION);
            base_free(text);
        }
    }
}

#define URL "\"http://169.254.169.254/\""

static void nothing_that_an_endpoint_would_fetch_passes(void **state)
{
    (void)state;
    static const struct refused rows[] = {
        {LLM_CHAT, ASKS("[{\"type\":\"video_url\",\"video_url\":{\"url\":" URL "}}]"),
         "messages[0].content[0].type is no kind"},
        {LLM_CHAT, ASKS("[{\"type\":\"video_url\",\"video_url\":{\"url\":\"data:video/mp4;base64,AA==\"}}]"),
         "messages[0].content[0].type is no kind"},
        {LLM_CHAT, ASKS("[{\"type\":\"audio_url\",\"audio_url\":{\"url\":" URL "}}]"), "messages[0].content[0].type"},
        {LLM_CHAT, ASKS("[{\"type\":\"image\",\"image\":" URL "}]"), "messages[0].content[0].type"},
        {LLM_CHAT, ASKS("[{\"type\":\"IMAGE_URL\",\"image_url\":" URL "}]"), "messages[0].content[0].type"},
        {LLM_CHAT, ASKS("[{\"type\":\"image_embeds\",\"image_embeds\":\"AA==\"}]"), "messages[0].content[0].type"},
        {LLM_CHAT, ASKS("[{\"type\":\"input_audio\",\"input_audio\":{\"data\":" URL "}}]"),
         "messages[0].content[0].input_audio.data must be base64"},
        {LLM_CHAT, ASKS("[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"/etc/passwd\"}}]"),
         "messages[0].content[0].input_audio.data must be base64"},
        {LLM_CHAT, ASKS("[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AA==AAAA\"}}]"),
         "messages[0].content[0].input_audio.data must be base64"},
        {LLM_CHAT, ASKS("[{\"type\":\"file\",\"file\":{\"file_data\":" URL "}}]"),
         "messages[0].content[0].file.file_data must"},
        {LLM_CHAT, ASKS("[{\"type\":\"file\",\"file\":{\"file_url\":" URL "}}]"),
         "messages[0].content[0].file.file_url names"},
        {LLM_CHAT, ASKS("[{\"type\":\"file\",\"file\":{\"file_data\":\"AA==\",\"filename\":\"/etc/passwd\"}}]"),
         "messages[0].content[0].file.filename must be the name"},
        {LLM_RESPONSES,
         ",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"image_url\":" URL "}]}]",
         "input[0].content[0].image_url must be the data itself"},
        {LLM_RESPONSES, ",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file_url\":" URL "}]}]",
         "input[0].content[0].file_url names a place"},
        {LLM_RESPONSES,
         ",\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":[{\"type\":\"input_image\","
         "\"image_url\":" URL "}]}]",
         "input[0].output[0].image_url must"},
        {LLM_RESPONSES,
         ",\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":[{\"type\":\"input_file\",\"file_"
         "url\":" URL "}]}]",
         "input[0].output[0].file_url names"},
        {LLM_RESPONSES, ",\"input\":[{\"type\":\"computer_call_output\",\"output\":{\"image_url\":" URL "}}]",
         "input[0].type is"},
        {LLM_RESPONSES, ",\"input\":\"x\",\"tools\":[{\"type\":\"mcp\",\"server_url\":" URL "}]",
         "tools[0].type is a tool of"},
        {LLM_CHAT, ASKS("\"x\"") ",\"tools\":[{\"type\":\"web_search\"}]", "tools[0].type is a tool of"},
        {LLM_CHAT, ASKS("\"x\"") ",\"tool_choice\":{\"type\":\"mcp\",\"server_label\":\"x\"}",
         "tool_choice.type is a tool of"},
        {LLM_CHAT, ASKS("\"x\"") ",\"web_search_options\":{}", "web_search_options is not done here"},
        {LLM_CHAT,
         ASKS("\"x\"") ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"a\":[{\"$"
                       "ref\":" URL "}]}}}]",
         "tools[0].function.parameters has a $ref that leads out"},
        {LLM_CHAT,
         ASKS("\"x\"") ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"\\u0024ref\":"
                       "\"other.json\"}"
                       "}}]",
         "tools[0].function.parameters has a $ref that leads out"},
        {LLM_CHAT,
         ASKS(
             "\"x\"") ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"$dynamicRef\":" URL
                      "}}}",
         "response_format.json_schema.schema has a $ref"},
        {LLM_CHAT, ",\"messages\":[{\"role\":\"user\",\"content\":\"x\",\"images\":[" URL "]}]",
         "messages[0].images is not read"},
        {LLM_CHAT, ASKS("\"x\"") ",\"documents\":[{\"url\":" URL "}]", "documents is not passed on"},
        {LLM_CHAT, ASKS("\"x\"") ",\"guided_json\":" URL, "guided_json is not passed on"},
        {LLM_CHAT, ASKS("\"x\"") ",\"data_sources\":[{}]", "data_sources names stores"},
    };
    expect_refused(rows, COUNT_OF(rows), REASON_LLM_OPERATION);
}

static void what_only_the_vendor_keeps_is_refused_with_the_cure(void **state)
{
    (void)state;
    static const struct refused rows[] = {
        {LLM_RESPONSES, ",\"input\":[{\"type\":\"item_reference\",\"id\":\"msg_a\"}]",
         "input[0] names an item that only the vendor keeps: send the item itself, and store: false"},
        {LLM_RESPONSES, ",\"input\":\"x\",\"previous_response_id\":\"resp_1\"", "previous_response_id names"},
        {LLM_RESPONSES, ",\"input\":\"x\",\"conversation\":{\"id\":\"conv_1\"}", "conversation names"},
        {LLM_RESPONSES, ",\"input\":\"x\",\"prompt\":{\"id\":\"pmpt_1\"}", "prompt names a prompt"},
        {LLM_RESPONSES, ",\"input\":\"x\",\"background\":true", "background asks for a response that is kept"},
        {LLM_RESPONSES, ",\"input\":\"x\",\"container\":\"c\"", "container names"},
        {LLM_RESPONSES, ",\"input\":\"x\",\"tools\":[{\"type\":\"file_search\",\"vector_store_ids\":[\"vs_1\"]}]",
         "tools[0].type"},
        {LLM_RESPONSES, ",\"input\":\"x\",\"tools\":[{\"type\":\"code_interpreter\",\"container\":\"c\"}]",
         "tools[0].type"},
        {LLM_RESPONSES, ",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"file_id\":\"f\"}]}]",
         "input[0].content[0].file_id names a file that only the vendor keeps"},
        {LLM_CHAT, ",\"messages\":[{\"role\":\"assistant\",\"content\":\"x\",\"prefix\":true}]",
         "messages[0].prefix asks"},
        {LLM_CHAT, ",\"messages\":[{\"role\":\"user\",\"name\":" URL "}]", "messages[0].name must be a name"},
        {LLM_CHAT, ",\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"x:\\u002f/y\"}]",
         "messages[0].tool_call_id must"},
        {LLM_CHAT, ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"::://x\"}}]",
         "tools[0].function.name must be a name"},
        {LLM_RESPONSES, ",\"input\":[{\"type\":\"web_search_call\",\"id\":\"ws_1\"}]",
         "input[0].type is an item of the vendor's"},
        {LLM_CHAT, ASKS("[{\"type\":\"file\",\"file\":{\"file_id\":\"f\"}}]"),
         "messages[0].content[0].file.file_id names"},
        {LLM_CHAT, ",\"messages\":[{\"role\":\"assistant\",\"audio\":{\"id\":\"audio_1\"}}]",
         "messages[0].audio names sound"},
        {LLM_CHAT, ASKS("\"x\"") ",\"modalities\":[\"text\",\"audio\"]", "modalities may only be"},
        {LLM_CHAT, ASKS("\"x\"") ",\"audio\":{\"voice\":\"alloy\"}", "audio is not made here"},
        {LLM_CHAT, ASKS("\"x\"") ",\"response_format\":{\"type\":\"regex\"}", "response_format.type is no format"},
    };
    expect_refused(rows, COUNT_OF(rows), REASON_LLM_OPERATION);
}

static void what_has_another_shape_is_told_by_its_path(void **state)
{
    (void)state;
    static const struct refused rows[] = {
        {LLM_CHAT, ASKS("{\"type\":\"image_url\",\"image_url\":" URL "}"),
         "messages[0].content must be a text or a list"},
        {LLM_CHAT, ASKS("[[{\"type\":\"image_url\",\"image_url\":" URL "}]]"),
         "messages[0].content[0] must be an object"},
        {LLM_CHAT, ASKS("[\"http://x\"]"), "messages[0].content[0] must be an object"},
        {LLM_CHAT, ASKS("[{\"video_url\":" URL "}]"), "messages[0].content[0].type is missing"},
        {LLM_CHAT, ASKS("[{\"type\":\"image_url\"}]"), "messages[0].content[0] has no data"},
        {LLM_CHAT, ASKS("[{\"type\":\"text\"}]"), "messages[0].content[0] has no text"},
        {LLM_CHAT, ASKS("[{\"type\":\"image_url\",\"image_url\":{\"url\":[" URL "]}}]"),
         "messages[0].content[0].image_url.url must be a text"},
        {LLM_CHAT, ASKS("[{\"type\":\"image_url\",\"image_url\":[" URL "]}]"),
         "messages[0].content[0].image_url must be a text"},
        {LLM_CHAT, ",\"messages\":{}", "messages must be a list"},
        {LLM_CHAT, ",\"messages\":[[]]", "messages[0] must be an object"},
        {LLM_CHAT, ",\"messages\":[{\"content\":\"x\"}]", "messages[0].role is missing"},
        {LLM_CHAT, ",\"messages\":[{\"role\":\"critic\"}]", "messages[0].role must be"},
        {LLM_CHAT, ",\"messages\":[],\"messages\":[]", "messages stands twice"},
        {LLM_CHAT, ",\"m\\u006fdel\":\"other\"", "model stands twice"},
        {LLM_CHAT, ASKS("[{\"type\":\"text\",\"text\":\"a\",\"type\":\"image_url\"}]"),
         "messages[0].content[0].type stands twice"},
        {LLM_CHAT, ",\"temperature\":\"0.7\"", "temperature must be a number"},
        {LLM_CHAT, ",\"stream\":1", "stream must be true or false"},
        {LLM_CHAT, ",\"reasoning_effort\":\"http://x\"", "reasoning_effort must be one word"},
        {LLM_CHAT, ",\"logit_bias\":{\"http://x\":1}", "logit_bias must map"},
        {LLM_CHAT, ",\"tools\":[{\"type\":\"function\",\"function\":{}}]", "tools[0] has no name"},
        {LLM_CHAT, ",\"tool_choice\":\"always\"", "tool_choice must be auto"},
        {LLM_CHAT, ",\"tools\":[],\"functions\":[]", "functions cannot stand beside"},
        {LLM_CHAT,
         ",\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":{}}}]}]",
         "messages[0].tool_calls[0].function.arguments must be a text"},
        {LLM_RESPONSES, ",\"input\":[{\"role\":\"tool\",\"content\":\"x\"}]", "input[0].role must be"},
        {LLM_RESPONSES, ",\"input\":[{\"id\":\"msg_a\"}]", "input[0].type is missing"},
        {LLM_EMBEDDINGS, ",\"input\":[{\"image\":" URL "}]", "input[0] must be a text or a list of token numbers"},
        {LLM_EMBEDDINGS, ",\"input\":{\"image\":" URL "}", "input must be a text"},
        {LLM_EMBEDDINGS, ",\"input\":[1," URL "]", "input must be a text, a list of texts"},
        {LLM_COMPLETIONS, ",\"prompt\":[[1," URL "]]", "prompt[0] must be a text, a list of texts"},
    };
    expect_refused(rows, COUNT_OF(rows), REASON_MALFORMED_BODY);
}

static void what_is_no_call_at_all_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct {
        struct text body;
        const char *detail;
    } rows[] = {
        {TEXT_INIT("[]"), "the body is JSON, but no object"},
        {TEXT_INIT("{\"messages\":[]}"), "the body names no model"},
        {TEXT_INIT("{\"model\":\"\"}"), "the body names no model"},
        {TEXT_INIT("{\"model\":null}"), "the body names no model"},
        {TEXT_INIT(""), "no JSON: nothing is there"},
        {TEXT_INIT("\x1f\x8b"), "no JSON: a value is expected, at line 1, column 1"},
        {TEXT_INIT("{\"model\":\"m\",\n\"n\":1\0}"), "no JSON: a comma or the end is expected, at line 2, column 6"},
        {TEXT_INIT("{\"model\":\"m\",\"user\":\"\xff\"}"), "no JSON: a byte that is no UTF-8, at line 1, column 22"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct dialect_call *call = NULL;
        struct detail detail = {0};
        enum reason reason = read_call(LLM_CHAT, "/v1/x", rows[i].body, &call, &detail);
        if (reason != REASON_MALFORMED_BODY || strstr(detail.text, rows[i].detail) == NULL)
            fail_msg("%.*s: %s", TEXT_ARG(rows[i].body), detail.text);
    }
}

/* --- whose model ---------------------------------------------------------------------------------------------------
 */

static void expect_model(const char *path, struct text body, struct text model)
{
    struct dialect_call *call = NULL;
    struct detail detail = {0};
    if (read_call(LLM_CHAT, path, body, &call, &detail) != REASON_NONE)
        fail_msg("%.*s: %s", TEXT_ARG(body), detail.text);
    assert_true(text_equal(dialect_call_model(call), model));
    dialect_call_free(call);
}

static void an_object_of_more_members_than_any_call_has_is_refused(void **state)
{
    (void)state;
    struct buffer body = {0};
    struct dialect_call *call = NULL;
    struct detail detail = {0};
    buffer_append(&body, TEXT("{\"model\":\"m\""));
    for (int i = 0; i < 256; i++)
        buffer_append(&body, TEXT(",\"a\":1"));
    buffer_append(&body, TEXT("}"));
    assert_int_equal(read_call(LLM_CHAT, "/v1/x", buffer_text(&body), &call, &detail), REASON_MALFORMED_BODY);
    assert_string_equal(detail.text, "the body has more than 256 members");
    buffer_clear(&body);
}

/* 8 MiB of two bytes each would take hundreds of MiB. */
static void a_list_of_more_items_than_any_call_has_is_refused(void **state)
{
    (void)state;
    static const struct {
        enum llm_operation operation;
        const char *before;
        const char *after;
        const char *what;
    } rows[] = {
        {LLM_CHAT, "\"messages\":[", "]", "messages has more than 65536 items"},
        {LLM_CHAT, "\"messages\":[{\"role\":\"user\",\"content\":[", "]}]",
         "messages[0].content has more than 65536 items"},
        {LLM_CHAT, "\"tools\":[", "]", "tools has more than 65536 items"},
        {LLM_RESPONSES, "\"input\":[", "]", "input has more than 65536 items"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer body = {0};
        struct dialect_call *call = NULL;
        struct detail detail = {0};
        BUFFER_APPEND_ALL(&body, TEXT("{\"model\":\"m\","), text_from(rows[i].before), TEXT("1"));
        for (int j = 0; j < 65536; j++)
            buffer_append(&body, TEXT(",1"));
        BUFFER_APPEND_ALL(&body, text_from(rows[i].after), TEXT("}"));
        assert_int_equal(
            read_call(rows[i].operation, "/v1/x", buffer_text(&body), &call, &detail), REASON_MALFORMED_BODY);
        assert_string_equal(detail.text, rows[i].what);
        buffer_clear(&body);
    }
}

static void a_model_has_a_name_and_no_book(void **state)
{
    (void)state;
    struct buffer body = {0};
    struct dialect_call *call = NULL;
    struct detail detail = {0};
    buffer_append(&body, TEXT("{\"model\":\""));
    for (int i = 0; i < 1025; i++)
        buffer_append(&body, TEXT("m"));
    buffer_append(&body, TEXT("\"}"));
    assert_int_equal(read_call(LLM_COMPLETIONS, "/v1/x", buffer_text(&body), &call, &detail), REASON_MALFORMED_BODY);
    assert_string_equal(detail.text, "the name of the model is longer than 1024 bytes");
    buffer_clear(&body);
}

static void a_model_is_no_place(void **state)
{
    (void)state;
    struct dialect_call *call = NULL;
    struct detail detail = {0};
    struct text body = TEXT("{\"model\":\"http://evil.example/m\"}");
    assert_int_equal(read_call(LLM_CHAT, "/v1/x", body, &call, &detail), REASON_LLM_OPERATION);
    assert_string_equal(detail.text, "model must be a name, and names a place");
}

static void the_model_is_named_by_the_body_or_by_a_deployment(void **state)
{
    (void)state;
    const char *deployment = "/openai/deployments/shop-gpt/chat/completions";
    expect_model("/v1/chat/completions", TEXT("\xef\xbb\xbf{\"model\":\"gpt-4o\"}"), TEXT("gpt-4o"));
    expect_model("/v1/chat/completions", TEXT("{\"model\":\"a\\/\\u00e4\"}"), TEXT("a/\xc3\xa4"));
    expect_model(deployment, TEXT("{\"messages\":[]}"), TEXT("shop-gpt"));
    expect_model(deployment, TEXT("{\"model\":\"gpt-4o\"}"), TEXT("gpt-4o"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_callers_of_chat_really_send_is_passed_on_as_it_is_written),
        cmocka_unit_test(what_callers_of_the_others_really_send_is_passed_on_as_it_is_written),
        cmocka_unit_test(what_only_the_vendor_has_a_use_for_is_dropped),
        cmocka_unit_test(local_servers_get_words_that_they_know),
        cmocka_unit_test(tokens_are_asked_for_where_an_endpoint_can_be_asked),
        cmocka_unit_test(a_place_is_refused_however_it_is_spelled),
        cmocka_unit_test(nothing_that_an_endpoint_would_fetch_passes),
        cmocka_unit_test(what_only_the_vendor_keeps_is_refused_with_the_cure),
        cmocka_unit_test(what_has_another_shape_is_told_by_its_path),
        cmocka_unit_test(what_is_no_call_at_all_is_told_with_its_place),
        cmocka_unit_test(an_object_of_more_members_than_any_call_has_is_refused),
        cmocka_unit_test(a_list_of_more_items_than_any_call_has_is_refused),
        cmocka_unit_test(a_model_has_a_name_and_no_book),
        cmocka_unit_test(a_model_is_no_place),
        cmocka_unit_test(the_model_is_named_by_the_body_or_by_a_deployment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
