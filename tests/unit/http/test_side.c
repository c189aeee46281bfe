/* SPDX-License-Identifier: Apache-2.0 */
/* An exchange's side of a connection, in both roles: what it takes, what it puts, and whether another may follow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ends.h"

#define GET "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
#define OLD_GET "GET / HTTP/1.0\r\n\r\n"
#define POST(fields) "POST / HTTP/1.1\r\nHost: a.example\r\n" fields "\r\n"

static void a_request_is_taken_when_it_is_whole_and_what_follows_it_stays(void **state)
{
    (void)state;
    struct ends ends;
    ends_begin(&ends);
    ends_serve(&ends);
    assert_int_equal(ends_hear(&ends, "GET /a HTTP/1.1\r\nHo"), HTTP_NEEDS_MORE);
    assert_true(http_side_has_input(&ends.side));
    assert_int_equal(ends_hear(&ends, "st: a.example\r\n\r\n" GET), HTTP_TAKEN);
    assert_true(text_equal(ends.head.target.path, TEXT("/a")) && text_equal(ends.head.host, TEXT("a.example")));
    assert_true(http_side_is_whole(&ends.side) && http_side_persists(&ends.side));
    assert_int_equal(inflight_length(&ends.connection.in), sizeof(GET) - 1);
    ends_end(&ends);
}

static void a_head_that_is_none_is_told_of(void **state)
{
    (void)state;
    struct ends ends;
    ends_begin(&ends);
    ends_serve(&ends);
    assert_int_equal(ends_hear(&ends, "GET / HTTP/1.1\r\nno colon\r\n\r\n"), HTTP_BAD);
    assert_int_equal(ends.fault.reason, REASON_MALFORMED_HEAD);
    assert_true(text_starts_with(http_side_abandon_head(&ends.side), TEXT("GET / HTTP/1.1")));
    assert_false(http_side_has_input(&ends.side) || http_side_persists(&ends.side));
    ends_end(&ends);
}

static void content_is_the_same_however_it_was_framed(void **state)
{
    (void)state;
    static const char *const requests[] = {
        POST("Content-Length: 5\r\n") "hello",
        POST("Transfer-Encoding: chunked\r\n") "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    };
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        struct ends ends;
        struct buffer content = {0};
        ends_begin(&ends);
        ends_serve(&ends);
        assert_int_equal(ends_hear(&ends, requests[i]), HTTP_TAKEN);
        assert_true(text_equal(ends_take(&ends, &content), TEXT("hello")));
        assert_true(http_side_is_whole(&ends.side) && !http_side_has_input(&ends.side));
        buffer_clear(&content);
        ends_end(&ends);
    }
}

static void content_that_is_none_says_what_is_wrong(void **state)
{
    (void)state;
    struct ends ends;
    struct http_piece piece;
    ends_begin(&ends);
    ends_serve(&ends);
    assert_int_equal(ends_hear(&ends, POST("Transfer-Encoding: chunked\r\n") "xyz\r\n"), HTTP_TAKEN);
    assert_int_equal(ends.side.role->take_content(&ends.side, &piece), HTTP_BAD);
    assert_non_null(http_side_wrong(&ends.side));
    ends_end(&ends);
}

static void content_of_unknown_length_ends_as_the_client_can_tell(void **state)
{
    (void)state;
    struct ends ends;
    ends_begin(&ends);
    ends_serve(&ends);
    assert_int_equal(ends_hear(&ends, GET), HTTP_TAKEN);
    ends_answer(&ends, CONTENT_UNTIL_END, 0, "hello");
    assert_true(fake_heard(ends.peer, "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
    assert_true(http_side_may_persist(&ends.side));
    ends_end(&ends);
    ends_begin(&ends);
    ends_serve(&ends);
    assert_int_equal(ends_hear(&ends, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), HTTP_TAKEN);
    assert_true(http_side_persists(&ends.side));
    ends_answer(&ends, CONTENT_UNTIL_END, 0, "hello");
    assert_true(fake_heard(ends.peer, "Connection: close\r\n\r\nhello"));
    assert_false(http_side_persists(&ends.side));
    ends_end(&ends);
}

static void who_is_the_last_is_told_so(void **state)
{
    (void)state;
    struct ends ends;
    ends_begin(&ends);
    ends_serve(&ends);
    assert_int_equal(ends_hear(&ends, GET), HTTP_TAKEN);
    http_side_make_last(&ends.side);
    ends_answer(&ends, CONTENT_OF_LENGTH, 5, "hello");
    assert_true(fake_heard(ends.peer, "Content-Length: 5\r\nConnection: close\r\n\r\nhello"));
    assert_false(http_side_may_persist(&ends.side));
    ends_end(&ends);
}

static void a_client_that_waits_for_a_100_gets_one_and_once(void **state)
{
    (void)state;
    struct ends ends;
    struct buffer content = {0};
    uint64_t put = 0;
    ends_begin(&ends);
    ends_serve(&ends);
    assert_int_equal(ends_hear(&ends, POST("Expect: 100-continue\r\nContent-Length: 2\r\n")), HTTP_TAKEN);
    assert_true(ends.side.wants_continue);
    http_side_continue(&ends.side);
    http_side_continue(&ends.side);
    assert_int_equal(http_side_send(&ends.side, &put), IO_OK);
    assert_int_equal(put, sizeof("HTTP/1.1 100 Continue\r\n\r\n") - 1);
    fake_send(ends.peer, "ab");
    assert_int_equal(http_side_read(&ends.side), IO_OK);
    assert_true(text_equal(ends_take(&ends, &content), TEXT("ab")));
    buffer_clear(&content);
    ends_end(&ends);
}

/* It may send its content or leave it out (RFC 9110 10.1.1). */
static void who_waits_for_a_100_and_is_answered_is_the_last(void **state)
{
    (void)state;
    struct ends ends;
    ends_begin(&ends);
    ends_serve(&ends);
    assert_int_equal(ends_hear(&ends, POST("Expect: 100-continue\r\nContent-Length: 2\r\n")), HTTP_TAKEN);
    ends_answer(&ends, CONTENT_OF_LENGTH, 2, "no");
    assert_false(http_side_persists(&ends.side));
    ends_end(&ends);
}

