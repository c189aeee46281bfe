/* SPDX-License-Identifier: Apache-2.0 */
/* A gate's store and a witness that is really asked, over HTTP on loopback: what each state of the two leads to. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/anchor.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/store/prove.h"

#define ORIGIN "audit.example/shop/php-0"
#define NAME "witness.example/w1"
#define TOKEN "0123456789abcdef"

enum { PATIENCE = 6000, LOOK_US = 10000 };

/* What the hooks were told. */
struct told {
    _Atomic int signing;
    _Atomic bool holds_decisions;
    _Atomic unsigned kept;
    _Atomic unsigned unreadable; /* what was given to be kept, and is no note */
    struct tlog_tree tree;       /* read after the anchor has stopped */
    bool remembers;
};
struct scene {
    char folder[64];
    char store[80];
    struct signing_key *log_key;
    struct signing_key *witness_key;
    struct loop *loop; /* of the witness, in its own thread */
    pthread_t thread;
    struct witness *witness;
    struct witness_server *server;
    uint16_t port;
    struct digest token;
    struct audit *audit;
    struct anchor *anchor;
    struct told told;
};

static const struct address loopback = {.bytes = {127, 0, 0, 1}, .length = 4};

/* --- the two sides -------------------------------------------------------------------------------------------------
 */

static void *run_loop(void *context)
{
    loop_run(context);
    return NULL;
}

static void start_witness(struct scene *scene)
{
    char *error = NULL;
    char state[80];
    snprintf(state, sizeof(state), "%s/witness", scene->folder);
    struct witness_options options = {.directory = state, .name = TEXT(NAME), .key = scene->witness_key};
    scene->loop = loop_new();
    scene->witness = witness_open(&options, &error);
    assert_non_null(scene->witness);
    int descriptor = listener_bind(&loopback, &scene->port, &error);
    assert_true(descriptor >= 0);
    digest_sha256(bytes_of_text(TEXT(TOKEN)), &scene->token);
    struct witness_server_options server = {
        .loop = scene->loop,
        .witness = scene->witness,
        .descriptor = descriptor,
        .tokens = &scene->token,
        .token_count = 1,
    };
    scene->server = witness_server_new(&server);
    assert_int_equal(pthread_create(&scene->thread, NULL, run_loop, scene->loop), 0);
}

static void stop_witness(struct scene *scene)
{
    if (scene->loop == NULL)
        return;
    loop_stop(scene->loop);
    pthread_join(scene->thread, NULL);
    witness_server_free(scene->server);
    witness_free(scene->witness);
    loop_free(scene->loop);
    scene->loop = NULL;
}

static void open_store(struct scene *scene)
{
    char *error = NULL;
    struct audit_options options = {
        .directory = scene->store,
        .origin = TEXT(ORIGIN),
        .key = scene->log_key,
        .waits_for_disk = true,
        .heartbeat_ms = 60000,
    };
    scene->audit = audit_open(&options, &error);
    if (scene->audit == NULL)
        fail_msg("%s", error);
}

static void write_records(struct scene *scene, size_t count, const char *what)
{
    for (size_t i = 0; i < count; i++)
        assert_true(audit_event_text(scene->audit, RECORD_ADMIN, TEXT("test"), text_from(what)));
}

static void close_store(struct scene *scene)
{
    audit_close(scene->audit);
    scene->audit = NULL;
}

/* Opens, writes and closes: the last record has a checkpoint over it. */
static void live(struct scene *scene, size_t count, const char *what)
{
    open_store(scene);
    write_records(scene, count, what);
    close_store(scene);
}

static void copy(struct scene *scene, const char *from, const char *to)
{
    char command[320];
    snprintf(command, sizeof(command), "cd %s && rm -rf %s && cp -r %s %s", scene->folder, to, from, to);
    assert_int_equal(system(command), 0);
}

/* --- somebody at the witness's address -----------------------------------------------------------------------------
 */

