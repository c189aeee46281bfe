/* SPDX-License-Identifier: Apache-2.0 */
/* Event streams: what goes on and how, however it is cut and however its lines end; and when a stream is complete. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"

static const char chat[] = "{\"model\":\"gpt-4o\",\"stream\":true}";
static const char chat_with_usage[] =
    "{\"model\":\"gpt-4o\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}";

/* Feeds it in pieces, then ends the body in order. */
static enum ending
run(enum llm_operation operation, const char *asked, struct text in, size_t piece, struct buffer *out)
{
    enum { LIMIT = 1000 };
    struct dialect_call *call = call_of(operation, asked);
    struct dialect_stream *stream = dialect_stream_new(call, LIMIT);
    enum dialect_progress progress = DIALECT_GOES_ON;
    for (size_t at = 0; at < in.length && progress == DIALECT_GOES_ON; at += piece)
        progress = dialect_stream_feed(stream, text_part(in, at, piece), out);
    enum ending ending = progress == DIALECT_TOO_LARGE     ? TOO_LARGE
                         : progress == DIALECT_IS_COMPLETE ? COMPLETE_AT_ONCE
                         : dialect_stream_end(stream, out) ? COMPLETE_AT_THE_END
                                                           : BROKEN;
    assert_int_equal(dialect_stream_has_told(stream), ending == COMPLETE_AT_ONCE || ending == COMPLETE_AT_THE_END);
    dialect_stream_free(stream);
    dialect_call_free(call);
    return ending;
}

/* The same must come of it whole and cut into pieces of any length. */
static void
expect_stream(enum llm_operation operation, const char *asked, struct text in, enum ending ending, struct text expected)
{
    for (size_t piece = 1; piece <= in.length; piece++) {
        struct buffer out = {0};
        enum ending got = run(operation, asked, in, piece, &out);
        if (got != ending || !text_equal(buffer_text(&out), expected))
            fail_msg(
                "%.*s\nin pieces of %zu: ending %d, expected\n%.*s\ngot\n%.*s", TEXT_ARG(in), piece, (int)got,
                TEXT_ARG(expected), TEXT_ARG(buffer_text(&out)));
        buffer_clear(&out);
    }
}

#define TOKEN(model) "data: {\"model\":\"" model "\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}"
#define STOP(model)                                                                                                    \
    "data: {\"model\":\"" model "\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}"
#define DONE "data: [DONE]\n\n"

static void events_go_on_one_by_one_with_the_callers_model(void **state)
{
    (void)state;
    expect_stream(
        LLM_CHAT, chat,
        TEXT(": keep\n\n" TOKEN("mistral") "\r\n\r\ndata: {\"model\":\"mistral\",\"choices\":[],\"usage\":{"
                                           "\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n" DONE),
        COMPLETE_AT_ONCE, TEXT(": keep\n\n" TOKEN("gpt-4o") "\n\n" DONE));
}

static void lines_end_as_the_specification_allows(void **state)
{
    (void)state;
    struct text expected = TEXT("event: x\n" TOKEN("gpt-4o") "\n\n" DONE);
    expect_stream(LLM_CHAT, chat, TEXT("event: x\n" TOKEN("m") "\n\n" DONE), COMPLETE_AT_ONCE, expected);
    expect_stream(LLM_CHAT, chat, TEXT("event: x\r" TOKEN("m") "\r\r" DONE), COMPLETE_AT_ONCE, expected);
    expect_stream(LLM_CHAT, chat, TEXT("event: x\r\n" TOKEN("m") "\r\n\r\n" DONE), COMPLETE_AT_ONCE, expected);
    expect_stream(LLM_CHAT, chat, TEXT("event: x\r" TOKEN("m") "\n\r\n" DONE), COMPLETE_AT_ONCE, expected);
    expect_stream(
        LLM_CHAT, chat,
        TEXT("\xef\xbb\xbf"
             "event: x\n" TOKEN("m") "\n\n" DONE),
        COMPLETE_AT_ONCE, expected);
    expect_stream(
        LLM_CHAT, chat, TEXT("\xef\xbb\xbf" TOKEN("m") "\r\r" DONE), COMPLETE_AT_ONCE,
        TEXT(TOKEN("gpt-4o") "\n\n" DONE));
}

