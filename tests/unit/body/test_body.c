/* SPDX-License-Identifier: Apache-2.0 */
/* Each kind of body is told place by place, and written anew with no other byte changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "told.h"

static void json_is_told_place_by_place(void **state)
{
    (void)state;
    expect_names(
        "application/json",
        TEXT("{\"messages\":[{\"role\":\"user\",\"content\":\"caf\\u00e9\"},{\"n\":-4.5e3}],"
             "\"b\\u0061d key\":[true,null,[\"x\",{}]]}"),
        "name messages messages=messages\n"
        "name messages[0].role role=role\n"
        "value messages[0].role role=user\n"
        "name messages[0].content content=content\n"
        "value messages[0].content content=caf\xc3\xa9\n"
        "name messages[1].n n=n\n"
        "number messages[1].n n=-4.5e3\n"
        "name * bad key=bad key\n"
        "value *[2][0] bad key=x\n");
    expect_told("application/vnd.api+json", TEXT("\"alone\""), "value  =alone\n");
}

static void an_edit_of_json_changes_no_other_byte(void **state)
{
    (void)state;
    expect_rewritten(
        "application/json", TEXT("\xef\xbb\xbf{ \"a\" : \"\\u00e9\\/ 4\\u003111 \\/4111\", \"b\":1.50e1 }\r\n"),
        TEXT("\xef\xbb\xbf{ \"a\" : \"\\u00e9\\/ [X] \\/[X]\", \"b\":1.50e1 }\r\n"));
}

static void members_that_stand_twice_are_told_twice(void **state)
{
    (void)state;
    expect_told("text/json", TEXT("{\"a\":\"1\",\"\\u0061\":\"2\"}"), "value a a=1\nvalue a a=2\n");
}

static void a_name_that_may_be_data_is_no_part_of_a_path(void **state)
{
    (void)state;
    expect_told(
        "application/json",
        TEXT("{\"a@b.example\":\"1\",\"x12345\":\"2\",\"x1234\":\"3\",\"\":\"4\",\"9\":\"5\",\"sku-1_$\":\"6\"}"),
        "value * a@b.example=1\nvalue * x12345=2\nvalue x1234 x1234=3\nvalue * =4\nvalue * 9=5\n"
        "value sku-1_$ sku-1_$=6\n");
}

/* "parent.field/beside=value " of each value and number. */
static bool note_names(void *context, struct body *body, const struct body_place *place)
{
    (void)body;
    if (place->what == BODY_VALUE || place->what == BODY_NUMBER)
        buffer_printf(
            context, "%.*s.%.*s/%.*s=%.*s ", TEXT_ARG(place->parent), TEXT_ARG(place->field), TEXT_ARG(place->beside),
            TEXT_ARG(place->value));
    return true;
}

static void expect_names_around(const char *type, struct text sent, const char *expected)
{
    struct body *body = body_new();
    struct buffer told = {0};
    struct body_label label = label_of(type, NULL);
    assert_int_equal(body_read(body, &label, bytes_of_text(sent), &body_limits_usual, NULL), BODY_FINE);
    assert_int_equal(body_walk(body, note_names, &told, NULL), BODY_FINE);
    buffer_append_byte(&told, '\0');
    assert_string_equal(told.data, expected);
    buffer_clear(&told);
    body_free(body);
}

static void a_value_is_told_with_the_name_above_its_own(void **state)
{
    (void)state;
    expect_names_around(
        "application/json", TEXT("{\"billing\\u005faddress\":{\"street\":[\"x\"]},\"a\":{\"b\":\"{\\\"c\\\":1}\"}}"),
        "billing_address.street/=x b.c/=1 ");
    expect_names_around("text/xml", TEXT("<o><a b='1'>2</a></o>"), "a.b/=1 o.a/=2 ");
}

static void the_value_of_a_pair_is_told_with_what_names_it(void **state)
{
    (void)state;
    expect_names_around(
        "application/json",
        TEXT("{\"custom_attributes\":[{\"attribute_code\":\"cost\",\"value\":9},{\"value\":[\"x\"], \"Name\" : "
             "\"e\\u006dail\"},"
             "{\"a\":{\"name\":\"no\"},\"value\":1},{\"code\":\"DE\",\"email\":\"y\"}],\"value\":{\"value\":2}}"),
        "custom_attributes.attribute_code/=cost custom_attributes.value/cost=9 custom_attributes.value/email=x "
        "custom_attributes.Name/=email a.name/=no custom_attributes.value/=1 custom_attributes.code/=DE "
        "custom_attributes.email/=y value.value/=2 ");
    expect_names_around(
        "text/xml", TEXT("<o><field name='e&#109;ail'>x</field><customer name='B'>y</customer></o>"),
        "field.name/=email o.field/email=x customer.name/=B o.customer/=y ");
}

