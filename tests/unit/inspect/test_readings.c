/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever some reader of a body takes for its text is looked at: no value leaves in any reading, and what is changed
 * in one reading is well formed in all of them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exeat/base/json_view.h"

#define CARD "4111111111111111"
static const char form[] = "application/x-www-form-urlencoded";
static const char parts[] = "multipart/form-data; boundary=b";

static enum inspect_says look(struct rule *rule, const char *type, struct text sent, struct buffer *out)
{
    struct body_label label = {0};
    struct detail detail = {0};
    body_label_field(&label, TEXT("content-type"), text_from(type));
    assert_int_equal(body_label_end(&label), BODY_FINE);
    buffer_empty(out);
    buffer_append(out, sent);
    return inspect_body(rule->inspected, &label, out, &detail);
}

static void expect_says(const char *type, struct text sent, const char *inspect, enum inspect_says expected)
{
    struct buffer out = {0};
    struct rule rule = rule_make(inspect);
    enum inspect_says says = look(&rule, type, sent, &out);
    if (says != expected)
        fail_msg("%d instead of %d under %s: %s, %.*s", (int)says, (int)expected, inspect, type, TEXT_ARG(sent));
    buffer_clear(&out);
    rule_free(&rule);
}

static bool is_json(struct text text)
{
    struct json_view view = {0};
    bool is_good = json_view_read(&view, text, JSON_UTF8, NULL);
    json_view_clear(&view);
    return is_good;
}

/* What stands in such a field is one, whatever it says. */
static bool is_by_field(struct text sent)
{
    return memmem(sent.data, sent.length, "cvv", 3) != NULL || memmem(sent.data, sent.length, "firstname", 9) != NULL;
}

/* Denied where it is denied; redacted it is `expected` (NULL: it cannot be changed), in which nothing is found any
 * more, and which is JSON where it was. */
static void expect_kept(const char *type, struct text sent, const char *expected)
{
    static const char redact[] = "{ redact: [card, email, session_token, name], restore: true }";
    struct buffer out = {0};
    struct buffer again = {0};
    struct rule rule = rule_make(redact);
    expect_says(type, sent, "{ deny: [card, email, session_token, name] }", INSPECT_DENIED);
    enum inspect_says says = look(&rule, type, sent, &out);
    if (says != (expected == NULL ? INSPECT_UNCHANGEABLE : INSPECT_CHANGED))
        fail_msg("%d for %s, %.*s", (int)says, type, TEXT_ARG(sent));
    if (expected != NULL && !text_equal(buffer_text(&out), text_from(expected)))
        fail_msg("%.*s instead of %s", TEXT_ARG(buffer_text(&out)), expected);
    if (expected != NULL) {
        assert_int_equal(is_json(buffer_text(&out)), is_json(sent));
        rule_again(&rule);
        says = look(&rule, type, buffer_text(&out), &again);
        if (says != INSPECT_PASSES && !is_by_field(sent))
            fail_msg("%d for %s, %s", (int)says, type, expected);
    }
    buffer_clear(&out);
    buffer_clear(&again);
    rule_free(&rule);
}

struct row {
    const char *type;
    const char *sent;
    const char *redacted; /* NULL: it cannot be changed */
};

static void expect_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_kept(rows[i].type, text_from(rows[i].sent), rows[i].redacted);
}

