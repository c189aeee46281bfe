/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts and authorities: what is one name, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/name.h"

static void assert_host(const char *given, const char *canonical)
{
    struct host host;
    if (!host_parse(text_from(given), &host))
        fail_msg("'%s' was refused", given);
    assert_string_equal(host.text, canonical);
}

static void names_have_one_spelling(void **state)
{
    (void)state;
    assert_host("EVIL.com", "evil.com");
    assert_host("evil.com.", "evil.com");
    assert_host("foo_bar.example", "foo_bar.example");
    assert_host("xn--bcher-kva.example", "xn--bcher-kva.example");
    assert_host("XN--JV8H.example.com", "xn--jv8h.example.com"); /* an emoji: no name of IDNA2008, one of DNS */
    assert_host("xn--a.example", "xn--a.example");
    assert_host("127.0.0.1", "127.0.0.1");
    assert_host("[0:0:0:0:0:0:0:1]", "::1");
}

static void refuses_what_is_no_host_on_the_wire(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        ".",
        "a..b",
        "-a.example",
        "a-.example",
        "[evil.com]",
        "[[::1]]",
        "[127.0.0.1]",
        "::1",
        "a b",
        "a\tb",
        "a/b",
        "%65vil.com",
        "b\xc3\xbc"
        "cher.example",
        "a\xe3\x80\x82"
        "b",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "127.0x0.1",
        "1.2.3.4.5",
        "256.1.1.1",
        "[fe80::1%eth0]",
        "[::1%25.allowed.com]",
        "a@b",
        "a\\b",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct host host;
        if (host_parse(text_from(bad[i]), &host))
            fail_msg("'%s' was taken for '%s'", bad[i], host.text);
    }
}

static void never_cuts_a_name_at_nul(void **state)
{
    (void)state;
    struct host host;
    assert_false(host_parse(TEXT("allowed.com\0.evil.com"), &host));
}

static void operators_may_write_u_labels(void **state)
{
    (void)state;
    struct host host;
    assert_true(host_parse_written(
        TEXT("b\xc3\xbc"
             "cher.example"),
        &host));
    assert_string_equal(host.text, "xn--bcher-kva.example");
    assert_true(host_parse_written(TEXT("::1"), &host));
    assert_int_equal(host.kind, HOST_ADDRESS);
}

static void server_names_are_names(void **state)
{
    (void)state;
    struct host host;
    assert_true(host_parse_sni(TEXT("API.example"), &host));
    assert_string_equal(host.text, "api.example");
    assert_false(host_parse_sni(TEXT("api.example."), &host));
    assert_false(host_parse_sni(TEXT("127.0.0.1"), &host));
    assert_false(host_parse_sni(TEXT(""), &host));
}

static void ports_are_plain_decimal(void **state)
{
    (void)state;
    static const char *const bad[] = {"",      "0",     "65536", "91337", "-12", "+443",
                                      "0x1bb", "https", "00443", "007",   " 80"};
    uint16_t port;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(port_parse(text_from(bad[i]), &port));
    assert_true(port_parse(TEXT("65535"), &port));
    assert_int_equal(port, 65535);
}

static void authorities_are_host_and_port(void **state)
{
    (void)state;
    struct host host;
    uint16_t port;
    assert_true(authority_parse(TEXT("a.example:8443"), 0, &host, &port));
    assert_int_equal(port, 8443);
    assert_true(authority_parse(TEXT("[::1]:443"), 0, &host, &port));
    assert_string_equal(host.text, "::1");
    assert_true(authority_parse(TEXT("a.example"), 80, &host, &port));
    assert_int_equal(port, 80);
    assert_false(authority_parse(TEXT("a.example"), 0, &host, &port));
    assert_false(authority_parse(TEXT("a.example:"), 80, &host, &port));
    assert_false(authority_parse(TEXT("[::1]:"), 80, &host, &port));
    assert_false(authority_parse(TEXT("[::1"), 80, &host, &port));
    assert_false(authority_parse(TEXT("user@a.example:80"), 0, &host, &port));
}

