/* SPDX-License-Identifier: Apache-2.0 */
/* Pages over real sockets: which page is found, what is said where there is none, and what ends a connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/tcp.h>

#include "exeat/base/memory.h"
#include "web_scene.h"

#define END "Host: w\r\nConnection: close\r\n\r\n"
#define GOES_ON "Host: w\r\n\r\n"

/* --- a visitor -----------------------------------------------------------------------------------------------------
 */

static int visit(const struct scene *scene)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(scene->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = 60};
    int one = 1;
    int visitor = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(visitor, (struct sockaddr *)&to, sizeof(to)), 0);
    assert_int_equal(setsockopt(visitor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    assert_int_equal(setsockopt(visitor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)), 0);
    return visitor;
}

static void say(int visitor, struct text text)
{
    while (text.length > 0) {
        ssize_t put = send(visitor, text.data, text.length, MSG_NOSIGNAL);
        assert_true(put > 0);
        text = text_after(text, (size_t)put);
    }
}

/* All that comes until the orderly end, which a reset is not; closes. */
static char *hear_and_leave(int visitor)
{
    struct buffer heard = {0};
    char piece[4096];
    ssize_t got;
    while ((got = recv(visitor, piece, sizeof(piece), 0)) > 0)
        buffer_append(&heard, (struct text){piece, (size_t)got});
    assert_int_equal(got, 0);
    close(visitor);
    return buffer_take(&heard);
}

static char *ask(const struct scene *scene, const char *request)
{
    int visitor = visit(scene);
    say(visitor, text_from(request));
    return hear_and_leave(visitor);
}

static size_t count(const char *heard, const char *what)
{
    size_t times = 0;
    for (const char *at = heard; (at = strstr(at, what)) != NULL; at++)
        times++;
    return times;
}

static void begins(const char *heard, const char *what)
{
    if (strncmp(heard, what, strlen(what)) != 0)
        fail_msg("not \"%s\" but \"%s\"", what, heard);
}

static void ends(const char *heard, const char *what)
{
    if (!text_ends_with(text_from(heard), text_from(what)))
        fail_msg("no \"%s\" at the end of \"%s\"", what, heard);
}

static void has(const char *heard, const char *what)
{
    if (strstr(heard, what) == NULL)
        fail_msg("no \"%s\" in \"%s\"", what, heard);
}

struct row {
    const char *request;
    const char *begins;
    const char *has;
    const char *ends;
};

static void asks_each(const struct row *rows, size_t row_count)
{
    struct scene scene;
    scene_start(&scene, scene_usual);
    for (size_t i = 0; i < row_count; i++) {
        char *heard = ask(&scene, rows[i].request);
        begins(heard, rows[i].begins);
        has(heard, rows[i].has);
        ends(heard, rows[i].ends);
        base_free(heard);
    }
    scene_stop(&scene);
}

/* --- pages ---------------------------------------------------------------------------------------------------------
 */

static void a_page_is_found_by_its_path_and_method(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"GET /hello HTTP/1.1\r\n" END, "HTTP/1.1 200 OK\r\n", "\r\nDate: ", "\r\n\r\nhello\n"},
        {"GET /hello?x=/echo HTTP/1.1\r\n" END, "HTTP/1.1 200 OK\r\n", "\r\nContent-Length: 6\r\n", "\r\n\r\nhello\n"},
        {"GET http://w/hello HTTP/1.1\r\n" END, "HTTP/1.1 200 OK\r\n", "text/plain", "\r\n\r\nhello\n"},
        {"GET /things/a%20/b HTTP/1.1\r\n" END, "HTTP/1.1 200 OK\r\n", "text/plain", "\r\n\r\na%20/b"},
        {"GET /both HTTP/1.1\r\n" END, "HTTP/1.1 200 OK\r\n", "text/plain", "\r\n\r\nhello\n"},
        {"POST /both HTTP/1.1\r\nContent-Length: 2\r\n" END "ab", "HTTP/1.1 200 OK\r\n", "text/plain", "\r\n\r\nab"},
        {"POST /echo HTTP/1.1\r\nContent-Length: 0\r\n" END, "HTTP/1.1 200 OK\r\n", "Content-Length: 0", "\r\n\r\n"},
        {"GET /hello HTTP/1.1\r\nContent-Length: 2\r\n" END "ab", "HTTP/1.1 200 OK\r\n", "text/plain", "hello\n"},
    };
    asks_each(rows, COUNT_OF(rows));
}