/* Answers each POST and each GET with the same words, without a key. */
struct impostor {
    int descriptor;
    pthread_t thread;
    const char *to_post;
    const char *to_get;
    _Atomic unsigned asked;
};

static void answer_one(struct impostor *impostor, int visitor)
{
    char request[65536];
    size_t length = 0;
    ssize_t got;
    while (length < sizeof(request) - 1 && (got = read(visitor, request + length, sizeof(request) - 1 - length)) > 0) {
        length += (size_t)got;
        request[length] = '\0';
        const char *end = strstr(request, "\r\n\r\n");
        const char *size = strcasestr(request, "content-length: ");
        if (end != NULL && length >= (size_t)(end + 4 - request) + (size == NULL ? 0 : strtoul(size + 16, NULL, 10)))
            break;
    }
    const char *answer = request[0] == 'G' ? impostor->to_get : impostor->to_post;
    ssize_t put = write(visitor, answer, strlen(answer));
    (void)put;
    shutdown(visitor, SHUT_WR);
    close(visitor);
    atomic_fetch_add(&impostor->asked, 1);
}

static void *impersonate(void *context)
{
    struct impostor *impostor = context;
    int visitor;
    while ((visitor = accept(impostor->descriptor, NULL, NULL)) >= 0)
        answer_one(impostor, visitor);
    return NULL;
}

static void start_impostor(struct scene *scene, struct impostor *impostor)
{
    char *error = NULL;
    scene->port = 0;
    impostor->descriptor = listener_bind(&loopback, &scene->port, &error);
    assert_true(impostor->descriptor >= 0);
    assert_int_equal(fcntl(impostor->descriptor, F_SETFL, 0), 0);
    assert_int_equal(pthread_create(&impostor->thread, NULL, impersonate, impostor), 0);
}

static void stop_impostor(struct impostor *impostor)
{
    shutdown(impostor->descriptor, SHUT_RDWR);
    pthread_join(impostor->thread, NULL);
    close(impostor->descriptor);
}

/* --- hooks ---------------------------------------------------------------------------------------------------------
 */

static void hold(void *context, enum audit_signing signing, bool decisions)
{
    struct told *told = context;
    atomic_store(&told->signing, (int)signing);
    atomic_store(&told->holds_decisions, decisions);
}

static void keep(void *context, const struct tlog_tree *tree, struct text note)
{
    struct told *told = context;
    const char cosignature[] = "\n\xe2\x80\x94 " NAME " ";
    assert_non_null(memmem(note.data, note.length, cosignature, sizeof(cosignature) - 1));
    struct tlog_note parsed;
    if (!tlog_note_parse(note, &parsed))
        atomic_fetch_add(&told->unreadable, 1);
    told->tree = *tree;
    told->remembers = true;
    atomic_fetch_add(&told->kept, 1);
}

static bool recall(void *context, struct tlog_tree *tree)
{
    const struct told *told = context;
    if (told->remembers)
        *tree = told->tree;
    return told->remembers;
}

/* --- the anchor ----------------------------------------------------------------------------------------------------
 */

static void start_anchor_as(struct scene *scene, const struct signing_key *witness_key, const char *token, bool denies)
{
    char *error = NULL;
    char path[80];
    uint8_t key[VERIFY_KEY_SIZE];
    struct tlog_vkey vkey;
    struct buffer text = {0};
    snprintf(path, sizeof(path), "%s/token", scene->folder);
    assert_true(file_replace(path, text_from(token), 0600, &error));
    signing_key_public(witness_key, key);
    tlog_vkey_make(TEXT(NAME), TLOG_KEY_WITNESS, key, &vkey);
    tlog_vkey_append(&vkey, &text);
    struct anchor_options options = {
        .store = scene->store,
        .origin = TEXT(ORIGIN),
        .key = scene->log_key,
        .witness = buffer_text(&text),
        .scheme = SCHEME_HTTP,
        .port = scene->port,
        .token_file = token[0] == '\0' ? NULL : path,
        .denies = denies,
        .deny_after_ms = 60000,
        .interval_ms = 50,
        .hooks = {.context = &scene->told, .hold = hold, .keep = keep, .recall = recall},
    };
    assert_true(host_parse(TEXT("127.0.0.1"), &options.host));
    scene->anchor = anchor_start(&options, &error);
    if (scene->anchor == NULL)
        fail_msg("%s", error);
    buffer_clear(&text);
}