static void a_suffix_pattern_ends_at_a_label(void **state)
{
    (void)state;
    struct host_pattern pattern;
    struct host host;
    assert_true(host_pattern_parse(TEXT("*.x.example"), &pattern));
    assert_true(host_parse(TEXT("a.b.x.example"), &host));
    assert_true(host_pattern_matches(&pattern, &host));
    assert_true(host_parse(TEXT("x.example"), &host));
    assert_false(host_pattern_matches(&pattern, &host));
    assert_true(host_parse(TEXT("ax.example"), &host));
    assert_false(host_pattern_matches(&pattern, &host));
    assert_false(host_pattern_parse(TEXT("a.*.example"), &pattern));
    assert_false(host_pattern_parse(TEXT("*.127.0.0.1"), &pattern));
}

static void a_unix_socket_is_a_host_by_its_whole_path(void **state)
{
    (void)state;
    static const char *const bad[] = {"",       "/",       "llama.sock", "./llama.sock",
                                      "@llama", "/run/x/", "/run/a\nb",  "/run/a\x7f"};
    char longest[109];
    struct host host;
    struct host other;
    struct detail detail;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        detail.text[0] = '\0';
        assert_false(host_of_socket(text_from(bad[i]), &host, &detail));
        assert_true(detail.text[0] != '\0');
    }
    assert_false(host_of_socket((struct text){"\0abstract", 9}, &host, NULL));
    assert_false(host_of_socket((struct text){"/run/a\0b", 8}, &host, NULL));
    assert_true(host_of_socket(TEXT("/run/llama/llama.sock"), &host, NULL));
    assert_int_equal(host.kind, HOST_SOCKET);
    assert_string_equal(host.text, "/run/llama/llama.sock");
    assert_true(host_of_socket(TEXT("/run/other.sock"), &other, NULL));
    assert_false(host_equal(&host, &other));
    memset(longest, 'x', sizeof(longest));
    longest[0] = '/';
    assert_true(host_of_socket((struct text){longest, 107}, &host, NULL)); /* as sun_path has it, with its NUL */
    assert_false(host_of_socket((struct text){longest, 108}, &host, NULL));
}

static void nobody_names_a_unix_socket_on_the_wire_and_it_is_called_localhost_there(void **state)
{
    (void)state;
    struct host host;
    uint16_t port;
    struct buffer out = {0};
    assert_false(host_parse(TEXT("/run/llama.sock"), &host));
    assert_false(host_parse_written(TEXT("/run/llama.sock"), &host));
    assert_false(host_parse_written(TEXT("unix:/run/llama.sock"), &host));
    assert_false(authority_parse(TEXT("/run/llama.sock:80"), 0, &host, &port));
    assert_true(host_of_socket(TEXT("/run/llama.sock"), &host, NULL));
    authority_append(&out, &host, 0, 80);
    assert_true(text_equal(buffer_text(&out), TEXT("localhost")));
    buffer_clear(&out);
}

static void a_host_that_was_shortened_is_the_same_host(void **state)
{
    (void)state;
    static const char *const hosts[] = {"a", "shop.example", "10.0.0.1", "[2001:db8::1]"};
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        struct host host, again = {0}, other;
        assert_true(host_parse(text_from(hosts[i]), &host) && host_parse(TEXT("other.example"), &other));
        struct host_brief *brief = host_shorten(&host);
        assert_true(host_brief_is(brief, &host) && !host_brief_is(brief, &other));
        assert_true(text_equal(host_brief_text(brief), host_text(&host)));
        host_restore(brief, &again);
        assert_true(host_equal(&host, &again) && address_equal(&host.address, &again.address));
        assert_int_equal(again.text[again.length], '\0');
        base_free(brief);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_that_was_shortened_is_the_same_host),
        cmocka_unit_test(names_have_one_spelling),
        cmocka_unit_test(refuses_what_is_no_host_on_the_wire),
        cmocka_unit_test(never_cuts_a_name_at_nul),
        cmocka_unit_test(operators_may_write_u_labels),
        cmocka_unit_test(server_names_are_names),
        cmocka_unit_test(ports_are_plain_decimal),
        cmocka_unit_test(authorities_are_host_and_port),
        cmocka_unit_test(a_suffix_pattern_ends_at_a_label),
        cmocka_unit_test(a_unix_socket_is_a_host_by_its_whole_path),
        cmocka_unit_test(nobody_names_a_unix_socket_on_the_wire_and_it_is_called_localhost_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
