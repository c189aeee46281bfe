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
#include <unistd.h>

#include <cmocka.h>
#include <openssl/ssl.h>

#include "exeat/base/bytes.h"
#include "exeat/base/memory.h"
#include "exeat/tls.h"

struct pair {
    char folder[64];
    char certificate[96];
    char key[96];
    struct loop *loop;
    struct tls_issuer *issuer;
    struct tls_server *server;
    struct tls_client *client;
    struct channel *near; /* the server's end */
    struct channel *far;
};

static const struct digest no_rule = {{0}};

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
    assert_true(tls_issuer_create(names, COUNT_OF(names), pair->certificate, pair->key, &error));
    pair->issuer = tls_issuer_load(pair->certificate, pair->key, &error);
    assert_non_null(pair->issuer);
    struct tls_client_options options = {.upstream = {.roots = pair->certificate}};
    pair->client = tls_client_new(&options, &error);
    pair->server = tls_server_new(pair->issuer);
    pair->loop = loop_new();
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    pair->near = channel_new(pair->loop, ends[0], NULL, NULL);
    pair->far = channel_new(pair->loop, ends[1], NULL, NULL);
    *state = pair;
    return 0;
}

static int tear_down(void **state)
{
    struct pair *pair = *state;
    char command[128];
    channel_free(pair->near);
    channel_free(pair->far);
    loop_free(pair->loop);
    tls_server_free(pair->server);
    tls_client_free(pair->client);
    tls_issuer_free(pair->issuer);
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

static enum tls_progress shake(struct pair *pair, struct tls_connection *near, struct tls_connection *far)
{
    enum tls_progress one = TLS_AGAIN;
    enum tls_progress other = TLS_AGAIN;
    for (int i = 0; i < 100 && (one == TLS_AGAIN || other == TLS_AGAIN); i++) {
        other = other == TLS_AGAIN ? tls_connection_handshake(far) : other;
        one = one == TLS_AGAIN ? tls_connection_handshake(near) : one;
        if (one == TLS_FAILED || other == TLS_FAILED)
            return TLS_FAILED;
        if (one == TLS_AGAIN || other == TLS_AGAIN)
            loop_turn(pair->loop);
    }
    return one;
}

static enum io read_some(struct pair *pair, struct channel *channel, char *out, size_t capacity, size_t *count)
{
    enum io result;
    while ((result = channel_read(channel, out, capacity, count)) == IO_AGAIN)
        loop_turn(pair->loop);
    return result;
}

static void nothing(struct deferred *deferred)
{
    (void)deferred;
}

/* What has happened, without waiting for more: the peer is played by this thread, and it may be its turn. */
static void look_around(struct pair *pair)
{
    struct deferred none = {.run = nothing};
    loop_defer(pair->loop, &none);
    loop_turn(pair->loop);
}

static void an_opened_name_is_spoken_for(void **state)
{
    struct pair *pair = *state;
    struct host host = host_of("api.openai.com");
    struct tls_connection *near = tls_accept(pair->server, pair->near, &host, TEXT(""));
    struct tls_connection *far = tls_connect(pair->client, pair->far, &host, &no_rule);
    assert_int_equal(shake(pair, near, far), TLS_DONE);
    uint8_t key[32];
    assert_true(tls_connection_peer_key(far, key));
    tls_connection_install(near);
    tls_connection_install(far);
    struct iovec parts[] = {{(void *)(uintptr_t) "GET ", 4}, {(void *)(uintptr_t) "/", 1}};
    size_t count = 0;
    char out[16];
    assert_int_equal(channel_write(pair->far, parts, 2, &count), IO_OK);
    assert_int_equal(count, 5);
    assert_int_equal(read_some(pair, pair->near, out, sizeof(out), &count), IO_OK);
    assert_int_equal(count, 5); /* what is written at once is one record */
    assert_memory_equal(out, "GET /", 5);
    assert_int_equal(channel_finish(pair->far), IO_OK);
    assert_int_equal(read_some(pair, pair->near, out, sizeof(out), &count), IO_END);
}

static void shake_for(struct pair *pair, const char *name)
{
    struct host host = host_of(name);
    struct tls_connection *near = tls_accept(pair->server, pair->near, &host, TEXT(""));
    struct tls_connection *far = tls_connect(pair->client, pair->far, &host, &no_rule);
    assert_int_equal(shake(pair, near, far), TLS_DONE);
    tls_connection_install(near);
    tls_connection_install(far);
}

/* A proxy that speaks TLS carries the TLS of others. */
static void tls_within_tls_moves_bulk_and_ends_in_order(void **state)
{
    enum { BULK = 300000 };
    struct pair *pair = *state;
    static char bulk[BULK];
    static char out[BULK];
    size_t sent = 0;
    size_t received = 0;
    shake_for(pair, "api.openai.com");
    shake_for(pair, "eu.openai.azure.com");
    shake_for(pair, "us.openai.azure.com");
    for (size_t i = 0; i < BULK; i++)
        bulk[i] = (char)(i * 7 + i / 251);
    while (received < BULK) {
        size_t count = 0;
        struct iovec part = {bulk + sent, BULK - sent};
        enum io io = sent < BULK ? channel_write(pair->far, &part, 1, &count) : IO_AGAIN;
        assert_true(io == IO_OK || io == IO_AGAIN);
        sent += io == IO_OK ? count : 0;
        count = 0;
        io = channel_read(pair->near, out + received, BULK - received, &count);
        assert_true(io == IO_OK || io == IO_AGAIN);
        received += io == IO_OK ? count : 0;
        if (io == IO_AGAIN && received < BULK)
            loop_turn(pair->loop);
    }
    assert_memory_equal(bulk, out, BULK);
    size_t count = 0;
    assert_int_equal(channel_finish(pair->far), IO_OK);
    assert_int_equal(read_some(pair, pair->near, out, sizeof(out), &count), IO_END);
}

static void a_handshake_that_fails_leaves_the_tls_below_it_in_place(void **state)
{
    struct pair *pair = *state;
    shake_for(pair, "api.openai.com");
    struct host served = host_of("api.openai.com");
    struct host wanted = host_of("eu.openai.azure.com");
    struct tls_connection *near = tls_accept(pair->server, pair->near, &served, TEXT(""));
    struct tls_connection *far = tls_connect(pair->client, pair->far, &wanted, &no_rule);
    assert_int_equal(shake(pair, near, far), TLS_FAILED);
    tls_connection_free(near);
    tls_connection_free(far);
    assert_false(channel_is_plain(pair->near));
    assert_false(channel_is_plain(pair->far));
}

static void a_cut_connection_is_never_an_orderly_end(void **state)
{
    struct pair *pair = *state;
    struct host host = host_of("api.openai.com");
    struct tls_connection *near = tls_accept(pair->server, pair->near, &host, TEXT(""));
    struct tls_connection *far = tls_connect(pair->client, pair->far, &host, &no_rule);
    assert_int_equal(shake(pair, near, far), TLS_DONE);
    tls_connection_install(near);
    tls_connection_free(far);
    channel_free(pair->far);
    pair->far = NULL;
    char out[16];
    size_t count;
    assert_int_equal(read_some(pair, pair->near, out, sizeof(out), &count), IO_BROKEN);
}

/* A client of libssl alone that comes with what it was given before; returns what it is given now. */
static SSL_SESSION *
come_again(struct pair *pair, SSL_CTX *context, SSL_SESSION *before, const char *name, bool *resumed)
{
    int ends[2];
    char byte;
    struct host host = host_of(name);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, ends[1]);
    SSL_set_tlsext_host_name(ssl, name);
    if (before != NULL)
        assert_int_equal(SSL_set_session(ssl, before), 1);
    struct channel *channel = channel_new(pair->loop, ends[0], NULL, NULL);
    struct tls_connection *near = tls_accept(pair->server, channel, &host, TEXT(""));
    enum tls_progress progress = TLS_AGAIN;
    while (progress == TLS_AGAIN || SSL_is_init_finished(ssl) == 0) {
        (void)SSL_connect(ssl);
        progress = progress == TLS_AGAIN ? tls_connection_handshake(near) : progress;
        assert_int_not_equal(progress, TLS_FAILED);
        if (progress == TLS_AGAIN)
            look_around(pair);
    }
    (void)SSL_read(ssl, &byte, 1); /* takes the ticket */
    *resumed = SSL_session_reused(ssl) == 1;
    SSL_SESSION *session = SSL_get1_session(ssl);
    (void)SSL_shutdown(ssl);
    SSL_free(ssl);
    tls_connection_free(near);
    channel_free(channel);
    close(ends[1]);
    SSL_SESSION_free(before);
    return session;
}

