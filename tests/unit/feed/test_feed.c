/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: pieces in, whole events out, however they are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/feed.h"

static void take_all(struct feed *feed, struct buffer *told, struct buffer *raw)
{
    struct feed_event event;
    enum feed_next next;
    while ((next = feed_next(feed, &event)) == FEED_EVENT) {
        buffer_printf(told, "<%.*s|%.*s|%.*s>", TEXT_ARG(event.data), TEXT_ARG(event.name), TEXT_ARG(event.outside));
        buffer_append(raw, event.raw);
    }
    assert_int_equal(next, FEED_MORE);
}

/* The events of `sent` in pieces of `size` are `expected`, and their bytes are the stream. */
static void expect_pieces(enum feed_kind kind, struct text sent, size_t size, const char *expected)
{
    struct feed *feed = feed_new(kind, 1000);
    struct buffer told = {0};
    struct buffer raw = {0};
    for (size_t at = 0; at < sent.length; at += size) {
        feed_add(feed, text_part(sent, at, size));
        take_all(feed, &told, &raw);
    }
    feed_end(feed);
    take_all(feed, &told, &raw);
    assert_int_equal(feed_held(feed), 0);
    buffer_append_byte(&told, '\0');
    assert_string_equal(told.data, expected);
    assert_true(text_equal(buffer_text(&raw), sent));
    buffer_clear(&told);
    buffer_clear(&raw);
    feed_free(feed);
}

static void expect(enum feed_kind kind, struct text sent, const char *expected)
{
    for (size_t size = 1; size <= sent.length; size++)
        expect_pieces(kind, sent, size, expected);
}

static void events_have_their_data_name_and_what_stands_beside(void **state)
{
    (void)state;
    expect(
        FEED_EVENTS,
        TEXT("\xef\xbb\xbf"
             "data: a\nevent: delta\nid: 7\n: hello\ndata:b\n\n\ndata\n\nretry: 3\n\n"),
        "<a\nb|delta|id: 7\nhello\n><||><||retry: 3\n>");
}

static void every_line_end_of_events_is_one(void **state)
{
    (void)state;
    expect(FEED_EVENTS, TEXT("data: a\r\ndata: b\r\n\r\ndata: c\r\rdata: d\r\n\ndata: e"), "<a\nb||><c||><d||><e||>");
}

static void the_end_of_an_event_in_cr_is_not_waited_for(void **state)
{
    (void)state;
    struct feed *feed = feed_new(FEED_EVENTS, 100);
    struct feed_event event;
    feed_add(feed, TEXT("data: a\r\n\r"));
    assert_int_equal(feed_next(feed, &event), FEED_EVENT);
    feed_add(feed, TEXT("\ndata: b\n\n"));
    assert_int_equal(feed_next(feed, &event), FEED_EVENT);
    assert_true(text_equal(event.raw, TEXT("\ndata: b\n\n")));
    feed_free(feed);
}

static void lines_are_events(void **state)
{
    (void)state;
    expect(FEED_LINES, TEXT("{\"a\":1}\r\n\n[2]\n\"3\""), "<{\"a\":1}||><||><[2]||><\"3\"||>");
}

static void a_carriage_return_in_a_line_of_json_is_a_blank(void **state)
{
    (void)state;
    expect(FEED_LINES, TEXT("{\"a\":\r\"1\"}\n\r[2]\r\r\n"), "<{\"a\":\r\"1\"}||><\r[2]\r||>");
}

static void records_of_a_sequence_may_have_line_ends_within(void **state)
{
    (void)state;
    expect(
        FEED_SEQUENCE,
        TEXT("\x1e{\"a\":\n\"}\\\"\"}\n\x1e[1]\n\x1e"
             "2\n\x1e{\"cut\":\x1e"
             "3"),
        "<{\"a\":\n\"}\\\"\"}||><[1]||><2||><{\"cut\":||><3||>");
}

static void what_is_larger_than_the_limit_is_refused(void **state)
{
    (void)state;
    static const enum feed_kind kinds[] = {FEED_EVENTS, FEED_LINES, FEED_SEQUENCE};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct feed *feed = feed_new(kinds[i], 10);
        struct feed_event event;
        feed_add(feed, TEXT("\"234567890"));
        assert_int_equal(feed_next(feed, &event), FEED_MORE);
        feed_add(feed, TEXT("\""));
        assert_int_equal(feed_next(feed, &event), FEED_TOO_LARGE);
        feed_free(feed);
    }
}

static void expect_written(enum feed_kind kind, struct text sent, struct text data, const char *expected)
{
    struct feed *feed = feed_new(kind, 1000);
    struct feed_event event;
    struct buffer out = {0};
    feed_add(feed, sent);
    feed_end(feed);
    assert_int_equal(feed_next(feed, &event), FEED_EVENT);
    feed_event_write(kind, &event, data, &out);
    buffer_append_byte(&out, '\0');
    assert_string_equal(out.data, expected);
    buffer_clear(&out);
    feed_free(feed);
}

static void an_event_keeps_its_other_lines_when_its_data_is_another(void **state)
{
    (void)state;
    expect_written(
        FEED_EVENTS, TEXT("id: 1\r\ndata: a\r\n:x\r\ndata: b\r\nevent: e\r\n\r\n"), TEXT("new\nlines"),
        "id: 1\r\ndata: new\r\ndata: lines\r\n:x\r\nevent: e\r\n\r\n");
    expect_written(
        FEED_EVENTS,
        TEXT("\xef\xbb\xbf"
             "data:a\n\n"),
        TEXT("1\n2"),
        "\xef\xbb\xbf"
        "data:1\ndata:2\n\n");
    expect_written(FEED_EVENTS, TEXT("data"), TEXT("x"), "data:x\n");
    expect_written(FEED_EVENTS, TEXT("data: x\n\n"), TEXT("a\n"), "data: a\ndata: \n\n");
    expect_written(FEED_EVENTS, TEXT("data: x\n\n"), TEXT(""), "data: \n\n");
    expect_written(
        FEED_LINES,
        TEXT("\xef\xbb\xbf"
             "[1]\r\n"),
        TEXT("[2]"),
        "\xef\xbb\xbf"
        "[2]\r\n");
    expect_written(FEED_LINES, TEXT("\r[1]\r\r\n"), TEXT("[2]"), "[2]\r\n");
    expect_written(FEED_SEQUENCE, TEXT("\x1e[1]\n"), TEXT("[2]"), "\x1e[2]\n");
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
