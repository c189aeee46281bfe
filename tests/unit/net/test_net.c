/* SPDX-License-Identifier: Apache-2.0 */
/* Real sockets on loopback: what is dialled is accepted, what is sent arrives, half-close and refusal are told. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/net.h"

struct scene {
    struct loop *loop;
    struct listener *listener;
    struct judged_address to;
    struct channel *near; /* the dialling side */
    struct channel *far;  /* the accepted side */
    int dialled;          /* errno */
    struct address answers[4];
    size_t answer_count;
    enum resolve_result resolved;
};

static void stop_when_connected(struct scene *scene)
{
    if (scene->near != NULL && scene->far != NULL)
        loop_stop(scene->loop);
}

static bool on_accept(void *context, int descriptor, const struct address *peer, uint16_t port)
{
    struct scene *scene = context;
    (void)peer;
    (void)port;
    scene->far = channel_new(scene->loop, descriptor, NULL, NULL);
    stop_when_connected(scene);
    return true;
}

static void on_dialled(void *context, struct channel *channel, int error)
{
    struct scene *scene = context;
    scene->dialled = error;
    if (channel == NULL) {
        loop_stop(scene->loop);
        return;
    }
    scene->near = channel;
    stop_when_connected(scene);
}

static void open_listener(struct scene *scene)
{
    char *error = NULL;
    assert_true(address_parse(TEXT("127.0.0.1"), &scene->to.address));
    scene->to.port = 0;
    int descriptor = listener_bind(&scene->to.address, &scene->to.port, &error);
    assert_true(descriptor >= 0);
    scene->listener = listener_new(scene->loop, descriptor, on_accept, scene);
}

static void connect_both(struct scene *scene)
{
    open_listener(scene);
    struct dial *dial = dial_start(scene->loop, &scene->to, on_dialled, scene);
    assert_non_null(dial);
    loop_run(scene->loop);
    assert_int_equal(scene->dialled, 0);
}

static void close_scene(struct scene *scene)
{
    channel_free(scene->near);
    channel_free(scene->far);
    listener_free(scene->listener);
    loop_free(scene->loop);
}

static void what_is_dialled_is_accepted_and_bytes_arrive(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new()};
    connect_both(&scene);
    struct inflight out = inflight_within(100);
    struct inflight in = inflight_within(100);
    uint64_t put = 0;
    inflight_append(scene.loop, &out, TEXT("hello"));
    assert_int_equal(inflight_write(scene.loop, &out, scene.near, &put), IO_OK);
    assert_int_equal(put, 5);
    assert_null(out.block);
    while (inflight_read(scene.loop, &in, scene.far, NULL) == IO_AGAIN)
        loop_turn(scene.loop);
    assert_true(text_equal(inflight_text(&in), TEXT("hello")));
    inflight_clear(scene.loop, &in);
    assert_int_equal(channel_finish(scene.far), IO_OK);
    char byte;
    size_t got;
    enum io result;
    while ((result = channel_read(scene.near, &byte, 1, &got)) == IO_AGAIN)
        loop_turn(scene.loop);
    assert_int_equal(result, IO_END);
    close_scene(&scene);
}

/* Reads until the socket says "not now", as whoever needs more does. */
static size_t read_all(struct scene *scene, struct channel *channel, char *out, size_t capacity)
{
    size_t total = 0;
    size_t got = 0;
    while (total == 0) {
        while (channel_read(channel, out + total, capacity - total, &got) == IO_OK)
            total += got;
        if (total == 0)
            loop_turn(scene->loop);
    }
    return total;
}

static void send_text(struct channel *channel, struct text text)
{
    struct iovec part = {(void *)(uintptr_t)text.data, text.length};
    size_t put = 0;
    assert_int_equal(channel_write(channel, &part, 1, &put), IO_OK);
    assert_int_equal(put, text.length);
}