static void a_text_with_escapes_is_looked_at_as_it_stands_and_as_each_reader_undoes_them(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"application/json", "{\"x\":\"%" CARD "\"}", "{\"x\":\"%[CARD_1]\"}"},
        {"application/json", "{\"x\":\"%34111111111111111\"}", "{\"x\":\"%5BCARD_1%5D\"}"},
        {"application/json", "{\"x\":\"%25" CARD "\"}", "{\"x\":\"%25%5BCARD_1%5D\"}"},
        {"application/json", "{\"x\":\"%2534111111111111111\"}", "{\"x\":\"%255BCARD_1%255D\"}"},
        {"application/json", "{\"x\":\"%u0034111111111111111\"}", "{\"x\":\"%5BCARD_1%5D\"}"},
        {"application/json", "{\"x\":\"%c0%b4111111111111111\"}", "{\"x\":\"%5BCARD_1%5D\"}"},
        {"application/json", "{\"x\":\"%20 " CARD "\"}", "{\"x\":\"%20 [CARD_1]\"}"},
        {"application/json", "{\"x\":\"&#" CARD ";\"}", "{\"x\":\"&#[CARD_1];\"}"},
        {"application/json", "{\"x\":\"&#52;111111111111111\"}", "{\"x\":\"[CARD_1]\"}"},
        {"application/json",
         "{\"x\":\"&#x34 111&#49&#0000000000000000000000000000000000000000000000000049;11 1111 1111\"}", NULL},
        {"application/json", "{\"x\":\"&#52;111111111111111%30\"}", "{\"x\":\"[CARD_1]%30\"}"},
        {"application/json", "{\"x\":\"%26%2352;111111111111111\"}", "{\"x\":\"%5BCARD_1%5D\"}"},
        {"application/json", "{\"x\":\"%20 &#37;34111111111111111\"}", "{\"x\":\"%20 %255BCARD_1%255D\"}"},
        {"application/json", "{\"x\":\"anna&commat;example&period;com\"}", "{\"x\":\"[EMAIL_1]\"}"},
        {"text/plain", "q = \"\\u0034111111111111111\"", "q = \"[CARD_1]\""},
        {"text/javascript", "let q = '\\x34111111111111111'", "let q = '[CARD_1]'"},
        {"text/javascript", "let q = '\\u{34}111111111111111'", "let q = '[CARD_1]'"},
        {"application/graphql", "{ a(m: \"anna\\u0040example.com\") }", "{ a(m: \"[EMAIL_1]\") }"},
        {"application/json", "{\"x\":\"a\\\\n" CARD "\"}", "{\"x\":\"a\\\\n[CARD_1]\"}"},
    };
    (void)rows;
    expect_rows(rows, 9);
    expect_rows(rows + 10, COUNT_OF(rows) - 10);
    expect_says("application/json", text_from(rows[9].sent), "{ deny: [card] }", INSPECT_PASSES);
}

static void a_name_is_looked_at_in_all_its_readings_and_cannot_be_changed(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"application/json", "{\"%34111111111111111\":1}", NULL},
        {"application/json", "{\"&#52;111111111111111\":1}", NULL},
        {"application/json", "{\"Y2FyZCA0MTExMTExMTExMTExMTEx\":1}", NULL},
        {form, "%2534111111111111111=1", NULL},
        {parts, "--b\r\nContent-Disposition: form-data; name=\"%34111111111111111\"\r\n\r\nx\r\n--b--", NULL},
    };
    expect_rows(rows, COUNT_OF(rows));
}

static void a_text_that_is_json_is_known_by_its_names(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"text/plain;charset=UTF-8", "{\"firstname\":\"Anna\",\"cvv\":\"123\"}",
         "{\"firstname\":\"[NAME_1]\",\"cvv\":\"[CARD_1]\"}"},
        {"text/plain", "{\"m\":\"anna\\u0040example.com\"}", "{\"m\":\"[EMAIL_1]\"}"},
        {"text/plain", "{\"cvv\":\"123\"}\n{\"cvv\":\"124\"}", "{\"cvv\":\"[CARD_1]\"}\n{\"cvv\":\"[CARD_2]\"}"},
        {"application/graphql", "{\"cvv\":\"123\"}", "{\"cvv\":\"[CARD_1]\"}"},
        {"application/json", "{\"a\":\"{\\\"cvv\\\":\\\"123\\\"}\"}", "{\"a\":\"{\\\"cvv\\\":\\\"[CARD_1]\\\"}\"}"},
        {"text/plain",
         "data:application/json;base64,eyJjdnYiOiIxMjMifQ==", "data:application/json;base64,eyJjdnYiOiJbQ0FSRF8xXSJ9"},
        /* what stands there is a value too, where somebody takes it so */
        {"text/plain", "[\"" CARD "\\u0030\"]", "[\"[CARD_1]\\u0030\"]"},
    };
    expect_rows(rows, COUNT_OF(rows));
}

