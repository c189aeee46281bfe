/* SPDX-License-Identifier: Apache-2.0 */
/* The table of steps as a graph: nobody gets lost in it, and nobody leaves before the record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exchange_internal.h"

/* The states that can be reached from `from` without going through `without`. */
static uint32_t reach(enum exchange_state from, enum exchange_state without)
{
    uint32_t seen = 1u << from;
    for (bool more = true; more;) {
        uint32_t before = seen;
        for (int state = 0; state < EXCHANGE_STATE_COUNT; state++)
            if ((seen & (1u << state)) != 0 && state != (int)without)
                seen |= exchange_steps()[(enum exchange_state)state].next;
        more = seen != before;
    }
    return seen;
}

static void every_step_can_be_reached_and_can_end(void **state)
{
    (void)state;
    uint32_t all = (1u << EXCHANGE_STATE_COUNT) - 1;
    assert_int_equal(reach(EXCHANGE_READ_HEAD, EXCHANGE_STATE_COUNT), all);
    for (int one = 0; one < EXCHANGE_STATE_COUNT; one++)
        assert_true((reach((enum exchange_state)one, EXCHANGE_STATE_COUNT) & (1u << EXCHANGE_DONE)) != 0);
}

static void nothing_is_looked_up_or_dialled_before_the_commit(void **state)
{
    (void)state;
    uint32_t early = reach(EXCHANGE_READ_HEAD, EXCHANGE_COMMIT);
    assert_int_equal(early & (1u << EXCHANGE_RESOLVE), 0);
    assert_int_equal(early & (1u << EXCHANGE_DIAL), 0);
    assert_int_equal(early & (1u << EXCHANGE_PASS), 0);
    assert_int_equal(early & (1u << EXCHANGE_ANSWER), 0);
}

static void whoever_waits_has_a_deadline(void **state)
{
    (void)state;
    static const enum exchange_state waiting[] = {
        EXCHANGE_READ_HEAD, EXCHANGE_READ_BODY, EXCHANGE_COMMIT, EXCHANGE_RESOLVE,
        EXCHANGE_DIAL,      EXCHANGE_PASS,      EXCHANGE_ANSWER,
    };
    for (size_t i = 0; i < COUNT_OF(waiting); i++) {
        assert_true(exchange_steps()[waiting[i]].deadline != WITHIN_NONE);
        assert_non_null(exchange_steps()[waiting[i]].on_deadline);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_can_be_reached_and_can_end),
        cmocka_unit_test(nothing_is_looked_up_or_dialled_before_the_commit),
        cmocka_unit_test(whoever_waits_has_a_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
