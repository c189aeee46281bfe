/* SPDX-License-Identifier: Apache-2.0 */
/* Text that hides behind its label, or beside what the label speaks of, is seen or refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "told.h"

static const struct text brotli = TEXT_INIT("\x0b\x07\x80{\"card\":\"4111\"}\x03");
static const struct text zstd = TEXT_INIT("\x28\xb5\x2f\xfd\x20\x0f\x79\x00\x00{\"card\":\"4111\"}");

static void gzip(struct text text, const char *comment, struct buffer *out)
{
    z_stream stream = {0};
    gz_header head = {.comment = (Bytef *)(uintptr_t)comment};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    if (comment != NULL)
        assert_int_equal(deflateSetHeader(&stream, &head), Z_OK);
    size_t room = deflateBound(&stream, text.length) + 1000;
    buffer_reserve(out, room);
    stream.next_in = (z_const Bytef *)(uintptr_t)text.data;
    stream.avail_in = (uInt)text.length;
    stream.next_out = (Bytef *)out->data + out->length;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out->length += room - stream.avail_out;
    (void)deflateEnd(&stream);
}

/* What is told of it, whatever its head says. */
static void
expect_coded(const char *type, const char *coding, struct text sent, const char *expected, const char *rewritten)
{
    struct buffer told = {0};
    struct buffer out = {0};
    struct body_label label = label_of(type, coding);
    assert_int_equal(look(&label, sent, &told, &out), BODY_FINE);
    assert_true(text_equal(buffer_text(&told), text_from(expected)));
    assert_true(text_equal(buffer_text(&out), text_from(rewritten)));
    buffer_clear(&told);
    buffer_clear(&out);
}

static void what_is_coded_is_told_and_goes_on_without_its_coding_where_it_is_edited(void **state)
{
    (void)state;
    struct buffer coded = {0};
    struct buffer twice = {0};
    gzip(TEXT("{\"card\":\"4111\"}"), NULL, &coded);
    gzip(buffer_text(&coded), NULL, &twice);
    static const char told[] = "value card card=4111\n";
    static const char out[] = "{\"card\":\"[X]\"}";
    expect_coded("application/json", "gzip", buffer_text(&coded), told, out);
    expect_coded("application/json", "gzip, x-gzip", buffer_text(&twice), told, out);
    expect_coded("application/json", "br", brotli, told, out);
    expect_coded("application/json", "zstd", zstd, told, out);
    buffer_clear(&coded);
    buffer_clear(&twice);
}

static void comments_of_gzip_and_skippable_frames_are_told(void **state)
{
    (void)state;
    struct buffer coded = {0};
    gzip(TEXT("[1]"), "card 4111", &coded);
    expect_coded("application/json", "gzip", buffer_text(&coded), "outside  =card 4111\nnumber [0] =1\n", "[1]");
    buffer_empty(&coded);
    BUFFER_APPEND_ALL(
        &coded,
        TEXT("\x50\x2a\x4d\x18\x04\0\0\0"
             "4111"),
        zstd);
    expect_coded(
        "application/json", "zstd", buffer_text(&coded), "outside  =4111\nvalue card card=4111\n",
        "{\"card\":\"[X]\"}");
    buffer_clear(&coded);
}

static void a_coding_with_room_that_nobody_sees_is_said_to_hide(void **state)
{
    (void)state;
    struct body *body = body_new();
    struct body_label label = label_of("application/json", "br");
    struct text metadata = TEXT("\x6b\x0d\x00"
                                "4111\x10\x00\x08[1]\x03");
    assert_int_equal(body_read(body, &label, bytes_of_text(metadata), &body_limits_usual, NULL), BODY_FINE);
    assert_true(text_equal(body_text(body), TEXT("[1]")));
    assert_true(body_hides(body));
    label = label_of("application/json", "zstd");
    assert_int_equal(body_read(body, &label, bytes_of_text(zstd), &body_limits_usual, NULL), BODY_FINE);
    assert_false(body_hides(body));
    body_free(body);
}