static void what_has_no_page_is_told_what_there_is(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"GET / HTTP/1.1\r\n" END, "HTTP/1.1 404 ", "text/plain", "there is hello\n"},
        {"GET /hello/ HTTP/1.1\r\n" END, "HTTP/1.1 404 ", "text/plain", "there is hello\n"},
        {"POST /things HTTP/1.1\r\n" END, "HTTP/1.1 404 ", "text/plain", "there is hello\n"},
        {"OPTIONS * HTTP/1.1\r\n" END, "HTTP/1.1 404 ", "text/plain", "there is hello\n"},
        {"CONNECT w:443 HTTP/1.1\r\n" END, "HTTP/1.1 404 ", "text/plain", "there is hello\n"},
        {"POST /hello HTTP/1.1\r\nContent-Length: 0\r\n" END, "HTTP/1.1 405 ", "\r\nAllow: GET, HEAD\r\n",
         "goes here\n"},
        {"POST /things/a HTTP/1.1\r\n" END, "HTTP/1.1 405 ", "\r\nAllow: GET, HEAD\r\n", "goes here\n"},
        {"GET /echo HTTP/1.1\r\n" END, "HTTP/1.1 405 ", "\r\nAllow: POST\r\n", "POST goes here\n"},
        {"get /hello HTTP/1.1\r\n" END, "HTTP/1.1 405 ", "\r\nAllow: GET, HEAD\r\n", "goes here\n"},
        {"DELETE /both HTTP/1.1\r\n" END, "HTTP/1.1 405 ", "\r\nAllow: GET, HEAD, POST\r\n", "goes here\n"},
        {"GET /secret HTTP/1.1\r\n" END, "HTTP/1.1 401 ", "\r\nWWW-Authenticate: Bearer\r\n", "no\n"},
    };
    asks_each(rows, COUNT_OF(rows));
}

static void what_is_no_request_of_a_fit_size_gets_its_status(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"nonsense\r\n\r\n", "HTTP/1.1 400 ", "\r\nConnection: close\r\n", "the request is malformed\n"},
        {"GET /hello HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ", "\r\nConnection: close\r\n", "the request is malformed\n"},
        {"POST /echo HTTP/1.1\r\n" GOES_ON "GET /hello HTTP/1.1\r\n" END, "HTTP/1.1 411 ", "text/plain", "hello\n"},
        {"POST /echo HTTP/1.1\r\nContent-Length: 1001\r\n" GOES_ON, "HTTP/1.1 413 ", "\r\nConnection: close\r\n",
         "here\n"},
        {"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" GOES_ON "zz\r\n", "HTTP/1.1 400 ", "close\r\n", "\n"},
        {"POST /echo HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n" GOES_ON, "HTTP/1.1 400 ", "",
         "\n"},
    };
    asks_each(rows, COUNT_OF(rows));
}

static void a_head_that_is_too_large_is_told_so(void **state)
{
    (void)state;
    struct scene scene;
    char fill[9001];
    struct buffer request = {0};
    memset(fill, 'a', sizeof(fill) - 1);
    fill[sizeof(fill) - 1] = '\0';
    scene_start(&scene, scene_usual);
    buffer_printf(&request, "GET /hello HTTP/1.1\r\nX: %s\r\n" END, fill);
    char *heard = ask(&scene, buffer_text(&request).data);
    begins(heard, "HTTP/1.1 431 ");
    base_free(heard);
    buffer_empty(&request);
    buffer_printf(&request, "GET /%s HTTP/1.1\r\n" END, fill);
    heard = ask(&scene, buffer_text(&request).data);
    begins(heard, "HTTP/1.1 414 ");
    base_free(heard);
    buffer_clear(&request);
    scene_stop(&scene);
}