static void fields_are_read_as_the_specification_says(void **state)
{
    (void)state;
    expect_stream(
        LLM_CHAT, chat,
        TEXT("id: 7\nretry: 5\nunknown\ndata:{\"model\":\ndata: \"m\"}\n\n"
             ":comment\ndata\n\ndatax: 1\n\n" DONE),
        COMPLETE_AT_ONCE,
        TEXT("id: 7\nretry: 5\nunknown\ndata: {\"model\":\ndata: \"gpt-4o\"}\n\n"
             ":comment\n\ndata: \n\ndatax: 1\n\n" DONE));
}

static void an_empty_line_is_waited_for_and_a_comment_is_not(void **state)
{
    (void)state;
    struct dialect_call *call = call_of(LLM_CHAT, chat);
    struct dialect_stream *stream = dialect_stream_new(call, 1000);
    struct buffer out = {0};
    assert_int_equal(dialect_stream_feed(stream, TEXT(": alive\n"), &out), DIALECT_GOES_ON);
    expect_text(&out, ": alive\n\n");
    assert_int_equal(dialect_stream_feed(stream, TEXT(TOKEN("m") "\n"), &out), DIALECT_GOES_ON);
    assert_int_equal(out.length, 0);
    assert_int_equal(dialect_stream_feed(stream, TEXT("\r"), &out), DIALECT_GOES_ON);
    expect_text(&out, TOKEN("gpt-4o") "\n\n");
    dialect_stream_free(stream);
    dialect_call_free(call);
}

static void done_is_known_however_it_is_spelled(void **state)
{
    (void)state;
    static const struct text spellings[] = {
        TEXT_INIT("data: [DONE]\n\n"), TEXT_INIT("data: [DONE]\n"), TEXT_INIT("data: [DONE]"),
        TEXT_INIT("data:[DONE]\r\r"),  TEXT_INIT("data: [DONE] "),  TEXT_INIT("data: [DONE]\r\n"),
    };
    for (size_t i = 0; i < COUNT_OF(spellings); i++) {
        struct buffer in = {0};
        BUFFER_APPEND_ALL(&in, TEXT(TOKEN("m") "\n\n"), spellings[i]);
        expect_stream(LLM_CHAT, chat, buffer_text(&in), COMPLETE_AT_ONCE, TEXT(TOKEN("gpt-4o") "\n\n" DONE));
        buffer_clear(&in);
    }
    expect_stream(LLM_CHAT, chat, TEXT(STOP("m") "\n" DONE), COMPLETE_AT_ONCE, TEXT(STOP("gpt-4o") "\n\n" DONE));
}

static void what_comes_after_done_is_nobodys(void **state)
{
    (void)state;
    expect_stream(LLM_CHAT, chat, TEXT(DONE TOKEN("m") "\n\ndata: {\"error\":1}\n\n"), COMPLETE_AT_ONCE, TEXT(DONE));
}

static void a_stream_whose_choices_are_all_finished_gets_the_end_that_is_missing(void **state)
{
    (void)state;
    expect_stream(LLM_CHAT, chat, TEXT(STOP("m") "\n\n"), COMPLETE_AT_THE_END, TEXT(STOP("gpt-4o") "\n\n" DONE));
    expect_stream(LLM_CHAT, chat, TEXT(STOP("m") "\n"), COMPLETE_AT_THE_END, TEXT(STOP("gpt-4o") "\n\n" DONE));
    expect_stream(LLM_CHAT, chat, TEXT(STOP("m")), COMPLETE_AT_THE_END, TEXT(STOP("gpt-4o") "\n\n" DONE));
    expect_stream(
        LLM_CHAT, chat, TEXT("data: {\"choices\":[{\"finish_reason\":\"tool_calls\"}]}\n\n"), COMPLETE_AT_THE_END,
        TEXT("data: {\"choices\":[{\"finish_reason\":\"tool_calls\"}]}\n\n" DONE));
    expect_stream(
        LLM_COMPLETIONS, chat, TEXT("data: {\"choices\":[{\"text\":\"a\",\"finish_reason\":\"length\"}]}\n\n"),
        COMPLETE_AT_THE_END, TEXT("data: {\"choices\":[{\"text\":\"a\",\"finish_reason\":\"length\"}]}\n\n" DONE));
}

