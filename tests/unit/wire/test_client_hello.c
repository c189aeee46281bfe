/* SPDX-License-Identifier: Apache-2.0 */
/* ClientHellos whole, split, cut short and malformed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/wire.h"

static enum parse parse(struct text input, struct buffer *scratch, struct client_hello *hello)
{
    struct opening_scan fresh = {0};
    return client_hello_parse(input, &fresh, scratch, hello);
}

static void put_number(struct buffer *out, size_t number, size_t bytes)
{
    while (bytes-- > 0)
        buffer_append_byte(out, (char)(number >> (8 * bytes) & 0xff));
}

/* A handshake message with these extensions. */
static void make_message(struct buffer *out, struct text extensions)
{
    put_number(out, 1, 1);
    put_number(out, 2 + 32 + 1 + 4 + 2 + 2 + extensions.length, 3);
    put_number(out, 0x0303, 2);
    for (int i = 0; i < 32; i++)
        buffer_append_byte(out, 'r');
    put_number(out, 0, 1);
    put_number(out, 2, 2);
    put_number(out, 0x1301, 2);
    put_number(out, 0x0100, 2);
    put_number(out, extensions.length, 2);
    buffer_append(out, extensions);
}

/* The same in records of at most `size` bytes. */
static void make_records(struct buffer *out, struct text extensions, size_t size)
{
    struct buffer message = {0};
    make_message(&message, extensions);
    for (size_t at = 0; at < message.length; at += size) {
        struct text part = text_part(buffer_text(&message), at, size);
        put_number(out, 0x160301, 3);
        put_number(out, part.length, 2);
        buffer_append(out, part);
    }
    buffer_clear(&message);
}

#define SNI_A                                                                                                          \
    "\0\0\0\x0e\0\x0c\0\0\x09"                                                                                         \
    "a.example"
#define ALPN_BOTH "\0\x10\0\x0e\0\x0c\x02h2\x08http/1.1"

static const struct {
    struct text extensions;
    bool has_name;
    bool name_bad;
    bool ech;
} cases[] = {
    {TEXT_INIT(""), false, false, false}, /* 50 */
    {TEXT_INIT(SNI_A), true, false, false},
    {TEXT_INIT(SNI_A ALPN_BOTH), true, false, false},
    {TEXT_INIT(SNI_A "\0\x10\0\x05\0\x03\x02h2"), true, false, false}, /* 59 */
    {TEXT_INIT(SNI_A "\xfe\x0d\0\0"), true, false, true},              /* 56 */
    {TEXT_INIT(SNI_A SNI_A), true, true, false},                       /* 51 */
    {TEXT_INIT("\0\0\0\x0e\0\x0c\x01\0\x09"
               "a.example"),
     true, true, false},
    {TEXT_INIT("\0\0\0\x05\0\x03\0\0\0"), true, true, false},
    {TEXT_INIT("\0\0\0\x08\0\x06\0\0\x03"
               "a\0b"),
     true, true, false},
    {TEXT_INIT("\0\0\0\x08\0\x06\0\0\x03"
               "ab."),
     true, true, false},
};

static void reads_names_and_ech_over_any_split_of_records(void **state)
{
    (void)state;
    struct buffer scratch = {0};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t size = 1; size < 120; size += 7) { /* 52 */
            struct buffer input = {0};
            struct client_hello hello;
            make_records(&input, cases[i].extensions, size);
            if (parse(buffer_text(&input), &scratch, &hello) != PARSE_DONE)
                fail_msg("row %zu in records of %zu", i, size);
            if (hello.has_server_name != cases[i].has_name || hello.server_name_bad != cases[i].name_bad ||
                hello.has_ech != cases[i].ech)
                fail_msg("row %zu", i);
            buffer_clear(&input);
        }
    }
    buffer_clear(&scratch);
}

static void waits_for_every_prefix_of_a_hello(void **state)
{
    (void)state;
    struct buffer scratch = {0};
    struct buffer input = {0};
    struct client_hello hello;
    make_records(&input, TEXT(SNI_A ALPN_BOTH), 50);
    for (size_t cut = 0; cut < input.length; cut++)
        assert_int_equal(parse(text_part(buffer_text(&input), 0, cut), &scratch, &hello), PARSE_NEED_MORE);
    buffer_clear(&input);
    buffer_clear(&scratch);
}