static void json_in_json_in_json_is_read(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"application/json",
         "{\"a\":\"{\\\"b\\\":\\\"{\\\\\\\"firstname\\\\\\\":\\\\\\\"Anna\\\\\\\",\\\\\\\"m\\\\\\\":"
         "\\\\\\\"anna\\\\\\\\u0040example.com\\\\\\\"}\\\"}\"}",
         "{\"a\":\"{\\\"b\\\":\\\"{\\\\\\\"firstname\\\\\\\":\\\\\\\"[NAME_1]\\\\\\\",\\\\\\\"m\\\\\\\":"
         "\\\\\\\"[EMAIL_1]\\\\\\\"}\\\"}\"}"},
        {"text/event-stream", "data: {\"a\":\"{\\\"firstname\\\":\\\"Anna\\\"}\"}\n\n",
         "data: {\"a\":\"{\\\"firstname\\\":\\\"[NAME_1]\\\"}\"}\n\n"},
        {"text/plain", "{\"a\":\"{\\\"firstname\\\":\\\"Anna\\\"}\"}",
         "{\"a\":\"{\\\"firstname\\\":\\\"[NAME_1]\\\"}\"}"},
        {form, "p=%7B%22a%22%3A%22%7B%5C%22firstname%5C%22%3A%5C%22Anna%5C%22%7D%22%7D",
         "p=%7B%22a%22%3A%22%7B%5C%22firstname%5C%22%3A%5C%22%5BNAME_1%5D%5C%22%7D%22%7D"},
    };
    expect_rows(rows, COUNT_OF(rows));
}

static void a_form_is_looked_at_as_each_reader_of_forms_takes_it(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {form, "x=4111+1111+1111+1111", "x=%5BCARD_1%5D"},
        {form, "x=%254111111111111111", "x=%25%5BCARD_1%5D"},
        {form, "x=%4111111111111111", NULL},
        {form, "x=anna%2540example.com", "x=%255BEMAIL_1%255D"},
        {form, "x=%u0034111111111111111", "x=%255BCARD_1%255D"},
        {form, "payment[cvv]=123", "payment[cvv]=%5BCARD_1%5D"},
        {form, "payment%5Bcvv%5D=123", "payment%5Bcvv%5D=%5BCARD_1%5D"},
        {form, "a=1;cvv=123", "a=1;cvv=%5BCARD_1%5D"},
        {form, "cvv%00x=123", "cvv%00x=%5BCARD_1%5D"},
        {form, "x=" CARD "%00", "x=%5BCARD_1%5D%00"},
    };
    expect_rows(rows, COUNT_OF(rows));
}

static void a_form_that_is_json_or_xml_is_both(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {form, "[\"&b=4111+1111+1111+1111&c=\"]", "[\"&b=%5BCARD_1%5D&c=\"]"},
        {form, "[\"&b=%2534111111111111111\"]", "[\"&b=%255BCARD_1%255D\"]"},
        {form, "{\"a\":\"x&cvv=123&firstname=Anna\"}", "{\"a\":\"x&cvv=%5BCARD_1%5D&firstname=%5BNAME_1%5D\"}"},
        {form, "{\"m\":\"anna@example.com\",\"u\":\"https://x/?a=1&b=2\"}",
         "{\"m\":\"[EMAIL_1]\",\"u\":\"https://x/?a=1&b=2\"}"},
        {form, "<a>&amp;b=4111+1111+1111+1111</a>", "<a>&amp;b=%5BCARD_1%5D</a>"},
        {form, "<a b='&amp;cvv=123'/>", "<a b='&amp;cvv=%5BCARD_1%5D'/>"},
        {"text/csv", "[\"" CARD "\\u0030\"]", "[\"[CARD_1]\\u0030\"]"},
    };
    expect_rows(rows, COUNT_OF(rows));
}