static void an_interim_response_goes_to_who_knows_of_them(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        bool is_told;
    } rows[] = {{GET, true}, {OLD_GET, false}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ends ends;
        struct message_head early;
        ends_begin(&ends);
        ends_serve(&ends);
        assert_int_equal(ends_hear(&ends, rows[i].request), HTTP_TAKEN);
        message_head_reset(&early);
        early.status = 103;
        early.version = HTTP_1_1;
        ends.side.role->put_head(&ends.side, &(struct http_message){.head = &early});
        ends_answer(&ends, CONTENT_OF_LENGTH, 2, "ok");
        assert_true(fake_heard(ends.peer, "HTTP/1.1 103 ") == rows[i].is_told);
        assert_true(fake_heard(ends.peer, "HTTP/1.1 200 OK\r\n"));
        ends_end(&ends);
    }
}

static void content_that_nobody_wants_is_read_away_or_the_connection_ends(void **state)
{
    (void)state;
    struct ends ends;
    ends_begin(&ends);
    ends_serve(&ends);
    assert_int_equal(ends_hear(&ends, POST("Content-Length: 4\r\n") "ab"), HTTP_TAKEN);
    assert_false(http_side_drain(&ends.side));
    fake_send(ends.peer, "cd");
    assert_true(http_side_drain(&ends.side));
    assert_true(http_side_may_persist(&ends.side));
    ends_end(&ends);
}

static void a_message_that_will_never_be_whole_is_a_break(void **state)
{
    (void)state;
    struct ends ends;
    ends_begin(&ends);
    ends_serve(&ends);
    assert_int_equal(ends_hear(&ends, GET), HTTP_TAKEN);
    ends.side.role->put_head(
        &ends.side, &(struct http_message){.status = 200, .content = CONTENT_OF_LENGTH, .length = 9});
    ends.side.role->reset(&ends.side);
    struct fake_peer *peer = ends.peer;
    http_side_forget_head(&ends.side);
    http_connection_clear(&ends.connection);
    channel_free(ends.connection.channel);
    assert_true(peer->gate_broke);
    http_worker_clear(&ends.worker);
    fake_end();
}

