/* SPDX-License-Identifier: Apache-2.0 */
/* Whose socket it is: of real connections on loopback, and of answers that a kernel may give. */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/net/owner.h"

/* A listener, and a connection to it from both sides. */
struct pair {
    int listener;
    int client;
    int accepted;
};

static struct pair connect_to(const char *server, const char *dialled)
{
    struct address address;
    struct sockaddr_storage at;
    struct pair pair;
    assert_true(address_parse(text_from(server), &address));
    socklen_t length = address_to_socket(&address, 0, &at);
    pair.listener = socket(at.ss_family, SOCK_STREAM, 0);
    assert_int_equal(bind(pair.listener, (struct sockaddr *)&at, length), 0);
    assert_int_equal(listen(pair.listener, 1), 0);
    assert_int_equal(getsockname(pair.listener, (struct sockaddr *)&at, &length), 0);
    uint16_t port = ntohs(((struct sockaddr_in *)(void *)&at)->sin_port); /* the same place in both families */
    assert_true(address_parse(text_from(dialled), &address));
    length = address_to_socket(&address, port, &at);
    pair.client = socket(at.ss_family, SOCK_STREAM, 0);
    assert_int_equal(connect(pair.client, (struct sockaddr *)&at, length), 0);
    pair.accepted = accept(pair.listener, NULL, NULL);
    assert_true(pair.accepted >= 0);
    return pair;
}

static void close_pair(const struct pair *pair)
{
    close(pair->accepted);
    close(pair->listener);
    if (pair->client >= 0)
        close(pair->client);
}

static void finds_the_owner_of_a_client_of_either_family(void **state)
{
    static const char *const cases[][2] = {
        {"127.0.0.1", "127.0.0.1"}, {"::1", "::1"}, {"127.0.0.1", "::ffff:127.0.0.1"}};
    (void)state;
    struct owners *owners = owners_new();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pair pair = connect_to(cases[i][0], cases[i][1]);
        struct connection_ends ends;
        assert_true(connection_ends_of(pair.accepted, &ends));
        struct owner owner = owners_find(owners, &ends);
        assert_true(owner.is_known);
        assert_int_equal(owner.uid, getuid());
        close_pair(&pair);
    }
    owners_free(owners);
}

static void a_client_that_has_closed_is_nobody_and_not_root(void **state)
{
    (void)state;
    struct owners *owners = owners_new();
    struct connection_ends ends;
    struct pair pair = connect_to("127.0.0.1", "127.0.0.1");
    assert_true(connection_ends_of(pair.accepted, &ends));
    close(pair.client);
    pair.client = -1;
    assert_false(owners_find(owners, &ends).is_known);
    close_pair(&pair);
    owners_free(owners);
}

static void a_connection_that_is_none_has_no_owner(void **state)
{
    (void)state;
    struct owners *owners = owners_new();
    struct connection_ends ends;
    struct pair pair = connect_to("127.0.0.1", "127.0.0.1");
    assert_true(connection_ends_of(pair.accepted, &ends));
    struct connection_ends other = ends;
    other.client_port ^= 1;
    assert_false(owners_find(owners, &other).is_known);
    other = ends;
    other.server.bytes[3] = 2;
    assert_false(owners_find(owners, &other).is_known);
    other = ends;
    assert_true(address_parse(TEXT("::1"), &other.server));
    assert_false(owners_find(owners, &other).is_known);
    assert_true(owners_find(owners, &ends).is_known); /* what came before does not matter */
    close_pair(&pair);
    owners_free(owners);
}

/* Not the client's socket: whoever listens at its port would be found in its place. */
static void who_listens_at_the_clients_port_is_not_the_client(void **state)
{
    (void)state;
    struct owners *owners = owners_new();
    struct connection_ends ends;
    struct pair pair = connect_to("127.0.0.1", "127.0.0.1");
    assert_true(connection_ends_of(pair.accepted, &ends));
    struct connection_ends other = {
        .client = ends.server, .client_port = ends.server_port, .server = ends.client, .server_port = 9};
    assert_false(owners_find(owners, &other).is_known);
    close_pair(&pair);
    owners_free(owners);
}

/* --- datagrams --- */

static int bind_udp(const char *text, struct address *address, uint16_t *port)
{
    struct sockaddr_storage at;
    assert_true(address_parse(text_from(text), address));
    socklen_t length = address_to_socket(address, 0, &at);
    int descriptor = socket(at.ss_family, SOCK_DGRAM, 0);
    assert_int_equal(bind(descriptor, (struct sockaddr *)&at, length), 0);
    assert_int_equal(getsockname(descriptor, (struct sockaddr *)&at, &length), 0);
    *port = ntohs(((struct sockaddr_in *)(void *)&at)->sin_port);
    return descriptor;
}