static void a_data_url_is_looked_at_before_its_comma_and_as_it_stands(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"application/json", "{\"x\":\"data:text/plain;n=" CARD ";base64,YQ==\"}",
         "{\"x\":\"data:text/plain;n=[CARD_1];base64,YQ==\"}"},
        {"application/json", "{\"x\":\"data:text/plain;n=%34111111111111111;base64,YQ==\"}",
         "{\"x\":\"data:text/plain;n=%5BCARD_1%5D;base64,YQ==\"}"},
        {"application/json", "{\"x\":\"data:text\\/plain;base64,NDExMTExMTExMTExMTExMQ==\"}",
         "{\"x\":\"data:text\\/plain;base64,W0NBUkRfMV0=\"}"},
        {"application/json", "{\"x\":\"data:text/plain;base64 ,NDExMTExMTExMTExMTExMQ==\"}",
         "{\"x\":\"data:text/plain;base64 ,W0NBUkRfMV0=\"}"},
        {"application/json", "{\"x\":\"data:text/plain;base64,NDExMTExMTExMTExMTEx%4DQ==\"}", NULL},
        {"application/json",
         "{\"x\":\"data:text/plain;base64,ZGF0YTp0ZXh0L3BsYWluO2Jhc2U2NCxOREV4TVRFeE1URXhNVEV4TVRFeE1RPT0=\"}",
         "{\"x\":\"data:text/plain;base64,ZGF0YTp0ZXh0L3BsYWluO2Jhc2U2NCxXME5CVWtSZk1WMD0=\"}"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].redacted != NULL)
            expect_rows(&rows[i], 1);
    expect_says("application/json", text_from(rows[4].sent), "{ deny: [card] }", INSPECT_DENIED);
    expect_says(
        "application/json", TEXT("{\"x\":\"data:image/png;n=" CARD ";base64,YQ==\"}"),
        "{ deny: [card], types: [image/png] }", INSPECT_DENIED);
}

static void the_encoding_of_a_forms_part_is_undone_and_is_not(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {parts,
         "--b\r\nContent-Disposition: form-data; name=x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=" CARD
         "\r\n--b--",
         NULL},
        {parts,
         "--b\r\nContent-Disposition: form-data; name=x\r\nContent-Transfer-Encoding: base64\r\n"
         "Content-Type: text/plain; charset=iso-8859-1\r\n\r\n" CARD "\r\n--b--",
         NULL},
        {parts,
         "--b\r\nContent-Disposition: form-data; name=x\r\nContent-Transfer-Encoding: base64\r\n\r\n"
         "NDExMTExMTExMTExMTExMQ==\r\n--b--",
         "--b\r\nContent-Disposition: form-data; name=x\r\nContent-Transfer-Encoding: base64\r\n\r\n"
         "W0NBUkRfMV0=\r\n--b--"},
        {parts, "--b\r\nContent-Disposition: form-data; name=x; filename=\"C:\\" CARD "\\1.txt\"\r\n\r\nx\r\n--b--",
         "--b\r\nContent-Disposition: form-data; name=x; filename=\"C:\\[CARD_1]\\1.txt\"\r\n\r\nx\r\n--b--"},
        {parts, "--b\r\nContent-Disposition: form-data; name=x; filename=\"%34111111111111111.txt\"\r\n\r\nx\r\n--b--",
         "--b\r\nContent-Disposition: form-data; name=x; filename=\"%5BCARD_1%5D.txt\"\r\n\r\nx\r\n--b--"},
        {"multipart/mixed; boundary=b",
         "--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=34111=\r\n111111111111\r\n--b--",
         "--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n[CARD_1]\r\n--b--"},
    };
    expect_rows(rows, COUNT_OF(rows));
}

static void what_readers_of_parts_cut_in_two_ways_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "--b\r\n\r\nx\r--b\r\n\r\ny\r\n--b--",
        "--b\r\n\r\nx\r--b--\r\n--b--",
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_says(parts, text_from(rows[i]), "{ flag: [card] }", INSPECT_UNREADABLE);
}

static void bytes_of_a_single_byte_charset_that_are_utf_8_in_part_are_refused(void **state)
{
    (void)state;
    static const char json[] = "application/json; charset=iso-8859-1";
    static const char text[] = "text/plain; charset=windows-1252";
    expect_says(json, TEXT("{\"x\":\"\xef\xbc\x94\",\"y\":\"\xff\"}"), "{ flag: [card] }", INSPECT_UNREADABLE);
    expect_says(
        text,
        TEXT("4111\xc2\xa0"
             "1111 \xff"),
        "{ flag: [card] }", INSPECT_UNREADABLE);
    expect_says(text, TEXT("4\xd9\xa1 \xff"), "{ flag: [card] }", INSPECT_UNREADABLE);
    expect_says(text, TEXT("\xabGRO\xdf\xbb, CAF\xc9\x94 \xe9"), "{ flag: [card] }", INSPECT_PASSES);
    expect_says(text, TEXT("caf\xe9 4111 1111 1111 1111"), "{ deny: [card] }", INSPECT_DENIED);
    expect_says(
        "application/xml", TEXT("<?xml version='1.0' x=\"encoding='utf-8'\" encoding='utf-7'?><a/>"),
        "{ flag: [card] }", INSPECT_UNREADABLE);
}

