/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of events: whatever way a text is split, its values come back, and what is kept out never leaves. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "rule.h"

#include <string.h>

#include "exeat/base/json.h"
#include "exeat/base/json_view.h"

static void append_event(struct buffer *stream, struct text piece, const char *finish)
{
    buffer_append_string(stream, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":");
    json_append_string(stream, piece);
    buffer_printf(stream, "},\"finish_reason\":%s}]}\n\n", finish);
}

/* The text as one event for each piece, then the end. */
static void write_stream(struct text text, size_t first, size_t second, struct buffer *stream)
{
    append_event(stream, text_part(text, 0, first), "null");
    append_event(stream, text_part(text, first, second), "null");
    append_event(stream, text_after(text, first + second), "null");
    append_event(stream, TEXT(""), "\"stop\"");
    buffer_append_string(stream, "data: [DONE]\n\n");
}

static void append_content(const struct json_view *view, struct buffer *out)
{
    for (uint32_t i = 0; i + 1 < view->count; i++)
        if (json_view_means(view, i, TEXT("content")))
            json_spelled_append(out, json_view_spelled(view, i + 1));
}

static void read_stream(struct text stream, struct buffer *out)
{
    struct json_view view = {0};
    struct text line;
    while (text_split(&stream, '\n', &line))
        if (text_starts_with(line, TEXT("data: {"))) {
            assert_true(json_view_read(&view, text_after(line, 6), JSON_UTF8, NULL));
            append_content(&view, out);
        }
    json_view_clear(&view);
}

/* Fed byte-wise in steps, so that events are cut too. */
static enum inspect_says pass(struct rule *rule, struct text stream, size_t step, struct buffer *out)
{
    struct inspect_stream *machine = inspect_stream_new(rule->inspected, BODY_EVENTS, 1 << 16);
    struct detail detail = {0};
    enum inspect_says says = INSPECT_PASSES;
    for (size_t at = 0; at < stream.length && says == INSPECT_PASSES; at += step)
        says = inspect_stream_feed(machine, text_part(stream, at, step), out, &detail);
    if (says == INSPECT_PASSES)
        says = inspect_stream_end(machine, out, &detail);
    inspect_stream_free(machine);
    return says;
}

static void assert_reads(struct text stream, struct text expected)
{
    struct buffer read = {0};
    read_stream(stream, &read);
    assert_int_equal(read.length, expected.length);
    assert_memory_equal(read.data, expected.data, expected.length);
    buffer_clear(&read);
}

static void redacting_and_restoring_is_the_identity_for_every_split(void **state)
{
    (void)state;
    static const char text[] = "Pay 4111 1111 1111 1111, tell a@x.example \xc3\xa9 [x] KD-123456.";
    struct rule rule = rule_make("{ redact: [card, email, customer], restore: true }");
    struct buffer body = {0};
    struct buffer json = {0};
    json_append_string(&json, text_from(text));
    buffer_append_byte(&json, '\0');
    assert_int_equal(rule_json(&rule, json.data, &body), INSPECT_CHANGED);
    struct text words = text_part(buffer_text(&body), 1, body.length - 2);
    assert_true(text_equal(words, TEXT("Pay [CARD_1], tell [EMAIL_1] \xc3\xa9 [x] [CUSTOMER_1].")));
    for (size_t first = 0; first <= words.length; first++)
        for (size_t second = 0; second <= 3 && first + second <= words.length; second++) {
            struct buffer stream = {0};
            struct buffer out = {0};
            bool is_inside = ((unsigned char)words.data[first] & 0xc0) == 0x80 ||
                             ((unsigned char)words.data[first + second] & 0xc0) == 0x80;
            if (is_inside)
                continue; /* a character is never in two values */
            write_stream(words, first, second, &stream);
            assert_int_equal(pass(&rule, buffer_text(&stream), 37, &out), INSPECT_PASSES);
            assert_reads(buffer_text(&out), text_from(text));
            buffer_clear(&stream);
            buffer_clear(&out);
        }
    buffer_clear(&body);
    buffer_clear(&json);
    rule_free(&rule);
}

static void no_byte_of_what_is_redacted_leaves_in_any_split(void **state)
{
    (void)state;
    static const struct text text = TEXT_INIT("card 4111 1111 1111 1111 and anna.muster@shop.example end");
    for (size_t first = 0; first <= text.length; first++)
        for (size_t second = 0; second <= 8 && first + second <= text.length; second += 4) {
            struct rule rule = rule_make("{ answers: { redact: [card, email] } }");
            struct buffer stream = {0};
            struct buffer out = {0};
            write_stream(text, first, second, &stream);
            assert_int_equal(pass(&rule, buffer_text(&stream), 1000, &out), INSPECT_PASSES);
            assert_reads(buffer_text(&out), TEXT("card [CARD_1] and [EMAIL_1] end"));
            buffer_clear(&stream);
            buffer_clear(&out);
            rule_free(&rule);
        }
}

static void what_is_denied_stops_the_stream_before_it_leaves(void **state)
{
    (void)state;
    static const struct text text = TEXT_INIT("card 4111 1111 1111 1111 end");
    for (size_t first = 6; first < 20; first++) {
        struct rule rule = rule_make("{ answers: { deny: [card] } }");
        struct buffer stream = {0};
        struct buffer out = {0};
        write_stream(text, first, 2, &stream);
        assert_int_equal(pass(&rule, buffer_text(&stream), 50, &out), INSPECT_DENIED);
        assert_null(memmem(out.data, out.length, "4111", 4));
        buffer_clear(&stream);
        buffer_clear(&out);
        rule_free(&rule);
    }
}

