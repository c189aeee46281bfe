/* SPDX-License-Identifier: Apache-2.0 */
/* Both sides of TLS against each other over a socket pair: what the authority may say, and what it cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "exeat/base/bytes.h"
#include "exeat/base/memory.h"
#include "exeat/tls.h"

struct pair {
    char folder[64];
    char certificate[96];
    char key[96];
    struct loop *loop;
    struct tls_authority *authority;
    struct tls_server *server;
    struct tls_client *client;
    struct stream *near; /* the server's end */
    struct stream *far;
};

static int set_up(void **state)
{
    static const char *const written[] = {"api.openai.com", "*.openai.azure.com"};
    struct pair *pair = base_zalloc(sizeof(*pair));
    struct host_pattern names[COUNT_OF(written)];
    char *error = NULL;
    strcpy(pair->folder, "/tmp/exeat-tls-XXXXXX");
    assert_non_null(mkdtemp(pair->folder));
    snprintf(pair->certificate, sizeof(pair->certificate), "%s/ca.pem", pair->folder);
    snprintf(pair->key, sizeof(pair->key), "%s/ca.key", pair->folder);
    for (size_t i = 0; i < COUNT_OF(written); i++)
        assert_true(host_pattern_parse(text_from(written[i]), &names[i]));
    assert_true(tls_authority_create(names, COUNT_OF(names), pair->certificate, pair->key, &error));
    pair->authority = tls_authority_load(pair->certificate, pair->key, &error);
    assert_non_null(pair->authority);
    struct tls_client_options options = {.roots = pair->certificate};
    pair->client = tls_client_new(&options, &error);
    pair->server = tls_server_new(pair->authority);
    pair->loop = loop_new();
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    pair->near = stream_new(pair->loop, ends[0], NULL, NULL);
    pair->far = stream_new(pair->loop, ends[1], NULL, NULL);
    *state = pair;
    return 0;
}

static int tear_down(void **state)
{
    struct pair *pair = *state;
    char command[128];
    stream_free(pair->near);
    stream_free(pair->far);
    loop_free(pair->loop);
    tls_server_free(pair->server);
    tls_client_free(pair->client);
    tls_authority_free(pair->authority);
    snprintf(command, sizeof(command), "rm -r %s", pair->folder);
    assert_int_equal(system(command), 0);
    base_free(pair);
    return 0;
}

static struct host host_of(const char *name)
{
    struct host host;
    assert_true(host_parse(text_from(name), &host));
    return host;
}

static enum tls_progress shake(struct pair *pair, struct tls_session *near, struct tls_session *far)
{
    enum tls_progress one = TLS_AGAIN;
    enum tls_progress other = TLS_AGAIN;
    for (int i = 0; i < 100 && (one == TLS_AGAIN || other == TLS_AGAIN); i++) {
        other = other == TLS_AGAIN ? tls_session_handshake(far) : other;
        one = one == TLS_AGAIN ? tls_session_handshake(near) : one;
        if (one == TLS_FAILED || other == TLS_FAILED)
            return TLS_FAILED;
        if (one == TLS_AGAIN || other == TLS_AGAIN)
            loop_turn(pair->loop);
    }
    return one;
}

static enum io read_some(struct pair *pair, struct stream *stream, char *out, size_t capacity, size_t *count)
{
    enum io result;
    while ((result = stream_read(stream, out, capacity, count)) == IO_AGAIN)
        loop_turn(pair->loop);
    return result;
}

static void an_opened_name_is_spoken_for(void **state)
{
    struct pair *pair = *state;
    struct host host = host_of("api.openai.com");
    struct tls_session *near = tls_accept(pair->server, pair->near, &host, TEXT(""));
    struct tls_session *far = tls_connect(pair->client, pair->far, &host);
    assert_int_equal(shake(pair, near, far), TLS_DONE);
    uint8_t key[32];
    assert_true(tls_session_peer_key(far, key));
    tls_session_install(near);
    tls_session_install(far);
    struct iovec parts[] = {{(void *)(uintptr_t) "GET ", 4}, {(void *)(uintptr_t) "/", 1}};
    size_t count = 0;
    char out[16];
    assert_int_equal(stream_write(pair->far, parts, 2, &count), IO_OK);
    assert_int_equal(count, 5);
    assert_int_equal(read_some(pair, pair->near, out, sizeof(out), &count), IO_OK);
    assert_memory_equal(out, "GET ", 4);
    assert_int_equal(stream_finish(pair->far), IO_OK);
    assert_int_equal(read_some(pair, pair->near, out, sizeof(out), &count), IO_OK);
    assert_int_equal(read_some(pair, pair->near, out, sizeof(out), &count), IO_END);
}

