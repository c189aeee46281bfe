/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever can go wrong goes wrong once at each point of each of these lives. Nothing crashes or stays behind, each
 * decision has one outcome, and nothing leaves before its decision is on disk. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/crypto.h>
#include <sys/wait.h>

#include "edges.h"
#include "exeat/base/check.h"
#include "scene.h"

/* --- lives ----------------------------------------------------------------------------------------------------------
 */

enum mover {
    NOBODY, /* the life is over */
    CLIENT,
    UPSTREAM,
    CLIENT_HELLO,
    CLIENT_TLS,     /* a turn of the handshake, or of what is inside: `text` is said first */
    CLIENT_SOCKS,   /* asks for port 25 of that host */
    CLIENT_IS_FULL, /* takes nothing more */
    CLIENT_READS
};
struct move {
    enum mover mover;
    const char *text;
};
struct life {
    enum { PLAIN, TURNED, GREETED, SOCKS, QUEUED, LOOKED_INTO, HASHED, WATCHED } by;
    struct move moves[12];
};

#define EVENT "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"}}]}\n\n"
#define GET_OTHER "GET http://other.example/ HTTP/1.1\r\nHost: other.example\r\n\r\n"
#define CONNECT_MAIL "CONNECT mail.example:25 HTTP/1.1\r\nHost: mail.example:25\r\n\r\n"
#define WEBSOCKET                                                                                                      \
    "GET http://shop.example/ws HTTP/1.1\r\nHost: shop.example\r\nUpgrade: websocket\r\nConnection: "                  \
    "Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n"

#define ONE_SLOT                                                                                                       \
    "version: 1\ninference: [{ name: one, endpoint: \"http://127.0.0.1:8001\", slots: 1, queue: { length: 1 } }]\n"    \
    "rules: [{ id: llm, verdict: reroute, hosts: [\"@llm\"], schemes: [http], ports: [80], inference: [one] }]\n"
/* The key is any file. */
#define HASHES                                                                                                         \
    "version: 1\nrules: [{ id: screened, verdict: allow, hosts: [shop.example], " PLACE                                \
    ", inspect: { redact: [card], format: hash, key_file: \"%s\", restore: true } }]\n"
#define POST_CARD                                                                                                      \
    "POST http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/json\r\n"                   \
    "Content-Length: 30\r\n\r\n"
#define EVENT_OF(content) "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" content "\"}}]}\n\n"
#define ANSWERED "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"model\":\"mm\"}"