static void a_stream_in_which_nothing_is_found_is_the_same_to_the_byte(void **state)
{
    (void)state;
    static const char stream[] =
        ": ping\n\nevent: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0}\n\n"
        "event: content_block_delta\ndata: {\"type\": \"content_block_delta\",\"index\":0,\"delta\":{\"text\":\"Hi. "
        "\"}}\n\n"
        "data: [DONE]\n\n";
    struct rule rule = rule_make("{ redact: [card], restore: true }");
    struct buffer body = {0};
    struct buffer out = {0};
    assert_int_equal(rule_json(&rule, "[\"4111 1111 1111 1111\"]", &body), INSPECT_CHANGED);
    assert_int_equal(pass(&rule, text_from(stream), 11, &out), INSPECT_PASSES);
    assert_true(text_equal(buffer_text(&out), text_from(stream)));
    buffer_clear(&body);
    buffer_clear(&out);
    rule_free(&rule);
}

static void texts_of_two_blocks_do_not_mix(void **state)
{
    (void)state;
    static const char stream[] =
        "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"content\":\"a [EM\"}}\n\n"
        "data: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"content\":\"b [EMAIL\"}}\n\n"
        "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"content\":\"AIL_1] c\"}}\n\n"
        "data: {\"type\":\"content_block_stop\",\"index\":1}\n\n";
    struct rule rule = rule_make("{ redact: [email], restore: true }");
    struct buffer body = {0};
    struct buffer out = {0};
    assert_int_equal(rule_json(&rule, "[\"q@x.example\"]", &body), INSPECT_CHANGED);
    assert_int_equal(pass(&rule, text_from(stream), 1000, &out), INSPECT_PASSES);
    assert_reads(buffer_text(&out), TEXT("a b q@x.example c[EMAIL"));
    buffer_clear(&body);
    buffer_clear(&out);
    rule_free(&rule);
}

/* A stream in the words of some vendor, after [EMAIL_1] was given to q@x.example. */
static void assert_becomes(enum body_kind kind, const char *stream, const char *expected)
{
    struct rule rule = rule_make("{ redact: [email], restore: true }");
    struct buffer body = {0};
    struct buffer out = {0};
    struct detail detail = {0};
    assert_int_equal(rule_json(&rule, "[\"q@x.example\"]", &body), INSPECT_CHANGED);
    struct inspect_stream *machine = inspect_stream_new(rule.inspected, kind, 1 << 16);
    assert_int_equal(inspect_stream_feed(machine, text_from(stream), &out, &detail), INSPECT_PASSES);
    assert_int_equal(inspect_stream_end(machine, &out, &detail), INSPECT_PASSES);
    buffer_append_byte(&out, '\0');
    assert_string_equal(out.data, expected);
    inspect_stream_free(machine);
    buffer_clear(&body);
    buffer_clear(&out);
    rule_free(&rule);
}

static void lines_of_ollama_end_with_the_line_that_is_done(void **state)
{
    (void)state;
    assert_becomes(
        BODY_LINES,
        "{\"message\":{\"content\":\"to [EMAIL\"},\"done\":false}\n{\"message\":{\"content\":\"_1] "
        "[\"},\"done\":false}\n"
        "{\"message\":{\"content\":\"E\"},\"done\":true}\n",
        "{\"message\":{\"content\":\"to \"},\"done\":false}\n"
        "{\"message\":{\"content\":\"q@x.example \"},\"done\":false}\n"
        "{\"message\":{\"content\":\"[E\"},\"done\":true}\n");
}

static void an_event_that_tells_all_of_a_text_again_is_whole_in_itself(void **state)
{
    (void)state;
    assert_becomes(
        BODY_EVENTS,
        "event: response.output_text.delta\ndata: "
        "{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"a [EMAIL_1\"}\n\n"
        "event: response.output_text.delta\ndata: "
        "{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"] [\"}\n\n"
        "event: response.output_text.done\ndata: "
        "{\"type\":\"response.output_text.done\",\"output_index\":0,\"text\":\"a [EMAIL_1] [\"}\n\n",
        "event: response.output_text.delta\ndata: "
        "{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"a \"}\n\n"
        "event: response.output_text.delta\ndata: "
        "{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"q@x.example \"}\n\n"
        "event: response.output_text.delta\ndata: "
        "{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"[\"}\n\n"
        "event: response.output_text.done\ndata: "
        "{\"type\":\"response.output_text.done\",\"output_index\":0,\"text\":\"a q@x.example [\"}\n\n");
}

static void a_text_in_the_event_that_ends_it_is_all_there(void **state)
{
    (void)state;
    assert_becomes(
        BODY_EVENTS,
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x [EM\"}]},\"index\":0}]}\n\n"
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"AIL_1] "
        "[EM\"}]},\"finishReason\":\"STOP\",\"index\":0}]}\n\n",
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x \"}]},\"index\":0}]}\n\n"
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"q@x.example "
        "[EM\"}]},\"finishReason\":\"STOP\",\"index\":0}]}\n\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(redacting_and_restoring_is_the_identity_for_every_split),
        cmocka_unit_test(no_byte_of_what_is_redacted_leaves_in_any_split),
        cmocka_unit_test(what_is_denied_stops_the_stream_before_it_leaves),
        cmocka_unit_test(a_stream_in_which_nothing_is_found_is_the_same_to_the_byte),
        cmocka_unit_test(texts_of_two_blocks_do_not_mix),
        cmocka_unit_test(lines_of_ollama_end_with_the_line_that_is_done),
        cmocka_unit_test(an_event_that_tells_all_of_a_text_again_is_whole_in_itself),
        cmocka_unit_test(a_text_in_the_event_that_ends_it_is_all_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