static void bytes_behind_the_end_of_a_coding_are_refused(void **state)
{
    (void)state;
    struct buffer coded = {0};
    gzip(TEXT("[1]"), NULL, &coded);
    buffer_append_string(&coded, "4111");
    expect_fault("application/json", "gzip", buffer_text(&coded), BODY_TRAILING);
    buffer_clear(&coded);
}

static void a_coding_that_nobody_names_is_refused(void **state)
{
    (void)state;
    struct buffer coded = {0};
    gzip(TEXT("[1]"), NULL, &coded);
    expect_fault(NULL, NULL, buffer_text(&coded), BODY_CODING_UNSAID);
    expect_fault(NULL, NULL, zstd, BODY_CODING_UNSAID);
    expect_fault("application/json", NULL, buffer_text(&coded), BODY_CHARSET_MALFORMED);
    expect_fault("application/json", "gzip", TEXT("[1]"), BODY_TRUNCATED);
    expect_fault("application/json", "gzip", TEXT("[1111111111]"), BODY_CODING_MALFORMED);
    /* coded twice, said once */
    struct buffer twice = {0};
    gzip(buffer_text(&coded), NULL, &twice);
    expect_fault("application/json", "gzip", buffer_text(&twice), BODY_CHARSET_MALFORMED);
    buffer_clear(&coded);
    buffer_clear(&twice);
}

static void an_empty_body_says_nothing_whatever_its_head_says(void **state)
{
    (void)state;
    static const char *const types[] = {"application/json", "multipart/form-data; boundary=b", "text/xml", "image/png",
                                        "multipart/mixed",  "text/plain; charset=utf-16",      "nothing",  NULL};
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        expect_fault(types[i], NULL, TEXT(""), BODY_FINE);
        expect_fault(types[i], "gzip", TEXT(""), BODY_FINE);
        expect_fault(types[i], "unheard-of", TEXT(""), BODY_FINE);
    }
}

static void a_body_without_a_type_is_what_all_of_it_is(void **state)
{
    (void)state;
    expect_told(NULL, TEXT(""), "");
    expect_told(NULL, TEXT(" {\"a\":\"4\\u0031\"}"), "value a a=41\n");
    expect_told(NULL, TEXT("{\"a\":\"1\"}\n{\"a\":\"2\"}\n"), "value [0].a a=1\nvalue [1].a a=2\n");
    expect_told(NULL, TEXT("<o><a>x</a></o>"), "value o.a a=x\n");
    expect_told(NULL, TEXT("<p>x<br>"), "value  =<p>x<br>\n");
    expect_told(NULL, TEXT("a=4%31&b"), "value a a=41\nvalue a a=4%31\n");
    expect_told(NULL, TEXT("a={\"b\":4+1}"), "value  =a={\"b\":4+1}\n");
    expect_told(NULL, TEXT("Dear customer, 1=1"), "value  =Dear customer, 1=1\n");
    expect_told(
        NULL,
        TEXT("\xff\xfe"
             "4\0"
             "1\0"),
        "value  =41\n");
    expect_fault(NULL, NULL, TEXT("{\"a\":\"4\\u0031\""), BODY_MALFORMED);
    expect_fault(NULL, NULL, TEXT("\x89PNG\r\n\x1a\n"), BODY_TYPE_UNKNOWN);
    expect_fault(NULL, NULL, TEXT("%PDF-1.7 4111"), BODY_TYPE_UNKNOWN);
    expect_fault(NULL, NULL, TEXT("\x01\x02\x03"), BODY_TYPE_UNKNOWN);
    expect_fault(
        NULL, NULL, TEXT("--b\r\ncontent-disposition: form-data; name=a\r\n\r\n4111\r\n--b--"), BODY_TYPE_UNKNOWN);
    expect_fault(NULL, NULL, TEXT("caf\xe9"), BODY_CHARSET_MALFORMED);
    expect_fault(
        NULL, NULL,
        TEXT("4\0"
             "1\0"),
        BODY_CHARSET_MALFORMED);
}

