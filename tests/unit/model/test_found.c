/* SPDX-License-Identifier: Apache-2.0 */
/* What was found, written and read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/model/found.h"

static void what_is_written_reads_back(void **state)
{
    (void)state;
    const struct found card = {TEXT("card"), TEXT("redact"), 2, TEXT("messages[1].content"), TEXT("")};
    const struct found body = {TEXT("body"), TEXT("unseen"), 1, TEXT(""), TEXT("")};
    const struct found key = {TEXT("vendor_key"), TEXT("sent"), 1, TEXT("query"), TEXT("stripe/key/0f1e")};
    struct buffer out = {0};
    struct found back;
    found_append(&out, &card);
    found_append(&out, &body);
    found_append(&out, &key);
    assert_true(text_equal(
        buffer_text(&out),
        TEXT("card redact 2 messages[1].content; body unseen 1; vendor_key sent 1 query stripe/key/0f1e")));
    struct text rest = buffer_text(&out);
    assert_true(found_next(&rest, &back));
    assert_true(text_equal(back.kind, card.kind) && text_equal(back.action, card.action) && back.count == 2);
    assert_true(text_equal(back.place, card.place));
    assert_true(found_next(&rest, &back));
    assert_true(text_equal(back.kind, body.kind) && back.place.length == 0);
    assert_true(found_next(&rest, &back));
    assert_true(text_equal(back.place, key.place) && text_equal(back.what, key.what));
    assert_false(found_next(&rest, &back));
    buffer_clear(&out);
}

static void what_is_no_such_thing_is_passed_over(void **state)
{
    (void)state;
    struct text rest = TEXT("; card; card redact x; ;card redact 99999999999; email flag 1 a");
    struct found back;
    assert_true(found_next(&rest, &back));
    assert_true(text_equal(back.kind, TEXT("email")) && text_equal(back.place, TEXT("a")));
    assert_false(found_next(&rest, &back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(what_is_no_such_thing_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
