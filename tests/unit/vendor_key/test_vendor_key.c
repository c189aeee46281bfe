/* SPDX-License-Identifier: Apache-2.0 */
/* The table of keys: its order, its forms, and what tells a key from a placeholder. The keys here open nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/vendor_key.h"
#include "form.h"
#include "proof.h"
#include "table.h"

static const struct vendor_key *key_of(const char *text, const char *field)
{
    struct vendor_key_match match;
    struct vendor_key_index index;
    vendor_key_index_init(&index);
    return vendor_key_find(&index, text_from(text), 0, text_from(field), &match) ? match.key : NULL;
}

static void assert_key(const char *text, const char *provider)
{
    const struct vendor_key *key = key_of(text, "");
    if (key == NULL)
        fail_msg("'%s' was not found", text);
    assert_string_equal(key->provider, provider);
}

static void rows_stand_in_the_order_in_which_they_are_looked_for(void **state)
{
    (void)state;
    size_t count = 0;
    const struct vendor_key *rows = vendor_key_rows(&count);
    for (size_t i = 1; i < count; i++) {
        size_t before = table_literal(&rows[i - 1]);
        size_t now = table_literal(&rows[i]);
        int order =
            before == 0 || now == 0 ? (before == 0 ? 0 : 1) : memcmp(rows[i - 1].form, rows[i].form, TABLE_LEAD);
        if (order > 0 || (order == 0 && before != 0 && now > before))
            fail_msg("%s stands behind %s", rows[i].form, rows[i - 1].form);
    }
}

static void every_form_can_be_read(void **state)
{
    (void)state;
    size_t count = 0;
    const struct vendor_key *rows = vendor_key_rows(&count);
    struct form_fit fit;
    for (size_t i = 0; i < count; i++) {
        assert_false(form_fits(rows[i].form, TEXT("?"), &fit));
        assert_true(rows[i].provider[0] != '\0' && rows[i].kind[0] != '\0');
        assert_true(
            table_literal(&rows[i]) >= TABLE_LEAD || rows[i].context[0] != '\0' || rows[i].entropy != 0 ||
            strchr(rows[i].form, '~') != NULL || strstr(rows[i].form, "-us") != NULL ||
            strstr(rows[i].form, "JQQJ") != NULL || strstr(rows[i].form, "atlas") != NULL);
    }
}

static void a_hole_gives_back_what_the_rest_of_the_form_needs(void **state)
{
    (void)state;
    struct form_fit fit;
    assert_true(form_fits("a-%w{2,9}Q%w{2,9}", TEXT("a-xxQyy"), &fit));
    assert_int_equal(fit.length, 7);
    assert_true(form_fits("a%d{2,}b", TEXT("a123b"), &fit));
    assert_false(form_fits("a%d{2}", TEXT("a123"), &fit)); /* the alphabet goes on */
    assert_true(form_fits("a%d{2}", TEXT("a12b"), &fit));
    assert_true(form_fits("x/^%d{2}", TEXT("x/12"), &fit));
    assert_int_equal(fit.secret, 2);
}

static void keys_have_edges_of_their_own_alphabet(void **state)
{
    (void)state;
    assert_key("x=ghp_16C7e42F292c6912E7710c838347Ae178B4a;", "github");
    assert_key("\\nghp_16C7e42F292c6912E7710c838347Ae178B4a", "github"); /* behind an escape */
    assert_null(key_of("xghp_16C7e42F292c6912E7710c838347Ae178B4a", ""));
    assert_null(key_of("ghp_16C7e42F292c6912E7710c838347Ae178B4ab", ""));
    assert_null(key_of("ghp_16C7e42F292c6912E7710c838347Ae178B4", ""));
}

static void a_checksum_makes_it_certain_and_is_no_condition(void **state)
{
    (void)state;
    struct vendor_key_match match;
    struct vendor_key_index index;
    vendor_key_index_init(&index);
    assert_true(vendor_key_find(&index, TEXT("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"), 0, TEXT(""), &match));
    assert_int_equal(match.certainty, VENDOR_KEY_PROVED);
    assert_true(vendor_key_find(&index, TEXT("ghp_16C7e42F292c6912E7710c838347Ae178B4a"), 0, TEXT(""), &match));
    assert_int_equal(match.certainty, VENDOR_KEY_SURE);
}

static void a_plain_form_needs_a_word_beside_it(void **state)
{
    (void)state;
    assert_null(key_of("0f3a9c1e7b2d4f6a8c0e1b3d5f7a9c2e", ""));
    assert_string_equal(key_of("0f3a9c1e7b2d4f6a8c0e1b3d5f7a9c2e", "TWILIO_AUTH_TOKEN")->provider, "twilio");
    assert_key("algolia_key: '0f3a9c1e7b2d4f6a8c0e1b3d5f7a9c2e'", "algolia");
}