static void start_anchor(struct scene *scene)
{
    start_anchor_as(scene, scene->witness_key, TOKEN "\n", false);
}

static void stop_anchor(struct scene *scene)
{
    anchor_stop(scene->anchor, 0);
    anchor_free(scene->anchor);
    scene->anchor = NULL;
}

static void expect_state(struct scene *scene, enum anchor_state state)
{
    struct anchor_stats stats;
    for (int i = 0; i < PATIENCE; i++) {
        anchor_stats_read(scene->anchor, &stats);
        if (stats.state == state)
            return;
        usleep(LOOK_US);
    }
    fail_msg("the state is %s, not %s", anchor_state_name(stats.state), anchor_state_name(state));
}

static uint64_t store_size(struct scene *scene)
{
    char *error = NULL;
    struct store_reader *reader = store_reader_open(scene->store, &error);
    assert_non_null(reader);
    uint64_t size = store_reader_size(reader);
    store_reader_free(reader);
    return size;
}

static void expect_size(struct scene *scene, uint64_t size)
{
    struct anchor_stats stats;
    for (int i = 0; i < PATIENCE; i++) {
        anchor_stats_read(scene->anchor, &stats);
        if (stats.witnessed_size == size)
            return;
        usleep(LOOK_US);
    }
    fail_msg("%llu of %llu are witnessed", (unsigned long long)stats.witnessed_size, (unsigned long long)size);
}

static int set_up(void **state)
{
    struct scene *scene = base_zalloc(sizeof(*scene));
    text_store(TEXT("/tmp/exeat-anchor-XXXXXX"), scene->folder, sizeof(scene->folder));
    assert_non_null(mkdtemp(scene->folder));
    snprintf(scene->store, sizeof(scene->store), "%s/store", scene->folder);
    scene->log_key = signing_key_generate();
    scene->witness_key = signing_key_generate();
    start_witness(scene);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    char command[128];
    stop_anchor(scene);
    audit_close(scene->audit);
    stop_witness(scene);
    signing_key_free(scene->log_key);
    signing_key_free(scene->witness_key);
    snprintf(command, sizeof(command), "rm -r %s", scene->folder);
    assert_int_equal(system(command), 0);
    base_free(scene);
    return 0;
}

/* --- the tests -----------------------------------------------------------------------------------------------------
 */

static void a_new_log_enrols_and_is_followed(void **state)
{
    struct scene *scene = *state;
    open_store(scene);
    start_anchor(scene);
    expect_state(scene, ANCHOR_WITNESSED);
    write_records(scene, 10, "a");
    expect_size(scene, store_size(scene));
    write_records(scene, 7, "b");
    expect_size(scene, store_size(scene));
    assert_int_equal(atomic_load(&scene->told.signing), AUDIT_SIGNS);
    assert_true(atomic_load(&scene->told.kept) >= 2);
    stop_anchor(scene);
    assert_int_equal(witness_statistics(scene->witness)->enrolled, 1);
    assert_int_equal(witness_statistics(scene->witness)->forked, 0);
}