static void an_idle_stream_is_quiet_until_its_peer_speaks_or_ends(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new()};
    char bytes[64];
    size_t got = 0;
    connect_both(&scene);
    send_text(scene.near, TEXT("one"));
    assert_int_equal(read_all(&scene, scene.far, bytes, sizeof(bytes)), 3);
    assert_true(channel_is_quiet(scene.far));
    send_text(scene.near, TEXT("two"));
    while (channel_is_quiet(scene.far))
        loop_turn(scene.loop);
    assert_int_equal(channel_read(scene.far, bytes, sizeof(bytes), &got), IO_OK);
    assert_true(channel_is_quiet(scene.far));
    assert_int_equal(channel_finish(scene.near), IO_OK);
    while (channel_is_quiet(scene.far))
        loop_turn(scene.loop);
    close_scene(&scene);
}

static void what_was_sent_before_a_stream_was_taken_over_is_told_by_the_loop(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new()};
    char bytes[64];
    size_t got = 0;
    connect_both(&scene);
    send_text(scene.near, TEXT("early"));
    int descriptor = dup(channel_descriptor(scene.far));
    channel_free(scene.far);
    scene.far = channel_new(scene.loop, descriptor, NULL, NULL);
    assert_true(channel_is_quiet(scene.far));
    while (channel_is_quiet(scene.far))
        loop_turn(scene.loop);
    assert_int_equal(channel_read(scene.far, bytes, sizeof(bytes), &got), IO_OK);
    assert_int_equal(got, 5);
    close_scene(&scene);
}

static void count_call(void *context)
{
    ++*(unsigned *)context;
}

/* One that never was full is not told that it has room, and one that was is told each time. */
static void a_full_stream_is_told_when_there_is_room_again_and_no_other(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new()};
    static char bytes[65536];
    const struct iovec part = {bytes, sizeof(bytes)};
    unsigned calls = 0;
    size_t moved = 0;
    connect_both(&scene);
    channel_set_handler(scene.far, count_call, &calls);
    send_text(scene.near, TEXT("x"));
    while (calls == 0)
        loop_turn(scene.loop);
    assert_int_equal(calls, 1);
    assert_int_equal(channel_read(scene.far, bytes, sizeof(bytes), &moved), IO_OK);
    for (int i = 0; i < 3; i++) {
        while (channel_write(scene.far, &part, 1, &moved) == IO_OK)
            continue;
        calls = 0;
        while (calls == 0 || channel_write(scene.far, &part, 1, &moved) == IO_AGAIN) {
            enum io result;
            do
                result = channel_read(scene.near, bytes, sizeof(bytes), &moved);
            while (result == IO_OK);
            assert_int_equal(result, IO_AGAIN);
            loop_turn(scene.loop);
        }
    }
    close_scene(&scene);
}

/* What no window has room for yet is on its way, and so is the end behind it; nobody was ever told that it is full. */
static void an_end_whose_acknowledgement_comes_late_is_told(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new()};
    static char bytes[65536];
    const struct iovec part = {bytes, sizeof(bytes)};
    const int room = 1 << 20;
    unsigned calls = 0;
    size_t moved = 0;
    connect_both(&scene);
    assert_int_equal(setsockopt(channel_descriptor(scene.far), SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)), 0);
    channel_set_handler(scene.far, count_call, &calls);
    for (int i = 0; i < 3; i++)
        assert_int_equal(channel_write(scene.far, &part, 1, &moved), IO_OK);
    assert_int_equal(channel_finish(scene.far), IO_OK);
    assert_false(channel_is_delivered(scene.far));
    while (calls == 0) /* it may come before, too */
        loop_turn(scene.loop);
    enum io result = IO_OK;
    while (result != IO_END) {
        result = channel_read(scene.near, bytes, sizeof(bytes), &moved);
        if (result == IO_AGAIN)
            loop_turn(scene.loop);
    }
    while (!channel_is_delivered(scene.far))
        loop_turn(scene.loop);
    close_scene(&scene);
}

