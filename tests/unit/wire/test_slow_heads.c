/* SPDX-License-Identifier: Apache-2.0 */
/* A head that comes byte by byte: what was looked at is not looked at again, and the answer is what it would be for
 * all of it at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sanitizer/asan_interface.h>

#include <cmocka.h>

#include "exeat/base/bytes.h"
#include "wire_internal.h"

enum {
    LONG = 65536,
    FRONT = 64, /* where a head begins may be looked at each time */
    BACK = 16   /* what a line's or head's end may have begun in; ASan poisons 8 bytes at a time */
};
static const struct http_limits limits = {.head = LONG, .fields = FIELDS_MAX};

enum side { REQUEST, REPLY };

static enum parse scan(enum side side, struct text input, struct http_scan *scan, struct http_head *head)
{
    size_t used = 0;
    struct fault fault = {0};
    if (side == REQUEST)
        return http_request_scan(input, &limits, scan, head, &used, &fault);
    return http_reply_scan(input, &limits, scan, TEXT("GET"), head, &used, &fault);
}

/* Whoever touches what lies between front and back ends the test, but once each when the first line and the head have
 * ended: so every byte is read a bounded number of times. */
static enum parse scan_by_bytes(enum side side, struct text whole, struct http_head *head)
{
    struct http_scan position = {0};
    enum parse result = PARSE_NEED_MORE;
    char *data = malloc(whole.length);
    bool had_long_line = false;
    assert_non_null(data);
    for (size_t i = 0; i < whole.length && result == PARSE_NEED_MORE; i++) {
        data[i] = whole.data[i];
        bool is_last = i + 1 == whole.length;
        bool ends_long_line = data[i] == '\n' && i > FRONT && !had_long_line;
        had_long_line = had_long_line || ends_long_line;
        if (is_last || ends_long_line)
            ASAN_UNPOISON_MEMORY_REGION(data, whole.length);
        else if (i > FRONT + BACK)
            ASAN_POISON_MEMORY_REGION(data + FRONT, i - FRONT - BACK);
        result = scan(side, (struct text){data, i + 1}, &position, head);
    }
    ASAN_UNPOISON_MEMORY_REGION(data, whole.length);
    free(data);
    return result;
}

/* `line` again and again, to the limit. */
static void fill(struct buffer *out, const char *first, const char *line, size_t count)
{
    buffer_append_string(out, first);
    for (size_t i = 0; i < count; i++)
        buffer_append_string(out, line);
    buffer_append_string(out, "\r\n\r\n");
}

static void expect(enum side side, const char *first, const char *line, size_t count, enum parse result)
{
    static struct message_head message;
    static struct http_head head = {.message = &message};
    struct buffer whole = {0};
    fill(&whole, first, line, count);
    assert_true(whole.length <= LONG);
    assert_int_equal(scan_by_bytes(side, buffer_text(&whole), &head), result);
    buffer_clear(&whole);
}

static void no_byte_of_a_slow_request_is_looked_at_with_each_that_follows(void **state)
{
    (void)state;
    expect(REQUEST, "GET / HTTP/1.1\r\nHost: a\r\nX: ", "x", 65400, PARSE_DONE);
    expect(REQUEST, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nX: ", "x", 65400, PARSE_DONE);
    expect(REQUEST, "GET / HTTP/1.1\r\nHost: a", "\r\na:b", 250, PARSE_DONE);
    expect(REQUEST, "GET / HTTP/1.1\r\nHost: a", "\r\na:", 16000, PARSE_BAD); /* too many, known at its end */
    expect(REQUEST, "GET /", "x", 65000, PARSE_BAD);                          /* no version */
}

static void no_byte_of_a_slow_reply_is_looked_at_with_each_that_follows(void **state)
{
    (void)state;
    expect(REPLY, "HTTP/1.1 200 OK\r\nX: ", "x", 65400, PARSE_DONE);
    expect(REPLY, "HTTP/1.1 200 OK\r\nA: b", "\r\na:b", 250, PARSE_DONE);
    expect(REPLY, "HTTP/1.1 200 ", "x", 65400, PARSE_DONE);
}

static void a_head_by_bytes_is_what_it_is_at_once(void **state)
{
    (void)state;
    static const struct {
        enum side side;
        const char *bytes;
    } heads[] = {
        {REQUEST, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {REQUEST, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {REQUEST, "\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {REQUEST, "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {REQUEST, "GET / HTTP/1.1\nHost: a\r\n\r\n"},
        {REQUEST, "GET / HTTP/1.1\r\nHost: a\nB: c\r\n\r\n"},
        {REQUEST, "GET /\r\nHost: a\r\n\r\n"},
        {REQUEST, "GET\r\nHost: a\r\n\r\n"},
        {REQUEST, "AMETHODTHATISLONGERTHANTHIRTYTWOLETTERS / HTTP/1.1\r\nHost: a\r\n\r\n"},
        {REQUEST, "GET / HTTP/1.1\r\nHost: a\r\rB: c\r\n\r\n"},
        {REPLY, "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"},
        {REPLY, "HTTP/1.1 200 OK\nA: b\n\n"},
        {REPLY, "HTTP/1.1 200 OK\nA: b\r\n\r\n"},
        {REPLY, "HTTP/1.1 200 OK\r\nA: b\n\n"},
        {REPLY, "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n"},
        {REPLY, "HTTP/1.1 200\rOK\nA: b\n\n"},
        {REPLY, "HTTP/2 200 OK\r\n\r\n"},
    };
    static struct message_head message;
    static struct http_head head = {.message = &message};
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        struct text whole = text_from(heads[i].bytes);
        struct http_scan fresh = {0};
        enum parse at_once = scan(heads[i].side, whole, &fresh, &head);
        if (scan_by_bytes(heads[i].side, whole, &head) != at_once)
            fail_msg("by bytes it is something else: %s", heads[i].bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_byte_of_a_slow_request_is_looked_at_with_each_that_follows),
        cmocka_unit_test(no_byte_of_a_slow_reply_is_looked_at_with_each_that_follows),
        cmocka_unit_test(a_head_by_bytes_is_what_it_is_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
