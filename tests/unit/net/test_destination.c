/* SPDX-License-Identifier: Apache-2.0 */
/* Where a connection was meant to go: in a network namespace of our own, with rules that turn connections to a
 * listener. This test needs root, nft(8) and ip(8). */
#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/net.h"
#include "exeat/net/destination.h"

static void run(const char *command)
{
    char *const words[] = {(char[]){"sh"}, (char[]){"-ec"}, text_copy(text_from(command)), NULL};
    char *const environment[] = {(char[]){"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, NULL};
    pid_t child;
    int status = -1;
    assert_int_equal(posix_spawn(&child, "/bin/sh", NULL, NULL, words, environment), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (status != 0)
        fail_msg("this test needs root, nftables and iproute2: %s", command);
    base_free(words[2]);
}

static int enter_a_namespace(void **state)
{
    (void)state;
    if (unshare(CLONE_NEWNET) != 0)
        fail_msg("this test needs root, for a network namespace");
    run("ip link set lo up\n"
        "ip route add local 10.1.1.0/24 dev lo\n"
        "nft -f - <<'RULES'\n"
        "table inet turns {\n"
        "    chain turn {\n"
        "        type nat hook output priority -100; policy accept;\n"
        "        ip daddr 10.1.1.1 tcp dport 443 redirect to :3129\n"
        "        ip6 daddr ::1 tcp dport 443 redirect to :3129\n"
        "        ip daddr 10.1.1.2 tcp dport 3129 redirect to :3129\n"
        "    }\n"
        "    chain hand_over {\n"
        "        type filter hook prerouting priority -150; policy accept;\n"
        "        ip daddr 10.1.1.3 tcp dport 80 tproxy ip to 127.0.0.1:3129\n"
        "    }\n"
        "}\n"
        "RULES");
    return 0;
}

/* A connection from `dialled` to a listener at `bound`, and what is said of it. */
static struct destination destination_when(const char *bound, const char *dialled, uint16_t dialled_port, bool foreign)
{
    struct address at;
    struct address to;
    struct sockaddr_storage name;
    uint16_t port = 3129;
    char *error = NULL;
    assert_true(address_parse(text_from(bound), &at) && address_parse(text_from(dialled), &to));
    int listener = listener_bind(&at, &port, &error);
    assert_true(listener >= 0);
    assert_true(!foreign || destination_allow_foreign(listener));
    socklen_t length = address_to_socket(&to, dialled_port, &name);
    int client = socket(name.ss_family, SOCK_STREAM, 0);
    assert_int_equal(connect(client, (struct sockaddr *)&name, length), 0);
    int accepted = accept(listener, NULL, NULL);
    assert_true(accepted >= 0);
    struct destination found = destination_of(accepted, &at, port);
    close(accepted);
    close(client);
    close(listener);
    return found;
}

static void assert_meant(const struct destination *found, const char *address, uint16_t port)
{
    struct address wanted;
    assert_true(address_parse(text_from(address), &wanted));
    assert_int_equal(found->kind, DESTINATION_MEANT);
    assert_true(address_equal(&found->address, &wanted));
    assert_int_equal(found->port, port);
}

static void a_turned_connection_tells_where_it_was_meant_to_go(void **state)
{
    (void)state;
    struct destination v4 = destination_when("127.0.0.1", "10.1.1.1", 443, false);
    assert_meant(&v4, "10.1.1.1", 443);
    struct destination v6 = destination_when("::1", "::1", 443, false);
    assert_meant(&v6, "::1", 443);
    struct destination everywhere = destination_when("0.0.0.0", "10.1.1.1", 443, false);
    assert_meant(&everywhere, "10.1.1.1", 443);
}

static void a_port_of_ours_on_another_host_is_another_host(void **state)
{
    (void)state;
    struct destination found = destination_when("127.0.0.1", "10.1.1.2", 3129, false);
    assert_meant(&found, "10.1.1.2", 3129);
}

static void what_was_handed_over_by_tproxy_tells_it_too(void **state)
{
    (void)state;
    struct destination found = destination_when("127.0.0.1", "10.1.1.3", 80, true);
    assert_meant(&found, "10.1.1.3", 80);
}

static void who_connects_to_the_listener_itself_meant_us(void **state)
{
    (void)state;
    assert_int_equal(destination_when("127.0.0.1", "127.0.0.1", 3129, false).kind, DESTINATION_OURS);
    assert_int_equal(destination_when("::1", "::1", 3129, false).kind, DESTINATION_OURS);
    assert_int_equal(destination_when("127.0.0.1", "127.0.0.1", 3129, true).kind, DESTINATION_OURS);
}

static void a_listener_on_every_address_is_each_of_them(void **state)
{
    (void)state;
    assert_int_equal(destination_when("0.0.0.0", "127.8.8.8", 3129, false).kind, DESTINATION_OURS);
    assert_int_equal(destination_when("0.0.0.0", "10.1.1.2", 3129, false).kind, DESTINATION_OURS);
    assert_int_equal(destination_when("::", "::1", 3129, false).kind, DESTINATION_OURS);
}

static void a_socket_that_is_none_has_no_destination(void **state)
{
    (void)state;
    struct address at;
    assert_true(address_parse(TEXT("127.0.0.1"), &at));
    assert_int_equal(destination_of(-1, &at, 3129).kind, DESTINATION_LOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turned_connection_tells_where_it_was_meant_to_go),
        cmocka_unit_test(a_port_of_ours_on_another_host_is_another_host),
        cmocka_unit_test(what_was_handed_over_by_tproxy_tells_it_too),
        cmocka_unit_test(who_connects_to_the_listener_itself_meant_us),
        cmocka_unit_test(a_listener_on_every_address_is_each_of_them),
        cmocka_unit_test(a_socket_that_is_none_has_no_destination),
    };
    return cmocka_run_group_tests(tests, enter_a_namespace, NULL);
}
