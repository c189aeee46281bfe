/* SPDX-License-Identifier: Apache-2.0 */
/* A tunnel between real TCP sockets: every byte arrives once and in order, ends and breaks are passed on, a slow reader
 * slows the writer, and what is quiet holds nothing. The two peers are threads with blocking sockets. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "net_internal.h"

enum { BULK = 24 << 20, PIECE = 100003, SOME = 200000 }; /* SOME: fits into the buffers of a socket */

/* One end of the world outside: what it sends and what it has received. */
struct peer {
    int socket;
    size_t to_send;
    size_t received;
    bool is_damaged; /* a byte was not the one that was sent */
    pthread_t sender;
    pthread_t receiver;
};

struct scene {
    struct loop *loop;
    struct pipe_budget budget;
    struct tunnel tunnel;
    struct channel *near;
    struct channel *far;
    struct peer client;
    struct peer origin;
    struct deferred again;
    enum tunnel_result result;
    uint64_t stop_after; /* bytes down after which the loop stops; 0: at the end */
    bool stops_when_stuck;
    bool made_a_pipe;
};

/* A pattern with a period that no block or pipe divides. */
static uint8_t byte_at(size_t position)
{
    return (uint8_t)(position % 251);
}

static void send_bytes(struct peer *peer)
{
    static _Thread_local uint8_t piece[PIECE];
    for (size_t sent = 0; sent < peer->to_send;) {
        size_t count = peer->to_send - sent < PIECE ? peer->to_send - sent : PIECE;
        for (size_t i = 0; i < count; i++)
            piece[i] = byte_at(sent + i);
        ssize_t put = send(peer->socket, piece, count, MSG_NOSIGNAL);
        if (put <= 0)
            return;
        sent += (size_t)put;
    }
}

static void *send_all(void *context)
{
    struct peer *peer = context;
    send_bytes(peer);
    shutdown(peer->socket, SHUT_WR);
    return NULL;
}

static void *receive_all(void *context)
{
    struct peer *peer = context;
    static _Thread_local uint8_t piece[PIECE];
    ssize_t got;
    while ((got = recv(peer->socket, piece, sizeof(piece), 0)) > 0)
        for (ssize_t i = 0; i < got; i++)
            peer->is_damaged |= piece[i] != byte_at(peer->received++);
    return NULL;
}

static void connect_pair(int *inside, int *outside)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *outside = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(*outside, (struct sockaddr *)&address, size), 0);
    *inside = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    assert_true(*inside >= 0);
    close(listener);
}

static void run(void *context)
{
    struct scene *scene = context;
    scene->result = tunnel_run(&scene->tunnel);
    scene->made_a_pipe |= scene->budget.left < PIPE_BUDGET && scene->budget.left >= 0;
    bool stops = (scene->stop_after > 0 && scene->tunnel.down.bytes >= scene->stop_after) ||
                 (scene->stops_when_stuck && scene->tunnel.down.pipe != NULL && scene->result == TUNNEL_GOES_ON);
    if (scene->result == TUNNEL_AGAIN)
        loop_defer(scene->loop, &scene->again);
    if (stops || (scene->result != TUNNEL_AGAIN && scene->result != TUNNEL_GOES_ON))
        loop_stop(scene->loop);
}

static void run_again(struct deferred *deferred)
{
    run(list_owner(deferred, struct scene, again));
}

static void open_scene(struct scene *scene, int pipes)
{
    int near = -1;
    int far = -1;
    signal(SIGPIPE, SIG_IGN);
    *scene = (struct scene){.loop = loop_new(), .budget.left = pipes, .again.run = run_again};
    loop_set_pipes(scene->loop, &scene->budget);
    connect_pair(&near, &scene->client.socket);
    connect_pair(&far, &scene->origin.socket);
    scene->near = channel_new(scene->loop, near, run, scene);
    scene->far = channel_new(scene->loop, far, run, scene);
    scene->tunnel.loop = scene->loop;
    scene->tunnel.up = tunnel_way(scene->near, scene->far);
    scene->tunnel.down = tunnel_way(scene->far, scene->near);
}

static void start(struct peer *peer, size_t to_send)
{
    peer->to_send = to_send;
    pthread_create(&peer->sender, NULL, send_all, peer);
    pthread_create(&peer->receiver, NULL, receive_all, peer);
}

