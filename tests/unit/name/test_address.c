/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: what may be connected to at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/name.h"

static void each_address_has_the_class_of_where_it_leads(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        enum address_class class;
    } rows[] = {
        {"93.184.216.34", ADDRESS_PUBLIC},
        {"2606:2800:220:1::1", ADDRESS_PUBLIC},
        {"0.0.0.0", ADDRESS_UNSPECIFIED},
        {"127.0.0.1", ADDRESS_LOOPBACK},
        {"10.1.2.3", ADDRESS_PRIVATE},
        {"172.16.0.1", ADDRESS_PRIVATE},
        {"172.32.0.1", ADDRESS_PUBLIC},
        {"192.168.1.1", ADDRESS_PRIVATE},
        {"100.64.0.1", ADDRESS_SHARED},
        {"100.128.0.1", ADDRESS_PUBLIC},
        {"169.254.169.254", ADDRESS_LINK_LOCAL},
        {"192.0.0.1", ADDRESS_RESERVED},
        {"198.18.0.1", ADDRESS_RESERVED},
        {"224.0.0.1", ADDRESS_MULTICAST},
        {"240.0.0.1", ADDRESS_RESERVED},
        {"192.0.2.1", ADDRESS_DOCUMENTATION},
        {"::", ADDRESS_UNSPECIFIED},
        {"::1", ADDRESS_LOOPBACK},
        {"::ffff:127.0.0.1", ADDRESS_LOOPBACK},
        {"::127.0.0.1", ADDRESS_LOOPBACK},
        {"64:ff9b::7f00:1", ADDRESS_LOOPBACK},
        {"64:ff9b:1::a00:1", ADDRESS_PRIVATE},
        {"2002:7f00:1::", ADDRESS_LOOPBACK},
        {"2001:0:4136:e378:8000:63bf:80ff:fffe", ADDRESS_LOOPBACK},
        {"fc00::1", ADDRESS_PRIVATE},
        {"fe80::1", ADDRESS_LINK_LOCAL},
        {"fec0::1", ADDRESS_RESERVED},
        {"ff02::1", ADDRESS_MULTICAST},
        {"2001:db8::1", ADDRESS_DOCUMENTATION},
        {"::ffff:8.8.8.8", ADDRESS_RESERVED},
        {"::ffff:0:127.0.0.1", ADDRESS_LOOPBACK}, /* translated (RFC 2765) */
        {"::ffff:0:10.0.0.5", ADDRESS_PRIVATE},
        {"::ffff:0:8.8.8.8", ADDRESS_RESERVED},
        {"64:ff9b::808:808", ADDRESS_PUBLIC},
        {"64:ff9b::", ADDRESS_UNSPECIFIED},
        {"64:ff9b:1::808:808", ADDRESS_PUBLIC},
        {"64:ff9b:1::", ADDRESS_UNSPECIFIED},
        {"64:ff9b:1:7f00:0:100:808:808", ADDRESS_LOOPBACK}, /* a prefix of 48 bits, and what it likes behind */
        {"64:ff9b:1:a:0:5:808:808", ADDRESS_PRIVATE},       /* of 56 */
        {"64:ff9b:1:0:a:0:508:808", ADDRESS_PRIVATE},       /* of 64 */
        {"64:ff9b:2::808:808", ADDRESS_RESERVED},
        {"2606:2800:220:1:0:5efe:a00:5", ADDRESS_PRIVATE}, /* ISATAP (RFC 5214) */
        {"2606:2800:220:1:200:5efe:7f00:1", ADDRESS_LOOPBACK},
        {"2606:2800:220:1:200:5efe:808:808", ADDRESS_PUBLIC},
        {"4000::1", ADDRESS_RESERVED}, /* given to nobody so far */
        {"200::1", ADDRESS_RESERVED},
        {"fe00::1", ADDRESS_RESERVED},
        {"1::1", ADDRESS_RESERVED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct address address;
        assert_true(address_parse(text_from(rows[i].address), &address));
        if (address_class(&address) != rows[i].class)
            fail_msg("%s is %s", rows[i].address, address_class_name(address_class(&address)));
    }
}

static void metadata_services_are_known_in_every_form(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "169.254.169.254",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "100.100.100.200",
        "::ffff:0:169.254.169.254",
        "64:ff9b:1:a9fe:a9:fe00::",
        "64:ff9b:1:0:a9:fea9:fe00:0",
        "2606:2800:220:1:0:5efe:a9fe:a9fe",
    };
    struct address address;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_true(address_parse(text_from(rows[i]), &address));
        assert_true(address_is_metadata(&address));
    }
    assert_true(address_parse(TEXT("169.254.169.253"), &address));
    assert_false(address_is_metadata(&address));
}

static void ranges_have_zero_host_bits(void **state)
{
    (void)state;
    struct address_range range;
    struct address address;
    assert_true(address_range_parse(TEXT("10.20.0.0/15"), &range));
    assert_true(address_parse(TEXT("10.21.255.1"), &address));
    assert_true(address_range_has(&range, &address));
    assert_true(address_parse(TEXT("10.22.0.0"), &address));
    assert_false(address_range_has(&range, &address));
    assert_false(address_range_parse(TEXT("10.20.0.1/16"), &range));
    assert_false(address_range_parse(TEXT("10.20.0.0/33"), &range));
    assert_true(address_range_parse(TEXT("::1"), &range));
    assert_int_equal(range.prefix, 128);
}