static void interim_heads_come_one_by_one_before_the_final_one(void **state)
{
    (void)state;
    struct ends ends;
    struct buffer content = {0};
    ends_begin(&ends);
    ends_ask(&ends, "GET");
    assert_int_equal(
        ends_hear(&ends, "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), HTTP_TAKEN);
    assert_int_equal(ends.head.status, 103);
    http_side_forget_head(&ends.side);
    assert_int_equal(ends.side.role->take_head(&ends.side, &ends.head, &ends.fault), HTTP_TAKEN);
    assert_int_equal(ends.head.status, 200);
    http_side_forget_head(&ends.side);
    assert_true(text_equal(ends_take(&ends, &content), TEXT("ok")));
    assert_true(http_side_may_persist(&ends.side));
    buffer_clear(&content);
    ends_end(&ends);
}

static void an_end_is_the_end_of_what_had_no_length_and_of_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *response;
        bool is_whole;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\n\r\nab", true},
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", false},
        {"HTTP/1.1 204 No Content\r\n\r\n", true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ends ends;
        struct buffer content = {0};
        ends_begin(&ends);
        ends_ask(&ends, "GET");
        assert_int_equal(ends_hear(&ends, rows[i].response), HTTP_TAKEN);
        http_side_forget_head(&ends.side);
        (void)ends_take(&ends, &content);
        fake_fin(ends.peer);
        assert_int_equal(http_side_read(&ends.side), IO_END);
        assert_true(http_side_has_ended(&ends.side));
        assert_true(http_side_ends_whole(&ends.side) == rows[i].is_whole);
        buffer_clear(&content);
        ends_end(&ends);
    }
}

static void what_comes_behind_a_response_keeps_its_connection_from_being_used_again(void **state)
{
    (void)state;
    struct ends ends;
    ends_begin(&ends);
    ends_ask(&ends, "HEAD");
    assert_int_equal(ends_hear(&ends, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"), HTTP_TAKEN);
    http_side_forget_head(&ends.side);
    assert_true(http_side_is_whole(&ends.side) && http_side_persists(&ends.side));
    assert_false(http_side_may_persist(&ends.side));
    http_side_drop_input(&ends.side);
    assert_false(http_side_has_input(&ends.side));
    ends_end(&ends);
}

static void what_was_put_waits_until_it_is_sent_or_dropped(void **state)
{
    (void)state;
    struct ends ends;
    uint64_t put = 0;
    ends_begin(&ends);
    fake_make_room(ends.peer, 0);
    ends_ask(&ends, "GET");
    assert_true(http_side_has_output(&ends.side) && !http_side_is_full(&ends.side));
    assert_int_equal(http_side_send(&ends.side, &put), IO_AGAIN);
    http_side_drop_output(&ends.side);
    assert_false(http_side_has_output(&ends.side));
    ends_end(&ends);
}

static void no_copy_of_a_secret_stays_where_it_was_written(void **state)
{
    (void)state;
    struct ends ends;
    const struct field add = {TEXT("Authorization"), TEXT("Bearer hush")};
    struct message_head head;
    ends_begin(&ends);
    ends_ask(&ends, "GET");
    message_head_reset(&head);
    head.method = TEXT("GET");
    head.target.path = TEXT("/");
    ends.side.role->put_head(
        &ends.side, &(struct http_message){.head = &head, .authority = TEXT("a.example"), .add = &add, .add_count = 1});
    http_side_forget_put(&ends.side);
    struct text scratch = {ends.worker.scratch.data, ends.worker.scratch.capacity};
    assert_int_equal(text_index(scratch, 'h', 0), scratch.length);
    ends_end(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_taken_when_it_is_whole_and_what_follows_it_stays),
        cmocka_unit_test(a_head_that_is_none_is_told_of),
        cmocka_unit_test(content_is_the_same_however_it_was_framed),
        cmocka_unit_test(content_that_is_none_says_what_is_wrong),
        cmocka_unit_test(content_of_unknown_length_ends_as_the_client_can_tell),
        cmocka_unit_test(who_is_the_last_is_told_so),
        cmocka_unit_test(a_client_that_waits_for_a_100_gets_one_and_once),
        cmocka_unit_test(who_waits_for_a_100_and_is_answered_is_the_last),
        cmocka_unit_test(an_interim_response_goes_to_who_knows_of_them),
        cmocka_unit_test(content_that_nobody_wants_is_read_away_or_the_connection_ends),
        cmocka_unit_test(a_message_that_will_never_be_whole_is_a_break),
        cmocka_unit_test(interim_heads_come_one_by_one_before_the_final_one),
        cmocka_unit_test(an_end_is_the_end_of_what_had_no_length_and_of_nothing_else),
        cmocka_unit_test(what_comes_behind_a_response_keeps_its_connection_from_being_used_again),
        cmocka_unit_test(what_was_put_waits_until_it_is_sent_or_dropped),
        cmocka_unit_test(no_copy_of_a_secret_stays_where_it_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