static void join(struct peer *peer)
{
    pthread_join(peer->sender, NULL);
    pthread_join(peer->receiver, NULL);
}

static void assert_holds_nothing(const struct tunnel_way *way)
{
    assert_null(way->inflight.block);
    assert_null(way->pipe);
}

/* As its owner does when the tunnel is done: the last FIN comes with it. */
static void close_streams(struct scene *scene)
{
    channel_free(scene->near);
    channel_free(scene->far);
    scene->near = scene->far = NULL;
}

static void close_scene(struct scene *scene)
{
    deferred_cancel(&scene->again);
    tunnel_clear(&scene->tunnel);
    close_streams(scene);
    if (scene->client.socket >= 0)
        close(scene->client.socket);
    if (scene->origin.socket >= 0)
        close(scene->origin.socket);
    loop_free(scene->loop);
}

/* Sends both ways at once until both have ended, and looks at everything that arrived. */
static void pass(struct scene *scene, size_t up, size_t down)
{
    start(&scene->client, up);
    start(&scene->origin, down);
    loop_run(scene->loop);
    assert_int_equal(scene->result, TUNNEL_DONE);
    close_streams(scene);
    join(&scene->client);
    join(&scene->origin);
    assert_int_equal(scene->tunnel.up.bytes, up);
    assert_int_equal(scene->tunnel.down.bytes, down);
    assert_int_equal(scene->origin.received, up);
    assert_int_equal(scene->client.received, down);
    assert_false(scene->origin.is_damaged || scene->client.is_damaged);
    assert_holds_nothing(&scene->tunnel.up);
    assert_holds_nothing(&scene->tunnel.down);
}

static void bulk_is_spliced_and_arrives_whole_both_ways_at_once(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, PIPE_BUDGET);
    pass(&scene, BULK, BULK + 12345);
    assert_true(scene.made_a_pipe);
    close_scene(&scene);
    assert_int_equal(scene.budget.left, PIPE_BUDGET);
}

static void without_a_pipe_to_have_bulk_is_copied_and_arrives_whole(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, 0);
    pass(&scene, BULK, BULK);
    assert_int_equal(scene.budget.left, 0);
    close_scene(&scene);
}

static struct rlimit allow_descriptors(rlim_t most)
{
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    const struct rlimit now = {most < before.rlim_max ? most : before.rlim_max, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &now), 0);
    return before;
}

static void without_a_descriptor_bulk_is_copied_and_arrives_whole(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, PIPE_BUDGET);
    int next = dup(scene.origin.socket); /* what a pipe would get */
    close(next);
    struct rlimit before = allow_descriptors((rlim_t)next);
    int ends[2];
    assert_true(pipe2(ends, O_CLOEXEC) != 0 && errno == EMFILE);
    pass(&scene, BULK, BULK);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(scene.budget.left, PIPE_BUDGET); /* what was not to be had was given back */
    close_scene(&scene);
}

/* With one pipe for two ways that both want it. */
static void ways_that_share_a_pipe_do_not_mix_their_bytes(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, 1);
    pass(&scene, BULK, BULK);
    close_scene(&scene);
    assert_int_equal(scene.budget.left, 1);
}

