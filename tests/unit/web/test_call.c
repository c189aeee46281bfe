/* SPDX-License-Identifier: Apache-2.0 */
/* One request to a peer: to our own server, plain and over TLS, and to somebody who says what the test says. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "web_scene.h"

static const struct address loopback = {.bytes = {127, 0, 0, 1}, .length = 4};

/* Who asks, and what it heard. */
struct asker {
    struct loop *loop;
    struct resolver *resolver;
    struct tls_client *tls;
    struct route *route;
    struct resolver_fixed names[2];
    struct host host;
    struct web_peer peer;
    uint16_t status;
    size_t heard; /* bytes of content as they came */
    char *body;
    char *error;
};

static void asker_open(struct asker *asker, enum scheme scheme, const char *host, uint16_t port, const char *roots)
{
    *asker = (struct asker){.loop = loop_new()};
    static const char *const names[] = {SCENE_NAME, "other.example"};
    char *error = NULL;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_true(host_parse(text_from(names[i]), &asker->names[i].name));
        asker->names[i].addresses = &loopback;
        asker->names[i].count = 1;
    }
    struct resolver_options resolver = {.fixed = asker->names, .fixed_count = COUNT_OF(asker->names)};
    struct tls_client_options tls = {.upstream = {.roots = roots}};
    asker->resolver = resolver_new(asker->loop, &resolver);
    asker->tls = tls_client_new(&tls, &error);
    assert_non_null(asker->tls);
    struct route_options route = {.tls = asker->tls, .idle_timeout_ms = 1000, .idle_maximum = 1};
    asker->route = route_new(asker->loop, &route);
    assert_true(host_parse(text_from(host), &asker->host));
    asker->peer = (struct web_peer){
        .loop = asker->loop,
        .resolver = asker->resolver,
        .route = asker->route,
        .scheme = scheme,
        .host = &asker->host,
        .port = port,
        .timeout_ms = 60000,
        .answer = 1000};
}

static void asker_close(struct asker *asker)
{
    route_free(asker->route);
    resolver_free(asker->resolver);
    tls_client_free(asker->tls);
    loop_free(asker->loop);
    base_free(asker->body);
    base_free(asker->error);
}

static void on_answer(void *context, uint16_t status, struct text body, const char *error)
{
    struct asker *asker = context;
    base_free(asker->body);
    base_free(asker->error);
    asker->status = status;
    asker->body = text_copy(body);
    asker->error = text_copy(text_from(error));
    loop_stop(asker->loop);
}

static void ask(struct asker *asker, const struct web_request *request)
{
    assert_non_null(web_call_start(&asker->peer, request, on_answer, asker));
    loop_run(asker->loop);
}

static const struct web_request get_hello = {.method = {"GET", 3}, .path = {"/hello", 6}};

