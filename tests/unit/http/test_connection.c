/* SPDX-License-Identifier: Apache-2.0 */
/* A connection of http by itself, over a scripted peer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ends.h"

static void who_sends_for_ever_after_the_last_response_is_not_read_for_ever(void **state)
{
    (void)state;
    struct ends ends;
    char bytes[1000];
    memset(bytes, 'x', sizeof(bytes));
    ends_begin(&ends);
    ends.peer->piece = 1;
    fake_send_bytes(ends.peer, (struct text){bytes, sizeof(bytes)});
    assert_int_equal(http_connection_linger(&ends.connection), IO_OK);
    assert_true(ends.peer->read < sizeof(bytes));
    enum io io = IO_OK;
    for (int i = 0; io == IO_OK && i < 100; i++)
        io = http_connection_linger(&ends.connection);
    assert_int_equal(io, IO_AGAIN);
    assert_int_equal(ends.peer->read, sizeof(bytes));
    fake_fin(ends.peer);
    assert_int_equal(http_connection_linger(&ends.connection), IO_END);
    ends_end(&ends);
}

static void who_sends_ahead_is_watched_until_its_buffer_is_full(void **state)
{
    (void)state;
    struct ends ends;
    char bytes[INFLIGHT_BLOCK + 10];
    memset(bytes, 'x', sizeof(bytes));
    ends_begin(&ends);
    fake_send_bytes(ends.peer, (struct text){bytes, sizeof(bytes)});
    enum io io = IO_OK;
    for (int i = 0; io == IO_OK && i < 100; i++)
        io = http_connection_watch(&ends.connection);
    assert_int_equal(io, IO_FULL);
    assert_int_equal(ends.peer->read, INFLIGHT_BLOCK);
    ends_end(&ends);
}

static void a_connection_has_room_for_what_is_read_as_a_whole_and_for_a_block_at_least(void **state)
{
    (void)state;
    struct ends ends;
    static const struct http_limits small = {.head = 100, .fields = 10};
    static const struct http_limits large = {.head = 65536, .fields = 10};
    struct http_side side;
    ends_begin(&ends);
    assert_int_equal(ends.connection.in.limit, INFLIGHT_BLOCK);
    assert_int_equal(ends.connection.out.limit, INFLIGHT_BLOCK);
    http_server_begin(&side, &ends.connection, &small);
    assert_int_equal(ends.connection.in.limit, INFLIGHT_BLOCK);
    http_server_begin(&side, &ends.connection, &large);
    assert_int_equal(ends.connection.in.limit, 65536 + 1 + HTTP_EMPTY_LINES_MAX);
    http_client_begin(&side, &ends.connection, &large, TEXT("GET"));
    assert_int_equal(ends.connection.in.limit, 65536 + 1);
    http_connection_clear(&ends.connection);
    assert_int_equal(ends.connection.in.limit, 65536 + 1);
    assert_int_equal(ends.connection.out.limit, INFLIGHT_BLOCK);
    ends_end(&ends);
}

static void what_follows_a_head_is_held_by_the_block_and_its_response_can_be_taken_back(void **state)
{
    (void)state;
    struct ends ends;
    static const struct http_limits large = {.head = 65536, .fields = 10};
    struct http_side side;
    struct message_head head;
    struct fault fault;
    ends_begin(&ends);
    http_server_begin(&side, &ends.connection, &large);
    message_head_reset(&head);
    fake_send_bytes(ends.peer, TEXT("GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n"));
    assert_int_equal(http_connection_read(&ends.connection), IO_OK);
    assert_int_equal(side.role->take_head(&side, &head, &fault), HTTP_TAKEN);
    assert_int_equal(ends.connection.in.limit, INFLIGHT_BLOCK);
    side.role->put_head(&side, &(struct http_message){.status = 200, .content = CONTENT_NONE});
    http_side_take_back(&side);
    assert_int_equal(inflight_length(&ends.connection.out), 0);
    assert_int_equal(ends.connection.out.limit, INFLIGHT_BLOCK);
    http_side_forget_head(&side);
    ends_end(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_sends_for_ever_after_the_last_response_is_not_read_for_ever),
        cmocka_unit_test(who_sends_ahead_is_watched_until_its_buffer_is_full),
        cmocka_unit_test(a_connection_has_room_for_what_is_read_as_a_whole_and_for_a_block_at_least),
        cmocka_unit_test(what_follows_a_head_is_held_by_the_block_and_its_response_can_be_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