static void a_side_that_has_ended_still_receives(void **state)
{
    (void)state;
    static const size_t rows[][2] = {{0, BULK}, {BULK, 0}, {1, BULK}, {BULK, 1}, {0, 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene scene;
        open_scene(&scene, PIPE_BUDGET);
        pass(&scene, rows[i][0], rows[i][1]);
        close_scene(&scene);
    }
}

static void small_messages_need_no_pipe_and_a_quiet_tunnel_holds_nothing(void **state)
{
    (void)state;
    struct scene scene;
    char byte = 'x';
    open_scene(&scene, PIPE_BUDGET);
    for (uint64_t i = 1; i <= 100; i++) {
        scene.stop_after = i;
        assert_int_equal(send(scene.origin.socket, &byte, 1, 0), 1);
        loop_run(scene.loop);
        scene.loop->stopping = false;
        assert_int_equal(recv(scene.client.socket, &byte, 1, 0), 1);
    }
    assert_false(scene.made_a_pipe);
    assert_holds_nothing(&scene.tunnel.up);
    assert_holds_nothing(&scene.tunnel.down);
    close_scene(&scene);
}

static void bulk_that_ends_gives_its_pipe_back(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, PIPE_BUDGET);
    scene.stop_after = BULK;
    scene.origin.to_send = BULK;
    pthread_create(&scene.client.receiver, NULL, receive_all, &scene.client);
    pthread_create(&scene.origin.sender, NULL, send_all, &scene.origin);
    loop_run(scene.loop);
    assert_true(scene.made_a_pipe);
    assert_holds_nothing(&scene.tunnel.down);
    shutdown(channel_descriptor(scene.near), SHUT_RDWR);
    pthread_join(scene.client.receiver, NULL);
    pthread_join(scene.origin.sender, NULL);
    close_scene(&scene);
    assert_int_equal(scene.budget.left, PIPE_BUDGET);
}

/* The origin sends, the client does not read, until bytes are stuck half way. */
static void get_stuck(struct scene *scene, size_t to_send)
{
    open_scene(scene, PIPE_BUDGET);
    scene->stops_when_stuck = true;
    scene->origin.to_send = to_send;
    pthread_create(&scene->origin.sender, NULL, send_all, &scene->origin);
    do { /* what looked stuck may have got on before its turn was over */
        scene->loop->stopping = false;
        loop_run(scene->loop);
    } while (scene->tunnel.down.pipe == NULL);
    scene->loop->stopping = false;
    scene->stops_when_stuck = false;
}

static void a_slow_reader_slows_the_writer_and_loses_nothing(void **state)
{
    (void)state;
    enum { ALL = 128 << 20, IN_SOCKETS = 32 << 20 };
    struct scene scene;
    get_stuck(&scene, ALL);
    assert_true(scene.tunnel.down.bytes < IN_SOCKETS);
    start(&scene.client, 0);
    pthread_create(&scene.origin.receiver, NULL, receive_all, &scene.origin);
    loop_run(scene.loop);
    assert_int_equal(scene.result, TUNNEL_DONE);
    close_streams(&scene);
    join(&scene.client);
    join(&scene.origin);
    assert_int_equal(scene.client.received, ALL);
    assert_false(scene.client.is_damaged);
    close_scene(&scene);
}

static void reset_connection(struct peer *peer)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(peer->socket, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    close(peer->socket);
    peer->socket = -1;
}

static void a_client_that_breaks_off_takes_the_bytes_on_their_way_with_it(void **state)
{
    (void)state;
    struct scene scene;
    get_stuck(&scene, 128 << 20);
    reset_connection(&scene.client);
    loop_run(scene.loop);
    assert_int_equal(scene.result, TUNNEL_CLIENT_BROKE);
    channel_break(scene.far);
    tunnel_clear(&scene.tunnel);
    assert_null(scene.loop->pipes); /* a pipe with another's bytes in it is never used again */
    channel_free(scene.far);
    scene.far = NULL;
    pthread_join(scene.origin.sender, NULL);
    close_scene(&scene);
    assert_int_equal(scene.budget.left, PIPE_BUDGET);
}

/* The end is told before the break comes: the other side has heard it. */
static void a_side_that_breaks_off_after_its_end_is_not_waited_for(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct scene scene;
        uint8_t byte;
        open_scene(&scene, PIPE_BUDGET);
        struct peer *leaves = i == 0 ? &scene.origin : &scene.client;
        struct peer *stays = i == 0 ? &scene.client : &scene.origin;
        shutdown(leaves->socket, SHUT_WR);
        while ((i == 0 ? &scene.tunnel.down : &scene.tunnel.up)->state != TUNNEL_ENDED)
            loop_turn(scene.loop);
        assert_int_equal(recv(stays->socket, &byte, 1, 0), 0);
        reset_connection(leaves);
        loop_run(scene.loop);
        assert_int_equal(scene.result, i == 0 ? TUNNEL_UPSTREAM_LEFT : TUNNEL_CLIENT_BROKE);
        while (!channel_is_delivered(i == 0 ? scene.near : scene.far))
            loop_turn(scene.loop); /* which an event tells */
        assert_int_equal(tunnel_run(&scene.tunnel), scene.result);
        close_scene(&scene);
    }
}