/* A server, and a client's socket that is bound to `bound` and connected to `dialled`; NULL: to nobody. */
static struct pair ask_from(const char *bound, const char *dialled, struct connection_ends *ends)
{
    struct pair pair = {.accepted = -1};
    struct address own;
    struct sockaddr_storage at;
    *ends = (struct connection_ends){.socket = CLIENT_DATAGRAM};
    bool is_v6 = dialled != NULL && strcmp(dialled, "::1") == 0;
    pair.listener = bind_udp(is_v6 ? "::1" : "127.0.0.1", &ends->server, &ends->server_port);
    ends->client = ends->server; /* where loopback asks from */
    pair.client = bind_udp(bound, &own, &ends->client_port);
    if (dialled == NULL)
        return pair;
    assert_true(address_parse(text_from(dialled), &own));
    socklen_t length = address_to_socket(&own, ends->server_port, &at);
    assert_int_equal(connect(pair.client, (struct sockaddr *)&at, length), 0);
    return pair;
}

static void finds_the_owner_of_a_datagram_of_either_family_connected_or_not(void **state)
{
    static const char *const cases[][2] = {
        {"127.0.0.1", "127.0.0.1"}, {"0.0.0.0", "127.0.0.1"}, {"::1", "::1"},    {"::", "::1"},
        {"::", "::ffff:127.0.0.1"}, {"127.0.0.1", NULL},      {"0.0.0.0", NULL}, {"::", NULL}};
    (void)state;
    struct owners *owners = owners_new();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct connection_ends ends;
        struct pair pair = ask_from(cases[i][0], cases[i][1], &ends);
        struct owner owner = owners_find(owners, &ends);
        assert_true(owner.is_known);
        assert_int_equal(owner.uid, getuid());
        ends.socket = CLIENT_DATAGRAM_TO_SERVER;
        assert_int_equal(owners_find(owners, &ends).is_known, cases[i][1] != NULL);
        close(pair.client);
        ends.socket = CLIENT_DATAGRAM;
        assert_false(owners_find(owners, &ends).is_known); /* nobody's any more, and not root's */
        close(pair.listener);
    }
    owners_free(owners);
}

static void a_datagram_of_another_place_has_no_owner(void **state)
{
    (void)state;
    struct owners *owners = owners_new();
    struct connection_ends ends;
    struct pair pair = ask_from("127.0.0.1", "127.0.0.1", &ends);
    struct connection_ends other = ends;
    other.client_port ^= 1;
    assert_false(owners_find(owners, &other).is_known);
    other = ends;
    other.server_port ^= 1; /* it is connected to another */
    assert_false(owners_find(owners, &other).is_known);
    other = ends;
    other.client.bytes[3] = 2;
    assert_false(owners_find(owners, &other).is_known);
    other = ends;
    other.socket = CLIENT_CONNECTION; /* nor is it a connection of that port */
    assert_false(owners_find(owners, &other).is_known);
    close(pair.client);
    close(pair.listener);
    owners_free(owners);
}

struct answer {
    struct nlmsghdr head;
    struct inet_diag_msg message;
};

static struct answer good_answer(struct connection_ends *ends)
{
    struct answer answer = {
        .head = {.nlmsg_len = sizeof(answer), .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_seq = 7},
        .message = {.idiag_family = AF_INET, .idiag_uid = 33, .idiag_inode = 12345},
    };
    assert_true(address_parse(TEXT("127.0.0.1"), &ends->client));
    ends->server = ends->client;
    ends->client_port = 40000;
    ends->server_port = 3128;
    answer.message.id.idiag_src[0] = answer.message.id.idiag_dst[0] = htonl(INADDR_LOOPBACK);
    answer.message.id.idiag_sport = htons(40000);
    answer.message.id.idiag_dport = htons(3128);
    return answer;
}

static struct owner read_answer(const struct answer *answer, const struct connection_ends *ends)
{
    struct owner owner;
    struct bytes message = {(const uint8_t *)answer, sizeof(*answer)};
    return owner_answer_read(message, 7, ends, &owner) == OWNER_FOUND ? owner : (struct owner){.is_known = false};
}

static void an_answer_is_believed_only_whole_and_of_that_connection(void **state)
{
    (void)state;
    struct connection_ends ends;
    struct answer answer = good_answer(&ends);
    struct owner owner = read_answer(&answer, &ends);
    assert_true(owner.is_known);
    assert_int_equal(owner.uid, 33);
    for (size_t length = 0; length < sizeof(answer); length++)
        assert_int_equal(
            owner_answer_read((struct bytes){(const uint8_t *)&answer, length}, 7, &ends, &owner), OWNER_UNHEARD);
    answer.head.nlmsg_seq = 6;
    assert_false(read_answer(&answer, &ends).is_known);
    answer = good_answer(&ends);
    answer.head.nlmsg_type = NLMSG_ERROR;
    assert_false(read_answer(&answer, &ends).is_known);
    answer = good_answer(&ends);
    answer.message.id.idiag_sport = htons(40001);
    assert_false(read_answer(&answer, &ends).is_known);
    answer = good_answer(&ends);
    answer.message.idiag_family = AF_UNIX;
    assert_false(read_answer(&answer, &ends).is_known);
}

static enum owner_finding
look(struct owners *owners, const struct connection_ends *ends, enum client_socket socket, struct owner *owner)
{
    struct connection_ends other = *ends;
    other.socket = socket;
    return owners_look(owners, &other, owner);
}