static void the_last_checkpoint_is_shown_at_the_end(void **state)
{
    struct scene *scene = *state;
    struct anchor_stats stats;
    open_store(scene);
    start_anchor(scene);
    expect_state(scene, ANCHOR_WITNESSED);
    write_records(scene, 10, "a");
    anchor_stop(scene->anchor, 0);
    close_store(scene);
    anchor_farewell(scene->anchor, 60000);
    anchor_stats_read(scene->anchor, &stats);
    assert_int_equal(stats.witnessed_size, store_size(scene));
    anchor_free(scene->anchor);
    scene->anchor = NULL;
    live(scene, 10, "b");
    start_anchor(scene); /* what was cosigned after the store's end was not kept, and is found out */
    expect_size(scene, store_size(scene));
    assert_int_equal(witness_statistics(scene->witness)->older, 0);
}

static void a_restart_goes_on_where_it_was(void **state)
{
    struct scene *scene = *state;
    live(scene, 10, "a");
    start_anchor(scene);
    expect_size(scene, store_size(scene));
    stop_anchor(scene);
    live(scene, 10, "b");
    start_anchor(scene);
    expect_size(scene, store_size(scene));
    stop_anchor(scene);
    scene->told.remembers = false; /* what the gate knew of the witness is lost: the store is enough */
    live(scene, 10, "c");
    start_anchor(scene);
    expect_size(scene, store_size(scene));
    stop_anchor(scene);
    assert_int_equal(witness_statistics(scene->witness)->older, 0);
    assert_int_equal(witness_statistics(scene->witness)->forked, 0);
}

static void an_old_copy_is_a_roll_back(void **state)
{
    struct scene *scene = *state;
    live(scene, 10, "a");
    copy(scene, "store", "copy");
    live(scene, 10, "b");
    start_anchor(scene);
    expect_size(scene, store_size(scene));
    stop_anchor(scene);
    copy(scene, "copy", "store");
    start_anchor(scene);
    expect_state(scene, ANCHOR_ROLLED_BACK);
    assert_int_equal(atomic_load(&scene->told.signing), AUDIT_SIGNS_NOT);
    assert_false(atomic_load(&scene->told.holds_decisions));
    stop_anchor(scene);
    scene->told.remembers = false; /* the attacker took our memory with the store */
    start_anchor(scene);
    expect_state(scene, ANCHOR_ROLLED_BACK);
}

static void a_lost_store_is_a_roll_back(void **state)
{
    struct scene *scene = *state;
    live(scene, 10, "a");
    start_anchor(scene);
    expect_size(scene, store_size(scene));
    stop_anchor(scene);
    scene->told.remembers = false;
    snprintf(scene->store, sizeof(scene->store), "%s/another", scene->folder);
    open_store(scene);
    start_anchor(scene);
    expect_state(scene, ANCHOR_ROLLED_BACK);
    assert_int_equal(atomic_load(&scene->told.signing), AUDIT_SIGNS_NOT);
}

static void writing_on_after_a_roll_back_is_a_fork(void **state)
{
    struct scene *scene = *state;
    live(scene, 10, "a");
    copy(scene, "store", "copy");
    live(scene, 10, "b");
    start_anchor(scene);
    expect_size(scene, store_size(scene));
    stop_anchor(scene);
    copy(scene, "copy", "store");
    live(scene, 40, "x");
    start_anchor(scene);
    expect_state(scene, ANCHOR_FORKED);
    assert_int_equal(atomic_load(&scene->told.signing), AUDIT_SIGNS_NOT);
    assert_int_equal(witness_statistics(scene->witness)->forked, 1);
}

static void another_key_for_a_known_origin_is_refused(void **state)
{
    struct scene *scene = *state;
    live(scene, 10, "a");
    start_anchor(scene);
    expect_size(scene, store_size(scene));
    stop_anchor(scene);
    signing_key_free(scene->log_key);
    scene->log_key = signing_key_generate();
    scene->told.remembers = false;
    snprintf(scene->store, sizeof(scene->store), "%s/another", scene->folder);
    live(scene, 30, "x");
    start_anchor(scene);
    expect_state(scene, ANCHOR_KEY_REFUSED);
    assert_int_equal(atomic_load(&scene->told.signing), AUDIT_SIGNS_NOT);
}

