/* SPDX-License-Identifier: Apache-2.0 */
/* The life of an account, with a store that does as the script says: one decision, and one outcome where one is owed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "exeat/account.h"
#include "fake.h"

static const struct decision_record allow = {.verdict = VERDICT_ALLOW, .plan = PLAN_FORWARD, .reason = REASON_RULE};

/* Somebody who decides. */
struct one {
    struct account_book *book;
    struct account account;
};
static unsigned told; /* how often it was called back */

static void on_decided(struct account *account)
{
    (void)account;
    told++;
}

static void begin(struct one *one, enum audit_answer records)
{
    fake_begin();
    fake.manners.records = records;
    told = 0;
    one->book = account_book_new(NULL);
    account_open(&one->account, one->book, 1000);
    one->account.on_decided = on_decided;
}

static void end(struct one *one)
{
    account_unsay(&one->account);
    account_book_free(one->book);
    fake_end();
}

static void nobody_decided_and_nothing_is_written(void **state)
{
    (void)state;
    struct one one;
    begin(&one, AUDIT_RECORDED);
    assert_false(account_complete(&one.account, 2000));
    assert_int_equal(fake.decisions + fake.outcomes, 0);
    end(&one);
}

static void what_is_recorded_at_once_needs_no_call_back_and_has_one_outcome(void **state)
{
    (void)state;
    struct one one;
    begin(&one, AUDIT_RECORDED);
    assert_int_equal(account_decide(&one.account, &allow), ACCOUNT_DURABLE);
    assert_int_equal(told, 0);
    assert_true(account_complete(&one.account, 2000));
    assert_false(account_complete(&one.account, 2000));
    assert_int_equal(fake.decisions, 1);
    assert_int_equal(fake.outcomes, 1);
    assert_int_equal(fake.ledger.open_count, 0);
    end(&one);
}

static void who_waits_is_called_once_when_it_is_on_disk(void **state)
{
    (void)state;
    struct one one;
    begin(&one, AUDIT_WAITS);
    assert_int_equal(account_decide(&one.account, &allow), ACCOUNT_WAITS);
    assert_int_equal(told, 0);
    fake_settle(true);
    assert_int_equal(told, 1);
    assert_int_equal(one.account.state, ACCOUNT_DURABLE);
    assert_true(account_complete(&one.account, 2000));
    end(&one);
}

static void what_never_came_to_the_disk_has_no_outcome(void **state)
{
    (void)state;
    struct one one;
    begin(&one, AUDIT_WAITS);
    assert_int_equal(account_decide(&one.account, &allow), ACCOUNT_WAITS);
    fake_settle(false);
    assert_int_equal(told, 1);
    assert_int_equal(one.account.state, ACCOUNT_FAILED);
    assert_false(account_complete(&one.account, 2000));
    assert_int_equal(fake.outcomes, 1); /* the room that it had is given back */
    end(&one);
    begin(&one, AUDIT_REFUSED);
    assert_int_equal(account_decide(&one.account, &allow), ACCOUNT_FAILED);
    assert_false(account_complete(&one.account, 2000));
    assert_int_equal(fake.outcomes, 0);
    end(&one);
}

static void who_stops_waiting_is_not_called_and_still_owes_an_outcome(void **state)
{
    (void)state;
    struct one one;
    begin(&one, AUDIT_WAITS);
    assert_int_equal(account_decide(&one.account, &allow), ACCOUNT_WAITS);
    account_stop_waiting(&one.account);
    assert_int_equal(one.account.state, ACCOUNT_OVERDUE);
    assert_int_equal(one.account.reason, REASON_AUDIT_UNAVAILABLE);
    fake_settle(true);
    assert_int_equal(told, 0);
    assert_true(account_complete(&one.account, 2000));
    assert_int_equal(fake.outcomes, 1);
    end(&one);
}

static void what_ends_while_it_waits_is_not_called_any_more(void **state)
{
    (void)state;
    struct one one;
    begin(&one, AUDIT_WAITS);
    assert_int_equal(account_decide(&one.account, &allow), ACCOUNT_WAITS);
    assert_true(account_complete(&one.account, 2000));
    fake_settle(true);
    assert_int_equal(told, 0);
    assert_int_equal(one.account.state, ACCOUNT_CLOSED);
    end(&one);
}