static void chunks_that_are_too_much_together_are_told_so(void **state)
{
    (void)state;
    struct scene scene;
    scene_start(&scene, scene_usual);
    int visitor = visit(&scene);
    say(visitor, TEXT("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" GOES_ON));
    for (unsigned i = 0; i < 101; i++)
        say(visitor, TEXT("a\r\n0123456789\r\n"));
    char *heard = hear_and_leave(visitor);
    begins(heard, "HTTP/1.1 413 ");
    base_free(heard);
    scene_stop(&scene);
}

/* --- a connection --------------------------------------------------------------------------------------------------
 */

static void head_gets_the_same_without_its_body(void **state)
{
    (void)state;
    struct scene scene;
    scene_start(&scene, scene_usual);
    char *heard =
        ask(&scene, "HEAD /hello HTTP/1.1\r\n" GOES_ON "HEAD /nowhere HTTP/1.1\r\n" GOES_ON
                    "HEAD /echo HTTP/1.1\r\n" GOES_ON "GET /hello HTTP/1.1\r\n" GOES_ON "HEAD /hello HTTP/1.1\r\n" END);
    begins(heard, "HTTP/1.1 200 OK\r\n");
    assert_int_equal(count(heard, "HTTP/1.1 200 OK\r\n"), 3);
    assert_int_equal(count(heard, "\r\nContent-Length: 6\r\n"), 3);
    assert_int_equal(count(heard, "\r\n\r\nHTTP/1.1 404 "), 1);
    assert_int_equal(count(heard, "\r\n\r\nHTTP/1.1 405 "), 1);
    assert_int_equal(count(heard, "hello\n"), 1);
    ends(heard, "Connection: close\r\n\r\n");
    base_free(heard);
    scene_stop(&scene);
}

static void requests_in_one_write_are_answered_in_turn(void **state)
{
    (void)state;
    struct scene scene;
    scene_start(&scene, scene_usual);
    char *heard =
        ask(&scene,
            "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" GOES_ON "3\r\none\r\n0\r\n\r\n"
            "POST /echo HTTP/1.1\r\nContent-Length: 3\r\n" GOES_ON "two\r\n"
            "GET /things/three HTTP/1.1\r\n" GOES_ON "GET /things/four HTTP/1.1\r\n" END "GET /hello HTTP/1.1\r\n" END);
    const char *at = heard;
    static const char *const bodies[] = {"\r\n\r\none", "\r\n\r\ntwo", "\r\n\r\nthree", "\r\n\r\nfour"};
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        at = strstr(at, bodies[i]);
        assert_non_null(at);
    }
    ends(heard, "four");
    base_free(heard);
    scene_stop(&scene);
}

static void a_request_in_pieces_is_one(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "POST /echo HTTP/1.1\r\nContent-Length: 10\r\n" END "0123456789",
        "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "4\r\n0123\r\n6;x=y\r\n456789\r\n0\r\nA: b\r\n\r\n",
    };
    struct scene scene;
    scene_start(&scene, scene_usual);
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        int visitor = visit(&scene);
        for (const char *at = requests[i]; *at != '\0'; at++)
            say(visitor, (struct text){at, 1});
        char *heard = hear_and_leave(visitor);
        begins(heard, "HTTP/1.1 200 OK\r\n");
        ends(heard, "\r\n\r\n0123456789");
        base_free(heard);
    }
    scene_stop(&scene);
}

static void the_body_of_a_request_without_a_page_is_no_request(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "POST /nowhere HTTP/1.1\r\nContent-Length: 60\r\n" GOES_ON "GET /hello HTTP/1.1\r\n" END,
        "POST /hello HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" GOES_ON "GET /hello HTTP/1.1\r\n" END,
        "POST /echo HTTP/1.1\r\nContent-Length: 5000\r\n" GOES_ON "GET /hello HTTP/1.1\r\n" END,
        "nonsense\r\n" GOES_ON "GET /hello HTTP/1.1\r\n" END,
    };
    struct scene scene;
    scene_start(&scene, scene_usual);
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        char *heard = ask(&scene, requests[i]);
        begins(heard, "HTTP/1.1 4");
        has(heard, "\r\nConnection: close\r\n");
        assert_int_equal(count(heard, "HTTP/1.1 "), 1);
        base_free(heard);
    }
    scene_stop(&scene);
}

