/* SPDX-License-Identifier: Apache-2.0 */
/* The closed vocabularies: each word goes both ways, and the numbers of the records never move. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/model.h"

static void every_reason_has_its_own_code_and_a_sentence(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        const struct reason_row *row = reason_row((enum reason)i);
        enum reason back;
        assert_true(reason_parse(text_from(row->code), &back));
        assert_int_equal(back, i);
        assert_true(text_from(row->text).length > 0);
        assert_true(row->status == 0 || (row->status >= 400 && row->status < 600));
    }
    enum reason none;
    assert_false(reason_parse(TEXT("nonsense"), &none));
}

static void the_numbers_in_the_records_stand(void **state)
{
    (void)state;
    assert_int_equal(REASON_RULE, 1);
    assert_int_equal(REASON_LLM_GUARD, 3);
    assert_int_equal(REASON_AUDIT_UNAVAILABLE, 36);
    assert_int_equal(REASON_INTERNAL, 40);
    assert_int_equal(VERDICT_REROUTE, 3);
    assert_int_equal(PLAN_REFUSE, 6);
    assert_int_equal(SCHEME_HTTPS, 2);
    assert_int_equal(SCHEME_TCP, 3);
    assert_int_equal(LLM_RESPONSES, 5);
    assert_int_equal(LLM_COUNT_TOKENS, 8);
}

static void verdicts_and_dialects_go_both_ways(void **state)
{
    (void)state;
    for (int i = VERDICT_ALLOW; i <= VERDICT_ERROR; i++) {
        enum verdict back;
        assert_true(verdict_parse(text_from(verdict_name((enum verdict)i)), &back));
        assert_int_equal(back, i);
    }
    for (int i = DIALECT_OPENAI; i <= DIALECT_OTHER; i++) {
        enum llm_dialect back;
        assert_true(llm_dialect_parse(text_from(llm_dialect_name((enum llm_dialect)i)), &back));
        assert_int_equal(back, i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_has_its_own_code_and_a_sentence),
        cmocka_unit_test(the_numbers_in_the_records_stand),
        cmocka_unit_test(verdicts_and_dialects_go_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