/* The socket was never full, and stays open: no event of it tells that. */
static void bytes_that_arrive_late_are_told(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new()};
    static char bytes[65536];
    const struct iovec part = {bytes, sizeof(bytes)};
    const int room = 1 << 20;
    unsigned calls = 0;
    size_t moved = 0;
    size_t heard = 0;
    connect_both(&scene);
    assert_int_equal(setsockopt(channel_descriptor(scene.far), SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)), 0);
    channel_set_handler(scene.far, count_call, &calls);
    for (int i = 0; i < 3; i++)
        assert_int_equal(channel_write(scene.far, &part, 1, &moved), IO_OK);
    assert_false(channel_is_delivered(scene.far));
    while (heard < 3 * sizeof(bytes)) {
        if (channel_read(scene.near, bytes, sizeof(bytes), &moved) == IO_OK)
            heard += moved;
        else
            loop_turn(scene.loop);
    }
    for (unsigned before = calls; !channel_is_delivered(scene.far); before = calls)
        while (calls == before)
            loop_turn(scene.loop);
    close_scene(&scene);
}

/* Who closes takes its handler away first, and frees the channel at the end of the turn. */
static void what_arrives_late_is_told_to_nobody_who_does_not_listen_any_more(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new()};
    static char bytes[65536];
    const struct iovec part = {bytes, sizeof(bytes)};
    const int room = 1 << 20;
    unsigned calls = 0;
    unsigned rings = 0;
    size_t moved = 0;
    connect_both(&scene);
    struct timer *later = timer_new(scene.loop, count_call, &rings);
    assert_int_equal(setsockopt(channel_descriptor(scene.far), SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)), 0);
    channel_set_handler(scene.far, count_call, &calls);
    for (int i = 0; i < 3; i++)
        assert_int_equal(channel_write(scene.far, &part, 1, &moved), IO_OK);
    assert_false(channel_is_delivered(scene.far));
    channel_set_handler(scene.far, NULL, NULL);
    timer_start(later, 100);
    while (rings == 0)
        loop_turn(scene.loop);
    assert_int_equal(calls, 0);
    timer_free(later);
    close_scene(&scene);
}

static void an_end_that_came_with_the_last_bytes_is_news(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new()};
    char bytes[64];
    size_t got = 0;
    connect_both(&scene);
    while (channel_read(scene.far, bytes, sizeof(bytes), &got) != IO_AGAIN)
        loop_turn(scene.loop);
    send_text(scene.near, TEXT("last"));
    assert_int_equal(channel_finish(scene.near), IO_OK);
    while (channel_is_quiet(scene.far))
        loop_turn(scene.loop);
    while (channel_read(scene.far, bytes, sizeof(bytes), &got) == IO_AGAIN)
        loop_turn(scene.loop);
    while (channel_is_quiet(scene.far))
        loop_turn(scene.loop);
    assert_int_equal(channel_read(scene.far, bytes, sizeof(bytes), &got), IO_END);
    close_scene(&scene);
}

static void a_break_is_told_to_whoever_reads_on(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new()};
    char bytes[64];
    size_t got = 0;
    enum io result;
    connect_both(&scene);
    send_text(scene.near, TEXT("last"));
    channel_break(scene.near);
    channel_free(scene.near);
    scene.near = NULL;
    while ((result = channel_read(scene.far, bytes, sizeof(bytes), &got)) != IO_BROKEN)
        if (result == IO_AGAIN)
            loop_turn(scene.loop);
    close_scene(&scene);
}

struct alarm {
    struct loop *loop;
    struct timer *timer;
    uint64_t rung_us; /* 0: not yet */
    unsigned count;
};

static void on_alarm(void *context)
{
    struct alarm *alarm = context;
    alarm->rung_us = loop_now_us(alarm->loop);
    alarm->count++;
    loop_stop(alarm->loop);
}

static void a_timer_that_was_moved_to_later_does_not_come_early(void **state)
{
    (void)state;
    struct alarm alarm = {.loop = loop_new()};
    alarm.timer = timer_new(alarm.loop, on_alarm, &alarm);
    uint64_t started = loop_now_us(alarm.loop);
    timer_start(alarm.timer, 5);
    timer_start(alarm.timer, 60);
    loop_run(alarm.loop);
    assert_int_equal(alarm.count, 1);
    assert_true(alarm.rung_us - started >= 58000);
    timer_free(alarm.timer);
    loop_free(alarm.loop);
}

