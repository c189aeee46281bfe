/* SPDX-License-Identifier: Apache-2.0 */
/* The rules against golden files, for a person to read; WRITE_GOLDEN=1 in the environment writes them anew. That nft(8)
 * takes them and the kernel does what they say is shown in tests/scenario/test_containment.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/redirect.h"

static struct redirect_target at(const char *address, uint16_t port)
{
    struct redirect_target target = {.port = port};
    assert_true(address_parse(text_from(address), &target.address));
    return target;
}

static void assert_golden(const char *name, const struct redirect_rules *rules)
{
    char path[512];
    char *error = NULL;
    struct buffer expected = {0};
    struct buffer got = {0};
    redirect_rules_write(rules, &got);
    snprintf(path, sizeof(path), SOURCE_FOLDER "/tests/unit/redirect/golden/%s.nft", name);
    if (getenv("WRITE_GOLDEN") != NULL)
        assert_true(file_replace(path, buffer_text(&got), 0644, &error));
    if (!file_read(path, 1 << 20, &expected, &error))
        fail_msg("%s", error);
    if (!text_equal(buffer_text(&got), buffer_text(&expected)))
        fail_msg("%s: got\n%.*s", path, TEXT_ARG(buffer_text(&got)));
    buffer_clear(&expected);
    buffer_clear(&got);
}

static void all_of_both_families_goes_to_the_gate(void **state)
{
    (void)state;
    struct redirect_rules rules = {
        .uid = 64123,
        .v4 = {.tcp = at("127.0.0.1", 3129), .dns = at("127.0.0.1", 5353)},
        .v6 = {.tcp = at("::1", 3129), .dns = at("::1", 5353)},
        .ports = {3128, 3129, 5353, 9901},
        .port_count = 4,
    };
    assert_golden("whole", &rules);
}

static void what_has_no_listener_is_refused(void **state)
{
    (void)state;
    struct redirect_rules rules = {.uid = 64123, .v4.tcp = at("127.0.0.2", 15001), .ports = {15001}, .port_count = 1};
    assert_golden("one_family_without_dns", &rules);
}

static void without_any_listener_nothing_is_turned_and_all_is_refused(void **state)
{
    (void)state;
    struct redirect_rules rules = {.uid = 1};
    assert_golden("bare", &rules);
}

static void a_user_with_a_place_of_its_own_is_turned_there_and_nobody_else_gets_in(void **state)
{
    (void)state;
    struct redirect_rules rules = {
        .uid = 64123,
        .v4 = {.tcp = at("127.0.0.1", 3129)},
        .v6 = {.tcp = at("::1", 3129)},
        .owners =
            {{33, {.tcp = at("127.0.0.1", 3133), .dns = at("127.0.0.1", 5333)}, {.tcp = at("::1", 3133)}},
             {1000, {.tcp = at("127.0.0.1", 3134)}, {.tcp = {.port = 0}}},
             {1001, {.tcp = {.port = 0}}, {.dns = at("::1", 5334)}}},
        .owner_count = 3,
        .ports = {3129, 3133, 3134, 5333, 5334},
        .port_count = 5,
    };
    assert_golden("owners", &rules);
}

static void only_the_two_probe_addresses_are_probes(void **state)
{
    (void)state;
    struct address address;
    assert_true(redirect_is_probe(&redirect_probe_v4) && redirect_is_probe(&redirect_probe_v6));
    assert_true(address_parse(TEXT("192.0.2.78"), &address) && !redirect_is_probe(&address));
    assert_true(address_parse(TEXT("::ffff:192.0.2.77"), &address) && !redirect_is_probe(&address));
}

static void each_finding_has_a_name_and_says_what_to_do(void **state)
{
    (void)state;
    for (int i = 0; i < REDIRECT_FINDING_COUNT; i++) {
        assert_true(strlen(redirect_finding_name((enum redirect_finding)i)) > 0);
        assert_true(strlen(redirect_finding_text((enum redirect_finding)i)) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_both_families_goes_to_the_gate),
        cmocka_unit_test(what_has_no_listener_is_refused),
        cmocka_unit_test(without_any_listener_nothing_is_turned_and_all_is_refused),
        cmocka_unit_test(a_user_with_a_place_of_its_own_is_turned_there_and_nobody_else_gets_in),
        cmocka_unit_test(only_the_two_probe_addresses_are_probes),
        cmocka_unit_test(each_finding_has_a_name_and_says_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