static void a_stream_that_stops_before_a_finish_reason_is_broken(void **state)
{
    (void)state;
    static const struct text broken[] = {
        TEXT_INIT(TOKEN("gpt-4o") "\n\n"),
        TEXT_INIT("data: {\"choices\":[{\"index\":0,\"finish_reason\":null}]}\n\n"),
        TEXT_INIT("data: {\"choices\":[{\"index\":0,\"finish_reason\":\"\"}]}\n\n"),
        TEXT_INIT("data: {\"choices\":[{\"index\":1}]}\n\ndata: "
                  "{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}\n\n"),
        TEXT_INIT("data: {\"choices\":[{\"index\":500,\"finish_reason\":\"stop\"}]}\n\n"),
        TEXT_INIT("data: {\"choices\":[]}\n\n"),
        TEXT_INIT("data: oops\n\n"),
    };
    for (size_t i = 0; i < COUNT_OF(broken); i++)
        expect_stream(LLM_CHAT, chat, broken[i], BROKEN, broken[i]);
    expect_stream(
        LLM_CHAT, chat, TEXT(TOKEN("m") "\n\ndata: {\"choices\":[{\"index\":0,\"finish_reason\":\"st"), BROKEN,
        TEXT(TOKEN("gpt-4o") "\n\n"));
}

static void each_of_several_choices_must_finish(void **state)
{
    (void)state;
    struct text both =
        TEXT("data: {\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"},{\"index\":1,\"finish_reason\":null}]}\n\n"
             "data: {\"choices\":[{\"index\":1,\"finish_reason\":\"stop\"}]}\n\n");
    struct buffer expected = {0};
    BUFFER_APPEND_ALL(&expected, both, TEXT(DONE));
    expect_stream(
        LLM_CHAT, "{\"model\":\"m\",\"stream\":true,\"n\":2}", both, COMPLETE_AT_THE_END, buffer_text(&expected));
    buffer_clear(&expected);
}

/* Whole: what is missing would be filled. */
#define SETTINGS                                                                                                       \
    "\"error\":null,\"incomplete_details\":null,\"instructions\":null,\"max_output_tokens\":null,\"metadata\":{},"     \
    "\"output\":[],\"parallel_tool_calls\":true,\"previous_response_id\":null,\"store\":false,\"temperature\":1.0,"    \
    "\"text\":{},\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":1.0,\"truncation\":\"disabled\""
#define RESPONSE(type)                                                                                                 \
    "event: " type "\ndata: {\"type\":\"" type "\",\"response\":{\"model\":\"gpt-4o\"," SETTINGS "}}\n\n"

static void a_response_is_complete_with_its_last_event(void **state)
{
    (void)state;
    static const char asked[] = "{\"model\":\"gpt-4o\",\"input\":\"x\",\"stream\":true}";
    static const struct text ends[] = {
        TEXT_INIT(RESPONSE("response.completed")),
        TEXT_INIT(RESPONSE("response.failed")),
        TEXT_INIT(RESPONSE("response.incomplete")),
        TEXT_INIT("data: {\"type\":\"response.completed\"}\n\n"),
        TEXT_INIT("event: response.completed\ndata: {}\n\n"),
    };
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        expect_stream(LLM_RESPONSES, asked, ends[i], COMPLETE_AT_ONCE, ends[i]);
    struct text begun = TEXT(RESPONSE("response.created"));
    expect_stream(LLM_RESPONSES, asked, begun, BROKEN, begun);
    expect_stream(
        LLM_RESPONSES, asked,
        TEXT("event: response.completed\rdata: {\"response\":{\"model\":\"m\"," SETTINGS "}}\r\r"), COMPLETE_AT_ONCE,
        TEXT("event: response.completed\ndata: {\"response\":{\"model\":\"gpt-4o\"," SETTINGS "}}\n\n"));
}

static void an_error_of_the_endpoints_ends_the_stream_and_needs_no_second(void **state)
{
    (void)state;
    static const struct text errors[] = {
        TEXT_INIT("event: error\ndata: {\"type\":\"error\",\"message\":\"no\"}\n\n"),
        TEXT_INIT("event: error\ndata: {\"message\":\"no\"}\n\n"),
        TEXT_INIT("data: {\"error\":{\"message\":\"no\"}}\n\n"),
    };
    for (size_t i = 0; i < COUNT_OF(errors); i++) {
        expect_stream(LLM_RESPONSES, "{\"model\":\"m\",\"input\":\"x\"}", errors[i], COMPLETE_AT_THE_END, errors[i]);
        expect_stream(LLM_CHAT, chat, errors[i], COMPLETE_AT_THE_END, errors[i]);
    }
    struct text none = TEXT("data: {\"error\":null}\n\n");
    expect_stream(LLM_CHAT, chat, none, BROKEN, none);
}