static void nobody_another_and_no_answer_are_told_apart(void **state)
{
    (void)state;
    struct owners *owners = owners_new();
    struct connection_ends ends;
    struct owner owner;
    struct pair pair = ask_from("0.0.0.0", NULL, &ends);
    assert_int_equal(look(owners, &ends, CLIENT_DATAGRAM, &owner), OWNER_FOUND);
    assert_int_equal(look(owners, &ends, CLIENT_DATAGRAM_TO_SERVER, &owner), OWNER_ANOTHER);
    assert_true(owner.is_known && owner.uid == getuid());
    close(pair.client);
    assert_int_equal(look(owners, &ends, CLIENT_DATAGRAM_TO_SERVER, &owner), OWNER_NOBODY);
    assert_false(owner.is_known);
    ends.server.length = 16; /* nothing that could be asked for */
    assert_int_equal(look(owners, &ends, CLIENT_DATAGRAM_TO_SERVER, &owner), OWNER_UNHEARD);
    close(pair.listener);
    owners_free(owners);
}

static void an_error_of_the_kernel_is_nobody_where_it_says_so_alone(void **state)
{
    static const struct {
        int error;
        enum owner_finding finding;
    } cases[] = {{-ENOENT, OWNER_NOBODY}, {-EPERM, OWNER_UNHEARD}, {-ENOMEM, OWNER_UNHEARD}, {0, OWNER_UNHEARD}};
    (void)state;
    struct connection_ends ends;
    struct owner owner;
    struct {
        struct nlmsghdr head;
        struct nlmsgerr error;
    } answer = {.head = {.nlmsg_len = sizeof(answer), .nlmsg_type = NLMSG_ERROR, .nlmsg_seq = 7}};
    (void)good_answer(&ends);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes message = {(const uint8_t *)&answer, sizeof(answer)};
        answer.error.error = cases[i].error;
        assert_int_equal(owner_answer_read(message, 7, &ends, &owner), cases[i].finding);
        assert_int_equal(owner_answer_read(message, 8, &ends, &owner), OWNER_UNHEARD); /* of another question */
        message.length = sizeof(answer.head) + 3;
        assert_int_equal(owner_answer_read(message, 7, &ends, &owner), OWNER_UNHEARD);
        assert_false(owner.is_known);
    }
}

static void an_answer_about_a_datagram_may_leave_open_what_its_socket_does(void **state)
{
    (void)state;
    struct connection_ends ends;
    struct answer answer = good_answer(&ends);
    answer.message.id.idiag_src[0] = answer.message.id.idiag_dst[0] = 0;
    answer.message.id.idiag_dport = 0;
    assert_false(read_answer(&answer, &ends).is_known); /* a connection has both */
    ends.socket = CLIENT_DATAGRAM;
    assert_true(read_answer(&answer, &ends).is_known);
    answer.message.id.idiag_dport = htons(3128);
    assert_false(read_answer(&answer, &ends).is_known);
    ends.socket = CLIENT_DATAGRAM_TO_SERVER;
    answer.message.id.idiag_dport = 0;
    assert_false(read_answer(&answer, &ends).is_known);
    answer.message.id.idiag_dst[0] = htonl(INADDR_LOOPBACK);
    answer.message.id.idiag_dport = htons(3128);
    assert_true(read_answer(&answer, &ends).is_known);
    answer.message.id.idiag_sport = htons(40001);
    assert_false(read_answer(&answer, &ends).is_known);
    answer.message.id.idiag_sport = htons(40000);
    answer.message.idiag_uid = 0;
    answer.message.idiag_inode = 0;
    assert_false(read_answer(&answer, &ends).is_known);
}

static void nobody_is_root_for_want_of_an_inode_or_of_a_name(void **state)
{
    (void)state;
    struct connection_ends ends;
    struct answer answer = good_answer(&ends);
    answer.message.idiag_uid = 0;
    assert_true(read_answer(&answer, &ends).is_known); /* root itself may ask */
    answer.message.idiag_inode = 0;
    assert_false(read_answer(&answer, &ends).is_known);
    answer = good_answer(&ends);
    answer.message.idiag_uid = 65534;
    assert_false(read_answer(&answer, &ends).is_known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_owner_of_a_client_of_either_family),
        cmocka_unit_test(a_client_that_has_closed_is_nobody_and_not_root),
        cmocka_unit_test(a_connection_that_is_none_has_no_owner),
        cmocka_unit_test(who_listens_at_the_clients_port_is_not_the_client),
        cmocka_unit_test(finds_the_owner_of_a_datagram_of_either_family_connected_or_not),
        cmocka_unit_test(a_datagram_of_another_place_has_no_owner),
        cmocka_unit_test(nobody_another_and_no_answer_are_told_apart),
        cmocka_unit_test(an_error_of_the_kernel_is_nobody_where_it_says_so_alone),
        cmocka_unit_test(an_answer_about_a_datagram_may_leave_open_what_its_socket_does),
        cmocka_unit_test(an_answer_is_believed_only_whole_and_of_that_connection),
        cmocka_unit_test(nobody_is_root_for_want_of_an_inode_or_of_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