static void a_ticket_is_good_for_its_name_under_its_policy_and_for_no_early_data(void **state)
{
    struct pair *pair = *state;
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        bool resumed = true;
        SSL_CTX *context = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_max_proto_version(context, versions[i]);
        tls_server_set_policy(pair->server, 7);
        SSL_SESSION *session = come_again(pair, context, NULL, "api.openai.com", &resumed);
        assert_false(resumed);
        session = come_again(pair, context, session, "api.openai.com", &resumed);
        assert_true(resumed);
        assert_int_equal(SSL_SESSION_get_max_early_data(session), 0);
        session = come_again(pair, context, session, "eu.openai.azure.com", &resumed);
        assert_false(resumed);
        tls_server_set_policy(pair->server, 8);
        session = come_again(pair, context, session, "eu.openai.azure.com", &resumed);
        assert_false(resumed);
        session = come_again(pair, context, session, "eu.openai.azure.com", &resumed);
        assert_true(resumed);
        SSL_SESSION_free(session);
        SSL_CTX_free(context);
    }
}

static void a_stolen_key_cannot_speak_for_others(void **state)
{
    struct pair *pair = *state;
    struct host host = host_of("api.stripe.com");
    assert_false(tls_server_may_speak_for(pair->server, &host));
    struct tls_connection *near = tls_accept(pair->server, pair->near, &host, TEXT(""));
    struct tls_connection *far = tls_connect(pair->client, pair->far, &host, &no_rule);
    assert_int_equal(shake(pair, near, far), TLS_FAILED);
    assert_string_equal(tls_connection_error(far), "permitted subtree violation");
    tls_connection_free(near);
    tls_connection_free(far);
}