static void a_usage_event_is_for_those_who_asked(void **state)
{
    (void)state;
    static const char *const events[] = {
        "data: {\"usage\":{\"prompt_tokens\":1}}\n\n",
        "data: {\"choices\":null,\"usage\":{\"prompt_tokens\":1}}\n\n",
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\n",
        "data: { \"choices\" : [ ] , \"usage\":{\"prompt_tokens\":1}}\n\n",
    };
    static const char *const wanted[] = {
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\n" DONE,
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\n" DONE,
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\n" DONE,
        "data: { \"choices\" : [ ] , \"usage\":{\"prompt_tokens\":1}}\n\n" DONE,
    };
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        struct buffer in = {0};
        BUFFER_APPEND_ALL(&in, text_from(events[i]), TEXT(DONE));
        expect_stream(LLM_CHAT, chat, buffer_text(&in), COMPLETE_AT_ONCE, TEXT(DONE));
        expect_stream(LLM_COMPLETIONS, chat, buffer_text(&in), COMPLETE_AT_ONCE, TEXT(DONE));
        expect_stream(LLM_CHAT, chat_with_usage, buffer_text(&in), COMPLETE_AT_ONCE, text_from(wanted[i]));
        buffer_clear(&in);
    }
    struct text with_choices = TEXT("data: {\"choices\":[{\"index\":0}],\"usage\":{\"prompt_tokens\":1}}\n\n" DONE);
    expect_stream(LLM_CHAT, chat, with_choices, COMPLETE_AT_ONCE, with_choices);
    struct text no_usage = TEXT("data: {\"choices\":[],\"usage\":null,\"prompt_filter_results\":[]}\n\n" DONE);
    expect_stream(LLM_CHAT, chat, no_usage, COMPLETE_AT_ONCE, no_usage);
}