static void json_in_a_string_is_walked_as_json(void **state)
{
    (void)state;
    struct text sent =
        TEXT("{\"arguments\":\"{\\\"card\\\":\\\"\\\\u0034111\\\",\\\"n\\\":[1]}\",\"t\":\"[not json]\"}");
    expect_told(
        "application/json", sent,
        "value arguments.card card=4111\nvalue arguments.card card=      111\nnumber arguments.n[0] n=1\nvalue t "
        "t=[not json]\n");
    expect_rewritten(
        "application/json", sent,
        TEXT("{\"arguments\":\"{\\\"card\\\":\\\"[X]\\\",\\\"n\\\":[1]}\",\"t\":\"[not json]\"}"));
    expect_rewritten(
        "application/json", TEXT("\"{\\\"a\\\":\\\"{\\\\\\\"b\\\\\\\":\\\\\\\"4111\\\\\\\"}\\\"}\""),
        TEXT("\"{\\\"a\\\":\\\"{\\\\\\\"b\\\\\\\":\\\\\\\"[X]\\\\\\\"}\\\"}\""));
}

static void what_a_value_is_in_other_spellings_is_told_as_it_stands_and_as_each(void **state)
{
    (void)state;
    expect_told(
        "application/json", TEXT("[\"https:\\/\\/x.example\\/?a=41%31%31&b=50%\",\"a&nbsp;b&#x34;&#49;11\"]"),
        "value [0] =https://x.example/?a=41%31%31&b=50%\nvalue [0] =https://x.example/?a=4111&b=50%\n"
        "value [1] =a&nbsp;b&#x34;&#49;11\nvalue [1] =a\xc2\xa0"
        "b4111\n");
    expect_rewritten(
        "application/json", TEXT("[\"https:\\/\\/x\\/?a=41%31%31&b=50%\",\"a&nbsp;b&#x34;&#49;11\"]"),
        TEXT("[\"https:\\/\\/x\\/?a=%5BX%5D&b=50%\",\"a&nbsp;b[X]\"]"));
    /* "card 4111 here, ok" */
    expect_told(
        "text/plain", TEXT("see Y2FyZCA0MTExIGhlcmUsIG9r!"),
        "value  =see Y2FyZCA0MTExIGhlcmUsIG9r!\nvalue  =card 4111 here, ok\n");
    expect_rewritten("text/plain", TEXT("see Y2FyZCA0MTExIGhlcmUsIG9r!"), TEXT("see Y2FyZCBbWF0gaGVyZSwgb2s=!"));
}

/* Edits a part of the text around base64, and what it says. */
struct outer_edit {
    size_t start;
    size_t length;
};

static bool edit_both(void *context, struct body *body, const struct body_place *place)
{
    const struct outer_edit *outer = context;
    if (place->what != BODY_VALUE)
        return true;
    bool is_outer = text_starts_with(place->value, TEXT("see"));
    assert_true(body_edit(body, place, is_outer ? outer->start : 5, is_outer ? outer->length : 4, TEXT("*")));
    return true;
}

static void expect_both_edited(struct outer_edit outer, struct text expected)
{
    struct body *body = body_new();
    struct buffer out = {0};
    struct body_label label = label_of("text/plain", NULL);
    struct text sent = TEXT("see Y2FyZCA0MTExIGhlcmUsIG9r!");
    assert_int_equal(body_read(body, &label, bytes_of_text(sent), &body_limits_usual, NULL), BODY_FINE);
    assert_int_equal(body_walk(body, edit_both, &outer, NULL), BODY_FINE);
    assert_true(body_rewrite(body, &out));
    assert_true(text_equal(buffer_text(&out), expected));
    buffer_clear(&out);
    body_free(body);
}

static void of_edits_that_overlap_nothing_is_left(void **state)
{
    (void)state;
    expect_both_edited((struct outer_edit){1, 8}, TEXT("s*!"));
    expect_both_edited((struct outer_edit){4, 24}, TEXT("see *!"));
    /* written anew, the run would still have what was edited around it */
    expect_both_edited((struct outer_edit){6, 3}, TEXT("see *!"));
    expect_both_edited((struct outer_edit){20, 9}, TEXT("see *"));
}