static void a_certificate_of_another_name_is_refused(void **state)
{
    struct pair *pair = *state;
    struct host served = host_of("api.openai.com");
    struct host wanted = host_of("eu.openai.azure.com");
    struct tls_connection *near = tls_accept(pair->server, pair->near, &served, TEXT(""));
    struct tls_connection *far = tls_connect(pair->client, pair->far, &wanted, &no_rule);
    assert_int_equal(shake(pair, near, far), TLS_FAILED);
    assert_string_equal(tls_connection_error(far), "hostname mismatch");
    tls_connection_free(near);
    tls_connection_free(far);
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
    struct tls_connection *far = tls_connect(pair->client, pair->far, &host, &no_rule);
    assert_int_equal(tls_connection_handshake(far), TLS_AGAIN);
    char hello[4096];
    size_t count = 0;
    assert_int_equal(read_some(pair, pair->near, hello, sizeof(hello), &count), IO_OK);
    struct tls_connection *near = tls_accept(pair->server, pair->near, &host, (struct text){hello, count});
    assert_int_equal(shake(pair, near, far), TLS_DONE);
    tls_connection_free(near);
    tls_connection_free(far);
}

/* --- bytes in bulk ---------------------------------------------------------------------------------------------------
 */

enum { BULK = 3 << 20 };

static uint8_t byte_at(size_t position)
{
    return (uint8_t)(position % 251);
}

/* Offers what is left in parts of uneven sizes, as a head and a body would be. */
static enum io write_parts(struct channel *channel, const uint8_t *data, size_t *sent)
{
    struct iovec parts[4];
    size_t offered = *sent;
    int count = 0;
    size_t put = 0;
    for (; count < 4 && offered < BULK; count++) {
        size_t length = 1 + (offered * 7919) % (count == 2 ? 40000 : 700);
        if (length > BULK - offered)
            length = BULK - offered;
        parts[count] = (struct iovec){(void *)(uintptr_t)(data + offered), length};
        offered += length;
    }
    enum io result = channel_write(channel, parts, count, &put);
    *sent += put;
    return result;
}

static void bulk_in_uneven_parts_arrives_whole_however_slowly_it_is_read(void **state)
{
    struct pair *pair = *state;
    struct host host = host_of("api.openai.com");
    struct tls_connection *near = tls_accept(pair->server, pair->near, &host, TEXT(""));
    struct tls_connection *far = tls_connect(pair->client, pair->far, &host, &no_rule);
    assert_int_equal(shake(pair, near, far), TLS_DONE);
    tls_connection_install(near);
    tls_connection_install(far);
    uint8_t *data = base_alloc(BULK);
    static char out[50001];
    size_t sent = 0;
    size_t received = 0;
    bool was_full = false;
    for (size_t i = 0; i < BULK; i++)
        data[i] = byte_at(i);
    while (received < BULK) {
        while (sent < BULK && write_parts(pair->far, data, &sent) == IO_OK)
            continue;
        was_full |= sent < BULK;
        size_t count = 0;
        enum io result = channel_read(pair->near, out, 1 + received % sizeof(out), &count);
        if (result == IO_AGAIN) {
            loop_turn(pair->loop);
            continue;
        }
        assert_int_equal(result, IO_OK);
        for (size_t i = 0; i < count; i++)
            assert_int_equal((uint8_t)out[i], byte_at(received++));
    }
    assert_true(was_full);
    base_free(data);
}