static void what_strict_parsers_refuse_goes_on_byte_for_byte(void **state)
{
    (void)state;
    static const struct {
        struct text in;
        struct text out;
    } rows[] = {
        {TEXT_INIT("data: {\"model\":\"m\",\"t\":\"\\ud83d\"}\n\ndata: {\"model\":\"m\",\"t\":\"\\ude00\"}\n\n" DONE),
         TEXT_INIT("data: {\"model\":\"gpt-4o\",\"t\":\"\\ud83d\"}\n\ndata: "
                   "{\"model\":\"gpt-4o\",\"t\":\"\\ude00\"}\n\n" DONE)},
        {TEXT_INIT("data: {\"model\":\"m\",\"t\":\"\\u0000\",\"n\":18446744073709551616}\n\n" DONE),
         TEXT_INIT("data: {\"model\":\"gpt-4o\",\"t\":\"\\u0000\",\"n\":18446744073709551616}\n\n" DONE)},
        {TEXT_INIT("data: {\"model\":\"m\",\"t\":\"\xf0\x9f\"}\n\n" DONE),
         TEXT_INIT("data: {\"model\":\"gpt-4o\",\"t\":\"\xf0\x9f\"}\n\n" DONE)},
        {TEXT_INIT("data: {\"model\":\"m\",\"model\":\"m\",\"x\":0.70}\n\n" DONE),
         TEXT_INIT("data: {\"model\":\"gpt-4o\",\"model\":\"gpt-4o\",\"x\":0.70}\n\n" DONE)},
        {TEXT_INIT("data: oops\n\ndata:\n\n" DONE), TEXT_INIT("data: oops\n\ndata: \n\n" DONE)},
        {TEXT_INIT("data: {\"model\" : \"m\", \"t\": tru e}\n\n" DONE),
         TEXT_INIT("data: {\"model\" : \"gpt-4o\", \"t\": tru e}\n\n" DONE)},
        {TEXT_INIT("data: {\"model\"\n\ndata: \"model\":\n\ndata: \"model\":\"m\n\n" DONE),
         TEXT_INIT("data: {\"model\"\n\ndata: \"model\":\n\ndata: \"model\":\"gpt-4o\"\n\n" DONE)},
        {TEXT_INIT("data: {{\"t\":\"he said \\\"model\\\":\\\"m\\\"\"}\n\n" DONE),
         TEXT_INIT("data: {{\"t\":\"he said \\\"model\\\":\\\"m\\\"\"}\n\n" DONE)},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_stream(LLM_CHAT, chat, rows[i].in, COMPLETE_AT_ONCE, rows[i].out);
}

static void an_event_has_a_limit_and_a_stream_has_none(void **state)
{
    (void)state;
    struct buffer in = {0};
    struct buffer out = {0};
    for (int i = 0; i < 100; i++)
        buffer_append(&in, TEXT(TOKEN("gpt-4o") "\n\n"));
    buffer_append(&in, TEXT(DONE));
    assert_int_equal(run(LLM_CHAT, chat, buffer_text(&in), 7, &out), COMPLETE_AT_ONCE);
    assert_true(text_equal(buffer_text(&in), buffer_text(&out)));
    buffer_clear(&in);
    buffer_clear(&out);
    buffer_append(&in, TEXT("data: \""));
    for (int i = 0; i < 1000; i++)
        buffer_append_byte(&in, 'x');
    buffer_append(&in, TEXT("\"\n\n"));
    assert_int_equal(run(LLM_CHAT, chat, buffer_text(&in), 7, &out), TOO_LARGE);
    buffer_clear(&in);
    buffer_clear(&out);
}

static void a_canned_stream_passes_our_own_reader(void **state)
{
    (void)state;
    static const enum llm_operation operations[] = {LLM_CHAT, LLM_COMPLETIONS, LLM_RESPONSES};
    for (size_t i = 0; i < COUNT_OF(operations); i++) {
        struct dialect_call *call = call_of(operations[i], "{\"model\":\"gpt-4o\",\"stream\":true,\"n\":2}");
        struct buffer canned = {0};
        struct buffer out = {0};
        assert_true(dialect_canned(call, TEXT("Soon."), TEXT("01"), 1, &canned));
        assert_int_equal(
            run(operations[i], "{\"model\":\"gpt-4o\",\"stream\":true}", buffer_text(&canned), 1 << 20, &out),
            COMPLETE_AT_ONCE);
        assert_true(text_equal(buffer_text(&canned), buffer_text(&out)));
        buffer_clear(&canned);
        buffer_clear(&out);
        dialect_call_free(call);
    }
}

static void how_a_stream_ended_is_known(void **state)
{
    static const struct {
        enum llm_operation operation;
        const char *stream;
        const char *finish;
    } rows[] = {
        {LLM_CHAT, TOKEN("m") "\n\n" STOP("m") "\n\n" DONE, "stop"},
        {LLM_CHAT, TOKEN("m") "\n\n", ""},
        {LLM_RESPONSES, "event: response.incomplete\ndata: {\"response\":{\"status\":\"incomplete\"}}\n\n", "length"},
        {LLM_RESPONSES, "event: response.created\ndata: {\"response\":{\"status\":\"in_progress\"}}\n\n", ""},
        {LLM_RESPONSES, "event: response.completed\ndata: {\"response\":{\"status\":\"completed\"}}\n\n", "stop"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer out = {0};
        struct dialect_usage usage = {0};
        struct dialect_call *call = call_of(rows[i].operation, chat);
        struct dialect_stream *stream = dialect_stream_new(call, 1000);
        (void)!dialect_stream_feed(stream, text_from(rows[i].stream), &out);
        dialect_stream_usage(stream, &usage);
        if (!text_equal(usage.finish, text_from(rows[i].finish)))
            fail_msg("%s: %.*s", rows[i].stream, TEXT_ARG(usage.finish));
        dialect_stream_free(stream);
        dialect_call_free(call);
        buffer_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_go_on_one_by_one_with_the_callers_model),
        cmocka_unit_test(lines_end_as_the_specification_allows),
        cmocka_unit_test(fields_are_read_as_the_specification_says),
        cmocka_unit_test(an_empty_line_is_waited_for_and_a_comment_is_not),
        cmocka_unit_test(done_is_known_however_it_is_spelled),
        cmocka_unit_test(what_comes_after_done_is_nobodys),
        cmocka_unit_test(a_stream_whose_choices_are_all_finished_gets_the_end_that_is_missing),
        cmocka_unit_test(a_stream_that_stops_before_a_finish_reason_is_broken),
        cmocka_unit_test(each_of_several_choices_must_finish),
        cmocka_unit_test(a_response_is_complete_with_its_last_event),
        cmocka_unit_test(an_error_of_the_endpoints_ends_the_stream_and_needs_no_second),
        cmocka_unit_test(a_usage_event_is_for_those_who_asked),
        cmocka_unit_test(what_strict_parsers_refuse_goes_on_byte_for_byte),
        cmocka_unit_test(an_event_has_a_limit_and_a_stream_has_none),
        cmocka_unit_test(a_canned_stream_passes_our_own_reader),
        cmocka_unit_test(how_a_stream_ended_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
