/* SPDX-License-Identifier: Apache-2.0 */
/* Where answers come from, and how long they are good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "names_internal.h"

static struct host host_of(const char *name)
{
    struct host host;
    assert_true(host_parse(text_from(name), &host));
    return host;
}

static void a_hosts_file_is_read_as_others_read_it(void **state)
{
    (void)state;
    static const char file[] = "# a comment\n"
                               "127.0.0.1\tlocalhost\n"
                               "  10.0.0.7   erp.example erp # both\r\n"
                               "fd00::7 erp.example\n"
                               "10.0.0.8 ERP.Example.\n"
                               "fe80::1%eth0 zone.example\n"
                               "300.1.1.1 bad.example\n"
                               "10.0.0.9 10.0.0.10 also.example\n"
                               "10.0.0.11\n"
                               "10.0.0.12 last.example";
    static const struct {
        const char *name;
        size_t count;
    } rows[] = {
        {"erp.example", 3}, {"erp", 1},          {"localhost", 1},    {"zone.example", 0},
        {"bad.example", 0}, {"also.example", 1}, {"last.example", 1}, {"other.example", 0},
    };
    struct hosts_file hosts = {0};
    hosts_file_parse(text_from(file), &hosts);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct host host = host_of(rows[i].name);
        struct answer answer;
        if (hosts_file_find(&hosts, &host, &answer) != (rows[i].count > 0) || answer.count != rows[i].count)
            fail_msg("%s", rows[i].name);
    }
    hosts_file_clear(&hosts);
}

struct asking {
    struct loop *loop;
    enum resolve_result result;
    struct address first;
};

static void on_resolved(void *context, const struct resolved *resolved)
{
    struct asking *asking = context;
    asking->result = resolved->result;
    if (resolved->count > 0)
        asking->first = resolved->addresses[0];
    loop_stop(asking->loop);
}

static void assert_first(struct asking *asking, struct resolver *resolver, const char *name, const char *address)
{
    struct host host = host_of(name);
    struct address expected;
    assert_true(address_parse(text_from(address), &expected));
    assert_non_null(resolve_start(resolver, &host, on_resolved, asking));
    loop_run(asking->loop);
    assert_int_equal(asking->result, RESOLVE_OK);
    assert_true(address_equal(&asking->first, &expected));
}

static void write_file(const char *path, const char *content)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    fclose(file);
}

static void the_configuration_wins_over_the_hosts_file_and_that_over_dns(void **state)
{
    (void)state;
    char path[] = "/tmp/exeat-hosts-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    write_file(path, "10.0.0.1 both.example only.example localhost\n");
    struct asking asking = {.loop = loop_new()};
    struct address address;
    assert_true(address_parse(TEXT("10.0.0.2"), &address));
    struct resolver_fixed fixed = {.name = host_of("both.example"), .addresses = &address, .count = 1};
    struct resolver_options options = {.fixed = &fixed, .fixed_count = 1, .servers = "127.0.0.1:1", .hosts_path = path};
    struct resolver *resolver = resolver_new(asking.loop, &options);
    assert_first(&asking, resolver, "both.example", "10.0.0.2");
    assert_first(&asking, resolver, "only.example", "10.0.0.1");
    assert_first(&asking, resolver, "localhost", "127.0.0.1");
    assert_first(&asking, resolver, "a.localhost", "127.0.0.1");
    write_file(path, "10.0.0.3 only.example\n");
    assert_first(&asking, resolver, "only.example", "10.0.0.1");
    resolver_refresh(resolver);
    assert_first(&asking, resolver, "only.example", "10.0.0.3");
    resolver_free(resolver);
    loop_free(asking.loop);
    unlink(path);
}

static void who_waits_when_the_resolver_ends_is_not_called_back(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct resolver_options options = {.servers = "127.0.0.1:9"};
    struct resolver *resolver = resolver_new(loop, &options);
    struct host host = host_of("slow.example");
    struct host local = host_of("localhost");
    resolve_start(resolver, &host, NULL, NULL);
    resolve_cancel(resolve_start(resolver, &host, NULL, NULL));
    resolve_cancel(resolve_start(resolver, &local, NULL, NULL));
    resolver_free(resolver);
    loop_free(loop);
}

static void answers_are_kept_until_their_time_and_the_least_used_goes_first(void **state)
{
    (void)state;
    struct answers *answers = answers_new();
    struct answer answer = {.result = RESOLVE_OK, .detail = "", .count = 1};
    char name[32];
    for (int i = 0; i < ANSWERS + 1; i++) {
        struct host first = host_of("n0.example");
        snprintf(name, sizeof(name), "n%d.example", i);
        struct host host = host_of(name);
        answers_keep(answers, &host, &answer, 5, 10);
        assert_non_null(answers_find(answers, &first, 5));
    }
    struct host first = host_of("n0.example");
    struct host second = host_of("n1.example");
    assert_null(answers_find(answers, &second, 5));
    assert_non_null(answers_find(answers, &first, 9));
    assert_null(answers_find(answers, &first, 10));
    answers_keep(answers, &first, &answer, 10, 10); /* no time at all */
    assert_null(answers_find(answers, &first, 10));
    answers_free(answers);
}

/* A reply to "a." of type A, with one SOA of owner "a." (a pointer) in its authority section. */
static const uint8_t nothing[] = {
    0,    1,   0x81, 0x83, 0, 1, 0, 0, 0, 1, 0, 0,  /* header */
    1,    'a', 0,    0,    1, 0, 1,                 /* question */
    0xC0, 12,  0,    6,    0, 1, 0, 0, 1, 0, 0, 24, /* SOA, TTL 256 */
    0xC0, 12,  0xC0, 12,   0, 0, 0, 1, 0, 0, 0, 2,  0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 9,
};

static void that_there_is_nothing_is_good_for_what_the_soa_says(void **state)
{
    (void)state;
    uint8_t reply[sizeof(nothing)];
    uint32_t seconds = 0;
    memcpy(reply, nothing, sizeof(reply));
    assert_true(dns_negative_seconds((struct bytes){reply, sizeof(reply)}, &seconds));
    assert_int_equal(seconds, 9);
    reply[27] = 0; /* TTL 0 */
    assert_true(dns_negative_seconds((struct bytes){reply, sizeof(reply)}, &seconds));
    assert_int_equal(seconds, 0);
    reply[22] = 2; /* an NS */
    assert_false(dns_negative_seconds((struct bytes){reply, sizeof(reply)}, &seconds));
    for (size_t length = 0; length < sizeof(nothing); length++)
        assert_false(dns_negative_seconds((struct bytes){nothing, length}, &seconds));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hosts_file_is_read_as_others_read_it),
        cmocka_unit_test(the_configuration_wins_over_the_hosts_file_and_that_over_dns),
        cmocka_unit_test(who_waits_when_the_resolver_ends_is_not_called_back),
        cmocka_unit_test(answers_are_kept_until_their_time_and_the_least_used_goes_first),
        cmocka_unit_test(that_there_is_nothing_is_good_for_what_the_soa_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
