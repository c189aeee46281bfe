/* SPDX-License-Identifier: Apache-2.0 */
/* Which certificates of an upstream are believed: names (RFC 9525) and policies (RFC 5280 6.1), against a server that
 * is libssl alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/conf.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "exeat/base/memory.h"
#include "exeat/tls.h"

/* A certificate to be made; a NULL extension is left out. */
struct wish {
    const char *common_name;
    const char *names; /* subjectAltName */
    const char *constraints;
    const char *policies;
    const char *policy_constraints;
};

struct issued {
    X509 *certificate;
    EVP_PKEY *key;
};

static void extend(X509 *certificate, int nid, const char *value)
{
    if (value == NULL)
        return;
    X509V3_CTX context;
    CONF *empty = NCONF_new(NULL); /* policies are not read without one */
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509V3_set_nconf(&context, empty);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
    NCONF_free(empty);
}

/* `issuer` NULL: signed by itself. */
static struct issued issue(const struct wish *wish, const struct issued *issuer)
{
    struct issued made = {X509_new(), EVP_EC_gen("P-256")};
    static long serial = 1;
    X509 *certificate = made.certificate;
    X509_NAME *subject = X509_get_subject_name(certificate);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)wish->common_name, -1, -1, 0);
    X509_set_issuer_name(certificate, issuer == NULL ? subject : X509_get_subject_name(issuer->certificate));
    X509_set_pubkey(certificate, made.key);
    extend(certificate, NID_subject_alt_name, wish->names);
    extend(certificate, NID_basic_constraints, wish->constraints);
    extend(certificate, NID_certificate_policies, wish->policies);
    extend(certificate, NID_policy_constraints, wish->policy_constraints);
    assert_true(X509_sign(certificate, issuer == NULL ? made.key : issuer->key, EVP_sha256()) > 0);
    return made;
}

static void issued_free(struct issued *issued)
{
    X509_free(issued->certificate);
    EVP_PKEY_free(issued->key);
}

static void save(const struct issued *root, char *path)
{
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "w");
    assert_int_equal(PEM_write_X509(file, root->certificate), 1);
    fclose(file);
}

static struct tls_client *client_that_trusts(const struct issued *root)
{
    char path[] = "/tmp/exeat-root-XXXXXX";
    save(root, path);
    char *error = NULL;
    struct tls_client_options options = {.upstream = {.roots = path}};
    struct tls_client *client = tls_client_new(&options, &error);
    assert_non_null(client);
    unlink(path);
    return client;
}

/* Is `leaf`, shown with `between`, believed to be `name`? */
static bool
is_believed(const struct issued *root, const struct issued *between, const struct issued *leaf, const char *name)
{
    int ends[2];
    struct host host;
    assert_true(host_parse(text_from(name), &host));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    struct tls_client *client = client_that_trusts(root);
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate(context, leaf->certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, leaf->key), 1);
    if (between != NULL)
        assert_int_equal(SSL_CTX_add1_chain_cert(context, between->certificate), 1);
    SSL *server = SSL_new(context);
    assert_int_equal(SSL_set_fd(server, ends[1]), 1);
    struct loop *loop = loop_new();
    struct channel *channel = channel_new(loop, ends[0], NULL, NULL);
    struct tls_connection *connection = tls_connect(client, channel, &host, &(struct digest){{0}});
    enum tls_progress progress;
    while ((progress = tls_connection_handshake(connection)) == TLS_AGAIN) {
        (void)SSL_accept(server);
        loop_turn(loop);
    }
    tls_connection_free(connection);
    channel_free(channel);
    loop_free(loop);
    SSL_free(server);
    SSL_CTX_free(context);
    tls_client_free(client);
    close(ends[1]);
    return progress == TLS_DONE;
}

static const struct wish root_wish = {.common_name = "test root", .constraints = "critical,CA:TRUE"};

static void a_name_counts_where_it_is_an_alternative_name_and_nowhere_else(void **state)
{
    (void)state;
    static const struct {
        struct wish wish;
        const char *name;
        bool believed;
    } rows[] = {
        {{"shop.example", "DNS:shop.example", NULL, NULL, NULL}, "shop.example", true},
        {{"another", "DNS:shop.example", NULL, NULL, NULL}, "shop.example", true},
        {{"shop.example", NULL, NULL, NULL, NULL}, "shop.example", false},
        {{"shop.example", "email:root@shop.example", NULL, NULL, NULL}, "shop.example", false},
        {{"shop.example", "DNS:other.example", NULL, NULL, NULL}, "shop.example", false},
        {{"*.example", NULL, NULL, NULL, NULL}, "shop.example", false},
        {{"127.0.0.1", NULL, NULL, NULL, NULL}, "127.0.0.1", false},
        {{"another", "IP:127.0.0.1", NULL, NULL, NULL}, "127.0.0.1", true},
        {{"another", "DNS:*.shop.example", NULL, NULL, NULL}, "api.shop.example", true},
        {{"another", "DNS:a*.shop.example", NULL, NULL, NULL}, "api.shop.example", false},
    };
    struct issued root = issue(&root_wish, NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct issued leaf = issue(&rows[i].wish, &root);
        if (is_believed(&root, NULL, &leaf, rows[i].name) != rows[i].believed)
            fail_msg("row %zu: CN %s", i, rows[i].wish.common_name);
        issued_free(&leaf);
    }
    issued_free(&root);
}