static void what_is_noted_is_waited_for_by_nobody(void **state)
{
    (void)state;
    struct one one;
    begin(&one, AUDIT_WAITS);
    account_note(&one.account, &allow);
    assert_int_equal(one.account.state, ACCOUNT_DURABLE);
    assert_true(account_complete(&one.account, 2000));
    assert_int_equal(told, 0);
    end(&one);
}

static void each_account_has_an_id_of_its_own(void **state)
{
    (void)state;
    struct one one;
    struct account other;
    begin(&one, AUDIT_RECORDED);
    account_open(&other, one.book, 1000);
    assert_string_not_equal(one.account.id_text, other.id_text);
    end(&one);
}

static void the_newest_word_counts_and_can_be_taken_back(void **state)
{
    (void)state;
    struct one one;
    begin(&one, AUDIT_RECORDED);
    account_say(&one.account, FLAW_SYNTAX, "first");
    account_say(&one.account, FLAW_CLOSED, "second");
    assert_string_equal(one.account.detail, "second");
    assert_int_equal(one.account.flaw, FLAW_CLOSED);
    account_say(&one.account, FLAW_NONE, "");
    assert_null(one.account.detail);
    account_unsay(&one.account);
    assert_int_equal(one.account.flaw, FLAW_NONE);
    end(&one);
}

static void decisions_bytes_and_what_was_let_through_to_be_seen_are_counted(void **state)
{
    (void)state;
    struct one one;
    struct decision_record observed = allow;
    begin(&one, AUDIT_RECORDED);
    observed.observed = true;
    assert_int_equal(account_decide(&one.account, &observed), ACCOUNT_DURABLE);
    one.account.bytes_up = 10;
    one.account.bytes_down = 20;
    (void)account_complete(&one.account, 2000);
    const struct account_stats *stats = account_book_stats(one.book);
    assert_int_equal(stats->decisions[VERDICT_ALLOW][REASON_RULE], 1);
    assert_int_equal(stats->observed, 1);
    assert_int_equal(stats->bytes_up, 10);
    assert_int_equal(stats->bytes_down, 20);
    end(&one);
}

static void calls_are_counted_by_how_they_ended_and_too_many_models_are_others(void **state)
{
    (void)state;
    struct one one;
    char model[32];
    begin(&one, AUDIT_RECORDED);
    one.account.status = 200;
    account_count_call(&one.account, TEXT("openai"), TEXT("m"));
    one.account.status = 403; /* of the endpoint's own: it has answered */
    account_count_call(&one.account, TEXT("openai"), TEXT("m"));
    one.account.reason = REASON_RULE;
    account_count_call(&one.account, TEXT("openai"), TEXT("m"));
    one.account.status = 502;
    account_count_call(&one.account, TEXT("openai"), TEXT("m"));
    const struct account_stats *stats = account_book_stats(one.book);
    assert_string_equal(stats->llm[0].provider, "openai");
    assert_int_equal(stats->llm[0].answered, 2);
    assert_int_equal(stats->llm[0].refused, 1);
    assert_int_equal(stats->llm[0].failed, 1);
    for (int i = 0; i < 2 * ACCOUNT_LLM_ROWS; i++) {
        (void)snprintf(model, sizeof(model), "model-%d", i);
        account_count_call(&one.account, TEXT("openai"), text_from(model));
    }
    assert_string_equal(stats->llm[ACCOUNT_LLM_ROWS - 1].model, "other");
    assert_true(stats->llm[ACCOUNT_LLM_ROWS - 1].failed > 1);
    end(&one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_decided_and_nothing_is_written),
        cmocka_unit_test(what_is_recorded_at_once_needs_no_call_back_and_has_one_outcome),
        cmocka_unit_test(who_waits_is_called_once_when_it_is_on_disk),
        cmocka_unit_test(what_never_came_to_the_disk_has_no_outcome),
        cmocka_unit_test(who_stops_waiting_is_not_called_and_still_owes_an_outcome),
        cmocka_unit_test(what_ends_while_it_waits_is_not_called_any_more),
        cmocka_unit_test(what_is_noted_is_waited_for_by_nobody),
        cmocka_unit_test(each_account_has_an_id_of_its_own),
        cmocka_unit_test(the_newest_word_counts_and_can_be_taken_back),
        cmocka_unit_test(decisions_bytes_and_what_was_let_through_to_be_seen_are_counted),
        cmocka_unit_test(calls_are_counted_by_how_they_ended_and_too_many_models_are_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