static void data_urls_are_what_their_type_says(void **state)
{
    (void)state;
    expect_told(
        "application/json",
        TEXT("{\"u\":\"data:image/"
             "png;base64,iVBORw0KGgoAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs="
             "\"}"),
        "value u u=data:image/png;base64\nopaque u u=image/png\n");
    expect_told(
        "application/json", TEXT("{\"u\":\"data:application/json;base64,eyJhIjoiNDExMSJ9\"}"),
        "value u u=data:application/json;base64,eyJhIjoiNDExMSJ9\nvalue u.a a=4111\n");
    expect_rewritten(
        "application/json", TEXT("{\"u\":\"data:application/json;base64,eyJhIjoiNDExMSJ9\"}"),
        TEXT("{\"u\":\"data:application/json;base64,eyJhIjoiW1hdIn0=\"}"));
    expect_rewritten(
        "application/json", TEXT("{\"u\":\"data:text\\/plain;charset=iso-8859-1;base64,6SA0MTEx\"}"),
        TEXT("{\"u\":\"data:text\\/plain;charset=iso-8859-1;base64,6SBbWF0=\"}"));
    expect_rewritten("application/json", TEXT("[\"data:text/plain,a%204111\"]"), TEXT("[\"data:text/plain,a%20[X]\"]"));
    expect_told(
        "application/json", TEXT("[\"data:text/jsonl;base64,NEDxMQ5=\"]"),
        "value [0] =data:text/jsonl;base64,NEDxMQ5=\n");
    expect_told(
        "application/json", TEXT("[\"data: 1, 2\",\"data:image/png;base64,????\"]"),
        "value [0] =data: 1, 2\nvalue [1] =data:image/png;base64,????\n");
}

static void files_in_base64_are_known_by_their_first_bytes(void **state)
{
    (void)state;
    expect_told(
        "application/json",
        TEXT("{\"data\":\"iVBORw0KGgoAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs="
             "\"}"),
        "opaque data data=image/png\n");
    expect_told(
        "text/plain",
        TEXT("see iVBORw0KGgoAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs=."),
        "value  =see "
        "iVBORw0KGgoAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs=.\nopaque  "
        "=image/png\n");
}

static void base64_in_lines_is_one_text(void **state)
{
    (void)state;
    expect_rewritten(
        "application/json",
        TEXT("[\"RGVhciBKw7ZyZywgdGhlIGNhcmQgaXMgNDExMSBhbmQgdGhlIHBhcmNlbCB3YXMgc2VudCB0byB0\\naGUgc3RyZWV0IG9mIE3DvGx"
             "sZXIuIERlYXIgSsO2cmcsIHRoZSBjYXJkIGlzIDQxMTEgYW5kIHRo\\nZSBwYXJjZWwgd2FzIHNlbnQgdG8gdGhlIHN0cmVldCBvZiBNw"
             "7xsbGVyLiA=\"]"),
        TEXT("[\"RGVhciBKw7ZyZywgdGhlIGNhcmQgaXMgW1hdIGFuZCB0aGUgcGFyY2VsIHdhcyBzZW50IHRvIHRo\\r\\nZSBzdHJlZXQgb2YgTcO8"
             "bGxlci4gRGVhciBKw7ZyZywgdGhlIGNhcmQgaXMgW1hdIGFuZCB0aGUg\\r\\ncGFyY2VsIHdhcyBzZW50IHRvIHRoZSBzdHJlZXQgb2Y"
             "gTcO8bGxlci4g\"]"));
}

static void the_claims_of_a_token_are_read(void **state)
{
    (void)state;
    expect_told(
        "text/plain", TEXT("eyJhbGciOiJIUzI1NiJ9.eyJlbWFpbCI6ImFAYi5leGFtcGxlIiwiY2FyZCI6NH0.sig-sig_sig"),
        "value  =eyJhbGciOiJIUzI1NiJ9.eyJlbWFpbCI6ImFAYi5leGFtcGxlIiwiY2FyZCI6NH0.sig-sig_sig\nvalue alg "
        "alg=HS256\nvalue email email=a@b.example\nnumber card card=4\n");
}

static void lines_of_json_are_told_with_their_number(void **state)
{
    (void)state;
    expect_told("application/x-ndjson", TEXT("{\"a\":\"x\"}\r\n\n[\"4111\"]"), "value [0].a a=x\nvalue [1][0] =4111\n");
    expect_rewritten("application/jsonl", TEXT("{\"a\":\"x\"}\r\n\n[\"4111\"]"), TEXT("{\"a\":\"x\"}\r\n\n[\"[X]\"]"));
    expect_fault("application/jsonl", NULL, TEXT("{}\n{"), BODY_MALFORMED);
    expect_rewritten("application/json-seq", TEXT("\x1e[1]\n\x1e[\"4111\"]\n"), TEXT("\x1e[1]\n\x1e[\"[X]\"]\n"));
}