static void without_a_witness_it_runs_or_denies_as_it_is_told(void **state)
{
    struct scene *scene = *state;
    stop_witness(scene);
    open_store(scene);
    start_anchor(scene);
    expect_state(scene, ANCHOR_UNREACHABLE);
    assert_int_equal(atomic_load(&scene->told.signing), AUDIT_SIGNS);
    assert_false(atomic_load(&scene->told.holds_decisions));
    stop_anchor(scene);
    start_anchor_as(scene, scene->witness_key, TOKEN, true);
    expect_state(scene, ANCHOR_UNREACHABLE);
    assert_int_equal(atomic_load(&scene->told.signing), AUDIT_SIGNS_LAST);
    assert_true(atomic_load(&scene->told.holds_decisions));
    start_witness(scene); /* on another port: nothing comes of it */
    stop_anchor(scene);
    start_anchor_as(scene, scene->witness_key, TOKEN, true);
    expect_state(scene, ANCHOR_WITNESSED);
    assert_int_equal(atomic_load(&scene->told.signing), AUDIT_SIGNS);
    assert_false(atomic_load(&scene->told.holds_decisions));
}

static void a_wrong_token_or_none_is_no_enrolment(void **state)
{
    struct scene *scene = *state;
    open_store(scene);
    start_anchor_as(scene, scene->witness_key, "another token 0123456789", false);
    expect_state(scene, ANCHOR_UNREACHABLE);
    stop_anchor(scene);
    start_anchor_as(scene, scene->witness_key, "", false);
    expect_state(scene, ANCHOR_UNREACHABLE);
    stop_anchor(scene);
    assert_int_equal(witness_statistics(scene->witness)->logs, 0);
}

static void a_witness_with_another_key_is_not_believed(void **state)
{
    struct scene *scene = *state;
    struct signing_key *other = signing_key_generate();
    open_store(scene);
    start_anchor_as(scene, other, TOKEN, false);
    expect_state(scene, ANCHOR_UNREACHABLE);
    stop_anchor(scene);
    assert_int_equal(atomic_load(&scene->told.kept), 0);
    signing_key_free(other);
}

#define SAYS(status, length, body) "HTTP/1.1 " status "\r\nContent-Length: " length "\r\n\r\n" body

static void nobody_ends_a_log_by_saying_so(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *to_post;
        const char *to_get;
    } words[] = {
        {SAYS("409 Conflict", "10", "999999999\n"), SAYS("404 Not Found", "0", "")},
        {SAYS("409 Conflict", "10", "999999999\n"), SAYS("200 OK", "9", "nonsense\n")},
        {SAYS("409 Conflict", "10", "999999999\n"), ""},
        {SAYS("409 Conflict", "2", "0\n"), SAYS("200 OK", "0", "")},
        {SAYS("409 Conflict", "2", "x\n"), SAYS("200 OK", "0", "")},
        {SAYS("403 Forbidden", "0", ""), SAYS("404 Not Found", "0", "")},
        {SAYS("404 Not Found", "0", ""), SAYS("404 Not Found", "0", "")},
        {SAYS("422 Unprocessable", "0", ""), SAYS("500 Broken", "0", "")},
        {SAYS("500 Broken", "0", ""), SAYS("500 Broken", "0", "")},
        {"nonsense", "nonsense"},
    };
    stop_witness(scene);
    open_store(scene);
    write_records(scene, 10, "a");
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct impostor impostor = {.to_post = words[i].to_post, .to_get = words[i].to_get};
        start_impostor(scene, &impostor);
        start_anchor(scene);
        expect_state(scene, ANCHOR_UNREACHABLE);
        assert_int_equal(atomic_load(&scene->told.signing), AUDIT_SIGNS);
        unsigned asked = atomic_load(&impostor.asked);
        for (int look = 0; look < PATIENCE && atomic_load(&impostor.asked) < asked + 3; look++)
            usleep(LOOK_US); /* it goes on asking */
        assert_true(atomic_load(&impostor.asked) >= asked + 3);
        expect_state(scene, ANCHOR_UNREACHABLE);
        stop_anchor(scene);
        stop_impostor(&impostor);
    }
    start_witness(scene); /* and when the witness is itself again, so is the log */
    start_anchor(scene);
    expect_state(scene, ANCHOR_WITNESSED);
}

