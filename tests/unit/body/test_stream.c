/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: pieces in, whole events out, however they are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/body/stream.h"

static void take_all(struct body_stream *stream, struct buffer *told, struct buffer *raw)
{
    struct body_event event;
    enum body_next next;
    while ((next = body_stream_next(stream, &event)) == BODY_EVENT) {
        buffer_printf(told, "<%.*s|%.*s|%.*s>", TEXT_ARG(event.data), TEXT_ARG(event.name), TEXT_ARG(event.outside));
        buffer_append(raw, event.raw);
    }
    assert_int_equal(next, BODY_MORE);
}

/* The events of `sent` in pieces of `size` are `expected`, and their bytes are the stream. */
static void expect_pieces(enum body_kind kind, struct text sent, size_t size, const char *expected)
{
    struct body_stream *stream = body_stream_new(kind, 1000);
    struct buffer told = {0};
    struct buffer raw = {0};
    for (size_t at = 0; at < sent.length; at += size) {
        body_stream_add(stream, text_part(sent, at, size));
        take_all(stream, &told, &raw);
    }
    body_stream_end(stream);
    take_all(stream, &told, &raw);
    assert_int_equal(body_stream_held(stream), 0);
    buffer_append_byte(&told, '\0');
    assert_string_equal(told.data, expected);
    assert_true(text_equal(buffer_text(&raw), sent));
    buffer_clear(&told);
    buffer_clear(&raw);
    body_stream_free(stream);
}

static void expect(enum body_kind kind, struct text sent, const char *expected)
{
    for (size_t size = 1; size <= sent.length; size++)
        expect_pieces(kind, sent, size, expected);
}

static void events_have_their_data_name_and_what_stands_beside(void **state)
{
    (void)state;
    expect(
        BODY_EVENTS,
        TEXT("\xef\xbb\xbf"
             "data: a\nevent: delta\nid: 7\n: hello\ndata:b\n\n\ndata\n\nretry: 3\n\n"),
        "<a\nb|delta|id: 7\nhello\n><||><||retry: 3\n>");
}

static void every_line_end_of_events_is_one(void **state)
{
    (void)state;
    expect(BODY_EVENTS, TEXT("data: a\r\ndata: b\r\n\r\ndata: c\r\rdata: d\r\n\ndata: e"), "<a\nb||><c||><d||><e||>");
}

static void the_end_of_an_event_in_cr_is_not_waited_for(void **state)
{
    (void)state;
    struct body_stream *stream = body_stream_new(BODY_EVENTS, 100);
    struct body_event event;
    body_stream_add(stream, TEXT("data: a\r\n\r"));
    assert_int_equal(body_stream_next(stream, &event), BODY_EVENT);
    body_stream_add(stream, TEXT("\ndata: b\n\n"));
    assert_int_equal(body_stream_next(stream, &event), BODY_EVENT);
    assert_true(text_equal(event.raw, TEXT("\ndata: b\n\n")));
    body_stream_free(stream);
}

static void lines_are_events(void **state)
{
    (void)state;
    expect(BODY_LINES, TEXT("{\"a\":1}\r\n\n[2]\n\"3\""), "<{\"a\":1}||><||><[2]||><\"3\"||>");
}

static void a_carriage_return_in_a_line_of_json_is_a_blank(void **state)
{
    (void)state;
    expect(BODY_LINES, TEXT("{\"a\":\r\"1\"}\n\r[2]\r\r\n"), "<{\"a\":\r\"1\"}||><\r[2]\r||>");
}

static void records_of_a_sequence_may_have_line_ends_within(void **state)
{
    (void)state;
    expect(
        BODY_SEQUENCE,
        TEXT("\x1e{\"a\":\n\"}\\\"\"}\n\x1e[1]\n\x1e"
             "2\n\x1e{\"cut\":\x1e"
             "3"),
        "<{\"a\":\n\"}\\\"\"}||><[1]||><2||><{\"cut\":||><3||>");
}

static void what_is_larger_than_the_limit_is_refused(void **state)
{
    (void)state;
    static const enum body_kind kinds[] = {BODY_EVENTS, BODY_LINES, BODY_SEQUENCE};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct body_stream *stream = body_stream_new(kinds[i], 10);
        struct body_event event;
        body_stream_add(stream, TEXT("\"234567890"));
        assert_int_equal(body_stream_next(stream, &event), BODY_MORE);
        body_stream_add(stream, TEXT("\""));
        assert_int_equal(body_stream_next(stream, &event), BODY_EVENT_TOO_LARGE);
        body_stream_free(stream);
    }
}

static void expect_written(enum body_kind kind, struct text sent, struct text data, const char *expected)
{
    struct body_stream *stream = body_stream_new(kind, 1000);
    struct body_event event;
    struct buffer out = {0};
    body_stream_add(stream, sent);
    body_stream_end(stream);
    assert_int_equal(body_stream_next(stream, &event), BODY_EVENT);
    body_event_write(kind, &event, data, &out);
    buffer_append_byte(&out, '\0');
    assert_string_equal(out.data, expected);
    buffer_clear(&out);
    body_stream_free(stream);
}

static void an_event_keeps_its_other_lines_when_its_data_is_another(void **state)
{
    (void)state;
    expect_written(
        BODY_EVENTS, TEXT("id: 1\r\ndata: a\r\n:x\r\ndata: b\r\nevent: e\r\n\r\n"), TEXT("new\nlines"),
        "id: 1\r\ndata: new\r\ndata: lines\r\n:x\r\nevent: e\r\n\r\n");
    expect_written(
        BODY_EVENTS,
        TEXT("\xef\xbb\xbf"
             "data:a\n\n"),
        TEXT("1\n2"),
        "\xef\xbb\xbf"
        "data:1\ndata:2\n\n");
    expect_written(BODY_EVENTS, TEXT("data"), TEXT("x"), "data:x\n");
    expect_written(BODY_EVENTS, TEXT("data: x\n\n"), TEXT("a\n"), "data: a\ndata: \n\n");
    expect_written(BODY_EVENTS, TEXT("data: x\n\n"), TEXT(""), "data: \n\n");
    expect_written(
        BODY_LINES,
        TEXT("\xef\xbb\xbf"
             "[1]\r\n"),
        TEXT("[2]"),
        "\xef\xbb\xbf"
        "[2]\r\n");
    expect_written(BODY_LINES, TEXT("\r[1]\r\r\n"), TEXT("[2]"), "[2]\r\n");
    expect_written(BODY_SEQUENCE, TEXT("\x1e[1]\n"), TEXT("[2]"), "\x1e[2]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_have_their_data_name_and_what_stands_beside),
        cmocka_unit_test(every_line_end_of_events_is_one),
        cmocka_unit_test(the_end_of_an_event_in_cr_is_not_waited_for),
        cmocka_unit_test(lines_are_events),
        cmocka_unit_test(a_carriage_return_in_a_line_of_json_is_a_blank),
        cmocka_unit_test(records_of_a_sequence_may_have_line_ends_within),
        cmocka_unit_test(what_is_larger_than_the_limit_is_refused),
        cmocka_unit_test(an_event_keeps_its_other_lines_when_its_data_is_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