static void a_stopped_timer_is_silent_and_a_later_one_can_be_brought_forward(void **state)
{
    (void)state;
    struct alarm stopped = {.loop = loop_new()};
    struct alarm moved = {.loop = stopped.loop};
    stopped.timer = timer_new(stopped.loop, on_alarm, &stopped);
    moved.timer = timer_new(stopped.loop, on_alarm, &moved);
    timer_start(stopped.timer, 1);
    timer_stop(stopped.timer);
    timer_start(moved.timer, 3600000);
    timer_start(moved.timer, 20);
    loop_run(stopped.loop);
    assert_int_equal(stopped.count, 0);
    assert_int_equal(moved.count, 1);
    timer_free(stopped.timer);
    timer_free(moved.timer);
    loop_free(stopped.loop);
}

static void a_refused_connection_is_told(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new()};
    open_listener(&scene);
    listener_free(scene.listener);
    scene.listener = NULL;
    dial_start(scene.loop, &scene.to, on_dialled, &scene);
    loop_run(scene.loop);
    assert_int_equal(scene.dialled, ECONNREFUSED);
    close_scene(&scene);
}

static void on_resolved(void *context, const struct resolved *resolved)
{
    struct scene *scene = context;
    scene->resolved = resolved->result;
    scene->answer_count = resolved->count;
    for (size_t i = 0; i < resolved->count && i < COUNT_OF(scene->answers); i++)
        scene->answers[i] = resolved->addresses[i];
    loop_stop(scene->loop);
}

static void fixed_answers_and_addresses_need_no_dns(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new()};
    struct address address;
    assert_true(address_parse(TEXT("10.20.0.7"), &address));
    struct resolver_fixed fixed = {.addresses = &address, .count = 1};
    assert_true(host_parse(TEXT("erp.example"), &fixed.name));
    struct resolver_options options = {.fixed = &fixed, .fixed_count = 1, .servers = "127.0.0.1:1"};
    struct resolver *resolver = resolver_new(scene.loop, &options);
    resolve_start(resolver, &fixed.name, on_resolved, &scene);
    loop_run(scene.loop);
    assert_int_equal(scene.resolved, RESOLVE_OK);
    assert_int_equal(scene.answer_count, 1);
    assert_true(address_equal(&scene.answers[0], &address));
    resolver_free(resolver);
    close_scene(&scene);
}

static void a_large_head_grows_its_window(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct inflight inflight = inflight_within(INFLIGHT_BLOCK);
    for (int i = 0; i < 5000; i++)
        inflight_append(loop, &inflight, TEXT("0123456789"));
    assert_int_equal(inflight_length(&inflight), 50000);
    inflight_consume(loop, &inflight, 49990);
    assert_true(text_equal(inflight_text(&inflight), TEXT("0123456789")));
    inflight_consume(loop, &inflight, 10);
    assert_null(inflight.block);
    loop_free(loop);
}

static void assert_forgotten(struct loop *loop, struct inflight *next)
{
    inflight_append(loop, next, TEXT("."));
    assert_null(memmem(inflight_text(next).data, INFLIGHT_BLOCK, "sk-secret", 9));
}

/* Blocks that were given back are the next that are taken, and show what was left in them. */
static void what_is_hidden_is_overwritten_when_it_has_gone_and_also_where_it_was_passed_on(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct inflight from = inflight_within(INFLIGHT_BLOCK);
    struct inflight to = inflight_within(INFLIGHT_BLOCK);
    struct inflight next[2] = {inflight_within(INFLIGHT_BLOCK), inflight_within(INFLIGHT_BLOCK)};
    inflight_append(loop, &to, TEXT("."));
    inflight_append(loop, &from, TEXT(". Bearer sk-secret"));
    inflight_hide(&from);
    inflight_pass(loop, &from, inflight_length(&from), &to);
    inflight_clear(loop, &to);
    assert_forgotten(loop, &next[0]);
    assert_forgotten(loop, &next[1]);
    inflight_clear(loop, &next[0]);
    inflight_clear(loop, &next[1]);
    loop_free(loop);
}

/* `count` bytes are on their way to `scene->far`. */
static void send_far(struct scene *scene, size_t count)
{
    char bytes[2 * INFLIGHT_BLOCK] = {0};
    struct inflight out = inflight_within(INFLIGHT_BLOCK);
    uint64_t put = 0;
    inflight_append(scene->loop, &out, (struct text){bytes, count});
    assert_int_equal(inflight_write(scene->loop, &out, scene->near, &put), IO_OK);
}