/* What the witness once signed of this log, and of another one, proves nothing against it. */
static void a_true_checkpoint_that_is_kept_ends_no_log(void **state)
{
    struct scene *scene = *state;
    struct web_answer last;
    char answer[4096];
    live(scene, 10, "a");
    start_anchor(scene);
    expect_size(scene, store_size(scene));
    stop_anchor(scene);
    witness_last(scene->witness, TEXT(ORIGIN), &last);
    assert_int_equal(last.status, 200);
    snprintf(
        answer, sizeof(answer), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%.*s", last.body.length,
        TEXT_ARG(buffer_text(&last.body)));
    buffer_clear(&last.body);
    live(scene, 10, "b");
    struct impostor impostor = {.to_post = SAYS("422 Unprocessable", "0", ""), .to_get = answer};
    start_impostor(scene, &impostor);
    start_anchor(scene);
    expect_state(scene, ANCHOR_UNREACHABLE);
    assert_int_equal(atomic_load(&scene->told.signing), AUDIT_SIGNS);
    stop_anchor(scene);
    stop_impostor(&impostor);
}

/* The witness's signature on the store's newest checkpoint, as an answer that has it so many times. */
static void cosigned_answer(struct scene *scene, unsigned times, char answer[16384])
{
    char *error = NULL;
    uint64_t size;
    struct buffer text = {0};
    struct buffer line = {0};
    struct tlog_note note;
    struct store_reader *reader = store_reader_open(scene->store, &error);
    assert_true(store_reader_newest(reader, &size, &text));
    store_reader_free(reader);
    assert_true(tlog_note_parse(buffer_text(&text), &note));
    tlog_cosign_write(note.body, TEXT(NAME), 1700000000, scene->witness_key, &line);
    int length = snprintf(answer, 16384, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", times * line.length);
    for (unsigned i = 0; i < times; i++)
        length += snprintf(answer + length, 16384 - (size_t)length, "%.*s", TEXT_ARG(buffer_text(&line)));
    buffer_clear(&text);
    buffer_clear(&line);
}

static void a_signature_that_is_said_many_times_is_kept_once(void **state)
{
    struct scene *scene = *state;
    char answer[16384];
    stop_witness(scene);
    live(scene, 10, "a");
    cosigned_answer(scene, 100, answer);
    struct impostor impostor = {.to_post = answer, .to_get = SAYS("404 Not Found", "0", "")};
    start_impostor(scene, &impostor);
    start_anchor(scene);
    expect_state(scene, ANCHOR_WITNESSED);
    stop_anchor(scene);
    stop_impostor(&impostor);
    assert_int_equal(atomic_load(&scene->told.kept), 1);
    assert_int_equal(atomic_load(&scene->told.unreadable), 0);
}

/* A witness that signs what is below what we remember: then that is what it has. */
static void what_is_kept_is_the_tree_that_was_signed(void **state)
{
    struct scene *scene = *state;
    char answer[16384];
    live(scene, 10, "a");
    copy(scene, "store", "copy");
    live(scene, 10, "b");
    start_anchor(scene);
    expect_size(scene, store_size(scene));
    stop_anchor(scene);
    stop_witness(scene);
    copy(scene, "copy", "store");
    cosigned_answer(scene, 1, answer);
    struct impostor impostor = {.to_post = answer, .to_get = SAYS("404 Not Found", "0", "")};
    start_impostor(scene, &impostor);
    start_anchor(scene);
    expect_state(scene, ANCHOR_WITNESSED);
    stop_anchor(scene);
    stop_impostor(&impostor);
    assert_int_equal(scene->told.tree.size, store_size(scene));
}

/* The key of the log alone does not make a note the witness's. */
static void a_checkpoint_without_the_witness_ends_no_log(void **state)
{
    struct scene *scene = *state;
    struct buffer note = {0};
    struct digest root = {{1}};
    char answer[4096];
    tlog_checkpoint_write(TEXT(ORIGIN), 1000, &root, scene->log_key, &note);
    snprintf(
        answer, sizeof(answer), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%.*s", note.length,
        TEXT_ARG(buffer_text(&note)));
    buffer_clear(&note);
    live(scene, 10, "a");
    struct impostor impostor = {.to_post = SAYS("409 Conflict", "5", "1000\n"), .to_get = answer};
    start_impostor(scene, &impostor);
    start_anchor(scene);
    expect_state(scene, ANCHOR_UNREACHABLE);
    stop_anchor(scene);
    stop_impostor(&impostor);
}

/* A gate that ends before its first answer came waits for it. */
static void a_short_life_is_witnessed_too(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 20; i++) {
        struct anchor_stats stats;
        open_store(scene);
        start_anchor(scene);
        anchor_stop(scene->anchor, 60000);
        anchor_stats_read(scene->anchor, &stats);
        assert_int_equal(stats.state, ANCHOR_WITNESSED);
        close_store(scene);
        anchor_farewell(scene->anchor, 60000);
        anchor_stats_read(scene->anchor, &stats);
        assert_int_equal(stats.witnessed_size, store_size(scene));
        anchor_free(scene->anchor);
        scene->anchor = NULL;
    }
}

