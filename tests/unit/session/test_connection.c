/* SPDX-License-Identifier: Apache-2.0 */
/* A connection of http by itself, over a scripted peer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/http.h"
#include "fake.h"

/* A connection, and who is at its other end. */
struct ends {
    struct http_worker worker;
    struct http_connection connection;
    struct fake_peer *peer;
};

static void ignore(void *context)
{
    (void)context;
}

static void begin(struct ends *ends)
{
    fake_begin();
    int descriptor = fake_client();
    *ends = (struct ends){.worker.loop = fake.loop, .peer = fake_of(descriptor)};
    ends->connection.worker = &ends->worker;
    ends->connection.channel = channel_new(fake.loop, descriptor, ignore, NULL);
}

static void end(struct ends *ends)
{
    http_connection_clear(&ends->connection);
    channel_free(ends->connection.channel);
    http_worker_clear(&ends->worker);
    fake_end();
}

static void who_sends_for_ever_after_the_last_response_is_not_read_for_ever(void **state)
{
    (void)state;
    struct ends ends;
    char bytes[1000];
    memset(bytes, 'x', sizeof(bytes));
    begin(&ends);
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
    end(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_sends_for_ever_after_the_last_response_is_not_read_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
