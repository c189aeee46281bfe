/* SPDX-License-Identifier: Apache-2.0 */
/* Card numbers, and the numbers of shops that look like them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "marked.h"

static void finds_cards_of_every_issuer(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "pay with {card:4111111111111111} please", "{card:5555555555554444}", "{card:2223003122003222}",
        "{card:378282246310005}", "{card:6011111111111117}", "{card:3530111333300000}", "Diners {card:30569309025904}",
        "{card:6200000000000005}", "card {card:4222222222222}", "Maestro-Karte: {card:6759649826438453}");
}

static void finds_them_however_they_are_grouped(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "{card:4111 1111 1111 1111}", "{card:4111-1111-1111-1111}", "{card:4111\u00a01111\u00a01111\u00a01111}",
        "{card:4111\u202f1111\u202f1111\u202f1111}", "{card:4111\u20091111\u20091111\u20091111}",
        "{card:4111\u20131111\u20131111\u20131111}", "{card:4111\u22121111\u22121111\u22121111}",
        "{card:4111.1111.1111.1111}", "{card:3782 822463 10005}", "{card:3056 930902 5904}",
        "{card:4111 - 1111 - 1111 - 1111}",
        "{card:\uff14\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11}");
}

static void finds_them_among_other_digits(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "2024 {card:4111 1111 1111 1111} 12/26", "{card:4111111111111111} 737", "card:{card:4111111111111111},cvv",
        "{card:4111111111111111}/12/2026", "({card:4111111111111111})", "\"{card:4111111111111111}\"");
}

static void finds_each_of_a_row_of_cards(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "{card:4111 1111 1111 1111} {card:3782 822463 10005} {card:5555 5555 5555 4444} 1 2 3",
        "1 {card:4111 1111 1111 1111} {card:5555 5555 5555 4444} 0000 0000 0000 0000 0000 0000 0000",
        "{card:4111-1111-1111-1111}-{card:5555-5555-5555-4444}-{card:3782-822463-10005}",
        "{card:4111.1111.1111.1111}.{card:5555.5555.5555.4444}", "{card:4111111111111111}-{card:5555555555554444}",
        "{card:4111111111111111}/{card:5555555555554444}", "{card:4111111111111111}.{card:5555555555554444}",
        "{card:4111111111111111},{card:5555555555554444};{card:378282246310005}|{card:4111111111111111}",
        "{card:4111111111111111}\n{card:5555555555554444}\t{card:378282246310005}",
        "{card:4111111111111111}({card:5555555555554444})", "{card:4111111111111111}_{card:5555555555554444}",
        "4111111111111111_1", "4111111111111111-4111111111111112");
}

static void what_stands_behind_a_card_is_no_part_of_it(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "{card:4111111111111111}.0", "{card:4111111111111111}.00 EUR", "{card:4111 1111 1111 1111}-12/27",
        "{card:4111111111111111}-12/2027", "{card:4111111111111111}-1227 ok", "{card:4111111111111111}.01.27",
        "{card:4111111111111111}(123)", "{card:4111 1111 1111 1111}-123", "{card:4111-1111-1111-1111}.123",
        "4111111111111111-0001", "4111111111111111-1327", "4111-1111-1111-1111-22", "4111111111111111-12-27-1");
}

static void a_word_outweighs_what_touches(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "card {card:4111111111111111}.25", "Karte {card:4111 11111111 1111}", "card_{card:4111111111111111}",
        "visa {card:4111111111111111}-0001", "card 41111111111111110");
    assert_marked_in("card_number", "{card:4111111111111111}.0");
    assert_marked_in("card_number", "{card:4111111111111111}e0");
    assert_marked_in("card_number", "{card:411111 1111111111}");
}

static void finds_cards_over_tabs_and_the_ends_of_lines(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "{card:4111\t1111\t1111\t1111}", "{card:4111\n1111\n1111\n1111}", "{card:4111\r\n1111\r\n1111\r\n1111}",
        "mine is {card:4111 1111\n1111 1111}, yes", "{card:3782\n822463\n10005}",
        "{card:4111-1111-1111-1111}\n{card:5555-5555-5555-4444}");
    ASSERT_MARKED(
        "4111\t1111\t1111\t1111\t2222", "2024\t4111\t1111\t1111\t1111", "1\r\n4111\r\n1111\r\n1111\r\n1111",
        "4111\n\n\n\n1111 1111 1111", "card {card:4111\t1111\t1111\t1111}\t2222");
}

static void numbers_of_shops_are_no_cards(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "4006381333931", "4000177605004", "EAN 4003994155486 lieferbar", "1717430400000000",
        "gid://shopify/Product/4111111111111111", "4111111111111112", "0.4111111111111111", "4111111111111111.25",
        "x4111111111111111", "41111111111111110", "550e8400-e29b-41d4-a716-446655440000", "0000000000000000",
        "353879234252633", "89490200001234567890");
    assert_marked_in("variant.id", "4111111111111111");
    assert_marked_in("tracking_number", "4111111111111111");
}

static void a_field_says_that_a_number_is_a_card(void **state)
{
    (void)state;
    assert_marked_in("payment.cc_number", "{card:4222222222222}");
    assert_marked_in("payment.card_id", "{card:4111111111111111}");
}

static void a_field_says_that_a_number_is_the_code_of_a_card(void **state)
{
    (void)state;
    static const char *const names[] = {"cvv", "cvc2", "csc", "cc-csc", "cvn", "card_code", "x_card_code", "cardCode"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_marked_in(names[i], "{card:123}");
    assert_marked_in("coupon_code", "123");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_cards_of_every_issuer),
        cmocka_unit_test(finds_them_however_they_are_grouped),
        cmocka_unit_test(finds_them_among_other_digits),
        cmocka_unit_test(finds_each_of_a_row_of_cards),
        cmocka_unit_test(what_stands_behind_a_card_is_no_part_of_it),
        cmocka_unit_test(a_word_outweighs_what_touches),
        cmocka_unit_test(finds_cards_over_tabs_and_the_ends_of_lines),
        cmocka_unit_test(numbers_of_shops_are_no_cards),
        cmocka_unit_test(a_field_says_that_a_number_is_a_card),
        cmocka_unit_test(a_field_says_that_a_number_is_the_code_of_a_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
