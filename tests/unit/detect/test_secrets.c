/* SPDX-License-Identifier: Apache-2.0 */
/* Keys, tokens, passwords, and words that begin like them. The keys here open nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "marked.h"

static void finds_keys_of_vendors(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "{vendor_key:sk-proj-aB3dE5fG7hI9jK1lM3nOT3BlbkFJpQ5rS7tU9vW1xY3zA5bC}",
        "key={vendor_key: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}",
        "{vendor_key:AIzaSyD9tSrke72PouQMnMX-a7eZSW0jkFMBWYg}", "{vendor_key: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}",
        "{cloud_key:AKIAIOSFODNN7QWERTYU}", "'{vendor_key: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}'",
        "{vendor_key: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}",
        "https://hooks.slack.com/services/T00000000/B00000000/{vendor_key:Zk4T9qLm2Xc7Vb1Nn8Jh5Gf3}",
        "deepseek: {vendor_key:sk-0f3a9c1e7b2d4f6a8c0e1b3d5f7a9c2e}", "{vendor_key:sk_live_51Hx9kL2mN4pQ6rS8tU0vW}",
        "aws_secret_access_key = {cloud_key:wJalrXUtnFEMIK7MDENGbPxRfiCYzEXbMPLqKEYa}");
}

#define GITHUB "ghp_aB3dE5fG7hI9jK1lM3nOpQ5rS7tU9vW1xY3z"
#define GROQ "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"
#define TOKEN "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"

static void finds_every_key_of_those_that_are_joined(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "{vendor_key:" GITHUB "}/{vendor_key:" GITHUB "}", "{vendor_key:" GITHUB "}.{vendor_key:" GROQ "}",
        "{vendor_key:" GROQ "}={vendor_key:" GITHUB "}", "{vendor_key:" GITHUB "}+{vendor_key:" GITHUB "}",
        "{vendor_key:" GITHUB "}~{vendor_key:" GITHUB "}$x/{vendor_key:" GITHUB "}",
        "{vendor_key:" GITHUB "}-{vendor_key:" GITHUB "}", "{vendor_key:" GITHUB "}_{vendor_key:" GITHUB "}",
        "{jwt:" TOKEN "}/{vendor_key:" GITHUB "}",
        "{vendor_key:" GITHUB "}/{jwt:" TOKEN "}/{cloud_key:AKIAIOSFODNN7QWERTYU}", "{jwt:" TOKEN "}/{jwt:" TOKEN "}",
        "{vendor_key:" GITHUB "}/token={session_token:a1b2c3d4e5f6a7b8c9d0}");
}

static void a_key_is_found_in_a_token_that_nobody_asked_for(void **state)
{
    (void)state;
    struct detect_options options = {.detectors = DETECTOR_BIT(DETECTOR_VENDOR_KEY)};
    struct diags *diags = diags_new();
    struct detect_set *set = detect_compile(&options, diags);
    assert_marked_by(set, "", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.{vendor_key:" GITHUB "}");
    assert_marked_by(set, "", TOKEN "/{vendor_key:" GITHUB "}");
    detect_free(set);
    diags_free(diags);
}

static void words_that_begin_like_keys_are_none(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "fa-spinner sk-fading-circle sk-circle-dot-wrapper", "risk-management-and-compliance",
        "desk-lamp-with-a-very-long-name-01", "npm_config_registry_and_something_else_here",
        "live_preview_of_the_configurable_product", "AKIAIOSFODNN7EXAMPLE",
        "sk-proj-XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", "hf_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "sk_test_abcdefghijklmnopqrstuvwxyz",
        "https://shop.example/media/catalog/product/cache/1/image/0f3a9c1e7b2d4f6a8c0e1b3d5f7a9c2e/a.jpg",
        "0f3a9c1e7b2d4f6a8c0e1b3d5f7a9c2e", "configurable_product_options_extended");
}

static void finds_signed_tokens(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "{jwt:eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_"
        "XgL0n3I9PlFUP0THsR8U}",
        "Bearer {jwt:eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0NTY3ODkwIn0.}", "eyJhbGciOiJIUzI1NiJ9.hello",
        "eyJhbGciOiJIUzI1NiJ9");
}

static void finds_private_keys_however_they_are_spelled(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "a {private_key:-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\nabc+/=\n-----END RSA PRIVATE KEY-----} b",
        "{private_key:-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADAN\\n-----END PRIVATE KEY-----}\\n",
        "{private_key:-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1rZXktdjEAAAAABG5vbmU= -----END OPENSSH PRIVATE "
        "KEY-----}",
        "{private_key:-----BEGIN EC PRIVATE KEY-----MHcCAQEEIIGl}",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "| ---- | ----- |");
}

static void finds_each_of_many_private_keys_whatever_is_between_their_lines(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "{private_key:-----BEGIN PRIVATE KEY-----\nMIIE}\n{private_key:-----BEGIN PRIVATE KEY-----\nMIIE\n-----END "
        "PRIVATE "
        "KEY-----} x",
        "> {private_key:-----BEGIN RSA PRIVATE KEY-----\n> MIIEpAIBAAKCAQEA7\n> abc\n> -----END RSA PRIVATE "
        "KEY-----}\n> x",
        "{private_key:-----BEGIN PRIVATE KEY-----\nMIIE}\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "{private_key:-----BEGIN PRIVATE KEY-----}!MIIE");
}

static void blanks_do_not_end_a_private_key(void **state)
{
    (void)state;
    static char text[70000];
    memset(text, ' ', sizeof(text));
    static const char begin[] = "{private_key:-----BEGIN PRIVATE KEY-----";
    static const char end[] = "MIIE -----END PRIVATE KEY-----} x";
    memcpy(text, begin, sizeof(begin) - 1);
    memcpy(text + sizeof(text) - sizeof(end), end, sizeof(end));
    assert_marked(text);
}

#define HALF_LINE "AoGBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8QuKUpRKfFL"
static void finds_private_keys_without_armour_behind_any_mark(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "{private_key:MIIEpQIBAAK" HALF_LINE HALF_LINE HALF_LINE "}",
        "key={private_key:MIIEpQIBAAK" HALF_LINE HALF_LINE HALF_LINE "}.",
        "/{private_key:MIIEpQIBAAK" HALF_LINE HALF_LINE HALF_LINE "}",
        "rsa-{private_key:MIIEpQIBAAK" HALF_LINE HALF_LINE HALF_LINE "}", "MIIEpQIBAAK" HALF_LINE);
}

static void finds_tokens_and_passwords_by_their_names(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "Cookie: PHPSESSID={session_token:4f0c8d1e7b2a9c3d5e6f7a8b9c}; x=1",
        "Authorization: Bearer {session_token:a1b2c3d4e5f6a7b8c9d0}", "token: sessionhandling is a word",
        "the tokens of configurable_products_are_many");
    assert_marked_in("password", "{session_token:hunter2}");
    assert_marked_in("customer.access_token", "{session_token:a1b2c3d4e5}");
    assert_marked_in("form_key", "{session_token:Zk4T9qLm2Xc7Vb1N}");
    assert_marked_in("password", "********");
    assert_marked_in("max_tokens", "4096");
    assert_marked_in("token", "the");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_keys_of_vendors),
        cmocka_unit_test(finds_every_key_of_those_that_are_joined),
        cmocka_unit_test(a_key_is_found_in_a_token_that_nobody_asked_for),
        cmocka_unit_test(finds_each_of_many_private_keys_whatever_is_between_their_lines),
        cmocka_unit_test(blanks_do_not_end_a_private_key),
        cmocka_unit_test(finds_private_keys_without_armour_behind_any_mark),
        cmocka_unit_test(words_that_begin_like_keys_are_none),
        cmocka_unit_test(finds_signed_tokens),
        cmocka_unit_test(finds_private_keys_however_they_are_spelled),
        cmocka_unit_test(finds_tokens_and_passwords_by_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