static void a_cut_connection_is_never_an_orderly_end(void **state)
{
    struct pair *pair = *state;
    struct host host = host_of("api.openai.com");
    struct tls_session *near = tls_accept(pair->server, pair->near, &host, TEXT(""));
    struct tls_session *far = tls_connect(pair->client, pair->far, &host);
    assert_int_equal(shake(pair, near, far), TLS_DONE);
    tls_session_install(near);
    tls_session_free(far);
    stream_free(pair->far);
    pair->far = NULL;
    char out[16];
    size_t count;
    assert_int_equal(read_some(pair, pair->near, out, sizeof(out), &count), IO_BROKEN);
}

static void a_stolen_key_cannot_speak_for_others(void **state)
{
    struct pair *pair = *state;
    struct host host = host_of("api.stripe.com");
    assert_false(tls_server_may_speak_for(pair->server, &host));
    struct tls_session *near = tls_accept(pair->server, pair->near, &host, TEXT(""));
    struct tls_session *far = tls_connect(pair->client, pair->far, &host);
    assert_int_equal(shake(pair, near, far), TLS_FAILED);
    assert_string_equal(tls_session_error(far), "permitted subtree violation");
    tls_session_free(near);
    tls_session_free(far);
}

static void a_certificate_of_another_name_is_refused(void **state)
{
    struct pair *pair = *state;
    struct host served = host_of("api.openai.com");
    struct host wanted = host_of("eu.openai.azure.com");
    struct tls_session *near = tls_accept(pair->server, pair->near, &served, TEXT(""));
    struct tls_session *far = tls_connect(pair->client, pair->far, &wanted);
    assert_int_equal(shake(pair, near, far), TLS_FAILED);
    assert_string_equal(tls_session_error(far), "hostname mismatch");
    tls_session_free(near);
    tls_session_free(far);
}

static void the_certificate_says_what_may_be_opened(void **state)
{
    struct pair *pair = *state;
    static const struct {
        const char *name;
        bool may;
    } rows[] = {
        {"api.openai.com", true},   {"eu.openai.azure.com", true},          {"openai.com", false},
        {"xapi.openai.com", false}, {"api.openai.com.evil.example", false}, {"evil-openai.azure.com", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct host host = host_of(rows[i].name);
        if (tls_server_may_speak_for(pair->server, &host) != rows[i].may)
            fail_msg("%s", rows[i].name);
    }
    struct host address = host_of("127.0.0.1");
    assert_false(tls_server_may_speak_for(pair->server, &address));
}

static void a_hello_that_was_already_read_is_replayed(void **state)
{
    struct pair *pair = *state;
    struct host host = host_of("api.openai.com");
    struct tls_session *far = tls_connect(pair->client, pair->far, &host);
    assert_int_equal(tls_session_handshake(far), TLS_AGAIN);
    char hello[4096];
    size_t count = 0;
    assert_int_equal(read_some(pair, pair->near, hello, sizeof(hello), &count), IO_OK);
    struct tls_session *near = tls_accept(pair->server, pair->near, &host, (struct text){hello, count});
    assert_int_equal(shake(pair, near, far), TLS_DONE);
    tls_session_free(near);
    tls_session_free(far);
}

static void a_missing_authority_says_what_to_do(void **state)
{
    (void)state;
    char *error = NULL;
    assert_null(tls_authority_load("/nonexistent/ca.pem", "/nonexistent/ca.key", &error));
    assert_non_null(strstr(error, "exeat ca init"));
    base_free(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_opened_name_is_spoken_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cut_connection_is_never_an_orderly_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stolen_key_cannot_speak_for_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_certificate_of_another_name_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_certificate_says_what_may_be_opened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hello_that_was_already_read_is_replayed, set_up, tear_down),
        cmocka_unit_test(a_missing_authority_says_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