/* "%34111111111111111" and "4111111111111111" in base64. */
#define PERCENT_64 "JTM0MTExMTExMTExMTExMTEx"
#define CARD_64 "NDExMTExMTExMTExMTExMQ"

static void one_reading_may_lie_in_another_in_any_kind_of_body(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"application/json", "\xef\xbb\xbf{\"a\":\"%34111111111111111\"}"},
        {"application/json", "{\"\\u0063vv\":\"123\"}"},
        {"application/json", "{\"a\":\"x\",\"a\":\"%34111111111111111\"}"},
        {"application/json", "[\"" PERCENT_64 "\"]"},
        {"application/json", "[\"" CARD_64 "%3D%3D\"]"},
        {"application/json", "[\"https://x/?q=%257B%2522cvv%2522%3A%2522123%2522%257D&m=anna%2540example.com\"]"},
        {"application/json", "[\"\\ud800 " CARD "\"]"},
        {"application/json", "[\"\\u002534111111111111111\"]"},
        {"application/json", "[\"\\u0026#52;111111111111111\"]"},
        {"application/json", "[\"&\\u0023\\u0035\\u0032;111111111111111\"]"},
        {"application/json", "[\"%\\u0033\\u0034111111111111111\"]"},
        {"application/json", "[\"\\u005cu0034111111111111111\"]"},
        {"application/json", "[\"{\\u0022cvv\\u0022:\\u0022123\\u0022}\"]"},
        {"application/json", "[\"\\u007b\\\"cvv\\\":\\\"123\\\"\\u007d\"]"},
        {"application/json", "[\"\\u004eDExMTExMTExMTExMTExMQ\"]"},
        {"application/json", "[\"NDExMTEx\\u004dTExMTExMTExMQ\"]"},
        {"application/json", "[\"dat\\u0061:text/plain;bas\\u006564,NDExMTExMTExMTExMTExMQ==\"]"},
        {"application/x-ndjson", "\r\n\n{\"a\":\"&#52;111111111111111\"}\r\n\n"},
        {"application/json-seq", "\x1e[\n\"%34111111111111111\"\n]\n"},
        {"text/event-stream", "data: 4111 1111\rdata: 1111 1111\r\r"},
        {"text/event-stream", "data: {\"a\":\rdata: \"%34111111111111111\"}\r\n\r\n"},
        {"text/event-stream", "event: %34111111111111111\ndata: {}\n\n"},
        {"text/event-stream", "id: " PERCENT_64 "\ndata: {}\n\n"},
        {"text/event-stream", "data: " CARD_64 "==\n\n"},
        {"application/xml", "<a><!-- &#52;111111111111111 --></a>"},
        {"application/xml", "<a><![CDATA[&#52;111111111111111]]></a>"},
        {"application/xml", "<a b='%2534111111111111111'/>"},
        {"application/xml", "<a>&#38;#52;111111111111111</a>"},
        {"application/xml", "<a>{\"cvv\":\"123\"}</a>"},
        {"application/xml", "<a>&lt;b cvv=&quot;&#49;&quot;&gt;%34111111111111111&lt;/b&gt;</a>"},
        {"text/csv", "a,b\n1,%34111111111111111\n"},
        {"text/csv", "a,b\n1,\"{\"\"cvv\"\":\"\"123\"\"}\"\n"},
        {"text/csv", "firstname;note,card\nAnna;1,2\n"},
        {"text/csv", "a,b\tcvv\n1,2\t123\n"},
        {"text/tab-separated-values", "a\tb\n1\t&#52;111111111111111"},
        {"text/html", "<a href=\"mailto:anna%40example.com\">x</a>"},
        {"application/yaml", "a: \"\\x34111111111111111\""},
        {form, "a=&b=%26%2352%3B111111111111111"},
        {form, "a=" CARD_64 "%3D%3D"},
        {form, "a=data%3Atext%2Fplain%3Bbase64%2CNDExMTExMTExMTExMTExMQ%3D%3D"},
        {parts, "%34111111111111111\r\n--b--"},
        {parts, "--b\r\nX: %34111111111111111\r\n\r\nx\r\n--b--"},
        {parts,
         "--b\r\nContent-Disposition: form-data; name=a; filename*=UTF-8''%2534111111111111111\r\n\r\nx\r\n--b--"},
        {parts, "--b\r\nContent-Disposition: form-data; name=a; filename*0*=%34111111111111111\r\n\r\nx\r\n--b--"},
        {parts, "--b\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Transfer-Encoding: base64\r\n"
                "Content-Type: text/plain; charset=iso-8859-1\r\n\r\n" CARD "\r\n--i--\r\n--b--"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_says(rows[i][0], text_from(rows[i][1]), "{ deny: [card, email, name] }", INSPECT_DENIED);
}

