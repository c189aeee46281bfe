/* SPDX-License-Identifier: Apache-2.0 */
/* What a head says of its body, and what it says in two ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "told.h"

static void each_type_has_its_kind(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        enum body_kind kind;
    } rows[] = {
        {"application/json", BODY_JSON},
        {"Application/JSON; charset=\"UTF-8\"", BODY_JSON},
        {"application/graphql-response+json", BODY_JSON},
        {"application/x-amz-json-1.1", BODY_JSON},
        {"application/jsonlines", BODY_LINES},
        {"application/x-ndjson", BODY_LINES},
        {"application/vnd.elasticsearch+x-ndjson; compatible-with=8", BODY_LINES},
        {"application/json-seq", BODY_SEQUENCE},
        {"text/event-stream;charset=utf-8", BODY_EVENTS},
        {"application/x-www-form-urlencoded", BODY_FORM},
        {"multipart/form-data; boundary=x", BODY_MULTIPART},
        {"multipart/form-data;boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW", BODY_MULTIPART},
        {"multipart/related; type=\"a\\\"b/c\"; boundary=\"x y\" ; ", BODY_MULTIPART},
        {"application/soap+xml; action=\"urn:x\"", BODY_XML},
        {"image/svg+xml", BODY_XML},
        {"text/csv; header=present", BODY_TABLE},
        {"text/tab-separated-values", BODY_TABLE},
        {"text/markdown", BODY_TEXT},
        {"application/javascript", BODY_TEXT},
        {"image/png", BODY_BINARY},
        {"application/octet-stream", BODY_BINARY},
        {"application/vnd.unheard.of", BODY_BINARY},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct body_label label = label_of(rows[i].type, NULL);
        if (label.fault != BODY_FINE || label.kind != rows[i].kind)
            fail_msg("%s", rows[i].type);
    }
}

static void a_type_that_is_none_is_a_fault(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        enum body_fault fault;
    } rows[] = {
        {"", BODY_TYPE_MALFORMED},
        {"json", BODY_TYPE_MALFORMED},
        {"application/", BODY_TYPE_MALFORMED},
        {"application/json, text/plain", BODY_TYPE_MALFORMED},
        {"application/json text/plain", BODY_TYPE_MALFORMED},
        {"application/json; charset", BODY_TYPE_MALFORMED},
        {"application/json; charset=", BODY_TYPE_MALFORMED},
        {"application/json; charset=\"utf-8", BODY_TYPE_MALFORMED},
        {"application/json; charset=utf-8; charset=utf-16", BODY_TYPE_CONFLICT},
        {"application/json; charset=utf-7", BODY_CHARSET_UNKNOWN},
        {"application/json; charset=IBM037", BODY_CHARSET_UNKNOWN},
        {"multipart/form-data", BODY_TYPE_MALFORMED},
        {"multipart/form-data; boundary=\"\"", BODY_TYPE_MALFORMED},
        {"multipart/form-data; boundary=\"x \"", BODY_TYPE_MALFORMED},
        {"multipart/form-data; boundary=a; boundary=b", BODY_TYPE_CONFLICT},
        {"multipart/form-data; xboundary=b; boundary=a", BODY_TYPE_CONFLICT},
        {"multipart/form-data; x=\"boundary=b\"; boundary=a", BODY_TYPE_CONFLICT},
        {"multipart/form-data; Boundaryx=b; boundary=a", BODY_TYPE_CONFLICT},
        {"multipart/boundary; boundary=a", BODY_TYPE_CONFLICT},
        {"multipart/form-data; boundary=12345678901234567890123456789012345678901234567890123456789012345678901",
         BODY_TYPE_MALFORMED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct body_label label = label_of(rows[i].type, NULL);
        if (label.fault != rows[i].fault)
            fail_msg("%s: %s", rows[i].type, body_fault_row(label.fault)->code);
    }
}

static void two_types_are_a_conflict_even_where_they_are_the_same(void **state)
{
    (void)state;
    struct body_label label = {0};
    body_label_field(&label, TEXT("content-type"), TEXT("application/json"));
    body_label_field(&label, TEXT("CONTENT-TYPE"), TEXT("application/json"));
    assert_int_equal(body_label_end(&label), BODY_TYPE_CONFLICT);
}

static void codings_are_a_list_over_all_fields(void **state)
{
    (void)state;
    struct body_label label = {0};
    body_label_field(&label, TEXT("Content-Encoding"), TEXT(" GZIP , identity,, br"));
    body_label_field(&label, TEXT("content-encoding"), TEXT("zstd"));
    assert_int_equal(body_label_end(&label), BODY_FINE);
    assert_int_equal(label.coding_count, 3);
    assert_int_equal(label.codings[0], CODING_GZIP);
    assert_int_equal(label.codings[1], CODING_BROTLI);
    assert_int_equal(label.codings[2], CODING_ZSTD);
    body_label_field(&label, TEXT("content-encoding"), TEXT("deflate"));
    assert_int_equal(body_label_end(&label), BODY_CODING_DEEP);
    assert_int_equal(label_of("text/plain", "aws-chunked").fault, BODY_CODING_UNKNOWN);
    assert_int_equal(label_of("text/plain", "gzip;q=1").fault, BODY_CODING_UNKNOWN);
    assert_int_equal(label_of("text/plain", "compress").fault, BODY_CODING_UNKNOWN);
}

static void every_fault_has_a_code_and_a_sentence(void **state)
{
    (void)state;
    for (enum body_fault fault = BODY_FINE; fault < BODY_FAULT_COUNT; fault++) {
        assert_true(strlen(body_fault_row(fault)->code) > 0);
        assert_true(strlen(body_fault_row(fault)->text) > 10);
        for (enum body_fault other = BODY_FINE; other < fault; other++)
            assert_string_not_equal(body_fault_row(fault)->code, body_fault_row(other)->code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_has_its_kind),
        cmocka_unit_test(a_type_that_is_none_is_a_fault),
        cmocka_unit_test(two_types_are_a_conflict_even_where_they_are_the_same),
        cmocka_unit_test(codings_are_a_list_over_all_fields),
        cmocka_unit_test(every_fault_has_a_code_and_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