static void fails_with(const struct asker *asker, const char *why)
{
    assert_int_equal(asker->status, 0);
    assert_string_equal(asker->body, "");
    if (strstr(asker->error, why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", asker->error, why);
}

/* --- what may be dialled ---------------------------------------------------------------------------------------------
 */

/* Only this very address. */
static enum reason
only(const void *judge, const struct web_peer *peer, const struct address *address, struct judged_address *judged)
{
    if (address == NULL || !address_equal(address, judge))
        return address == NULL ? REASON_LOOP : REASON_ADDRESS_METADATA;
    *judged = (struct judged_address){.address = *address, .port = peer->port};
    return REASON_NONE;
}

static void what_may_not_be_dialled_is_not_and_the_reason_is_told(void **state)
{
    (void)state;
    static const struct address other = {.bytes = {127, 0, 0, 9}, .length = 4};
    static const char *const hosts[][2] = {
        {SCENE_NAME, "the address is a metadata service"}, {"127.0.0.1", "the address is a metadata service"}};
    struct scene scene;
    scene_start(&scene, scene_usual);
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        struct asker asker;
        asker_open(&asker, SCHEME_HTTP, hosts[i][0], scene.port, NULL);
        asker.peer.may_dial = only;
        asker.peer.judge = &other;
        ask(&asker, &get_hello);
        fails_with(&asker, hosts[i][1]);
        asker.peer.judge = &loopback;
        ask(&asker, &get_hello);
        assert_int_equal(asker.status, 200);
        asker_close(&asker);
    }
    scene_stop(&scene);
}

static void of_several_addresses_those_that_may_be_dialled_are(void **state)
{
    (void)state;
    static const struct address both[] = {
        {.bytes = {127, 0, 0, 9}, .length = 4}, {.bytes = {127, 0, 0, 1}, .length = 4}};
    struct scene scene;
    struct asker asker;
    scene_start(&scene, scene_usual);
    asker_open(&asker, SCHEME_HTTP, SCENE_NAME, scene.port, NULL);
    asker.names[0].addresses = both;
    asker.names[0].count = COUNT_OF(both);
    asker.peer.may_dial = only;
    asker.peer.judge = &loopback;
    ask(&asker, &get_hello);
    assert_int_equal(asker.status, 200);
    asker_close(&asker);
    scene_stop(&scene);
}

static void a_socket_that_may_not_be_dialled_is_refused_too_and_not_from_within(void **state)
{
    (void)state;
    struct asker asker;
    asker_open(&asker, SCHEME_HTTP, SCENE_NAME, 0, NULL);
    assert_true(host_of_socket(TEXT("/tmp/exeat-nobody"), &asker.host, NULL));
    asker.peer.may_dial = only;
    asker.peer.judge = &loopback;
    ask(&asker, &get_hello);
    fails_with(&asker, "the request would come back to the gate itself");
    web_call_cancel(web_call_start(&asker.peer, &get_hello, on_answer, &asker)); /* nobody is told */
    asker_close(&asker);
}

/* --- our own server ------------------------------------------------------------------------------------------------
 */

static void a_page_is_fetched_and_something_is_posted(void **state)
{
    (void)state;
    struct scene scene;
    struct asker asker;
    scene_start(&scene, scene_usual);
    asker_open(&asker, SCHEME_HTTP, SCENE_NAME, scene.port, NULL);
    ask(&asker, &get_hello);
    assert_int_equal(asker.status, 200);
    assert_string_equal(asker.body, "hello\n");
    struct web_request echo = {.method = TEXT("POST"), .path = TEXT("/echo"), .body = TEXT("to\nand fro")};
    ask(&asker, &echo);
    assert_int_equal(asker.status, 200);
    assert_string_equal(asker.body, "to\nand fro");
    struct secret token = {0};
    secret_take(&token, TEXT("open sesame"));
    struct web_request secret = {.method = TEXT("GET"), .path = TEXT("/secret"), .bearer = &token};
    ask(&asker, &secret);
    assert_string_equal(asker.body, "gold\n");
    secret.bearer = NULL;
    ask(&asker, &secret);
    assert_int_equal(asker.status, 401);
    asker.peer.prefix = TEXT("/things");
    secret.path = TEXT("/in/it");
    ask(&asker, &secret);
    assert_string_equal(asker.body, "in/it");
    secret_clear(&token);
    asker_close(&asker);
    scene_stop(&scene);
}

static void tls_is_bound_to_the_name(void **state)
{
    (void)state;
    struct web_server_options options = scene_usual;
    struct scene_files files;
    struct scene scene;
    struct asker asker;
    char *error = NULL;
    scene_write_certificate(&files);
    options.tls =
        tls_identity_load(&(struct tls_identity_options){.certificate = files.certificate, .key = files.key}, &error);
    assert_non_null(options.tls);
    scene_start(&scene, options);
    asker_open(&asker, SCHEME_HTTPS, SCENE_NAME, scene.port, files.certificate);
    ask(&asker, &get_hello);
    assert_int_equal(asker.status, 200);
    assert_string_equal(asker.body, "hello\n");
    asker_close(&asker);
    asker_open(&asker, SCHEME_HTTPS, "other.example", scene.port, files.certificate);
    ask(&asker, &get_hello);
    fails_with(&asker, "127.0.0.1");
    asker_close(&asker);
    scene_stop(&scene);
    tls_identity_free(options.tls);
    unlink(files.certificate);
    unlink(files.key);
}

/* --- somebody else -------------------------------------------------------------------------------------------------
 */

/* Reads one request's head and says its words; with none it waits until the asker leaves. */
struct other {
    int descriptor;
    uint16_t port;
    const char *words;
    pthread_t thread;
};

static void answer_one(const struct other *other, int visitor)
{
    char heard[4096] = "";
    size_t length = 0;
    ssize_t got;
    while (strstr(heard, "\r\n\r\n") == NULL && (got = read(visitor, heard + length, sizeof(heard) - 1 - length)) > 0) {
        length += (size_t)got;
        heard[length] = '\0';
    }
    if (other->words == NULL) {
        got = read(visitor, heard, 1);
    } else {
        ssize_t put = send(visitor, other->words, strlen(other->words), MSG_NOSIGNAL);
        (void)put;
    }
    close(visitor);
}

static void *serve(void *context)
{
    const struct other *other = context;
    int visitor;
    while ((visitor = accept(other->descriptor, NULL, NULL)) >= 0)
        answer_one(other, visitor);
    return NULL;
}

static void other_start(struct other *other, const char *words)
{
    char *error = NULL;
    *other = (struct other){.words = words};
    other->descriptor = listener_bind(&loopback, &other->port, &error);
    assert_true(other->descriptor >= 0);
    assert_int_equal(fcntl(other->descriptor, F_SETFL, 0), 0);
    assert_int_equal(pthread_create(&other->thread, NULL, serve, other), 0);
}

static void other_stop(struct other *other)
{
    shutdown(other->descriptor, SHUT_RDWR);
    pthread_join(other->thread, NULL);
    close(other->descriptor);
}

static void ask_other(struct asker *asker, const char *words, uint64_t timeout_ms)
{
    struct other other;
    other_start(&other, words);
    asker_open(asker, SCHEME_HTTP, "127.0.0.1", other.port, NULL);
    asker->peer.timeout_ms = timeout_ms;
    ask(asker, &get_hello);
    other_stop(&other);
}

static void an_answer_is_read_however_it_is_framed(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        uint16_t status;
        const char *body;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", 200, "ab"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n", 200, "ab"},
        {"HTTP/1.1 200 OK\r\n\r\nab", 200, "ab"},
        {"HTTP/1.0 409 Conflict\r\n\r\n7\n", 409, "7\n"},
        {"HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
        {"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
         "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
         200, "ab"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct asker asker;
        ask_other(&asker, rows[i].words, 60000);
        assert_int_equal(asker.status, rows[i].status);
        assert_string_equal(asker.body, rows[i].body);
        assert_string_equal(asker.error, "");
        asker_close(&asker);
    }
}

static void what_is_no_whole_answer_is_none_and_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        const char *why;
    } rows[] = {
        {"", "closed the connection"},
        {"HTTP/1.1 200", "closed the connection"},
        {"HTTP/1.1 103 Early Hints\r\n\r\n", "closed the connection"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", "closed the connection"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "closed the connection"},
        {"SSH-2.0-x\r\n\r\n", "malformed"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "malformed"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct asker asker;
        ask_other(&asker, rows[i].words, 60000);
        fails_with(&asker, rows[i].why);
        asker_close(&asker);
    }
}

/* `head` before a thousand bytes, which is what the peer may say, and one. */
static void fails_as_too_long(const char *head, const char *tail)
{
    struct buffer words = {0};
    struct asker asker;
    buffer_append_string(&words, head);
    for (unsigned i = 0; i < 1001; i++)
        buffer_append_byte(&words, 'x');
    buffer_append_string(&words, tail);
    char *text = buffer_take(&words);
    ask_other(&asker, text, 60000);
    fails_with(&asker, "too long");
    asker_close(&asker);
    base_free(text);
}

static void an_answer_that_is_too_long_is_none(void **state)
{
    (void)state;
    fails_as_too_long("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", "");
    fails_as_too_long("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", "\r\n0\r\n\r\n");
    fails_as_too_long("HTTP/1.1 200 OK\r\n\r\n", "");
}

static void who_does_not_answer_is_not_waited_for(void **state)
{
    (void)state;
    struct asker asker;
    ask_other(&asker, NULL, 100);
    fails_with(&asker, "did not answer in time");
    asker_close(&asker);
}

static void where_nobody_listens_the_address_is_named(void **state)
{
    (void)state;
    struct scene scene;
    struct asker asker;
    scene_start(&scene, scene_usual);
    scene_stop(&scene);
    asker_open(&asker, SCHEME_HTTP, "127.0.0.1", scene.port, NULL);
    ask(&asker, &get_hello);
    fails_with(&asker, "127.0.0.1");
    asker_close(&asker);
}

/* --- content as it comes --------------------------------------------------------------------------------------------
 */

static void on_content(void *context, struct text content)
{
    struct asker *asker = context;
    asker->heard += content.length;
    assert_int_equal(asker->status, 0); /* before the answer is told as a whole */
}

static void content_is_told_as_it_comes_and_that_of_an_interim_reply_is_none(void **state)
{
    (void)state;
    struct other other;
    struct asker asker;
    other_start(
        &other, "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n");
    asker_open(&asker, SCHEME_HTTP, "127.0.0.1", other.port, NULL);
    struct web_request request = get_hello;
    request.on_content = on_content;
    ask(&asker, &request);
    assert_int_equal(asker.heard, 3);
    assert_string_equal(asker.body, "abc");
    other_stop(&other);
    asker_close(&asker);
}

static void a_call_that_is_cancelled_is_not_heard_of(void **state)
{
    (void)state;
    struct scene scene;
    struct asker asker;
    scene_start(&scene, scene_usual);
    asker_open(&asker, SCHEME_HTTP, SCENE_NAME, scene.port, NULL);
    struct web_request other = {.method = TEXT("GET"), .path = TEXT("/nowhere")};
    web_call_cancel(web_call_start(&asker.peer, &other, on_answer, &asker));
    web_call_cancel(NULL);
    ask(&asker, &get_hello);
    assert_int_equal(asker.status, 200);
    asker_close(&asker);
    scene_stop(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_not_be_dialled_is_not_and_the_reason_is_told),
        cmocka_unit_test(of_several_addresses_those_that_may_be_dialled_are),
        cmocka_unit_test(a_socket_that_may_not_be_dialled_is_refused_too_and_not_from_within),
        cmocka_unit_test(a_page_is_fetched_and_something_is_posted),
        cmocka_unit_test(tls_is_bound_to_the_name),
        cmocka_unit_test(an_answer_is_read_however_it_is_framed),
        cmocka_unit_test(what_is_no_whole_answer_is_none_and_says_why),
        cmocka_unit_test(an_answer_that_is_too_long_is_none),
        cmocka_unit_test(who_does_not_answer_is_not_waited_for),
        cmocka_unit_test(where_nobody_listens_the_address_is_named),
        cmocka_unit_test(content_is_told_as_it_comes_and_that_of_an_interim_reply_is_none),
        cmocka_unit_test(a_call_that_is_cancelled_is_not_heard_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