static void expect_found(const char *type, struct text sent, const char *expected)
{
    struct buffer out = {0};
    struct buffer found = {0};
    struct rule rule = rule_make("{ flag: [card, email] }");
    assert_int_equal(look(&rule, type, sent, &out), INSPECT_PASSES);
    inspected_tell_request(rule.inspected, &found);
    buffer_append_byte(&found, '\0');
    assert_string_equal(found.data, expected);
    buffer_clear(&found);
    buffer_clear(&out);
    rule_free(&rule);
}

static void what_is_in_several_readings_of_a_text_is_counted_once(void **state)
{
    (void)state;
    expect_found(
        "application/json", TEXT("[\"%20&lt; " CARD " a@x.example b@x.example\",\"%20a@x.example\"]"),
        "card flag 1 [0]; email flag 2 [0]; email flag 1 [1]");
    expect_found("application/json", TEXT("{\"x\":\"%20 a@x.example b%40x.example\"}"), "email flag 2 x");
    expect_found(
        form, TEXT("x=1;m=a@x.example+%20&y=a@x.example+"), "email flag 1 x; email flag 1 x.m; email flag 1 y");
}

static void a_word_in_an_answer_becomes_its_value_in_each_reading(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{\"a\":\"%20 [EMAIL_1] &amp; x\"}", "{\"a\":\"%20 anna@example.com &amp; x\"}"},
        {"{\"a\":\"https://x/?m=%5BEMAIL_1%5D\"}", "{\"a\":\"https://x/?m=anna%40example.com\"}"},
        {"{\"a\":\"{\\\"m\\\":\\\"[EMAIL_1]\\\"}\"}", "{\"a\":\"{\\\"m\\\":\\\"anna@example.com\\\"}\"}"},
    };
    struct body_label label = body_label_of(BODY_JSON);
    struct rule rule = rule_make("{ redact: [email], restore: true }");
    struct buffer body = {0};
    assert_int_equal(rule_json(&rule, "[\"anna@example.com\"]", &body), INSPECT_CHANGED);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        buffer_empty(&body);
        buffer_append_string(&body, rows[i][0]);
        assert_int_equal(inspect_answer(rule.inspected, &label, &body, NULL), INSPECT_CHANGED);
        if (!text_equal(buffer_text(&body), text_from(rows[i][1])))
            fail_msg("%.*s", TEXT_ARG(buffer_text(&body)));
    }
    buffer_clear(&body);
    rule_free(&rule);
}

/* An answer of these two, in which the word stands for `value`. */
static void restore(const char *type, const char *value, const char *begin, const char *end, struct buffer *body)
{
    char sent[64];
    struct body_label label = {0};
    struct rule rule = rule_make("{ redact: [name], restore: true }");
    snprintf(sent, sizeof(sent), "{\"firstname\":\"%s\"}", value);
    assert_int_equal(rule_json(&rule, sent, body), INSPECT_CHANGED);
    body_label_field(&label, TEXT("content-type"), text_from(type));
    assert_int_equal(body_label_end(&label), BODY_FINE);
    buffer_empty(body);
    buffer_append_string(body, begin);
    buffer_append_string(body, end);
    assert_int_equal(inspect_answer(rule.inspected, &label, body, NULL), INSPECT_CHANGED);
    rule_free(&rule);
}