static void who_waits_before_sending_a_body_is_asked_for_it(void **state)
{
    (void)state;
    struct scene scene;
    scene_start(&scene, scene_usual);
    int visitor = visit(&scene);
    char piece[64] = "";
    say(visitor, TEXT("POST /echo HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n" END));
    assert_int_equal(recv(visitor, piece, 25, MSG_WAITALL), 25);
    assert_string_equal(piece, "HTTP/1.1 100 Continue\r\n\r\n");
    say(visitor, TEXT("abc"));
    char *heard = hear_and_leave(visitor);
    begins(heard, "HTTP/1.1 200 OK\r\n");
    ends(heard, "\r\n\r\nabc");
    base_free(heard);
    heard = ask(&scene, "POST /echo HTTP/1.1\r\nContent-Length: 3000\r\nExpect: 100-continue\r\n" GOES_ON);
    begins(heard, "HTTP/1.1 413 ");
    base_free(heard);
    scene_stop(&scene);
}

static void http_1_0_is_closed_unless_it_asks_otherwise(void **state)
{
    (void)state;
    struct scene scene;
    scene_start(&scene, scene_usual);
    char *heard = ask(&scene, "GET /hello HTTP/1.0\r\n\r\nGET /hello HTTP/1.0\r\n\r\n");
    assert_int_equal(count(heard, "hello\n"), 1);
    has(heard, "\r\nConnection: close\r\n");
    base_free(heard);
    heard = ask(&scene, "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /hello HTTP/1.0\r\n\r\n");
    assert_int_equal(count(heard, "hello\n"), 2);
    assert_int_equal(count(heard, "\r\nConnection: keep-alive\r\n"), 1);
    base_free(heard);
    scene_stop(&scene);
}

static void a_server_of_one_request_a_connection_answers_one(void **state)
{
    (void)state;
    struct web_server_options options = scene_usual;
    struct scene scene;
    options.keeps_alive = false;
    scene_start(&scene, options);
    char *heard =
        ask(&scene, "GET /hello HTTP/1.1\r\nConnection: keep-alive\r\n" GOES_ON "GET /hello HTTP/1.1\r\n" GOES_ON);
    assert_int_equal(count(heard, "hello\n"), 1);
    has(heard, "\r\nConnection: close\r\n");
    base_free(heard);
    scene_stop(&scene);
}

static void an_answer_arrives_though_more_was_sent_than_was_read(void **state)
{
    (void)state;
    struct scene scene;
    char fill[1000];
    memset(fill, 'x', sizeof(fill));
    scene_start(&scene, scene_usual);
    for (unsigned i = 0; i < 20; i++) {
        int visitor = visit(&scene);
        say(visitor, TEXT("POST /echo HTTP/1.1\r\nContent-Length: 100000\r\n" GOES_ON));
        for (unsigned piece = 0; piece < 100; piece++) /* a reset would break the next send */
            say(visitor, (struct text){fill, sizeof(fill)});
        char *heard = hear_and_leave(visitor);
        begins(heard, "HTTP/1.1 413 ");
        ends(heard, "that is sent here\n");
        base_free(heard);
    }
    scene_stop(&scene);
}