/* --- coming back -----------------------------------------------------------------------------------------------------
 */

struct visit {
    bool is_resumed;
    SSL_SESSION *session; /* to come back with */
    uint8_t leaf[32];     /* SHA-256 of the certificate that was shown */
};

/* A client of its own, which keeps its session. */
static struct visit visit(struct pair *pair, struct tls_server *server, const char *name, SSL_SESSION *with)
{
    int ends[2];
    struct visit visit = {0};
    struct host host = host_of(name);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    struct channel *channel = channel_new(pair->loop, ends[0], NULL, NULL);
    struct tls_connection *near = tls_accept(server, channel, &host, TEXT(""));
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *far = SSL_new(context);
    assert_int_equal(SSL_set_fd(far, ends[1]), 1);
    if (with != NULL)
        assert_int_equal(SSL_set_session(far, with), 1);
    enum tls_progress progress = TLS_AGAIN;
    bool done = false;
    char byte;
    for (int i = 0; i < 100 && (!done || progress == TLS_AGAIN); i++) {
        done = done || SSL_connect(far) == 1;
        if (progress == TLS_AGAIN && (progress = tls_connection_handshake(near)) == TLS_AGAIN)
            look_around(pair);
    }
    assert_int_equal(progress, TLS_DONE);
    (void)SSL_read(far, &byte, 1); /* the ticket */
    visit.is_resumed = SSL_session_reused(far) == 1;
    visit.session = SSL_get1_session(far);
    unsigned length = 0;
    X509_digest(SSL_get0_peer_certificate(far), EVP_sha256(), visit.leaf, &length);
    SSL_shutdown(far); /* else the session counts as broken */
    SSL_free(far);
    SSL_CTX_free(context);
    close(ends[1]);
    tls_connection_free(near);
    channel_free(channel);
    return visit;
}

static void a_client_may_come_back_to_another_worker_with_its_ticket(void **state)
{
    struct pair *pair = *state;
    struct tls_server *other = tls_server_new(pair->issuer);
    struct visit first = visit(pair, pair->server, "api.openai.com", NULL);
    struct visit second = visit(pair, other, "api.openai.com", first.session);
    struct visit third = visit(pair, pair->server, "api.openai.com", second.session);
    assert_false(first.is_resumed);
    assert_true(second.is_resumed);
    assert_true(third.is_resumed);
    SSL_SESSION_free(first.session);
    SSL_SESSION_free(second.session);
    SSL_SESSION_free(third.session);
    tls_server_free(other);
}

static void a_ticket_is_good_for_its_own_name_only(void **state)
{
    struct pair *pair = *state;
    struct visit first = visit(pair, pair->server, "api.openai.com", NULL);
    struct visit second = visit(pair, pair->server, "eu.openai.azure.com", first.session);
    assert_false(second.is_resumed);
    SSL_SESSION_free(first.session);
    SSL_SESSION_free(second.session);
}

static void all_workers_show_the_same_leaf(void **state)
{
    struct pair *pair = *state;
    struct tls_server *other = tls_server_new(pair->issuer);
    struct visit first = visit(pair, pair->server, "api.openai.com", NULL);
    struct visit second = visit(pair, other, "api.openai.com", NULL);
    struct visit third = visit(pair, other, "eu.openai.azure.com", NULL);
    assert_memory_equal(first.leaf, second.leaf, sizeof(first.leaf));
    assert_memory_not_equal(first.leaf, third.leaf, sizeof(first.leaf));
    SSL_SESSION_free(first.session);
    SSL_SESSION_free(second.session);
    SSL_SESSION_free(third.session);
    tls_server_free(other);
}

static void a_missing_authority_says_what_to_do(void **state)
{
    (void)state;
    char *error = NULL;
    assert_null(tls_issuer_load("/nonexistent/ca.pem", "/nonexistent/ca.key", &error));
    assert_non_null(strstr(error, "exeat ca init"));
    base_free(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_opened_name_is_spoken_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tls_within_tls_moves_bulk_and_ends_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_handshake_that_fails_leaves_the_tls_below_it_in_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cut_connection_is_never_an_orderly_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_ticket_is_good_for_its_name_under_its_policy_and_for_no_early_data, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stolen_key_cannot_speak_for_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_certificate_of_another_name_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_certificate_says_what_may_be_opened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hello_that_was_already_read_is_replayed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            bulk_in_uneven_parts_arrives_whole_however_slowly_it_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_client_may_come_back_to_another_worker_with_its_ticket, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_ticket_is_good_for_its_own_name_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_workers_show_the_same_leaf, set_up, tear_down),
        cmocka_unit_test(a_missing_authority_says_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