/* Case 53. */
static void refuses_lengths_that_do_not_fit_and_what_is_not_tls(void **state)
{
    (void)state;
    static const struct text extensions[] = {
        TEXT_INIT("\0"), TEXT_INIT("\0\0\0"), TEXT_INIT("\0\0\0\x09\0"), TEXT_INIT("\0\x10\0\x03\0\x09\x02"),
        TEXT_INIT("\0\x10\0\x03\0\x01\0")};
    static const struct text others[] = {
        TEXT_INIT("SSH-2.0-x"),
        TEXT_INIT("GET / HTTP/1.1\r\n"),
        TEXT_INIT("\x16\x02"),
        TEXT_INIT("\x16\x03\x01\0\0"),
        TEXT_INIT("\x16\x03\x01\xff\xff"),
        TEXT_INIT("\x16\x03\x01\0\x04\x02\0\0\0"),
        TEXT_INIT("\x16\x03\x01\0\x04\x01\xff\xff\xff")};
    struct buffer scratch = {0};
    struct client_hello hello;
    for (size_t i = 0; i < COUNT_OF(extensions); i++) {
        struct buffer input = {0};
        make_records(&input, extensions[i], 500);
        if (parse(buffer_text(&input), &scratch, &hello) != PARSE_BAD)
            fail_msg("extensions %zu", i);
        buffer_clear(&input);
    }
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (parse(others[i], &scratch, &hello) != PARSE_BAD)
            fail_msg("other %zu", i);
    buffer_clear(&scratch);
}

/* RFC 8701, RFC 9849, and key shares for after quantum computers: more than fits into one packet. */
static void a_modern_hello_is_read_over_any_split_and_not_before_its_last_byte(void **state)
{
    (void)state;
    struct buffer extensions = {0};
    struct buffer scratch = {0};
    struct client_hello hello;
    buffer_append(&extensions, TEXT("\x0a\x0a\0\0" SNI_A ALPN_BOTH));
    put_number(&extensions, 51, 2);
    put_number(&extensions, 2 + 5 + 4 + 1216, 2);
    put_number(&extensions, 5 + 4 + 1216, 2);
    buffer_append(&extensions, TEXT("\x1a\x1a\0\1\0\x11\xec"));
    put_number(&extensions, 1216, 2);
    for (int i = 0; i < 1216; i++)
        buffer_append_byte(&extensions, (char)i);
    buffer_append(&extensions, TEXT("\xfe\x0d\0\x0a\0\0\1\0\1\7\0\0\0\0"));
    static const size_t sizes[] = {1, 2, 3, 100, 255, 256, 257, 1400, 16384};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct buffer input = {0};
        make_records(&input, buffer_text(&extensions), sizes[i]);
        struct text all = buffer_text(&input);
        assert_true(all.length > 1300);
        for (size_t cut = 0; cut < all.length; cut += 1 + cut / 50)
            assert_int_equal(parse(text_part(all, 0, cut), &scratch, &hello), PARSE_NEED_MORE);
        assert_int_equal(parse(text_part(all, 0, all.length - 1), &scratch, &hello), PARSE_NEED_MORE);
        assert_int_equal(parse(all, &scratch, &hello), PARSE_DONE);
        assert_true(hello.has_server_name && !hello.server_name_bad && hello.has_ech);
        buffer_clear(&input);
    }
    buffer_clear(&extensions);
    buffer_clear(&scratch);
}

/* What is announced larger is refused by its head; the largest is waited for. */
static void the_largest_hello_is_waited_for_and_a_larger_one_is_not(void **state)
{
    (void)state;
    struct buffer scratch = {0};
    struct client_hello hello;
    static const char largest[] = "\x16\x03\x01\0\x04\x01\0\x80\0";
    static const char larger[] = "\x16\x03\x01\0\x04\x01\0\x80\1";
    assert_int_equal(parse((struct text){largest, 9}, &scratch, &hello), PARSE_NEED_MORE);
    assert_int_equal(parse((struct text){larger, 9}, &scratch, &hello), PARSE_BAD);
    buffer_clear(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_names_and_ech_over_any_split_of_records),
        cmocka_unit_test(waits_for_every_prefix_of_a_hello),
        cmocka_unit_test(a_modern_hello_is_read_over_any_split_and_not_before_its_last_byte),
        cmocka_unit_test(the_largest_hello_is_waited_for_and_a_larger_one_is_not),
        cmocka_unit_test(refuses_lengths_that_do_not_fit_and_what_is_not_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