/* Whatever stands behind it, for whose sake its text is read otherwise as well. */
static void expect_once(const char *type, const char *value, const char *begin, const char *beside, const char *end)
{
    struct buffer alone = {0};
    struct buffer body = {0};
    char rest[64];
    snprintf(rest, sizeof(rest), "%s%s", beside, end);
    restore(type, value, begin, end, &alone);
    restore(type, value, begin, rest, &body);
    struct text both = buffer_text(&body);
    struct text front = text_part(buffer_text(&alone), 0, alone.length - strlen(end));
    if (!text_starts_with(both, front) || !text_equal(text_after(both, front.length), text_from(rest)))
        fail_msg("%s: %.*s instead of %.*s%s", value, TEXT_ARG(both), TEXT_ARG(front), rest);
    buffer_clear(&alone);
    buffer_clear(&body);
}

static void a_value_with_escapes_is_put_back_once_whatever_readings_its_word_has(void **state)
{
    (void)state;
    static const char *const values[] = {"%41nna", "&#65;nna", "\\\\u0041nna", "A\\\"n", "100%&amp;\\\\n", "a+b"};
    static const struct {
        const char *type;
        const char *begin;
        const char *beside;
        const char *end;
    } rows[] = {
        {"application/json", "[\"[NAME_1]", " %20 &amp; \\\\n", "\"]"},
        {"application/json", "[\"%5BNAME_1%5D", " &amp; \\\\n", "\"]"},
        {"application/json", "[\"&#91;NAME_1&#93;", " %20 \\\\n", "\"]"},
        {"application/json", "[\"\\\\u005bNAME_1\\\\u005d", " %20 &amp;", "\"]"},
        {"application/json", "[\"\\u005bNAME_1\\u005d", " %2520", "\"]"},
        {"application/json", "[\"{\\\"a\\\":\\\"[NAME_1]", " %20 &amp;", "\\\"}\"]"},
        {"text/plain", "[NAME_1]", " %20 &amp; \\n", ""},
        {"text/plain", "%5BNAME_1%5D", " &amp; \\n", ""},
        {"text/plain", "\\u005bNAME_1\\u005d", " %20", ""},
        {"text/html", "<p>[NAME_1]", " %20 &amp; \\n", "</p>"},
        {form, "a=[NAME_1]", "+%26amp;\\n", ""},
        {form, "a=%5BNAME_1%5D", "+%20", ""},
        {"text/csv", "a,[NAME_1]", " %20;b", "\n1,2\n"},
    };
    for (size_t i = 0; i < COUNT_OF(values); i++)
        for (size_t j = 0; j < COUNT_OF(rows); j++)
            expect_once(rows[j].type, values[i], rows[j].begin, rows[j].beside, rows[j].end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_with_escapes_is_looked_at_as_it_stands_and_as_each_reader_undoes_them),
        cmocka_unit_test(a_name_is_looked_at_in_all_its_readings_and_cannot_be_changed),
        cmocka_unit_test(a_text_that_is_json_is_known_by_its_names),
        cmocka_unit_test(json_in_json_in_json_is_read),
        cmocka_unit_test(a_form_is_looked_at_as_each_reader_of_forms_takes_it),
        cmocka_unit_test(a_form_that_is_json_or_xml_is_both),
        cmocka_unit_test(a_data_url_is_looked_at_before_its_comma_and_as_it_stands),
        cmocka_unit_test(the_encoding_of_a_forms_part_is_undone_and_is_not),
        cmocka_unit_test(what_readers_of_parts_cut_in_two_ways_is_refused),
        cmocka_unit_test(bytes_of_a_single_byte_charset_that_are_utf_8_in_part_are_refused),
        cmocka_unit_test(one_reading_may_lie_in_another_in_any_kind_of_body),
        cmocka_unit_test(what_is_in_several_readings_of_a_text_is_counted_once),
        cmocka_unit_test(a_word_in_an_answer_becomes_its_value_in_each_reading),
        cmocka_unit_test(a_value_with_escapes_is_put_back_once_whatever_readings_its_word_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