static void a_body_that_is_not_what_its_type_says_is_refused_or_read_as_what_it_is(void **state)
{
    (void)state;
    expect_fault("application/json", NULL, TEXT("a=4111"), BODY_MALFORMED);
    expect_fault("application/xml", NULL, TEXT("{\"a\":\"4111\"}"), BODY_MALFORMED);
    expect_fault("text/plain", NULL, TEXT("\xc1\xf1"), BODY_CHARSET_MALFORMED);
    expect_told("text/plain", TEXT("{\"a\":\"\\u0034111\"}"), "value a a=4111\nvalue a a=      111\n");
    expect_told(
        "application/x-www-form-urlencoded", TEXT("<a>4&#49;11</a>"),
        "value a a=4111\nvalue a a=4\nvalue a a=#49;11\n");
    expect_told(
        "text/csv", TEXT("{\"a\":\"\\u0034111\",\"b\":1}"), "value a a=4111\nvalue a a=      111\nnumber b b=1\n");
    expect_told("text/event-stream", TEXT("[\"4\\u0031\",\n\"11\"]"), "value [0] =41\nvalue [1] =11\n");
    expect_told("text/csv", TEXT("{a,b\n1,2"), "value [0] ={a\nvalue [0] =b\nvalue [1].* {a=1\nvalue [1].b b=2\n");
}

static void wide_charsets_are_read_and_what_only_says_so_is_refused(void **state)
{
    (void)state;
    expect_rewritten(
        "application/json; charset=utf-16le",
        TEXT("[\0\"\0"
             "4\0"
             "1\0"
             "1\0"
             "1\0\"\0]\0"),
        TEXT("[\0\"\0[\0X\0]\0\"\0]\0"));
    expect_rewritten(
        "application/json",
        TEXT("\xfe\xff\0[\0\"\0"
             "4\0"
             "1\0"
             "1\0"
             "1\0\"\0]"),
        TEXT("\xfe\xff\0[\0\"\0[\0X\0]\0\"\0]"));
    expect_fault(
        "application/json", NULL,
        TEXT("[\0\"\0"
             "4\0\"\0]\0"),
        BODY_CHARSET_MALFORMED);
    expect_fault("text/plain; charset=utf-16", NULL, TEXT("4111111111111111"), BODY_CHARSET_MALFORMED);
    expect_fault("text/plain; charset=utf-7", NULL, TEXT("+ADQ-"), BODY_CHARSET_UNKNOWN);
    expect_fault("text/plain; charset=cp037", NULL, TEXT("\xf4\xf1\xf1\xf1"), BODY_CHARSET_UNKNOWN);
}

static void a_charset_of_single_bytes_is_kept(void **state)
{
    (void)state;
    expect_told(
        "text/plain; charset=windows-1252",
        TEXT("4111\xa0"
             "1111"),
        "value  =4111\xc2\xa0"
        "1111\n");
    expect_rewritten("text/plain; charset=iso-8859-15", TEXT("\xa4 4111"), TEXT("\xa4 [X]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_coded_is_told_and_goes_on_without_its_coding_where_it_is_edited),
        cmocka_unit_test(comments_of_gzip_and_skippable_frames_are_told),
        cmocka_unit_test(a_coding_with_room_that_nobody_sees_is_said_to_hide),
        cmocka_unit_test(bytes_behind_the_end_of_a_coding_are_refused),
        cmocka_unit_test(a_coding_that_nobody_names_is_refused),
        cmocka_unit_test(an_empty_body_says_nothing_whatever_its_head_says),
        cmocka_unit_test(a_body_without_a_type_is_what_all_of_it_is),
        cmocka_unit_test(a_body_that_is_not_what_its_type_says_is_refused_or_read_as_what_it_is),
        cmocka_unit_test(wide_charsets_are_read_and_what_only_says_so_is_refused),
        cmocka_unit_test(a_charset_of_single_bytes_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
