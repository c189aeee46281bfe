/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of states and banks, and what looks like them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "marked.h"

static void finds_accounts_of_banks(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "IBAN {iban:DE89370400440532013000}", "{iban:DE89 3704 0044 0532 0130 00}",
        "{iban:GB82 WEST 1234 5698 7654 32}", "{iban:NL91ABNA0417164300}.", "{iban:FR1420041010050500013M02606}",
        "{iban:BE68539007547034}", "{iban:ES9121000418450200051332}", "{iban:NO9386011117947}",
        "{iban:PL61 1090 1014 0000 0712 1981 2874}", "{iban:IT60X0542811101000000123456}",
        "{iban:MT84MALT011000012345MTLCAST001S}", "{iban:DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000} bitte",
        "{iban:de89370400440532013000}");
}

static void other_letters_and_digits_are_no_accounts(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "DE89370400440532013001", "DE8937040044053201300", "XX89370400440532013000", "BE68539007547035",
        "ADE89370400440532013000", "SKU-MH01-XS-Black", "ES9121000418450200051333");
}

static void finds_vat_numbers_of_the_states(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "{vat:DE136695976}", "{vat:ATU13585627}", "{vat:FR40303265045}", "{vat:NL004495445B01}", "{vat:BE0428759497}",
        "{vat:IT00743110157}", "{vat:ESB64717838}", "{vat:PL8567346215}", "USt-IdNr.: {vat:DE 136 695 976}",
        "{vat:CHE-107.787.577 IVA}", "{vat:BE 0428.759.497}", "P.IVA {vat:00743110157}", "btw {vat:004495445B01}");
    assert_marked_in("billing.vat_id", "{vat:DE136695976}");
    assert_marked_in("taxvat", "{vat:123456789}");
}

static void codes_with_a_wrong_sum_are_no_vat_numbers(void **state)
{
    (void)state;
    ASSERT_MARKED("DE136695977", "ATU13585628", "NL004495446B01", "RO19", "PL8567346216", "de136695976");
}

static void finds_numbers_of_persons(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "PESEL {social_security:44051401359}", "{tax_id:RSSMRA85T10A562S}", "DNI {social_security:54362315K}",
        "mi dni es {social_security:54362315K}", "Wysyłka do 30 dni, nr 123 456 782",
        "14 dni. Artykuł 12345678, 3 szt.", "14 dni: 50 123 456", "9 3011. DNI {social_security:42754605C}",
        "2 sztuki, mi dni {social_security:54362315K}", "{social_security:54362315-K}", "{social_security:131052-308T}",
        "BSN {social_security:111222333}", "{social_security:1 84 12 76 451 089 46}",
        "NINO {social_security:AB 12 34 56 C}", "{social_security:85.07.30-033.28}",
        "{social_security:756.9217.0769.85}", "NIP: {tax_id:856-734-62-15}", "Steuer-ID {tax_id:36574261809}",
        "{tax_id:36 574 261 809}", "Sozialversicherungsnummer {social_security:15 070649 C 103}",
        "SSN {social_security:536-90-4399}", "{social_security:880320-0016}");
}

static void numbers_without_a_word_are_nobodys(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "44051401359", "111222333", "order 54362315K", "36574261809", "1234567T", "000000-0000", "4006381333931");
}

static void finds_passports_behind_a_word(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "passport {passport:C01X00T47}", "passport number {passport:533380006}", "Reisepass-Nr. {passport:C01X0006H}",
        "Personalausweis: {passport:L01X00T471}", "passeport n° {passport:12AB34567}", "C01X00T47",
        "pass the salt 123");
    assert_marked_in("passport_number", "{passport:123456789}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_accounts_of_banks),         cmocka_unit_test(other_letters_and_digits_are_no_accounts),
        cmocka_unit_test(finds_vat_numbers_of_the_states), cmocka_unit_test(codes_with_a_wrong_sum_are_no_vat_numbers),
        cmocka_unit_test(finds_numbers_of_persons),        cmocka_unit_test(numbers_without_a_word_are_nobodys),
        cmocka_unit_test(finds_passports_behind_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