static const struct life lives[] = {
    {QUEUED, {{CLIENT, CHAT CHAT_BODY}, {UPSTREAM, ANSWERED}, {UPSTREAM, ANSWERED}}},
    {PLAIN,
     {{CLIENT, "GET http://shop.example/ HTTP/1.1\r\nHost"},
      {CLIENT, ": shop.example\r\n\r\n"},
      {UPSTREAM, "HTTP/1.1 200 OK\r\nContent-Le"},
      {UPSTREAM, "ngth: 2\r\n\r\nh"},
      {UPSTREAM, "i"},
      {CLIENT, GET_SHOP},
      {UPSTREAM, OK}}},
    {PLAIN,
     {{CLIENT, "POST http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\nExpect: "
               "100-continue\r\n\r\n"},
      {UPSTREAM, "HTTP/1.1 100 Continue\r\n\r\n"},
      {CLIENT, "5\r\nhello\r\n"},
      {CLIENT, "0\r\n\r\n"},
      {UPSTREAM, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n"},
      {UPSTREAM, "0\r\n\r\n"}}},
    {PLAIN, {{CLIENT_IS_FULL, ""}, {CLIENT, GET_OTHER}, {CLIENT_READS, ""}, {CLIENT, GET_OTHER}}},
    {PLAIN, {{CLIENT_IS_FULL, ""}, {CLIENT, GET_SHOP}, {UPSTREAM, OK}, {CLIENT_READS, ""}}},
    {PLAIN,
     {{CLIENT, CHAT},
      {CLIENT, CHAT_BODY},
      {UPSTREAM, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"},
      {CLIENT, CHAT CHAT_BODY},
      {UPSTREAM, "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"model\""},
      {UPSTREAM, ":\"mm\"}"}}},
    {PLAIN,
     {{CLIENT, STREAMED_CHAT},
      {UPSTREAM, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"},
      {UPSTREAM, EVENT},
      {UPSTREAM, EVENT "data: [DONE]\n\n"}}},
    {PLAIN,
     {{CLIENT_IS_FULL, ""},
      {CLIENT, CONNECT_SHOP},
      {CLIENT_READS, ""},
      {CLIENT_HELLO, "shop.example"},
      {UPSTREAM, "from the shop"},
      {CLIENT, "to the shop"}}},
    {SOCKS,
     {{CLIENT, "\5\1"},
      {CLIENT, "\2\1\1a"},
      {CLIENT, "\1b"},
      {CLIENT, "\5\1"},
      {CLIENT_SOCKS, "mail.example"},
      {UPSTREAM, "220 hello"},
      {CLIENT, "EHLO"}}},
    {SOCKS, {{CLIENT, "\5\1\2\1\1a\1b\5\1"}, {CLIENT_SOCKS, "other.example"}}},
    {PLAIN, {{CLIENT, CONNECT_MAIL}, {UPSTREAM, "220 hello"}, {CLIENT, "EHLO"}}},
    {PLAIN,
     {{CLIENT, "CONNECT shop.example:80 HTTP/1.1\r\nHost: shop.example:80\r\n\r\n"},
      {CLIENT, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n"},
      {UPSTREAM, OK}}},
    {PLAIN,
     {{CLIENT, CONNECT_OPEN},
      {CLIENT_TLS, ""},
      {CLIENT_TLS, ""},
      {CLIENT_TLS, ""},
      {CLIENT_TLS, "GET /no HTTP/1.1\r\nHost: open.example\r\n\r\n"},
      {CLIENT_TLS, ""}}},
    {PLAIN,
     {{CLIENT, WEBSOCKET},
      {UPSTREAM, "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nfirst"},
      {CLIENT, "second"},
      {UPSTREAM, "third"}}},
    {TURNED, {{CLIENT_HELLO, "shop.example"}, {UPSTREAM, "from the shop"}, {CLIENT, "to the shop"}}},
    {TURNED, {{CLIENT, "GET / HTTP/1.1\r\nHo"}, {CLIENT, "st: shop.example\r\n\r\n"}, {UPSTREAM, OK}}},
    {GREETED,
     {{CLIENT_TLS, ""},
      {CLIENT_TLS, ""},
      {CLIENT_TLS, "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n"},
      {UPSTREAM, OK},
      {CLIENT_TLS, ""}}},
    {WATCHED, {{CLIENT, POST_PLANTED}, {CLIENT, REST_PLANTED}}},
    {WATCHED,
     {{CLIENT, POST_PLANTED}, {UPSTREAM, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome"}, {CLIENT, REST_PLANTED}}},
    {LOOKED_INTO,
     {{CLIENT, POST_CARD "{\"note\":\"4111 1111"},
      {CLIENT, " 1111 1111\"}"},
      {UPSTREAM, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n{\"said\":\"[C"},
      {UPSTREAM, "ARD_1]\"}"},
      {CLIENT, "GET http://shop.example/?card=4111+1111+1111+1111 HTTP/1.1\r\nHost: shop.example\r\n\r\n"},
      {UPSTREAM, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" EVENT_OF("[CA")},
      {UPSTREAM, EVENT_OF("RD_1] +49 30 ") EVENT_OF("901820 ") "data: [DONE]\n\n"}}},
    {LOOKED_INTO,
     {{CLIENT, "POST http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nExpect: 100-continue\r\n"
               "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {CLIENT, "e\r\nDE89 3704 0044\r\n"},
      {CLIENT, "d\r\n 0532 0130 00\r\n0\r\n\r\n"},
      {CLIENT, GET_SHOP},
      {UPSTREAM, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 27\r\n\r\n" IBAN}}},
    {LOOKED_INTO,
     {{CLIENT, "POST http://api.openai.com/v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\n"
               "Content-Type: application/json\r\nContent-Length: 88\r\n\r\n"
               "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" CARD "\"}],\"stream\":true}"},
      {UPSTREAM, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" EVENT_OF("[CARD")},
      {UPSTREAM, EVENT_OF("_1] it is") "data: [DONE]\n\n"}}},
    {HASHED,
     {{CLIENT, POST_CARD "{\"note\":\"" CARD "\"}"},
      {UPSTREAM, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"}}},
};

/* --- faults ---------------------------------------------------------------------------------------------------------
 */

static void nothing(struct scene *scene)
{
    (void)scene;
}

static void client_resets(struct scene *scene)
{
    fake_rst(scene->browser);
}

static void client_ends(struct scene *scene)
{
    fake_fin(scene->browser);
}

static void client_says_nonsense(struct scene *scene)
{
    fake_send_bytes(scene->browser, TEXT("\r\n\0nonsense\r\n\r\n"));
}

static void client_is_full(struct scene *scene)
{
    scene->browser->room = 0;
}

static void upstream_resets(struct scene *scene)
{
    (void)scene;
    if (fake_upstream() != NULL)
        fake_rst(fake_upstream());
}

static void upstream_ends(struct scene *scene)
{
    (void)scene;
    if (fake_upstream() != NULL)
        fake_fin(fake_upstream());
}

static void upstream_says_nonsense(struct scene *scene)
{
    (void)scene;
    if (fake_upstream() != NULL)
        fake_send(fake_upstream(), "\r\nnonsense\r\n\r\n");
}

static void upstream_is_full(struct scene *scene)
{
    (void)scene;
    if (fake_upstream() != NULL)
        fake_upstream()->room = 0;
}

static void both_reset(struct scene *scene)
{
    upstream_resets(scene);
    client_resets(scene);
}

static void both_end(struct scene *scene)
{
    client_ends(scene);
    upstream_ends(scene);
}

static void name_has_no_address(struct scene *scene)
{
    (void)scene;
    fake_answer_name(false);
}

static void no_descriptor_is_left(struct scene *scene)
{
    (void)scene;
    fake.has_no_descriptors = true;
}

static void connection_is_refused(struct scene *scene)
{
    (void)scene;
    fake_connect(false);
}

static void disk_fails(struct scene *scene)
{
    (void)scene;
    fake_settle(false);
}

static void disk_is_full(struct scene *scene)
{
    (void)scene;
    fake.manners.records = AUDIT_REFUSED;
}

static void a_second_passes(struct scene *scene)
{
    (void)scene;
    fake_pass(1100);
}

static void half_a_minute_passes(struct scene *scene)
{
    (void)scene;
    fake_pass(31000);
}

static void a_day_passes(struct scene *scene)
{
    (void)scene;
    fake_pass(86400000);
}

#define HOUR_US INT64_C(3600000000)
#define DAY_US (24 * HOUR_US)

static void clock_is_an_hour_ahead(struct scene *scene)
{
    (void)scene;
    fake.wall_step_us += HOUR_US;
}

static void clock_is_an_hour_back(struct scene *scene)
{
    (void)scene;
    fake.wall_step_us -= HOUR_US;
}

static void clock_is_a_day_ahead(struct scene *scene)
{
    (void)scene;
    fake.wall_step_us += DAY_US;
}

static void clock_is_a_day_back(struct scene *scene)
{
    (void)scene;
    fake.wall_step_us -= DAY_US;
}

static void machine_sleeps_for_a_day(struct scene *scene)
{
    (void)scene;
    fake.slept_us += (uint64_t)DAY_US;
}

static void policy_denies_all(struct scene *scene)
{
    use_policy(scene, "version: 1\nrules: []\n", true);
}

static void authority_is_gone(struct scene *scene)
{
    session_worker_set_tls(scene->worker, NULL);
}

static void gate_drains(struct scene *scene)
{
    session_worker_drain(scene->worker);
}

static void gate_cuts(struct scene *scene)
{
    session_worker_cut(scene->worker);
}

enum { CALM_FAULTS = 6 }; /* the first ones change nothing of what becomes of a life */

static const struct {
    const char *name;
    void (*happens)(struct scene *scene);
} faults[] = {
    {"nothing", nothing},
    {"the clock is set an hour ahead", clock_is_an_hour_ahead},
    {"the clock is set an hour back", clock_is_an_hour_back},
    {"the clock is set a day ahead", clock_is_a_day_ahead},
    {"the clock is set a day back", clock_is_a_day_back},
    {"the machine sleeps for a day", machine_sleeps_for_a_day},
    {"the client resets", client_resets},
    {"the client ends", client_ends},
    {"the client says nonsense", client_says_nonsense},
    {"the client takes nothing", client_is_full},
    {"upstream resets", upstream_resets},
    {"upstream ends", upstream_ends},
    {"upstream says nonsense", upstream_says_nonsense},
    {"upstream takes nothing", upstream_is_full},
    {"both reset", both_reset},
    {"both end", both_end},
    {"the name has no address", name_has_no_address},
    {"EMFILE", no_descriptor_is_left},
    {"the connection is refused", connection_is_refused},
    {"the disk fails", disk_fails},
    {"the disk is full", disk_is_full},
    {"a second passes", a_second_passes},
    {"half a minute passes", half_a_minute_passes},
    {"a day passes", a_day_passes},
    {"the policy denies all", policy_denies_all},
    {"the authority is gone", authority_is_gone},
    {"the gate drains", gate_drains},
    {"the gate cuts", gate_cuts},
};

/* --- a life, and a fault at one of its points ------------------------------------------------------------------------
 */

struct run {
    struct scene *scene;
    struct tls_peer tls;
    size_t point;  /* where it happens */
    size_t passed; /* points */
    size_t fault;  /* index */
    bool by_bytes; /* each comes and goes alone */
};

static struct tls_identity *identity;
static char steps_seen[64][EDGE_SIZE];
static size_t steps_seen_count;

static void see(const char *table, const char *step)
{
    char seen[EDGE_SIZE];
    (void)snprintf(seen, sizeof(seen), "%s %s", table, step);
    for (size_t i = 0; i < steps_seen_count; i++)
        if (strcmp(steps_seen[i], seen) == 0)
            return;
    assert_true(steps_seen_count < COUNT_OF(steps_seen));
    memcpy(steps_seen[steps_seen_count++], seen, sizeof(seen));
}

/* Between any two things that happen. */
static void pass_point(struct run *run)
{
    see("session", fake.session_step);
    see("exchange", fake.exchange_step[0] == '\0' ? "read_head" : fake.exchange_step);
    if (run->passed++ == run->point) {
        faults[run->fault].happens(run->scene);
        fake_run();
    }
}

/* Peers that take a byte at a time, until nobody has another. */
static void trickle(struct run *run)
{
    enum { MOST = 20000 };
    for (int i = 0; run->by_bytes && i < MOST; i++) {
        struct fake_peer *peers[] = {run->scene->browser, fake_upstream()};
        size_t before = peers[0]->heard.length + (peers[1] == NULL ? 0 : peers[1]->heard.length);
        for (size_t j = 0; j < COUNT_OF(peers); j++)
            if (peers[j] != NULL && peers[j]->channel != NULL && peers[j]->room == 0)
                fake_make_room(peers[j], 1);
        fake_run();
        if (before == peers[0]->heard.length + (peers[1] == NULL ? 0 : peers[1]->heard.length))
            return;
    }
}

static void deliver(struct run *run, struct fake_peer *peer, struct text bytes)
{
    for (size_t i = 0; peer != NULL && i < bytes.length && run->by_bytes; i++) {
        fake_send_bytes(peer, text_part(bytes, i, 1));
        fake_run();
    }
    if (peer != NULL && !run->by_bytes)
        fake_send_bytes(peer, bytes);
    fake_run();
    trickle(run);
}

static void turn_tls(struct run *run, const char *text)
{
    if (run->tls.ssl == NULL)
        tls_begin(&run->tls, run->scene->browser, "open.example");
    if (SSL_is_init_finished(run->tls.ssl) && text[0] != '\0')
        (void)SSL_write(run->tls.ssl, text, (int)strlen(text));
    tls_turn(&run->tls);
    trickle(run);
}

/* What stands behind version and command. */
static void end_request(struct run *run, const char *host)
{
    struct buffer rest = {0};
    buffer_append(&rest, (struct text){"\0\3", 2});
    buffer_append_byte(&rest, (char)strlen(host));
    buffer_append_string(&rest, host);
    buffer_append(&rest, (struct text){"\0\31", 2});
    deliver(run, run->scene->browser, buffer_text(&rest));
    buffer_clear(&rest);
}

static void move(struct run *run, const struct move *move)
{
    struct scene *scene = run->scene;
    switch (move->mover) {
    case NOBODY:
        break;
    case CLIENT:
        deliver(run, scene->browser, text_from(move->text));
        break;
    case UPSTREAM:
        deliver(run, fake_upstream(), text_from(move->text));
        break;
    case CLIENT_HELLO:
        hello(scene->browser, move->text);
        trickle(run);
        break;
    case CLIENT_TLS:
        turn_tls(run, move->text);
        break;
    case CLIENT_SOCKS:
        end_request(run, move->text);
        break;
    case CLIENT_IS_FULL:
        scene->browser->room = 0;
        break;
    case CLIENT_READS:
        if (scene->browser->channel != NULL)
            fake_make_room(scene->browser, SIZE_MAX);
        fake_run();
        break;
    }
}

/* What follows of a move does not happen of itself: each has a point before it. */
static void follow(struct run *run)
{
    enum { MOST = 20 }; /* who waits for what never comes */
    for (int i = 0; i < MOST && fake_waiting() > 0; i++) {
        pass_point(run);
        if (fake_undecided() > 0)
            fake_settle(true);
        else if (!fake_answer_name(true))
            fake_connect(true);
        fake_run();
        trickle(run);
    }
}

static void look_into(struct scene *scene, bool hashes)
{
    char policy[512];
    (void)snprintf(policy, sizeof(policy), HASHES, scene->key);
    use_policy(scene, hashes ? policy : SCREENED, false);
    fake.ledger.planted = CARD;
}

static struct fake_peer *come_as(struct scene *scene, const struct life *life)
{
    static struct session_listener listener;
    static const struct session_listener for_socks = {.door = DOOR_SOCKS};
    switch (life->by) {
    case PLAIN:
        break;
    case TURNED:
        return come_turned(scene, life->moves[0].mover == CLIENT_HELLO ? 443 : 80);
    case SOCKS:
        return come_by(scene, &for_socks);
    case QUEUED: /* somebody else has the only slot of the endpoint */
        use_policy(scene, ONE_SLOT, false);
        say(scene->browser, CHAT CHAT_BODY);
        return come(scene);
    case LOOKED_INTO:
    case HASHED:
        look_into(scene, life->by == HASHED);
        break;
    case WATCHED:
        plant(scene);
        break;
    case GREETED:
        listener.tls = identity;
        return come_by(scene, &listener);
    }
    return scene->browser;
}

/* Returns how many points there were. */
static size_t live(void **state, const struct life *life, struct run *run)
{
    assert_int_equal(set_up(state), 0);
    run->scene = *state;
    run->scene->browser = come_as(run->scene, life);
    run->scene->browser->piece = run->by_bytes ? 1 : SIZE_MAX;
    if (run->by_bytes)
        run->scene->browser->room = fake.room = 0;
    fake.manners = (struct fake_manners){false, false, AUDIT_WAITS};
    for (size_t i = 0; life->moves[i].mover != NOBODY; i++) {
        pass_point(run);
        move(run, &life->moves[i]);
        follow(run);
    }
    pass_point(run);
    fake_pass(UINT64_C(2) * 86400000); /* whatever waits has had its time */
    assert_null(run->scene->browser->channel);
    if (run->tls.ssl != NULL)
        tls_end(&run->tls);
    assert_int_equal(tear_down(state), 0);
    return run->passed;
}

/* What became of the last life. */
struct came_of {
    size_t decisions;
    size_t peers;
    size_t points;
};

static void expect_the_same(size_t life, size_t fault, const struct came_of *one, const struct came_of *other)
{
    if (one->decisions != other->decisions || one->peers != other->peers || one->points != other->points)
        fail_msg(
            "life %zu, %s: %zu decisions, %zu peers, %zu points", life, faults[fault].name, one->decisions, one->peers,
            one->points);
}

static void whatever_happens_at_any_point_of_any_life(void **state)
{
    for (size_t i = 0; i < COUNT_OF(lives); i++) {
        struct run calm = {.point = SIZE_MAX};
        size_t calm_points = live(state, &lives[i], &calm);
        const struct came_of of_calm = {fake.decisions, fake.peer_count, calm_points};
        for (size_t fault = 0; fault < COUNT_OF(faults); fault++)
            for (size_t point = 0, points = 1; point < points; point++) {
                struct run run = {.point = point, .fault = fault};
                points = live(state, &lives[i], &run);
                const struct came_of came_of = {fake.decisions, fake.peer_count, points};
                if (fault < CALM_FAULTS)
                    expect_the_same(i, fault, &came_of, &of_calm);
            }
    }
}

/* --- libcrypto has no memory ----------------------------------------------------------------------------------------
 */

static struct {
    size_t count; /* of what the gate has it allocate */
    size_t at;    /* which of it fails; 0: none */
} crypto;

static bool fails(void)
{
    return fake.is_running && ++crypto.count == crypto.at;
}

static void *crypto_alloc(size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return fails() ? NULL : malloc(size);
}

static void *crypto_resize(void *block, size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return fails() ? NULL : realloc(block, size);
}

static void crypto_free(void *block, const char *file, int line)
{
    (void)file, (void)line;
    free(block);
}

__attribute__((weak)) int __lsan_do_recoverable_leak_check(void); /* where there is a sanitizer */

/* In a process of its own, since it may end. */
static _Noreturn void live_apart(void **state, const struct life *life, int said)
{
    struct run run = {.point = SIZE_MAX};
    (void)dup2(said, STDERR_FILENO);
    (void)live(state, life, &run);
    crypto.at = 0;
    _exit(__lsan_do_recoverable_leak_check == NULL ? 0 : __lsan_do_recoverable_leak_check());
}

static void read_all(int from, char *out, size_t size)
{
    size_t length = 0;
    ssize_t got;
    while (length + 1 < size && (got = read(from, out + length, size - 1 - length)) > 0)
        length += (size_t)got;
    out[length] = '\0';
}

/* It comes to an end as any other, or the process says which promise is broken. */
static void expect_an_end(void **state, size_t number, size_t at)
{
    int ends[2];
    int status;
    char said[4096];
    crypto.count = 0;
    crypto.at = at;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        live_apart(state, &lives[number], ends[1]);
    close(ends[1]);
    read_all(ends[0], said, sizeof(said));
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    bool is_meant =
        WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && strstr(said, "exeat: broken promise: ") != NULL;
    if (status != 0 && !is_meant)
        fail_msg("life %zu, allocation %zu: status %#x, %s", number, at, (unsigned)status, said);
}

/* One allocation in so many; which ones, differs from life to life. */
static void an_allocation_that_fails_in_libcrypto_ends_a_life_or_the_process_and_nothing_leaks(void **state)
{
    enum { EVERY = 47 };
    for (size_t i = 0; i < COUNT_OF(lives); i++) {
        struct run calm = {.point = SIZE_MAX};
        crypto.count = crypto.at = 0;
        (void)live(state, &lives[i], &calm);
        size_t count = crypto.count;
        for (size_t at = 1 + i % EVERY; at <= count; at += EVERY)
            expect_an_end(state, i, at);
        crypto.at = 0;
    }
}

static void by_single_bytes_each_life_comes_to_the_same(void **state)
{
    for (size_t i = 0; i < COUNT_OF(lives); i++) {
        struct run whole = {.point = SIZE_MAX};
        struct run by_bytes = {.point = SIZE_MAX, .by_bytes = true};
        (void)live(state, &lives[i], &whole);
        size_t decisions = fake.decisions;
        size_t peers = fake.peer_count;
        (void)live(state, &lives[i], &by_bytes);
        if (fake.decisions != decisions || fake.peer_count != peers)
            fail_msg("life %zu: %zu decisions and %zu peers", i, fake.decisions, fake.peer_count);
    }
}

/* --- all of them ----------------------------------------------------------------------------------------------------
 */

static void every_step_that_waits_was_such_a_point(void **state)
{
    (void)state;
    static const char *const never[] = {"session start", "session closed", "exchange judge", "exchange done"};
    char edges[96][EDGE_SIZE];
    size_t count = edges_of_session(edges, COUNT_OF(edges));
    count += edges_of_exchange(edges + count, COUNT_OF(edges) - count);
    for (size_t i = 0; i < count; i++) {
        bool is_seen = false;
        *strrchr(edges[i], ' ') = '\0';
        for (size_t j = 0; j < steps_seen_count && !is_seen; j++)
            is_seen = strcmp(steps_seen[j], edges[i]) == 0;
        for (size_t j = 0; j < COUNT_OF(never) && !is_seen; j++)
            is_seen = strcmp(never[j], edges[i]) == 0;
        if (!is_seen)
            fail_msg("nothing happens in %s", edges[i]);
    }
}

static int make_all(void **state)
{
    if (set_up_once(state) != 0)
        return -1;
    struct scene *scene = *state;
    char *error = NULL;
    const struct tls_identity_options options = {.certificate = scene->certificate, .key = scene->key};
    identity = tls_identity_load(&options, &error);
    return identity == NULL ? -1 : 0;
}

static int free_all(void **state)
{
    tls_identity_free(identity);
    return tear_down_once(state);
}

int main(void)
{
    if (CRYPTO_set_mem_functions(crypto_alloc, crypto_resize, crypto_free) != 1)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_happens_at_any_point_of_any_life),
        cmocka_unit_test(an_allocation_that_fails_in_libcrypto_ends_a_life_or_the_process_and_nothing_leaks),
        cmocka_unit_test(by_single_bytes_each_life_comes_to_the_same),
        cmocka_unit_test(every_step_that_waits_was_such_a_point),
    };
    return cmocka_run_group_tests(tests, make_all, free_all);
}
