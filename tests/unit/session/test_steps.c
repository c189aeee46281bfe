/* SPDX-License-Identifier: Apache-2.0 */
/* The table of steps as a graph: nobody gets lost in it, and nobody leaves before the record. */
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
                seen |= session_step((enum session_state)state)->next;
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

static void nothing_is_looked_up_or_dialled_before_the_commit(void **state)
{
    (void)state;
    uint32_t early = reach(SESSION_START, SESSION_COMMIT);
    assert_int_equal(early & (1u << SESSION_RESOLVE), 0);
    assert_int_equal(early & (1u << SESSION_DIAL), 0);
    assert_int_equal(early & (1u << SESSION_EXCHANGE), 0);
    assert_int_equal(early & (1u << SESSION_ANSWER), 0);
}

static void whoever_waits_for_a_client_has_a_deadline(void **state)
{
    (void)state;
    static const enum session_state waiting[] = {
        SESSION_READ_HEAD, SESSION_READ_BODY, SESSION_ANSWER_CONNECT, SESSION_PEEK_HELLO, SESSION_ACCEPT_TLS,
        SESSION_EXCHANGE,  SESSION_TUNNEL,    SESSION_ANSWER,         SESSION_FINISH,
    };
    for (size_t i = 0; i < COUNT_OF(waiting); i++) {
        assert_true(session_step(waiting[i])->deadline != 0);
        assert_non_null(session_step(waiting[i])->on_deadline);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_can_be_reached_and_can_end),
        cmocka_unit_test(nothing_is_looked_up_or_dialled_before_the_commit),
        cmocka_unit_test(whoever_waits_for_a_client_has_a_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