static void policies_that_a_chain_demands_are_there_or_it_is_not_believed(void **state)
{
    (void)state;
    static const struct {
        const char *demand;
        const char *between;
        const char *leaf;
        bool believed;
    } rows[] = {
        {NULL, NULL, NULL, true},
        {"critical,inhibitPolicyMapping:0", NULL, NULL, true}, /* the library's own check would lose memory here */
        {NULL, "1.2.3.4", "1.2.3.5", true},
        {"critical,requireExplicitPolicy:0", "1.2.3.4", "1.2.3.4", true},
        {"critical,requireExplicitPolicy:0", "2.5.29.32.0", "1.2.3.4", true},
        {"critical,requireExplicitPolicy:0", "1.2.3.4", "1.2.3.5", false},
        {"critical,requireExplicitPolicy:0", "1.2.3.4", NULL, false},
    };
    struct issued root = issue(&root_wish, NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct wish between_wish = {"between", NULL, "critical,CA:TRUE", rows[i].between, rows[i].demand};
        struct wish leaf_wish = {"shop.example", "DNS:shop.example", NULL, rows[i].leaf, NULL};
        struct issued between = issue(&between_wish, &root);
        struct issued leaf = issue(&leaf_wish, &between);
        if (is_believed(&root, &between, &leaf, "shop.example") != rows[i].believed)
            fail_msg("row %zu", i);
        issued_free(&leaf);
        issued_free(&between);
    }
    issued_free(&root);
}

/* --- kept sessions ---------------------------------------------------------------------------------------------------
 */

struct meeting {
    bool done;
    bool resumed;
    int early_data; /* what the server saw of it */
};

/* Connects once, to a server that would take early data, and reads what it says afterwards: its tickets. */
static struct meeting meet(struct tls_client *client, SSL_CTX *context, const struct digest *trust)
{
    int ends[2];
    char byte;
    size_t count = 0;
    struct host host;
    struct meeting meeting = {0};
    assert_true(host_parse(text_from("shop.example"), &host));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    SSL *server = SSL_new(context);
    assert_int_equal(SSL_set_fd(server, ends[1]), 1);
    SSL_set_accept_state(server);
    struct loop *loop = loop_new();
    struct channel *channel = channel_new(loop, ends[0], NULL, NULL);
    struct tls_connection *connection = tls_connect(client, channel, &host, trust);
    enum tls_progress progress = TLS_AGAIN;
    while (progress == TLS_AGAIN || (progress == TLS_DONE && SSL_is_init_finished(server) == 0)) {
        progress = progress == TLS_AGAIN ? tls_connection_handshake(connection) : progress;
        (void)SSL_read_early_data(server, &byte, 1, &count);
        (void)SSL_do_handshake(server);
        loop_turn(loop);
    }
    meeting.done = progress == TLS_DONE;
    meeting.resumed = SSL_session_reused(server) == 1;
    meeting.early_data = SSL_get_early_data_status(server);
    if (meeting.done) {
        tls_connection_install(connection);
        (void)channel_read(channel, &byte, 1, &count);
    } else {
        tls_connection_free(connection);
    }
    channel_free(channel);
    SSL_set_shutdown(server, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); /* so that its session stays good */
    SSL_free(server);
    loop_free(loop);
    close(ends[1]);
    return meeting;
}

static SSL_CTX *server_of(const struct issued *leaf)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate(context, leaf->certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, leaf->key), 1);
    SSL_CTX_set_max_early_data(context, 16384);
    SSL_CTX_set_options(context, SSL_OP_NO_ANTI_REPLAY); /* tickets that carry the session */
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"test", 4);
    return context;
}

static void a_session_is_resumed_under_its_own_trust_alone_and_without_early_data(void **state)
{
    (void)state;
    struct wish wish = {.common_name = "leaf", .names = "DNS:shop.example"};
    struct issued root = issue(&root_wish, NULL);
    struct issued leaf = issue(&wish, &root);
    SSL_CTX *context = server_of(&leaf);
    const struct digest none = {{0}};
    const struct digest own = {{1}};
    const struct digest unknown = {{2}};
    char path[] = "/tmp/exeat-root-XXXXXX";
    char *error = NULL;
    save(&root, path);
    struct tls_trust other = {.id = own, .roots = path};
    struct tls_client_options options = {.upstream = {.roots = path}, .others = &other, .other_count = 1};
    struct tls_client *client = tls_client_new(&options, &error);
    assert_non_null(client);
    assert_false(meet(client, context, &none).resumed);
    assert_true(meet(client, context, &none).resumed);
    assert_false(meet(client, context, &own).resumed);
    struct meeting last = meet(client, context, &own);
    assert_true(last.done && last.resumed);
    assert_int_equal(last.early_data, SSL_EARLY_DATA_NOT_SENT);
    assert_true(meet(client, context, &none).resumed);
    assert_null(tls_connect(client, NULL, &(struct host){.kind = HOST_NAME}, &unknown));
    tls_client_free(client);
    unlink(path);
    SSL_CTX_free(context);
    issued_free(&leaf);
    issued_free(&root);
}

static void an_intermediate_is_no_anchor(void **state)
{
    (void)state;
    struct wish between_wish = {.common_name = "between", .constraints = "critical,CA:TRUE"};
    struct wish leaf_wish = {.common_name = "leaf", .names = "DNS:shop.example"};
    struct issued root = issue(&root_wish, NULL);
    struct issued between = issue(&between_wish, &root);
    struct issued leaf = issue(&leaf_wish, &between);
    assert_true(is_believed(&root, &between, &leaf, "shop.example"));
    assert_false(is_believed(&between, NULL, &leaf, "shop.example"));
    issued_free(&leaf);
    issued_free(&between);
    issued_free(&root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_counts_where_it_is_an_alternative_name_and_nowhere_else),
        cmocka_unit_test(policies_that_a_chain_demands_are_there_or_it_is_not_believed),
        cmocka_unit_test(an_intermediate_is_no_anchor),
        cmocka_unit_test(a_session_is_resumed_under_its_own_trust_alone_and_without_early_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