static void paths_have_one_spelling_or_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *canonical;
        enum path_result result;
    } rows[] = {
        {"/v1/chat", "/v1/chat", PATH_CANONICAL},
        {"/", "/", PATH_CANONICAL},
        {"/v1/../admin", "/admin", PATH_DIFFERS},
        {"/v1/%2e%2e/admin", "/admin", PATH_DIFFERS},
        {"/v1/.%2e/", "/", PATH_DIFFERS},
        {"//v1/chat", "/v1/chat", PATH_DIFFERS},
        {"/./v1", "/v1", PATH_DIFFERS},
        {"/a%7Eb", "/a~b", PATH_DIFFERS},
        {"/a%e4", "/a%E4", PATH_DIFFERS},
        {"/a/b/", "/a/b/", PATH_CANONICAL},
        {"/../..", "/", PATH_DIFFERS},
        {"/a;x=1/b", "/a;x=1/b", PATH_CANONICAL},
        {"/a%2fb", "/a%2Fb", PATH_AMBIGUOUS},
        {"/a%5cb", "/a%5Cb", PATH_AMBIGUOUS},
        {"/%252e", "/%252e", PATH_AMBIGUOUS},
        {"/v1/%c0%ae%c0%ae/a", "/v1/%C0%AE%C0%AE/a", PATH_AMBIGUOUS}, /* dots in two bytes each */
        {"/v1/\xc0\xaf", "/v1/%C0%AF", PATH_AMBIGUOUS},
        {"/v1/%c1%9c", "/v1/%C1%9C", PATH_AMBIGUOUS},
        {"/v1/%e0%80%af", "/v1/%E0%80%AF", PATH_AMBIGUOUS},
        {"/v1/%f0%80%80%ae", "/v1/%F0%80%80%AE", PATH_AMBIGUOUS},
        {"/caf%e9", "/caf%E9", PATH_DIFFERS}, /* other sets of letters */
        {"/%c0%20", "/%C0%20", PATH_DIFFERS},
        {"/%C3%80/%E0%A4%80", "/%C3%80/%E0%A4%80", PATH_CANONICAL},
        {"/a%00", "", PATH_BAD},
        {"/public/..;/admin", "", PATH_BAD},
        {"/public/..%3B/admin", "", PATH_BAD},
        {"/public/%2e%2E%3bx/admin", "", PATH_BAD},
        {"/public/.%3b", "", PATH_BAD},
        {"/public/a..%3B/b", "/public/a..%3B/b", PATH_CANONICAL},
        {"/public/...%3B/b", "/public/...%3B/b", PATH_CANONICAL},
        {"/a\\b", "", PATH_BAD},
        {"/%zz", "", PATH_BAD},
        {"/a%2", "", PATH_BAD},
        {"v1", "", PATH_BAD},
        {"", "", PATH_BAD},
        {"/\xc3\xa4", "/%C3%A4", PATH_DIFFERS},
        {"/\x7f", "", PATH_BAD},
        {"/a b", "", PATH_BAD},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer out = {0};
        enum path_result result = path_canonicalise(text_from(rows[i].path), &out, NULL);
        if (path_is_plain(text_from(rows[i].path)) && result != PATH_CANONICAL)
            fail_msg("%s is no plain path", rows[i].path);
        if (result != rows[i].result || !text_equal(buffer_text(&out), text_from(rows[i].canonical)))
            fail_msg("'%s' gave %d '%.*s'", rows[i].path, result, TEXT_ARG(buffer_text(&out)));
        buffer_clear(&out);
    }
}

static void a_path_is_read_in_one_way_or_in_two_or_nobody_knows(void **state)
{
    (void)state;
    static const struct {
        const char *path, *canonical, *otherwise;
        enum path_result result;
    } rows[] = {
        {"/a/b", "/a/b", "", PATH_CANONICAL},
        {"/%61/\xc3\xa4", "/a/%C3%A4", "", PATH_CANONICAL},
        {"/a/../b", "/b", "/a/../b", PATH_DIFFERS},
        {"/a/%2e/%62", "/a/b", "/a/./b", PATH_DIFFERS},
        {"/a//b", "/a/b", "/a//b", PATH_DIFFERS},
        {"/a/%2f/../b", "/a/b", "", PATH_AMBIGUOUS},
        {"/a/..;/b", "", "", PATH_BAD},
        {"/a/..%3b/b", "", "", PATH_BAD},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer out = {0};
        struct path_readings readings;
        enum path_result result = path_read(text_from(rows[i].path), &out, &readings, NULL);
        bool good = result == rows[i].result && text_equal(readings.canonical, text_from(rows[i].canonical)) &&
                    text_equal(readings.otherwise, text_from(rows[i].otherwise));
        if (!good)
            fail_msg(
                "%s: %d %.*s %.*s", rows[i].path, (int)result, TEXT_ARG(readings.canonical),
                TEXT_ARG(readings.otherwise));
        buffer_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_address_has_the_class_of_where_it_leads),
        cmocka_unit_test(metadata_services_are_known_in_every_form),
        cmocka_unit_test(ranges_have_zero_host_bits),
        cmocka_unit_test(a_path_is_read_in_one_way_or_in_two_or_nobody_knows),
        cmocka_unit_test(paths_have_one_spelling_or_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