static enum io read_far(struct scene *scene, struct inflight *in)
{
    enum io result;
    while ((result = inflight_read(scene->loop, in, scene->far, NULL)) == IO_AGAIN)
        loop_turn(scene->loop);
    return result;
}

static void a_buffer_is_read_to_its_limit_and_then_says_that_it_is_full(void **state)
{
    (void)state;
    static const uint32_t limits[] = {1, 10, INFLIGHT_BLOCK - 1, INFLIGHT_BLOCK, INFLIGHT_BLOCK + 1};
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        struct scene scene = {.loop = loop_new()};
        struct inflight in = inflight_within(limits[i]);
        enum io result = IO_OK;
        connect_both(&scene);
        send_far(&scene, limits[i] + 5);
        while (result == IO_OK)
            result = read_far(&scene, &in);
        assert_int_equal(result, IO_FULL);
        assert_int_equal(inflight_length(&in), limits[i]);
        inflight_consume(scene.loop, &in, 1);
        assert_int_equal(read_far(&scene, &in), IO_OK); /* what was not read is still there */
        assert_int_equal(inflight_length(&in), limits[i]);
        inflight_clear(scene.loop, &in);
        close_scene(&scene);
    }
}

static void a_buffer_that_was_filled_beyond_its_limit_is_not_read_into(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new()};
    struct inflight in = inflight_within(3);
    connect_both(&scene);
    send_far(&scene, 5);
    inflight_append(scene.loop, &in, TEXT("hello"));
    assert_true(inflight_is_full(&in));
    assert_int_equal(read_far(&scene, &in), IO_FULL);
    assert_true(text_equal(inflight_text(&in), TEXT("hello")));
    inflight_clear(scene.loop, &in);
    close_scene(&scene);
}

static void bytes_that_move_on_leave_each_buffer_its_limit(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct inflight from = inflight_within(3);
    struct inflight to = inflight_within(7);
    inflight_append(loop, &from, TEXT("block"));
    inflight_pass(loop, &from, 5, &to); /* with its block */
    assert_int_equal(from.limit, 3);
    assert_int_equal(to.limit, 7);
    inflight_append(loop, &from, TEXT("copied"));
    inflight_pass(loop, &from, 4, &to);
    assert_true(text_equal(inflight_text(&to), TEXT("blockcopi")));
    inflight_consume(loop, &from, 2);
    inflight_clear(loop, &to);
    assert_int_equal(from.limit, 3);
    assert_int_equal(to.limit, 7);
    loop_free(loop);
}

static void an_address_that_is_not_ours_is_one_clear_sentence(void **state)
{
    (void)state;
    struct address address;
    uint16_t port = 0;
    char *error = NULL;
    assert_true(address_parse(TEXT("192.0.2.1"), &address));
    assert_int_equal(listener_bind(&address, &port, &error), -1);
    assert_non_null(error);
    assert_true(text_starts_with(text_from(error), TEXT("cannot listen on 192.0.2.1 port 0: ")));
    base_free(error);
}

/* --- Unix sockets ----------------------------------------------------------------------------------------------------
 */

static const struct judged_address local = {.is_socket = true};

/* In a folder of its own; listens with the smallest backlog that there is. */
static int listen_at(char folder[32], struct host *host)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(folder, 32, "/tmp/exeat-dial-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(name.sun_path, sizeof(name.sun_path), "%s/llama.sock", folder);
    assert_true(host_of_socket(text_from(name.sun_path), host, NULL));
    assert_int_equal(bind(descriptor, (const struct sockaddr *)&name, sizeof(name)), 0);
    assert_int_equal(listen(descriptor, 0), 0);
    return descriptor;
}

static void remove_socket(const char *folder, const struct host *host)
{
    unlink(host->text);
    rmdir(folder);
}