static void placeholders_are_no_keys(void **state)
{
    (void)state;
    assert_null(key_of("AKIAIOSFODNN7EXAMPLE", ""));
    assert_null(key_of("ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""));
    assert_null(key_of("ghp_abcdefghijklmnopqrstuvwxyz0123456789", ""));
    assert_true(proof_is_placeholder(TEXT("your_key_here")));
    assert_false(proof_is_placeholder(TEXT("16C7e42F292c6912E7710c838347Ae178B4a")));
}

static void entropy_is_that_of_the_characters(void **state)
{
    (void)state;
    assert_int_equal(proof_entropy(TEXT("aaaaaaaa")), 0);
    assert_int_equal(proof_entropy(TEXT("abababab")), 10);
    assert_int_equal(proof_entropy(TEXT("0123456789abcdef")), 40);
}

static void a_key_is_at_home_at_the_hosts_of_its_vendor(void **state)
{
    (void)state;
    const struct vendor_key *stripe = key_of("sk_live_51Hx9kL2mN4pQ6rS8tU0vW", "");
    assert_int_equal(vendor_key_at(stripe, TEXT("api.stripe.com")), VENDOR_KEY_AT_HOME);
    assert_int_equal(vendor_key_at(stripe, TEXT("api.stripe.com.evil.example")), VENDOR_KEY_AWAY);
    assert_int_equal(vendor_key_at(stripe, TEXT("notstripe.com")), VENDOR_KEY_AWAY);
    assert_int_equal(vendor_key_at(stripe, TEXT("")), VENDOR_KEY_AWAY);
}

static void a_key_of_software_that_anybody_runs_may_be_at_home_where_no_vendor_is(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "hvs.CAESIJlU02LQZq1tXH9kB3vWyRmN",
        "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",
        "glpat-Zk4T9qLm2Xc7Vb1Nn8Jh",
        "glsa_Zk4T9qLm2Xc7Vb1Nn8Jh5Gf3Ds6Aa01A_0f3a9c1e",
        "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",
        "sgp_0f3a9c1e7b2d4f6a_8c0e1b3d5f7a9c2e0f3a9c1e7b2d4f6a8c0e1b3d",
        "sgp_8c0e1b3d5f7a9c2e0f3a9c1e7b2d4f6a8c0e1b3d",
        "squ_8c0e1b3d5f7a9c2e0f3a9c1e7b2d4f6a8c0e1b3d",
    };
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        const struct vendor_key *key = key_of(keys[i], "");
        assert_non_null(key);
        assert_int_equal(vendor_key_at(key, TEXT("tools.shop.example")), VENDOR_KEY_PERHAPS_HOME);
        assert_int_equal(vendor_key_at(key, TEXT("api.stripe.com")), VENDOR_KEY_AWAY);
        assert_int_equal(vendor_key_at(key, TEXT("api.openai.com")), VENDOR_KEY_AWAY);
        assert_int_equal(vendor_key_at(key, TEXT("")), VENDOR_KEY_AWAY);
    }
    assert_int_equal(vendor_key_at(key_of(keys[1], ""), TEXT("api.github.com")), VENDOR_KEY_AT_HOME);
    assert_int_equal(vendor_key_at(key_of(keys[1], ""), TEXT("gitlab.com")), VENDOR_KEY_AWAY);
}

static void only_what_nothing_else_looks_like_is_certain(void **state)
{
    (void)state;
    assert_true(vendor_key_is_certain(key_of("sk_live_51Hx9kL2mN4pQ6rS8tU0vW", "")));
    assert_true(vendor_key_is_certain(key_of("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", "")));
    assert_false(vendor_key_is_certain(key_of("AKIAQ3EGRV7TWZ5XN2PL", "")));                   /* half of a pair */
    assert_false(vendor_key_is_certain(key_of("test_Zk4T9qLm2Xc7Vb1Nn8Jh5Gf3Ds6Aa0", "")));    /* others have such */
    assert_false(vendor_key_is_certain(key_of("0f3a9c1e7b2d4f6a8c0e1b3d5f7a9c2e", "TWILIO"))); /* by a word alone */
    assert_false(vendor_key_is_certain(
        key_of("sk-Zk4T9qLm2Xc7Vb1Nn8Jh5Gf3Ds6Aa01ATRFQ0aB1cD2eF3gH", ""))); /* gateways give out such */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_stand_in_the_order_in_which_they_are_looked_for),
        cmocka_unit_test(every_form_can_be_read),
        cmocka_unit_test(a_hole_gives_back_what_the_rest_of_the_form_needs),
        cmocka_unit_test(keys_have_edges_of_their_own_alphabet),
        cmocka_unit_test(a_checksum_makes_it_certain_and_is_no_condition),
        cmocka_unit_test(a_plain_form_needs_a_word_beside_it),
        cmocka_unit_test(placeholders_are_no_keys),
        cmocka_unit_test(entropy_is_that_of_the_characters),
        cmocka_unit_test(a_key_is_at_home_at_the_hosts_of_its_vendor),
        cmocka_unit_test(a_key_of_software_that_anybody_runs_may_be_at_home_where_no_vendor_is),
        cmocka_unit_test(only_what_nothing_else_looks_like_is_certain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