static void who_begins_and_does_not_end_is_told_and_who_is_silent_is_not(void **state)
{
    (void)state;
    static const struct {
        const char *said;
        const char *begins;
        size_t answers;
    } rows[] = {
        {"G", "HTTP/1.1 408 ", 1},
        {"GET /hello HTTP/1.1\r\nHost: w\r\n", "HTTP/1.1 408 ", 1},
        {"POST /echo HTTP/1.1\r\nContent-Length: 3\r\n" GOES_ON "ab", "HTTP/1.1 408 ", 1},
        {"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" GOES_ON, "HTTP/1.1 408 ", 1},
        {"GET /hello HTTP/1.1\r\n" GOES_ON "GET /he", "HTTP/1.1 200 ", 2},
        {"GET /hello HTTP/1.1\r\n" GOES_ON, "HTTP/1.1 200 ", 1},
        {"", "", 0},
    };
    struct web_server_options options = scene_usual;
    struct scene scene;
    options.visit_ms = 300;
    scene_start(&scene, options);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *heard = ask(&scene, rows[i].said);
        begins(heard == NULL ? "" : heard, rows[i].begins);
        assert_int_equal(heard == NULL ? 0 : count(heard, "HTTP/1.1 "), rows[i].answers);
        base_free(heard);
    }
    scene_stop(&scene);
}

static void more_visitors_than_there_is_room_for_are_closed_at_once(void **state)
{
    (void)state;
    struct web_server_options options = scene_usual;
    struct scene scene;
    char byte;
    options.visitors = 1;
    scene_start(&scene, options);
    int first = visit(&scene);
    say(first, TEXT("GET /hello HTTP/1.1\r\n" GOES_ON));
    assert_int_equal(recv(first, &byte, 1, 0), 1); /* it is in */
    int second = visit(&scene);
    assert_true(recv(second, &byte, 1, 0) <= 0);
    close(second);
    say(first, TEXT("GET /hello HTTP/1.1\r\n" END));
    char *heard = hear_and_leave(first);
    assert_int_equal(count(heard, "hello\n"), 2);
    base_free(heard);
    scene_stop(&scene);
}

static void who_does_not_speak_tls_where_it_is_wanted_gets_no_page(void **state)
{
    (void)state;
    struct web_server_options options = scene_usual;
    struct scene_files files;
    struct scene scene;
    char *error = NULL;
    scene_write_certificate(&files);
    options.tls =
        tls_identity_load(&(struct tls_identity_options){.certificate = files.certificate, .key = files.key}, &error);
    assert_non_null(options.tls);
    options.visit_ms = 100;
    scene_start(&scene, options);
    int silent = visit(&scene);
    char *heard = hear_and_leave(silent); /* a handshake has its time, too */
    assert_int_equal(heard == NULL ? 0 : strlen(heard), 0);
    base_free(heard);
    int plain = visit(&scene);
    char piece[512];
    ssize_t got;
    size_t total = 0;
    say(plain, TEXT("GET /hello HTTP/1.1\r\n" END));
    while (total < sizeof(piece) && (got = recv(plain, piece + total, sizeof(piece) - total, 0)) > 0)
        total += (size_t)got;
    assert_null(memmem(piece, total, "hello", 5));
    close(plain);
    scene_stop(&scene);
    tls_identity_free(options.tls);
    unlink(files.certificate);
    unlink(files.key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_found_by_its_path_and_method),
        cmocka_unit_test(what_has_no_page_is_told_what_there_is),
        cmocka_unit_test(what_is_no_request_of_a_fit_size_gets_its_status),
        cmocka_unit_test(a_head_that_is_too_large_is_told_so),
        cmocka_unit_test(chunks_that_are_too_much_together_are_told_so),
        cmocka_unit_test(head_gets_the_same_without_its_body),
        cmocka_unit_test(requests_in_one_write_are_answered_in_turn),
        cmocka_unit_test(a_request_in_pieces_is_one),
        cmocka_unit_test(the_body_of_a_request_without_a_page_is_no_request),
        cmocka_unit_test(who_waits_before_sending_a_body_is_asked_for_it),
        cmocka_unit_test(http_1_0_is_closed_unless_it_asks_otherwise),
        cmocka_unit_test(a_server_of_one_request_a_connection_answers_one),
        cmocka_unit_test(an_answer_arrives_though_more_was_sent_than_was_read),
        cmocka_unit_test(who_begins_and_does_not_end_is_told_and_who_is_silent_is_not),
        cmocka_unit_test(more_visitors_than_there_is_room_for_are_closed_at_once),
        cmocka_unit_test(who_does_not_speak_tls_where_it_is_wanted_gets_no_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