static void events_are_told_with_what_stands_beside_their_data(void **state)
{
    (void)state;
    struct text sent = TEXT("id: 7\n: 4111\ndata: {\"a\":\ndatabase: 1\ndata:\"4111\"}\r\n\r\ndata: [DONE]\n\n");
    expect_told(
        "text/event-stream", sent,
        "outside  =id: 7\noutside  =: 4111\noutside  =database: 1\nvalue [0].a a=4111\nvalue [1] =[DONE]\n");
    expect_rewritten(
        "text/event-stream", sent,
        TEXT("id: 7\n: [X]\ndata: {\"a\":\ndatabase: 1\ndata:\"[X]\"}\r\n\r\ndata: [DONE]\n\n"));
}

static void forms_are_told_without_their_percents(void **state)
{
    (void)state;
    struct text sent = TEXT("n%61me=J%C3%B6+D&card=41%311&&e&=x&w=4111%A04&p=%7B%22a%22%3A%224111%22%7D");
    expect_names(
        "application/x-www-form-urlencoded", sent,
        "name name name=name\nname name name=n%61me\nvalue name name=J\xc3\xb6 D\nvalue name name=J%C3%B6+D\n"
        "value name name=J\xc3\xb6+D\nname card card=card\nvalue card card=4111\nvalue card card=41%311\nname e e=e\n"
        "value * =x\nname w w=w\nvalue w w=4111\xc2\xa0"
        "4\nvalue w w=4111%A04\nname p p=p\nname p.a a=a\nvalue p.a a=4111\n"
        "value p p=%7B%22a%22%3A%224111%22%7D\n");
    expect_rewritten(
        "application/x-www-form-urlencoded", sent,
        TEXT("n%61me=J%C3%B6+D&card=%5BX%5D&&e&=x&w=%5BX%5D%A04&p=%7B%22a%22%3A%22%5BX%5D%22%7D"));
}

static void json_that_is_sent_as_a_form_is_both(void **state)
{
    (void)state;
    expect_told(
        "application/x-www-form-urlencoded", TEXT("{\"a\":\"x&y=1+1\"}"),
        "value a a=x&y=1+1\nvalue a a=x\nvalue a.y y=1 1\n");
    expect_names("application/x-www-form-urlencoded", TEXT("{a=1"), "name * {a={a\nvalue * {a=1\n");
}

static void parts_of_multipart_are_told_each_as_its_type_says(void **state)
{
    (void)state;
    static const char type[] = "multipart/form-data; boundary=\"b 1\"";
    struct text sent = TEXT(
        "before 4111\r\n--b 1\r\nContent-Disposition: form-data; name=\"full \\\"name\"\r\n\r\nJ 4111\r\n"
        "--b 1 \t\r\nContent-Disposition: form-data; name=j; filename=\"4111.txt\"; filename*=UTF-8''%344111.txt\r\n"
        "Content-Type: application/json\r\nX-Note: 4111\r\n\r\n{\"a\":\"4\\u0031111\"}\r\n--b 1\r\n"
        "Content-Type: image/png\r\n\r\n\x89PNG 4111\r\n--b 1--\r\nafter 4111");
    expect_told(
        type, sent,
        "outside  =before 4111\nvalue * full \"name=J 4111\nvalue j j=4111.txt\nvalue j j=44111.txt\n"
        "outside j j=application/json\noutside j j=4111\nvalue j.a a=41111\noutside [2] =image/png\nopaque [2] "
        "=image/png\n"
        "outside  =after 4111\n");
    expect_rewritten(
        type, sent,
        TEXT("before [X]\r\n--b 1\r\nContent-Disposition: form-data; name=\"full \\\"name\"\r\n\r\nJ [X]\r\n"
             "--b 1 \t\r\nContent-Disposition: form-data; name=j; filename=\"[X].txt\"; "
             "filename*=UTF-8''%34%5BX%5D.txt\r\n"
             "Content-Type: application/json\r\nX-Note: [X]\r\n\r\n{\"a\":\"[X]1\"}\r\n--b 1\r\n"
             "Content-Type: image/png\r\n\r\n\x89PNG 4111\r\n--b 1--\r\nafter [X]"));
}

static void parts_of_mail_are_read_in_their_transfer_encoding_and_written_in_it(void **state)
{
    (void)state;
    static const char type[] = "multipart/mixed; boundary=o";
    expect_rewritten(
        type,
        TEXT("--o\nContent-Type: text/plain; charset=windows-1252\nContent-Transfer-Encoding: quoted-printable\n\n"
             "4=31=\n11 =E9 =80\n--o\nContent-Type: multipart/related; boundary=i\n\n--i\n"
             "Content-Transfer-Encoding: base64\nContent-Type: text/csv\n\nYSxiCjEs\r\nNDExMQ==\n\n--i--\n\n--o--"),
        TEXT("--o\nContent-Type: text/plain; charset=windows-1252\nContent-Transfer-Encoding: quoted-printable\n\n"
             "[X] =E9 =80\n--o\nContent-Type: multipart/related; boundary=i\n\n--i\n"
             "Content-Transfer-Encoding: base64\nContent-Type: text/csv\n\nYSxiCjEsW1hd\n--i--\n\n--o--"));
}