static void a_unix_socket_is_dialled_by_its_path(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new(), .dialled = -1};
    struct host host;
    char folder[32];
    int descriptor = listen_at(folder, &host);
    dial_start_socket(scene.loop, &local, &host, on_dialled, &scene);
    while (scene.near == NULL)
        loop_turn(scene.loop);
    assert_int_equal(scene.dialled, 0);
    int accepted = accept(descriptor, NULL, NULL);
    assert_true(accepted >= 0);
    send_text(scene.near, TEXT("hello"));
    char heard[8] = "";
    assert_int_equal(read(accepted, heard, sizeof(heard) - 1), 5);
    assert_string_equal(heard, "hello");
    close(accepted);
    close(descriptor);
    remove_socket(folder, &host);
    close_scene(&scene);
}

static void a_unix_socket_that_is_not_there_or_has_no_listener_is_told(void **state)
{
    (void)state;
    struct scene scene = {.loop = loop_new()};
    struct host host;
    char folder[32];
    close(listen_at(folder, &host));
    dial_start_socket(scene.loop, &local, &host, on_dialled, &scene);
    assert_int_equal(scene.dialled, 0); /* from the loop, never from within */
    loop_run(scene.loop);
    assert_int_equal(scene.dialled, ECONNREFUSED);
    remove_socket(folder, &host);
    dial_start_socket(scene.loop, &local, &host, on_dialled, &scene);
    loop_run(scene.loop);
    assert_int_equal(scene.dialled, ENOENT);
    close_scene(&scene);
}

static void a_unix_socket_whose_backlog_is_full_is_waited_for(void **state)
{
    (void)state;
    struct scene first = {.loop = loop_new()};
    struct scene second = {.loop = first.loop};
    struct host host;
    char folder[32];
    int descriptor = listen_at(folder, &host);
    dial_start_socket(first.loop, &local, &host, on_dialled, &first);
    while (first.near == NULL)
        loop_turn(first.loop);
    dial_cancel(dial_start_socket(first.loop, &local, &host, on_dialled, &second)); /* who gives up is not told */
    dial_start_socket(first.loop, &local, &host, on_dialled, &second);
    loop_turn(first.loop);
    assert_null(second.near);
    int accepted = accept(descriptor, NULL, NULL);
    while (second.near == NULL && second.dialled == 0)
        loop_turn(first.loop);
    assert_int_equal(second.dialled, 0);
    close(accepted);
    close(descriptor);
    remove_socket(folder, &host);
    channel_free(second.near);
    close_scene(&first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_dialled_is_accepted_and_bytes_arrive),
        cmocka_unit_test(an_idle_stream_is_quiet_until_its_peer_speaks_or_ends),
        cmocka_unit_test(what_was_sent_before_a_stream_was_taken_over_is_told_by_the_loop),
        cmocka_unit_test(a_full_stream_is_told_when_there_is_room_again_and_no_other),
        cmocka_unit_test(an_end_whose_acknowledgement_comes_late_is_told),
        cmocka_unit_test(bytes_that_arrive_late_are_told),
        cmocka_unit_test(what_arrives_late_is_told_to_nobody_who_does_not_listen_any_more),
        cmocka_unit_test(an_end_that_came_with_the_last_bytes_is_news),
        cmocka_unit_test(a_break_is_told_to_whoever_reads_on),
        cmocka_unit_test(a_timer_that_was_moved_to_later_does_not_come_early),
        cmocka_unit_test(a_stopped_timer_is_silent_and_a_later_one_can_be_brought_forward),
        cmocka_unit_test(a_refused_connection_is_told),
        cmocka_unit_test(fixed_answers_and_addresses_need_no_dns),
        cmocka_unit_test(a_large_head_grows_its_window),
        cmocka_unit_test(a_buffer_is_read_to_its_limit_and_then_says_that_it_is_full),
        cmocka_unit_test(a_buffer_that_was_filled_beyond_its_limit_is_not_read_into),
        cmocka_unit_test(bytes_that_move_on_leave_each_buffer_its_limit),
        cmocka_unit_test(an_address_that_is_not_ours_is_one_clear_sentence),
        cmocka_unit_test(what_is_hidden_is_overwritten_when_it_has_gone_and_also_where_it_was_passed_on),
        cmocka_unit_test(a_unix_socket_is_dialled_by_its_path),
        cmocka_unit_test(a_unix_socket_that_is_not_there_or_has_no_listener_is_told),
        cmocka_unit_test(a_unix_socket_whose_backlog_is_full_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
