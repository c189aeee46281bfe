/* SPDX-License-Identifier: Apache-2.0 */
/* The table of steps as a graph: nobody gets lost in it, and nobody waits for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "session_internal.h"

/* The states that can be reached from `from` without going through `without`. */
static uint32_t reach(enum session_state from, enum session_state without)
{
    uint32_t seen = 1u << from;
    for (bool more = true; more;) {
        uint32_t before = seen;
        for (int state = 0; state < SESSION_STATE_COUNT; state++)
            if ((seen & (1u << state)) != 0 && state != (int)without)
                seen |= session_steps()[(enum session_state)state].next;
        more = seen != before;
    }
    return seen;
}

static void every_step_can_be_reached_and_can_end(void **state)
{
    (void)state;
    uint32_t all = (1u << SESSION_STATE_COUNT) - 1;
    assert_int_equal(reach(SESSION_START, SESSION_STATE_COUNT), all);
    for (int one = 0; one < SESSION_STATE_COUNT; one++)
        assert_true((reach((enum session_state)one, SESSION_STATE_COUNT) & (1u << SESSION_CLOSED)) != 0);
}

static void whoever_waits_has_a_deadline(void **state)
{
    (void)state;
    for (int one = SESSION_SERVE; one < SESSION_CLOSED; one++)
        assert_true(session_steps()[(enum session_state)one].deadline != DEADLINE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_can_be_reached_and_can_end),
        cmocka_unit_test(whoever_waits_has_a_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
