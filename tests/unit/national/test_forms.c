/* SPDX-License-Identifier: Apache-2.0 */
/* The table of forms, and codes that are good and bad. The checks are compared with others' in
 * tests/scenario/test_national_numbers.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/national.h"

static void forms_stand_in_the_order_of_their_lengths(void **state)
{
    (void)state;
    size_t count = 0;
    const struct national_form *forms = national_forms(&count);
    for (size_t length = 0; length <= NATIONAL_CODE_MAX; length++) {
        size_t shorter = 0;
        for (size_t i = 0; i < count; i++)
            shorter += strlen(forms[i].shape) < length;
        assert_int_equal(national_forms_shorter(length), shorter);
    }
}

static bool is_of(const char *code, const char *country)
{
    const struct national_form *form = NULL;
    while ((form = national_fit(text_from(code), form)) != NULL)
        if (strcmp(form->country, country) == 0)
            return true;
    return false;
}

static void a_code_fits_where_its_check_holds(void **state)
{
    (void)state;
    assert_true(is_of("DE136695976", "DE"));
    assert_false(is_of("DE136695977", "DE"));
    assert_true(is_of("NL004495445B01", "NL"));
    assert_true(is_of("44051401359", "PL"));
    assert_false(is_of("44051401358", "PL"));
    assert_true(is_of("RSSMRA85T10A562S", "IT"));
    assert_null(national_fit(TEXT(""), NULL));
    assert_null(national_fit(TEXT("1234567890123456789012345678901234"), NULL));
}

static void a_vat_number_fits_without_its_country(void **state)
{
    (void)state;
    assert_non_null(national_fit_bare(TEXT("136695976"), NULL));
    assert_non_null(national_fit_bare(TEXT("004495445B01"), NULL));
    assert_null(national_fit_bare(TEXT("999"), NULL));
}

static void accounts_have_a_check_outside_and_some_one_inside(void **state)
{
    (void)state;
    assert_int_equal(national_iban(TEXT("DE89370400440532013000")), NATIONAL_IBAN_WHOLE);
    assert_int_equal(national_iban(TEXT("DE89370400440532013001")), NATIONAL_IBAN_NONE);
    assert_int_equal(national_iban(TEXT("ES9121000418450200051332")), NATIONAL_IBAN_WHOLE);
    assert_int_equal(national_iban(TEXT("BE68539007547034")), NATIONAL_IBAN_WHOLE);
    assert_int_equal(national_iban(TEXT("BE41539007547035")), NATIONAL_IBAN_OUTER);
    assert_int_equal(national_iban_length(TEXT("NO")), 15);
    assert_int_equal(national_iban_length(TEXT("QQ")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_stand_in_the_order_of_their_lengths),
        cmocka_unit_test(a_code_fits_where_its_check_holds),
        cmocka_unit_test(a_vat_number_fits_without_its_country),
        cmocka_unit_test(accounts_have_a_check_outside_and_some_one_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
