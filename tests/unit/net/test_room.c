/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of the descriptors that the process may have, and that another limit holds from the next turn on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "exeat/net/room.h"
#include "net_internal.h"

static void limit_to(rlim_t limit)
{
    struct rlimit files;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = limit;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
}

static void nothing(struct deferred *deferred)
{
    (void)deferred;
}

static void turn(struct loop *loop)
{
    struct deferred deferred = {.run = nothing};
    loop_defer(loop, &deferred); /* so that the turn waits for nothing */
    loop_turn(loop);
}

static void a_part_is_kept_from_clients_and_a_smaller_one_from_upstreams(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    limit_to(160);
    assert_true(room_has_descriptor(loop, 139, ROOM_FOR_CLIENTS));
    assert_false(room_has_descriptor(loop, 140, ROOM_FOR_CLIENTS));
    assert_true(room_has_descriptor(loop, 149, ROOM_FOR_UPSTREAMS));
    assert_false(room_has_descriptor(loop, 150, ROOM_FOR_UPSTREAMS));
    loop_free(loop);
}

static void another_limit_holds_from_the_next_turn_on(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    limit_to(160);
    assert_false(room_has_descriptor(loop, 200, ROOM_FOR_CLIENTS));
    limit_to(320);
    assert_false(room_has_descriptor(loop, 200, ROOM_FOR_CLIENTS));
    turn(loop);
    assert_true(room_has_descriptor(loop, 200, ROOM_FOR_CLIENTS));
    limit_to(80);
    turn(loop);
    assert_false(room_has_descriptor(loop, 79, ROOM_FOR_UPSTREAMS));
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_is_kept_from_clients_and_a_smaller_one_from_upstreams),
        cmocka_unit_test(another_limit_holds_from_the_next_turn_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
