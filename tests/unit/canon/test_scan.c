/* SPDX-License-Identifier: Apache-2.0 */
/* JSON found in place: what counts as JSON, and what its parts are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/json.h"
#include "exeat/canon/scan.h"

static void what_clients_read_is_taken(void **state)
{
    (void)state;
    static const struct text good[] = {
        TEXT_INIT("{}"),
        TEXT_INIT(" [ ] "),
        TEXT_INIT("null"),
        TEXT_INIT("\"\""),
        TEXT_INIT("-0.7e+12"),
        TEXT_INIT("18446744073709551616000"),
        TEXT_INIT("{\"a\":\"\\ud83d\",\"b\":\"\\u0000\",\"c\":\"\xff\xfe\"}"),
        TEXT_INIT("{\"a\":1,\"a\":[{},[],{\"b\":[1,2,[3]]}]}"),
        TEXT_INIT("{\"a\":NaN,\"b\":-Infinity}"),
        TEXT_INIT("[\"\\\\\",\"\\\"\",\"}]\"]"),
        TEXT_INIT("\r\n\t {\"a\" : \t1 ,\n\"b\":2}\n"),
    };
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct scan whole;
        if (!scan_whole(good[i], &whole))
            fail_msg("%.*s", TEXT_ARG(good[i]));
        assert_true(text_equal(whole.text, text_trim(good[i], " \t\r\n")));
    }
}

static void what_is_no_json_is_not(void **state)
{
    (void)state;
    static const struct text bad[] = {
        TEXT_INIT(""),
        TEXT_INIT(" "),
        TEXT_INIT("{"),
        TEXT_INIT("}"),
        TEXT_INIT("[1}"),
        TEXT_INIT("{\"a\":1]"),
        TEXT_INIT("{\"a\"}"),
        TEXT_INIT("{\"a\":}"),
        TEXT_INIT("{a:1}"),
        TEXT_INIT("{\"a\":1,}"),
        TEXT_INIT("[1,]"),
        TEXT_INIT("[,1]"),
        TEXT_INIT("1 2"),
        TEXT_INIT("{} {}"),
        TEXT_INIT("\"open"),
        TEXT_INIT("\"open\\\""),
        TEXT_INIT("\"open\\"),
        TEXT_INIT("1\0"),
        TEXT_INIT("{\"n\":1\0}"),
        TEXT_INIT("<html>"),
        TEXT_INIT(","),
        TEXT_INIT("[1 2]"),
        TEXT_INIT("{\"a\" 1}"),
        TEXT_INIT("{\"a\""),
        TEXT_INIT("\"\\u*\""),
        TEXT_INIT("\"\\x\""),
        TEXT_INIT("{\"\\u00g0\":1}"),
        TEXT_INIT("\"\\u00\""),
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct scan whole;
        if (scan_whole(bad[i], &whole))
            fail_msg("%.*s", TEXT_ARG(bad[i]));
    }
}

static void levels_have_a_limit(void **state)
{
    (void)state;
    char deep[2 * SCAN_LEVELS + 2];
    struct scan whole;
    memset(deep, '[', SCAN_LEVELS + 1);
    memset(deep + SCAN_LEVELS + 1, ']', SCAN_LEVELS + 1);
    assert_false(scan_whole((struct text){deep, sizeof(deep)}, &whole));
    assert_true(scan_whole((struct text){deep + 1, sizeof(deep) - 2}, &whole));
}

static void members_and_items_come_in_order_with_their_own_bytes(void **state)
{
    (void)state;
    struct scan whole;
    struct text key;
    struct scan value;
    assert_true(scan_whole(TEXT("{ \"a\" : 1.50 , \"b\":[ {} ,\"]\"], \"a\":\"x\\\"y\" }"), &whole));
    struct scan_walk walk = scan_walk(whole);
    assert_true(scan_next(&walk, &key, &value));
    assert_true(text_equal(key, TEXT("\"a\"")) && text_equal(value.text, TEXT("1.50")));
    assert_true(scan_next(&walk, &key, &value));
    assert_true(text_equal(value.text, TEXT("[ {} ,\"]\"]")));
    struct scan_walk items = scan_walk(value);
    assert_true(scan_next(&items, &key, &value) && text_equal(value.text, TEXT("{}")) && key.length == 0);
    assert_true(scan_next(&items, &key, &value) && text_equal(value.text, TEXT("\"]\"")));
    assert_false(scan_next(&items, &key, &value));
    assert_true(scan_next(&walk, &key, &value) && text_equal(value.text, TEXT("\"x\\\"y\"")));
    assert_false(scan_next(&walk, &key, &value));
    assert_true(scan_member(whole, TEXT("a"), &value) && value.kind == SCAN_STRING);
    assert_false(scan_member(whole, TEXT("c"), &value));
}

static void a_name_is_known_however_it_is_escaped(void **state)
{
    (void)state;
    assert_true(scan_is_key(TEXT("\"model\""), TEXT("model")));
    assert_true(scan_is_key(TEXT("\"m\\u006fdel\""), TEXT("model")));
    assert_false(scan_is_key(TEXT("\"model \""), TEXT("model")));
    assert_false(scan_is_key(TEXT("\"\""), TEXT("model")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_clients_read_is_taken),
        cmocka_unit_test(what_is_no_json_is_not),
        cmocka_unit_test(levels_have_a_limit),
        cmocka_unit_test(members_and_items_come_in_order_with_their_own_bytes),
        cmocka_unit_test(a_name_is_known_however_it_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
