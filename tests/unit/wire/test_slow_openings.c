/* SPDX-License-Identifier: Apache-2.0 */
/* The first words of a connection come byte by byte: what was looked at is not looked at again, and the answer is what
 * it would be for all of it at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <sanitizer/asan_interface.h>

#include <cmocka.h>

#include "exeat/base/bytes.h"
#include "exeat/wire.h"

enum { HEADS = 9 }; /* of a record, and of the message in it */

enum speech { HELLO, HTTP };

static enum parse look(enum speech speech, struct text input, struct opening_scan *scan)
{
    struct client_hello hello;
    struct buffer scratch = {0};
    if (speech == HTTP)
        return http_looks_so(input, scan);
    enum parse result = client_hello_parse(input, scan, &scratch, &hello);
    buffer_clear(&scratch);
    return result;
}

/* Whoever touches what lies between the first `front` and the newest `back` bytes ends the test, until the last byte
 * has come: so every byte is read a bounded number of times. */
static enum parse look_by_bytes(enum speech speech, struct text whole, size_t front, size_t back)
{
    struct opening_scan scan = {0};
    enum parse result = PARSE_NEED_MORE;
    char *data = malloc(whole.length);
    assert_non_null(data);
    for (size_t i = 0; i < whole.length && result == PARSE_NEED_MORE; i++) {
        data[i] = whole.data[i];
        if (i + 1 == whole.length)
            ASAN_UNPOISON_MEMORY_REGION(data, whole.length);
        else if (i > front + back)
            ASAN_POISON_MEMORY_REGION(data + front, i - front - back);
        result = look(speech, (struct text){data, i + 1}, &scan);
    }
    ASAN_UNPOISON_MEMORY_REGION(data, whole.length);
    free(data);
    return result;
}

static void put_number(struct buffer *out, size_t number, size_t bytes)
{
    while (bytes-- > 0)
        buffer_append_byte(out, (char)(number >> (8 * bytes) & 0xff));
}

/* A ClientHello that ends in one extension of `padding` bytes. */
static void make_message(struct buffer *out, size_t padding)
{
    put_number(out, 1, 1);
    put_number(out, 2 + 32 + 1 + 4 + 2 + 2 + 4 + padding, 3);
    put_number(out, 0x0303, 2);
    for (int i = 0; i < 32; i++)
        buffer_append_byte(out, 'r');
    put_number(out, 0, 1);
    put_number(out, 2, 2);
    put_number(out, 0x1301, 2);
    put_number(out, 0x0100, 2);
    put_number(out, 4 + padding, 2);
    put_number(out, 0x1515, 2);
    put_number(out, padding, 2);
    for (size_t i = 0; i < padding; i++)
        buffer_append_byte(out, 0);
}

static void make_records(struct buffer *out, size_t padding, size_t size)
{
    struct buffer message = {0};
    make_message(&message, padding);
    for (size_t at = 0; at < message.length; at += size) {
        struct text part = text_part(buffer_text(&message), at, size);
        put_number(out, 0x160301, 3);
        put_number(out, part.length, 2);
        buffer_append(out, part);
    }
    buffer_clear(&message);
}

static void no_byte_of_a_slow_hello_is_looked_at_with_each_that_follows(void **state)
{
    (void)state;
    static const size_t sizes[] = {16384, 4000, 300, 16, 1};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct buffer input = {0};
        make_records(&input, 32000, sizes[i]);
        size_t record = sizes[i] + HEADS + 8; /* ASan poisons 8 bytes at a time */
        assert_int_equal(look_by_bytes(HELLO, buffer_text(&input), 0, record), PARSE_DONE);
        buffer_clear(&input);
    }
}

/* Of a record that is not whole its head alone is looked at, and the message's. */
static void nothing_within_a_slow_record_is_looked_at_before_its_end(void **state)
{
    (void)state;
    struct buffer input = {0};
    make_records(&input, 16000, 16384);
    assert_int_equal(look_by_bytes(HELLO, buffer_text(&input), HEADS + 7, 8), PARSE_DONE);
    buffer_clear(&input);
}

static void no_byte_of_a_slow_first_line_is_looked_at_with_each_that_follows(void **state)
{
    (void)state;
    enum { METHOD = 40 };
    struct buffer input = {0};
    buffer_append_string(&input, "GET /");
    for (int i = 0; i < 32000; i++)
        buffer_append_byte(&input, 'x');
    buffer_append_string(&input, " HTTP/1.1\r\n");
    assert_int_equal(look_by_bytes(HTTP, buffer_text(&input), METHOD, 8), PARSE_DONE);
    buffer_clear(&input);
}

static void an_opening_by_bytes_is_what_it_is_at_once(void **state)
{
    (void)state;
    static const struct text openings[] = {
        TEXT_INIT("\x16\x03\x01\0\x04\x01\0\0\0"),
        TEXT_INIT("\x16\x03\x01\0\x04\x01\0\0\1\x16\x03\x01\0\x02xx"),
        TEXT_INIT("\x16\x03\x01\0\x05\x01\0\0\0x"),
        TEXT_INIT("\x16\x03\x01\0\x01\x01\x16\x03\x01\0\x01\x01\x16\x03\x01\0\x02\xff\xff"),
        TEXT_INIT("\x16\x03\x01\0\x01\x01\x17\x03\x01\0\x01x"),
        TEXT_INIT("\x16\x03\x01\0\x01\x02\x16\x03\x01\0\x01x"),
        TEXT_INIT("\x16\x03\x01\0\0\x16"),
        TEXT_INIT("\x16\x03\x01\0\x04\x01\0\x80\1"),
        TEXT_INIT("\x16\x02\x01\0\x04"),
        TEXT_INIT("GET / HTTP/1.1\r\n"),
        TEXT_INIT("GET / HTTP/1.1\n"),
        TEXT_INIT("GET /\r\n"),
        TEXT_INIT("GET / HTTP/2\r\nX"),
        TEXT_INIT("SSH-2.0-x\r\n"),
    };
    for (size_t i = 0; i < COUNT_OF(openings); i++) {
        struct text whole = openings[i];
        for (enum speech speech = HELLO; speech <= HTTP; speech++) {
            enum parse at_once = look(speech, whole, &(struct opening_scan){0});
            if (look_by_bytes(speech, whole, whole.length, 0) != at_once)
                fail_msg("by bytes row %zu is something else", i);
        }
    }
}

/* Whoever asked once may ask again. */
static void what_is_whole_stays_so_however_often_it_is_looked_at(void **state)
{
    (void)state;
    struct buffer input = {0};
    struct opening_scan scan = {0};
    make_records(&input, 100, 50);
    for (int i = 0; i < 3; i++)
        assert_int_equal(look(HELLO, buffer_text(&input), &scan), PARSE_DONE);
    buffer_append_string(&input, "and what follows it");
    assert_int_equal(look(HELLO, buffer_text(&input), &scan), PARSE_DONE);
    buffer_clear(&input);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_byte_of_a_slow_hello_is_looked_at_with_each_that_follows),
        cmocka_unit_test(nothing_within_a_slow_record_is_looked_at_before_its_end),
        cmocka_unit_test(no_byte_of_a_slow_first_line_is_looked_at_with_each_that_follows),
        cmocka_unit_test(an_opening_by_bytes_is_what_it_is_at_once),
        cmocka_unit_test(what_is_whole_stays_so_however_often_it_is_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