static void a_silent_witness_is_not_waited_for_longer_than_told(void **state)
{
    struct scene *scene = *state;
    struct anchor_stats stats;
    char *error = NULL;
    stop_witness(scene);
    scene->port = 0;
    int silent = listener_bind(&loopback, &scene->port, &error);
    open_store(scene);
    start_anchor(scene);
    expect_state(scene, ANCHOR_STARTING);
    assert_int_equal(atomic_load(&scene->told.signing), AUDIT_SIGNS_LAST);
    anchor_stop(scene->anchor, 50);
    anchor_stats_read(scene->anchor, &stats);
    assert_int_equal(stats.state, ANCHOR_UNREACHABLE);
    close(silent);
}

/* A witness that begins anew knows no log; one that was there before is shown it from its beginning. */
static void a_witness_that_forgot_everything_is_told_again(void **state)
{
    struct scene *scene = *state;
    char state_folder[96];
    live(scene, 10, "a");
    start_anchor(scene);
    expect_size(scene, store_size(scene));
    stop_anchor(scene);
    stop_witness(scene);
    snprintf(state_folder, sizeof(state_folder), "rm -r %s/witness", scene->folder);
    assert_int_equal(system(state_folder), 0);
    start_witness(scene);
    live(scene, 10, "b");
    start_anchor(scene);
    expect_size(scene, store_size(scene));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_log_enrols_and_is_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_last_checkpoint_is_shown_at_the_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_restart_goes_on_where_it_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_old_copy_is_a_roll_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_lost_store_is_a_roll_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(writing_on_after_a_roll_back_is_a_fork, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_key_for_a_known_origin_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_witness_it_runs_or_denies_as_it_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_token_or_none_is_no_enrolment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_witness_with_another_key_is_not_believed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_ends_a_log_by_saying_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_true_checkpoint_that_is_kept_ends_no_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_checkpoint_without_the_witness_ends_no_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_signature_that_is_said_many_times_is_kept_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_kept_is_the_tree_that_was_signed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_short_life_is_witnessed_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_silent_witness_is_not_waited_for_longer_than_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_witness_that_forgot_everything_is_told_again, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
