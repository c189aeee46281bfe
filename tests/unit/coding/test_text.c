/* SPDX-License-Identifier: Apache-2.0 */
/* Charsets, transfer encodings and spellings, both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/coding/charset.h"
#include "exeat/coding/magic.h"
#include "exeat/coding/spelling.h"
#include "exeat/coding/transfer.h"

static void each_charset_is_read_and_written_back_to_the_byte(void **state)
{
    (void)state;
    static const struct {
        enum charset said;
        struct text bytes;
        struct text text;
    } rows[] = {
        {CHARSET_UNSAID, TEXT_INIT("\xc3\xa9 4"), TEXT_INIT("\xc3\xa9 4")},
        {CHARSET_UNSAID,
         TEXT_INIT("\xef\xbb\xbf"
                   "4"),
         TEXT_INIT("4")},
        {CHARSET_UNSAID,
         TEXT_INIT("\xff\xfe"
                   "4\0\xe9\0"),
         TEXT_INIT("4\xc3\xa9")},
        {CHARSET_UNSAID,
         TEXT_INIT("\xfe\xff\0"
                   "4"),
         TEXT_INIT("4")},
        {CHARSET_UNSAID,
         TEXT_INIT("\xff\xfe\0\0"
                   "4\0\0\0"),
         TEXT_INIT("4")},
        {CHARSET_UNSAID, TEXT_INIT("\0\0\xfe\xff\0\1\xf6\0"), TEXT_INIT("\xf0\x9f\x98\x80")},
        {CHARSET_UTF16BE,
         TEXT_INIT("\0"
                   "4\xd8\x3d\xde\0"),
         TEXT_INIT("4\xf0\x9f\x98\x80")},
        {CHARSET_UTF16LE, TEXT_INIT("4\0\x3d\xd8\0\xde"), TEXT_INIT("4\xf0\x9f\x98\x80")},
        {CHARSET_UTF16LE,
         TEXT_INIT("\xff\xfe\0\0"
                   "4\0"),
         TEXT_INIT("\0"
                   "4")},
        {CHARSET_UTF16BE,
         TEXT_INIT("\0"
                   "4"),
         TEXT_INIT("4")},
        {CHARSET_UTF32BE,
         TEXT_INIT("\0\0\0"
                   "4"),
         TEXT_INIT("4")},
        {CHARSET_UTF32LE, TEXT_INIT("4\0\0\0"), TEXT_INIT("4")},
        {CHARSET_LATIN1, TEXT_INIT("\xe9 \xa0\x80"), TEXT_INIT("\xc3\xa9 \xc2\xa0\xe2\x82\xac")},
        {CHARSET_LATIN9, TEXT_INIT("\xa4\xe9"), TEXT_INIT("\xe2\x82\xac\xc3\xa9")},
        {CHARSET_WINDOWS1252, TEXT_INIT("\x96\xff\x81"), TEXT_INIT("\xe2\x80\x93\xc3\xbf\xc2\x81")},
        {CHARSET_LATIN1, TEXT_INIT("\xef\xbb\xbf\xc3\xa9"), TEXT_INIT("\xc3\xa9")},
        {CHARSET_LATIN1, TEXT_INIT("\xc3\xa9"), TEXT_INIT("\xc3\xa9")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum charset charset = rows[i].said;
        size_t mark;
        struct buffer text = {0};
        struct buffer back = {0};
        if (!charset_settle(rows[i].bytes, &charset, &mark) ||
            !charset_read(charset, text_after(rows[i].bytes, mark), &text) ||
            !text_equal(buffer_text(&text), rows[i].text))
            fail_msg("row %zu", i);
        assert_true(charset_write(charset, mark > 0, buffer_text(&text), &back));
        assert_true(text_equal(buffer_text(&back), rows[i].bytes));
        buffer_clear(&text);
        buffer_clear(&back);
    }
}

static void what_cannot_be_of_its_charset_is_refused(void **state)
{
    (void)state;
    static const struct {
        enum charset said;
        struct text bytes;
    } rows[] = {
        {CHARSET_UNSAID, TEXT_INIT("4\0"
                                   "1\0")},
        {CHARSET_UNSAID, TEXT_INIT("\xe9")},
        {CHARSET_UTF8, TEXT_INIT("\xff\xfe"
                                 "4\0")},
        {CHARSET_UTF8, TEXT_INIT("\xed\xa0\x80")},
        {CHARSET_UTF16, TEXT_INIT("{\"a\":\"4111\"}.")},
        {CHARSET_UTF16LE, TEXT_INIT("4\0"
                                    "1")},
        {CHARSET_UTF16LE, TEXT_INIT("\0\xdc"
                                    "4\0")},
        {CHARSET_UTF16LE, TEXT_INIT("4\0\0\xd8")},
        {CHARSET_UTF16LE, TEXT_INIT("\0\xd8"
                                    "4\0")},
        {CHARSET_UTF32BE, TEXT_INIT("\0\x11\0\0")},
        {CHARSET_UTF32LE, TEXT_INIT("\0\xd8\0\0")},
        {CHARSET_UTF16, TEXT_INIT("\0"
                                  "4")},
        {CHARSET_UTF32, TEXT_INIT("\0\0\0"
                                  "4")},
        {CHARSET_UTF16LE, TEXT_INIT("\xfe\xff\0"
                                    "4")},
        {CHARSET_UTF16BE, TEXT_INIT("\xef\xbb\xbf"
                                    "4")},
        {CHARSET_UTF16, TEXT_INIT("\xef\xbb\xbf"
                                  "4")},
        {CHARSET_UTF16LE, TEXT_INIT("4111 1111 1111 1111\0")},
        {CHARSET_UNSAID, TEXT_INIT("\xff\xfe"
                                   "4111 1111 1111 1111 ")},
        {CHARSET_LATIN1, TEXT_INIT("\xff\xfe\x14\xff")},
        {CHARSET_LATIN1, TEXT_INIT("4\0")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum charset charset = rows[i].said;
        size_t mark;
        struct buffer text = {0};
        if (charset_settle(rows[i].bytes, &charset, &mark) &&
            charset_read(charset, text_after(rows[i].bytes, mark), &text))
            fail_msg("row %zu", i);
        buffer_clear(&text);
    }
    struct buffer out = {0};
    assert_false(charset_write(CHARSET_LATIN1, false, TEXT("\xe4\xb8\xad"), &out));
    buffer_clear(&out);
}

static void charsets_without_a_reader_have_no_name(void **state)
{
    (void)state;
    static const char *const names[] = {"utf-7", "ebcdic-cp-us", "ibm037", "shift_jis", "gbk", "utf-16 ", ""};
    enum charset charset;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_false(charset_parse(text_from(names[i]), &charset));
    assert_true(charset_parse(TEXT("ISO-8859-15"), &charset));
    assert_int_equal(charset, CHARSET_LATIN9);
}

static void transfer_encodings_are_read_and_written(void **state)
{
    (void)state;
    static const struct {
        enum transfer transfer;
        struct text coded;
        const char *text;
        struct text back;
    } rows[] = {
        {TRANSFER_BASE64, TEXT_INIT("NDExMQ=="), "4111", TEXT_INIT("NDExMQ==")},
        {TRANSFER_BASE64, TEXT_INIT("NDExMQ"), "4111", TEXT_INIT("NDExMQ==")},
        {TRANSFER_BASE64_SHORT, TEXT_INIT("NDExMQ"), "4111", TEXT_INIT("NDExMQ")},
        {TRANSFER_BASE64URL, TEXT_INIT("Pj8-Pz4_"), ">?>?>?", TEXT_INIT("Pj8-Pz4_")},
        {TRANSFER_BASE64_MIME, TEXT_INIT("ND\r\n ExMQ==\r\n"), "4111", TEXT_INIT("NDExMQ==")},
        {TRANSFER_PRINTABLE, TEXT_INIT("4=31=\r\n=3D= \n1 "), "41=1 ", TEXT_INIT("41=3D1=20")},
        {TRANSFER_PRINTABLE, TEXT_INIT("a=20\r\nb"), "a \r\nb", TEXT_INIT("a=20\r\nb")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer text = {0};
        struct buffer back = {0};
        assert_true(transfer_read(rows[i].transfer, rows[i].coded, &text));
        assert_true(text_equal(buffer_text(&text), text_from(rows[i].text)));
        transfer_write(rows[i].transfer, buffer_text(&text), &back);
        assert_true(text_equal(buffer_text(&back), rows[i].back));
        buffer_clear(&text);
        buffer_clear(&back);
    }
}

static void what_a_forgiving_decoder_would_skip_is_refused(void **state)
{
    (void)state;
    static const struct {
        enum transfer transfer;
        struct text coded;
    } rows[] = {
        {TRANSFER_BASE64, TEXT_INIT("NDEx MQ==")},     {TRANSFER_BASE64_MIME, TEXT_INIT("NDEx!MQ==")},
        {TRANSFER_BASE64_MIME, TEXT_INIT("NDE=NDEx")}, {TRANSFER_BASE64, TEXT_INIT("NDExM")},
        {TRANSFER_BASE64, TEXT_INIT("NDExMQ===")},     {TRANSFER_BASE64, TEXT_INIT("NDExMQ=")},
        {TRANSFER_PRINTABLE, TEXT_INIT("4=3")},        {TRANSFER_PRINTABLE, TEXT_INIT("4=XX")},
        {TRANSFER_PRINTABLE, TEXT_INIT("4=")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer text = {0};
        if (transfer_read(rows[i].transfer, rows[i].coded, &text))
            fail_msg("row %zu", i);
        buffer_clear(&text);
    }
}

static void files_are_known_by_their_first_bytes(void **state)
{
    (void)state;
    assert_true(text_equal(magic_type(TEXT("\x89PNG\r\n\x1a\n...")), TEXT("image/png")));
    assert_true(text_equal(magic_type(TEXT("RIFF....WEBPVP8 ")), TEXT("image/webp")));
    assert_true(text_equal(magic_type(TEXT("....ftypisom")), TEXT("video/mp4")));
    assert_int_equal(magic_type(TEXT("Dear customer")).length, 0);
    assert_int_equal(magic_type(TEXT("")).length, 0);
    assert_true(magic_is_compressed(TEXT("\x1f\x8b\x08\0")));
    assert_false(magic_is_compressed(TEXT("%PDF-1.7")));
}

static void long_lines_of_quoted_printable_are_folded(void **state)
{
    (void)state;
    struct buffer text = {0};
    struct buffer coded = {0};
    struct buffer again = {0};
    for (size_t i = 0; i < 100; i++)
        buffer_append_string(&text, "x\xc3\xa9 ");
    transfer_write(TRANSFER_PRINTABLE, buffer_text(&text), &coded);
    struct text rest = buffer_text(&coded);
    struct text line;
    while (text_split(&rest, '\n', &line))
        assert_true(line.length <= 77);
    assert_true(transfer_read(TRANSFER_PRINTABLE, buffer_text(&coded), &again));
    assert_true(text_equal(buffer_text(&again), buffer_text(&text)));
    buffer_clear(&text);
    buffer_clear(&coded);
    buffer_clear(&again);
}

static void each_spelling_is_read(void **state)
{
    (void)state;
    static const struct {
        enum spelling spelling;
        const char *raw;
        const char *says;
    } rows[] = {
        {SPELLED_PLAIN, "%41&amp;", "%41&amp;"},
        {SPELLED_JSON, "\\u00e9\\n\\/\\ud83d\\ude00\\ud83d", "\xc3\xa9\n/\xf0\x9f\x98\x80\xef\xbf\xbd"},
        {SPELLED_FORM, "a+b%2B%C3%A9%e9%4%zz%", "a b+\xc3\xa9\xc3\xa9%4%zz%"},
        {SPELLED_FORM, "%F0%9F%98%80%F0%9F\xc3%A9", "\xf0\x9f\x98\x80\xc3\xb0\xc5\xb8\xc3\xa9"},
        {SPELLED_FORM, "%u0041%c0%b4", "%u00414"},
        {SPELLED_PERCENT, "a+b%20%u0041%U00e9%ud800%u004", "a+b A\xc3\xa9\xef\xbf\xbd%u004"},
        {SPELLED_PERCENT, "%c0%b4%C1%80%e0%80%b4%f0%80%80%b4%c0%34",
         "4@44\xc3\x80"
         "4"},
        {SPELLED_XML, "&lt;&#65;&#x4A;&nbsp;&none;&#xffffffff;&", "<AJ\xc2\xa0&none;&#xffffffff;&"},
        {SPELLED_XML, "&#000000000000000000000000000000000000000000065;&#1114112;&#xd800;&#65 &amp",
         "A&#1114112;\xef\xbf\xbd&#65 &amp"},
        {SPELLED_XML, "&#4111111111111111;&uuml;&szlig;&commat;", "&#4111111111111111;\xc3\xbc\xc3\x9f@"},
        {SPELLED_HTML, "&#65&#x42 &#67;&lt&ampx&notin;&uumlx&apos&apos;",
         "AB C<&x\xc2\xac"
         "in;\xc3\xbcx&apos'"},
        {SPELLED_HTML, "&#150;&#0;&;&#;&#x;&", "\xe2\x80\x93\xef\xbf\xbd&;&#;&#x;&"},
        {SPELLED_SLASHES, "\\x41\\u0042\\u{1F600}\\u{110000}\\n\\q\\x4\\'\\",
         "AB\xf0\x9f\x98\x80\\u{110000}\n\\q\\x4'\\"},
        {SPELLED_JSON_SHOWN, "a\\u00e9b\\nc", "a      b  c"},
        {SPELLED_FORM_SHOWN, "a%20+", "a%20+"},
        {SPELLED_QUOTED, "a\"\"b", "a\"b"},
        {SPELLED_PAIRS, "a\\\"b\\\\", "a\"b\\"},
        {SPELLED_LINES, "a\r\nid: 7\ndata:b\rdata: c\ndata", "a\nb\nc\n"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer says = {0};
        spelling_read(rows[i].spelling, text_from(rows[i].raw), &says);
        if (!text_equal(buffer_text(&says), text_from(rows[i].says)))
            fail_msg("%s: %.*s", rows[i].raw, TEXT_ARG(buffer_text(&says)));
        buffer_clear(&says);
    }
}

static void what_is_written_reads_as_it_was(void **state)
{
    (void)state;
    struct text all = TEXT("\"a\\ b\n\t<&>' %+=,;\xc3\xa9]]>--");
    static const enum spelling spellings[] = {SPELLED_PLAIN, SPELLED_JSON,   SPELLED_FORM, SPELLED_PERCENT,
                                              SPELLED_XML,   SPELLED_QUOTED, SPELLED_LINES};
    for (size_t i = 0; i < COUNT_OF(spellings); i++) {
        struct buffer raw = {0};
        struct buffer says = {0};
        spelling_write(spellings[i], all, &raw);
        spelling_read(spellings[i], buffer_text(&raw), &says);
        assert_true(text_equal(buffer_text(&says), all));
        buffer_clear(&raw);
        buffer_clear(&says);
    }
}

static void what_cannot_stand_there_becomes_a_blank(void **state)
{
    (void)state;
    static const struct {
        enum spelling spelling;
        const char *text;
        const char *raw;
    } rows[] = {
        {SPELLED_CELL, "a,b;c\n\"d\"", "a b c  d "},   {SPELLED_COMMENT, "a-->?", "a    "},
        {SPELLED_CDATA, "a]]>b", "a]]]]><![CDATA[>b"}, {SPELLED_FIELD, "a\r\nB: c", "a  B: c"},
        {SPELLED_PAIRS, "a\"b\\\r\n", "a%22b\\\\  "},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer raw = {0};
        spelling_write(rows[i].spelling, text_from(rows[i].text), &raw);
        assert_true(text_equal(buffer_text(&raw), text_from(rows[i].raw)));
        buffer_clear(&raw);
    }
}

static void a_place_in_a_spelling_is_found_by_what_it_says(void **state)
{
    (void)state;
    struct spelled spelled = {.spelling = SPELLED_JSON, .raw = TEXT("a\\u00e9b")};
    assert_true(spelled_seek(&spelled, 1));
    assert_int_equal(spelled.at, 1);
    assert_true(spelled_seek(&spelled, 3));
    assert_int_equal(spelled.at, 7);
    assert_true(spelled_seek(&spelled, 4));
    assert_int_equal(spelled.at, 8);
    assert_false(spelled_seek(&spelled, 5));
    spelled.at = spelled.said = 0;
    assert_false(spelled_seek(&spelled, 2));
}

static void what_is_only_shown_is_not_cut_within_an_escape(void **state)
{
    (void)state;
    static const struct {
        enum spelling spelling;
        const char *raw;
        size_t cut;
    } rows[] = {
        {SPELLED_FORM_SHOWN, "a%41b", 2}, {SPELLED_XML_SHOWN, "a&#65;b", 3}, {SPELLED_JSON_SHOWN, "a\\u0041b", 4}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text raw = text_from(rows[i].raw);
        struct spelled spelled = {.spelling = rows[i].spelling, .raw = raw};
        assert_true(spelled_seek(&spelled, 1));
        assert_int_equal(spelled.at, 1);
        assert_true(spelled_seek(&spelled, raw.length - 1));
        assert_int_equal(spelled.at, raw.length - 1);
        spelled.at = spelled.said = 0;
        assert_false(spelled_seek(&spelled, rows[i].cut));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_only_shown_is_not_cut_within_an_escape),
        cmocka_unit_test(each_charset_is_read_and_written_back_to_the_byte),
        cmocka_unit_test(what_cannot_be_of_its_charset_is_refused),
        cmocka_unit_test(charsets_without_a_reader_have_no_name),
        cmocka_unit_test(transfer_encodings_are_read_and_written),
        cmocka_unit_test(what_a_forgiving_decoder_would_skip_is_refused),
        cmocka_unit_test(files_are_known_by_their_first_bytes),
        cmocka_unit_test(long_lines_of_quoted_printable_are_folded),
        cmocka_unit_test(each_spelling_is_read),
        cmocka_unit_test(what_is_written_reads_as_it_was),
        cmocka_unit_test(what_cannot_stand_there_becomes_a_blank),
        cmocka_unit_test(a_place_in_a_spelling_is_found_by_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