static void an_upstream_that_breaks_off_is_told_apart_from_one_that_ends(void **state)
{
    (void)state;
    struct scene scene;
    open_scene(&scene, PIPE_BUDGET);
    scene.stop_after = SOME;
    scene.origin.to_send = SOME;
    pthread_create(&scene.client.receiver, NULL, receive_all, &scene.client);
    send_bytes(&scene.origin);
    loop_run(scene.loop);
    scene.loop->stopping = false;
    scene.stop_after = 0;
    reset_connection(&scene.origin);
    loop_run(scene.loop);
    assert_int_equal(scene.result, TUNNEL_UPSTREAM_BROKE);
    channel_free(scene.near);
    scene.near = NULL;
    pthread_join(scene.client.receiver, NULL);
    close_scene(&scene);
}

/* One event tells of both. */
static void a_side_that_breaks_off_with_its_last_bytes_is_not_waited_for(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct scene scene;
        uint8_t bytes[8];
        open_scene(&scene, PIPE_BUDGET);
        struct peer *leaves = i == 0 ? &scene.origin : &scene.client;
        struct peer *stays = i == 0 ? &scene.client : &scene.origin;
        assert_int_equal(send(leaves->socket, "last", 4, 0), 4);
        reset_connection(leaves);
        loop_run(scene.loop);
        assert_int_equal(scene.result, i == 0 ? TUNNEL_UPSTREAM_BROKE : TUNNEL_CLIENT_BROKE);
        assert_int_equal(recv(stays->socket, bytes, sizeof(bytes), 0), 4);
        close_scene(&scene);
    }
}

/* --- what the kernel grants one user --------------------------------------------------------------------------------
 */

enum { NOBODY = 65534, USER_PIPES = 1100 };

/* In a child: uses up what an unprivileged user may have, then asks for one more. 0: it was not given. */
static int ask_beyond_the_limit(void)
{
    struct rlimit files = {4096, 4096};
    int ends[2];
    if (setrlimit(RLIMIT_NOFILE, &files) != 0 || (geteuid() == 0 && setuid(NOBODY) != 0))
        return 77;
    for (int i = 0; i < USER_PIPES; i++)
        if (pipe2(ends, O_CLOEXEC) != 0)
            return 77;
    if (fcntl(ends[0], F_GETPIPE_SZ) >= 65536)
        return 77; /* the limit is switched off here */
    struct loop *loop = loop_new();
    struct pipe_budget budget = {PIPE_BUDGET};
    loop_set_pipes(loop, &budget);
    struct pipe *pipe = pipe_take(loop);
    bool is_refused = pipe == NULL && budget.left == PIPE_BUDGET;
    loop_free(loop);
    return is_refused ? 0 : 1;
}

static void a_pipe_that_the_kernel_shrank_is_not_used(void **state)
{
    (void)state;
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(ask_beyond_the_limit());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bulk_is_spliced_and_arrives_whole_both_ways_at_once),
        cmocka_unit_test(without_a_pipe_to_have_bulk_is_copied_and_arrives_whole),
        cmocka_unit_test(without_a_descriptor_bulk_is_copied_and_arrives_whole),
        cmocka_unit_test(ways_that_share_a_pipe_do_not_mix_their_bytes),
        cmocka_unit_test(a_side_that_has_ended_still_receives),
        cmocka_unit_test(small_messages_need_no_pipe_and_a_quiet_tunnel_holds_nothing),
        cmocka_unit_test(bulk_that_ends_gives_its_pipe_back),
        cmocka_unit_test(a_slow_reader_slows_the_writer_and_loses_nothing),
        cmocka_unit_test(a_client_that_breaks_off_takes_the_bytes_on_their_way_with_it),
        cmocka_unit_test(a_side_that_breaks_off_after_its_end_is_not_waited_for),
        cmocka_unit_test(an_upstream_that_breaks_off_is_told_apart_from_one_that_ends),
        cmocka_unit_test(a_side_that_breaks_off_with_its_last_bytes_is_not_waited_for),
        cmocka_unit_test(a_pipe_that_the_kernel_shrank_is_not_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