static void multipart_that_can_be_read_in_two_ways_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct text sent;
        enum body_fault fault;
    } rows[] = {
        {TEXT_INIT("\r\n"), BODY_TRUNCATED},
        {TEXT_INIT("--b\r\n\r\nx\r\n"), BODY_TRUNCATED},
        {TEXT_INIT("--b\r\n\r\nx\r\n--b--more"), BODY_MALFORMED},
        {TEXT_INIT("--b\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"),
         BODY_MALFORMED},
        {TEXT_INIT("--b\r\n\r\nx\r\n--bc\r\n\r\n--b--"), BODY_MALFORMED},
        {TEXT_INIT("--b\r\nA: 1\r\n B: folded\r\n\r\nx\r\n--b--"), BODY_MALFORMED},
        {TEXT_INIT("--b\r\nA: 1\r\n--b--"), BODY_MALFORMED},
        {TEXT_INIT("--b\r\nContent-Type: text/plain\r\nContent-Type: image/png\r\n\r\nx\r\n--b--"), BODY_TYPE_CONFLICT},
        {TEXT_INIT("--b\r\nContent-Encoding: gzip\r\n\r\nx\r\n--b--"), BODY_CODING_UNKNOWN},
        {TEXT_INIT("--b\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nx\r\n--b--"), BODY_CODING_UNKNOWN},
        {TEXT_INIT("--b\r\nContent-Transfer-Encoding: base64\r\n\r\nYS!k\r\n--b--"), BODY_CODING_MALFORMED},
        {TEXT_INIT("--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=4\r\n--b--"), BODY_CODING_MALFORMED},
        {TEXT_INIT("--b\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\nx\r\n--b--"), BODY_MALFORMED},
        {TEXT_INIT("--b\r\nContent-Type: text/plain; charset=utf-7\r\n\r\nx\r\n--b--"), BODY_CHARSET_UNKNOWN},
        {TEXT_INIT("--b\r\nContent-Type: application/json\r\n\r\n{\r\n--b--"), BODY_MALFORMED},
        {TEXT_INIT("\xff\r\n--b--"), BODY_CHARSET_MALFORMED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_fault("multipart/form-data; boundary=b", NULL, rows[i].sent, rows[i].fault);
}

static void xml_is_told_with_its_attributes_and_what_stands_beside(void **state)
{
    (void)state;
    struct text sent =
        TEXT("<?xml version=\"1.0\"?><!DOCTYPE o SYSTEM \"o.dtd\"><o><a city='4&#49;11'>J&amp;D\n <b/>4111</a>"
             "<!-- 4111 --><c><![CDATA[<4111>]]></c></o>");
    expect_told(
        "application/soap+xml", sent,
        "outside  =xml version=\"1.0\"\noutside  = o SYSTEM \"o.dtd\"\nvalue o.a.city city=4111\nvalue o.a a=J&D\n"
        "value o.a a=4111\noutside o o= 4111 \nvalue o.c c=<4111>\n");
    expect_rewritten(
        "text/xml", sent,
        TEXT("<?xml version=\"1.0\"?><!DOCTYPE o SYSTEM \"o.dtd\"><o><a city='[X]'>J&amp;D\n <b/>[X]</a>"
             "<!-- [X] --><c><![CDATA[<[X]>]]></c></o>"));
}

static void what_stands_beside_the_content_is_read_at_its_innermost_too(void **state)
{
    (void)state;
    expect_rewritten("text/xml", TEXT("<a><!-- 4%3111 {} --></a>"), TEXT("<a><!-- %5BX%5D {} --></a>"));
    expect_rewritten(
        "multipart/mixed; boundary=b", TEXT("--b\nX-Note: {\"a\":\"4\\u003111\"}\n\n--b--"),
        TEXT("--b\nX-Note: {\"a\":\"[X]\"}\n\n--b--"));
}

static void xml_that_is_none_or_has_entities_of_its_own_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct text sent;
        enum body_fault fault;
    } rows[] = {
        {TEXT_INIT("<!DOCTYPE a [<!ENTITY e \"4111\">]><a>&e;</a>"), BODY_ENTITIES},
        {TEXT_INIT("<a>&e;</a>"), BODY_ENTITIES},
        {TEXT_INIT("<a><b></a></b>"), BODY_MALFORMED},
        {TEXT_INIT("<a>"), BODY_MALFORMED},
        {TEXT_INIT("<a/><b/>"), BODY_MALFORMED},
        {TEXT_INIT("x<a/>"), BODY_MALFORMED},
        {TEXT_INIT("<a b=c/>"), BODY_MALFORMED},
        {TEXT_INIT("<a b='<'/>"), BODY_MALFORMED},
        {TEXT_INIT("<a><!-- </a>"), BODY_MALFORMED},
        {TEXT_INIT(" "), BODY_MALFORMED},
        {TEXT_INIT("<?xml version='1.0' encoding='utf-7'?><a/>"), BODY_CHARSET_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_fault("application/xml", NULL, rows[i].sent, rows[i].fault);
    expect_fault(
        "text/xml; charset=utf-8", NULL, TEXT("<?xml version='1.0' encoding='iso-8859-1'?><a>\xc3\xa9</a>"),
        BODY_TYPE_CONFLICT);
    expect_told(
        "text/xml", TEXT("<?xml version='1.0' encoding='iso-8859-1'?><a>\xe9</a>"),
        "outside  =xml version='1.0' encoding='iso-8859-1'\nvalue a a=\xc3\xa9\n");
}

static void the_first_row_of_a_table_names_its_columns(void **state)
{
    (void)state;
    struct text sent = TEXT("email,\"full \"\"name\"\"\",card\r\na@b.example,\"D, J\n\"\"4111\"\"\",4111\r\n,,\n");
    expect_told(
        "text/csv", sent,
        "value [0] =email\nvalue [0] =full \"name\"\nvalue [0] =card\nvalue [1].email email=a@b.example\n"
        "value [1].* full \"name\"=D, J\n\"4111\"\nvalue [1].card card=4111\n");
    expect_rewritten(
        "text/csv", sent, TEXT("email,\"full \"\"name\"\"\",card\r\na@b.example,\"D, J\n\"\"[X]\"\"\",[X]\r\n,,\n"));
    expect_told(
        "text/tab-separated-values", TEXT("a\tb,c\nx\ty"),
        "value [0] =a\nvalue [0] =b,c\nvalue [1].a a=x\nvalue [1].* b,c=y\n");
    expect_told("text/csv", TEXT("a;b\n1;2"), "value [0] =a\nvalue [0] =b\nvalue [1].a a=1\nvalue [1].b b=2\n");
    expect_told(
        "text/csv", TEXT("sep=;\r\na;b\n1;2"), "value [0] =a\nvalue [0] =b\nvalue [1].a a=1\nvalue [1].b b=2\n");
    expect_told("text/csv", TEXT("\r\n\na,b\n1,2"), "value [0] =a\nvalue [0] =b\nvalue [1].a a=1\nvalue [1].b b=2\n");
    expect_told("text/csv", TEXT("a|b\n1|2"), "value [0] =a\nvalue [0] =b\nvalue [1].a a=1\nvalue [1].b b=2\n");
    expect_fault("text/csv", NULL, TEXT("a,\"b"), BODY_MALFORMED);
    expect_fault("text/csv", NULL, TEXT("\"a\"b"), BODY_MALFORMED);
}

static void text_is_one_place_and_binary_is_not_looked_into(void **state)
{
    (void)state;
    expect_told("text/html", TEXT("<p>x 4111</p>"), "value  =<p>x 4111</p>\n");
    expect_told("image/png", TEXT("\x89PNG\0 4111"), "opaque  =image/png\n");
    expect_told("application/x-unheard-of", TEXT("x"), "opaque  =application/x-unheard-of\n");
    expect_told("text/plain", TEXT("{\"a\":\"\\u0034\"}"), "value a a=4\nvalue a a=      \n");
    expect_told("text/plain", TEXT(""), "");
}

static void names_numbers_and_what_is_opaque_cannot_be_edited(void **state)
{
    (void)state;
    struct body *body = body_new();
    struct body_label label = label_of("application/json", NULL);
    assert_int_equal(
        body_read(body, &label, bytes_of_text(TEXT("[\"\xc3\xa9\\n\"]")), &body_limits_usual, NULL), BODY_FINE);
    struct body_place place = {.what = BODY_NUMBER, .raw = text_part(body_text(body), 2, 4), .at = 2, .spelling = 1};
    assert_false(body_edit(body, &place, 0, 1, TEXT("x")));
    place.what = BODY_NAME;
    assert_false(body_edit(body, &place, 0, 1, TEXT("x")));
    place.what = BODY_OPAQUE;
    assert_false(body_edit(body, &place, 0, 1, TEXT("x")));
    place.what = BODY_VALUE;
    assert_false(body_edit(body, &place, 1, 1, TEXT("x")));
    assert_false(body_edit(body, &place, 0, 4, TEXT("x")));
    assert_false(body_edit(body, &place, 0, 2, TEXT("\xff")));
    assert_false(body_is_edited(body));
    assert_true(body_edit(body, &place, 2, 1, TEXT("\"\n")));
    assert_true(body_is_edited(body));
    struct buffer out = {0};
    assert_true(body_rewrite(body, &out));
    assert_true(text_equal(buffer_text(&out), TEXT("[\"\xc3\xa9\\\"\\n\"]")));
    buffer_clear(&out);
    body_free(body);
}

static void malformed_json_is_refused_with_its_place(void **state)
{
    (void)state;
    static const char *const rows[] = {
        " ",     "{",       "[1,]",      "{\"a\"}",          "{\"a\":1,}", "01",   "1.",   "[1 2]",
        "nul",   "\"\\x\"", "\"\\u12\"", "\"\x01\"",         "\"\xff\"",   "[1]x", "-",    "1e",
        "{1:2}", "[}",      "{]",        "\"\xed\xa0\x80\"", "\"a",        "'a'",  "[,1]", "+1"};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_fault("application/json", NULL, text_from(rows[i]), BODY_MALFORMED);
    struct body *body = body_new();
    struct detail detail = {0};
    struct body_label label = body_label_of(BODY_JSON);
    assert_int_equal(
        body_read(body, &label, bytes_of_text(TEXT("[1,\n 2 3]")), &body_limits_usual, &detail), BODY_FINE);
    assert_int_equal(body_walk(body, NULL, NULL, &detail), BODY_MALFORMED);
    assert_string_equal(detail.text, "a comma or the end is expected, at line 2, column 4");
    body_free(body);
}

static bool is_plain(const char *type, struct text sent)
{
    struct body *body = body_new();
    struct body_label label = label_of(type, NULL);
    assert_int_equal(body_read(body, &label, bytes_of_text(sent), &body_limits_usual, NULL), BODY_FINE);
    bool plain = body_is_plain(body);
    body_free(body);
    return plain;
}

static void a_body_is_plain_where_nothing_is_spelled_otherwise(void **state)
{
    (void)state;
    assert_true(is_plain(
        "application/json", TEXT("{\"a\":\"50% of & \\u00e9\\u003c\\n\",\"id\":\"gid-shopify-order-8923892389\"}")));
    assert_true(is_plain("text/plain", TEXT("a")));
    assert_false(is_plain("application/json", TEXT("[\"%34\"]")));
    assert_false(is_plain("application/json", TEXT("[\"\\u002534\"]")));
    assert_false(is_plain("application/json", TEXT("[\"%\\u003334\"]")));
    assert_true(is_plain("application/json", TEXT("[\"&lt;b&gt; &quot;x&quot; &amp; &apos;\"]")));
    assert_false(is_plain("application/json", TEXT("[\"&amp;#52;\"]")));
    assert_false(is_plain("application/json", TEXT("[\"&nbsp;\"]")));
    assert_false(is_plain("application/json", TEXT("[\"&#52;\"]")));
    assert_false(is_plain("application/json", TEXT("[\"{\\\"a\\\":\\\"\\\\u0034\\\"}\"]")));
    assert_false(is_plain("application/json", TEXT("[\"Y2FyZCA0MTExIGhlcmUsIG9r\"]")));
    assert_false(is_plain("application/json", TEXT("[\"&#52\"]")));
    assert_false(is_plain("application/json", TEXT("[\"%u0034\"]")));
    assert_false(is_plain("text/plain", TEXT("{\"a\":1}")));
    assert_false(is_plain("text/plain", TEXT("a \\u0034")));
    assert_false(is_plain("application/x-www-form-urlencoded", TEXT("a=1")));
    assert_false(is_plain("text/csv", TEXT("a,1")));
}

/* --- for texts that are put together elsewhere -----------------------------------------------------------------------
 */

struct seen {
    struct buffer told;
    const char *wanted; /* a value with this in it: where does that stand? */
    struct body_span span;
};

static bool is_kept(void *context, struct body *body, const struct body_place *place)
{
    (void)context;
    (void)body;
    return text_equal(place->field, TEXT("content"));
}

static bool see(void *context, struct body *body, const struct body_place *place)
{
    struct seen *seen = context;
    const char *at = memmem(place->value.data, place->value.length, seen->wanted, strlen(seen->wanted));
    if (place->what != BODY_NAME)
        BUFFER_APPEND_ALL(&seen->told, TEXT("<"), place->value, TEXT(">"));
    if (at != NULL)
        assert_true(body_outer(body, place, (size_t)(at - place->value.data), strlen(seen->wanted), &seen->span));
    return true;
}

static void a_value_that_is_kept_is_told_as_it_stands(void **state)
{
    (void)state;
    static const struct text sent = TEXT_INIT("{\"content\":\"a%40b&lt;\",\"tool\":\"{\\\"content\\\":\\\"%41\\\"}\"}");
    const struct body_label label = body_label_of(BODY_JSON);
    struct body *body = body_new();
    struct seen seen = {.wanted = "@"};
    assert_int_equal(body_read(body, &label, bytes_of_text(sent), &body_limits_usual, NULL), BODY_FINE);
    assert_int_equal(body_walk_keeping(body, is_kept, see, &seen, NULL), BODY_FINE);
    assert_true(text_starts_with(buffer_text(&seen.told), TEXT("<a%40b&lt;><")));
    assert_true(text_ends_with(buffer_text(&seen.told), TEXT("<A>")));
    buffer_clear(&seen.told);
    body_free(body);
}

static void assert_stands(enum body_kind kind, struct text sent, const char *wanted, struct text expected)
{
    const struct body_label label = body_label_of(kind);
    struct body *body = body_new();
    struct seen seen = {.wanted = wanted};
    assert_int_equal(body_read(body, &label, bytes_of_text(sent), &body_limits_usual, NULL), BODY_FINE);
    assert_int_equal(body_walk(body, see, &seen, NULL), BODY_FINE);
    struct text stands = text_part(sent, seen.span.start, seen.span.end - seen.span.start);
    assert_int_equal(stands.length, expected.length);
    assert_memory_equal(stands.data, expected.data, expected.length);
    buffer_clear(&seen.told);
    body_free(body);
}

static void what_lies_in_texts_within_texts_stands_somewhere_in_the_body(void **state)
{
    (void)state;
    assert_stands(BODY_TEXT, TEXT("to a@b.c or"), "a@b", TEXT("a@b"));
    assert_stands(BODY_TEXT, TEXT("to a%40b.c or"), "a@b", TEXT("a%40b"));
    assert_stands(BODY_TEXT, TEXT("to &#97;@b%26"), "a@b", TEXT("&#97;@b"));
    assert_stands(BODY_TEXT, TEXT("see IGFAYi5jICBhQGIuYyAg."), "a@b", TEXT("IGFAYi5jICBhQGIuYyAg"));
    assert_stands(BODY_JSON, TEXT("{\"m\":\"{\\\"x\\\":\\\"a\\u0040b\\\"}\"}"), "a@b", TEXT("a\\u0040b"));
    assert_stands(BODY_JSON_PART, TEXT("il\":\"a\\u0040b\",\"x"), "a@b", TEXT("a\\u0040b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_told_place_by_place),
        cmocka_unit_test(an_edit_of_json_changes_no_other_byte),
        cmocka_unit_test(members_that_stand_twice_are_told_twice),
        cmocka_unit_test(a_name_that_may_be_data_is_no_part_of_a_path),
        cmocka_unit_test(a_value_is_told_with_the_name_above_its_own),
        cmocka_unit_test(the_value_of_a_pair_is_told_with_what_names_it),
        cmocka_unit_test(json_in_a_string_is_walked_as_json),
        cmocka_unit_test(what_a_value_is_in_other_spellings_is_told_as_it_stands_and_as_each),
        cmocka_unit_test(of_edits_that_overlap_nothing_is_left),
        cmocka_unit_test(data_urls_are_what_their_type_says),
        cmocka_unit_test(files_in_base64_are_known_by_their_first_bytes),
        cmocka_unit_test(base64_in_lines_is_one_text),
        cmocka_unit_test(the_claims_of_a_token_are_read),
        cmocka_unit_test(lines_of_json_are_told_with_their_number),
        cmocka_unit_test(events_are_told_with_what_stands_beside_their_data),
        cmocka_unit_test(forms_are_told_without_their_percents),
        cmocka_unit_test(json_that_is_sent_as_a_form_is_both),
        cmocka_unit_test(parts_of_multipart_are_told_each_as_its_type_says),
        cmocka_unit_test(parts_of_mail_are_read_in_their_transfer_encoding_and_written_in_it),
        cmocka_unit_test(multipart_that_can_be_read_in_two_ways_is_refused),
        cmocka_unit_test(xml_is_told_with_its_attributes_and_what_stands_beside),
        cmocka_unit_test(what_stands_beside_the_content_is_read_at_its_innermost_too),
        cmocka_unit_test(xml_that_is_none_or_has_entities_of_its_own_is_refused),
        cmocka_unit_test(the_first_row_of_a_table_names_its_columns),
        cmocka_unit_test(text_is_one_place_and_binary_is_not_looked_into),
        cmocka_unit_test(names_numbers_and_what_is_opaque_cannot_be_edited),
        cmocka_unit_test(malformed_json_is_refused_with_its_place),
        cmocka_unit_test(a_body_is_plain_where_nothing_is_spelled_otherwise),
        cmocka_unit_test(a_value_that_is_kept_is_told_as_it_stands),
        cmocka_unit_test(what_lies_in_texts_within_texts_stands_somewhere_in_the_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
