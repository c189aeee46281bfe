/* SPDX-License-Identifier: Apache-2.0 */
/* The look before the walk: it never says no where a value has something, and says no to what shops send all day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/base/bytes.h"
#include "marked.h"

struct fixture {
    struct detect_set *set;
    struct detect_scratch *scratch;
    struct diags *diags;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    struct detect_options options = {.detectors = DETECTORS_BUILT_IN};
    fixture.diags = diags_new();
    fixture.set = detect_compile(&options, fixture.diags);
    fixture.scratch = detect_scratch_new();
    *state = &fixture;
    return fixture.set == NULL;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    detect_scratch_free(fixture->scratch);
    detect_free(fixture->set);
    diags_free(fixture->diags);
    return 0;
}

static void assert_json(void **state, const char *json, bool expected)
{
    struct fixture *fixture = *state;
    if (detect_may_have(fixture->set, fixture->scratch, text_from(json), DETECT_JSON) != expected)
        fail_msg("%s: %s", expected ? "was not seen" : "was seen", json);
}

static void sees_what_values_have(void **state)
{
    static const char *const texts[] = {
        "{\"a\":\"4111 1111 1111 1111\"}",
        "{\"a\":4111111111111111}",
        "{\"a\":\"4111\\u00a01111\\u00a01111\\u00a01111\"}",
        "{\"a\":\"\\u00a04111111111111111\"}",
        "{\"a\":\"x\\n4111111111111111\"}",
        "{\"a\":\"\\u0034111111111111111\"}",
        "{\"a\":\"\\uff14111111111111111\"}",
        "{\"a\":\"max@example.de\"}",
        "{\"a\":\"max\\u0040example.de\"}",
        "{\"firstname\":\"Anna\"}",
        "{\"first\\u006eame\":\"Anna\"}",
        "{ \"firstname\" : \"Anna\" }",
        "{\"street\":[\"Musterstr. 1\"]}",
        "{\"customer\":{\"name\":\"Anna\"}}",
        "{\"tier_prices\":[{\"qty\":10,\"value\":9.5}]}",
        "{\"cost\":12.5}",
        "{\"attribute_code\":\"cost\",\"value\":\"12.5\"}",
        "{\"dob\":\"1985-03-12\"}",
        "{\"a\":\"n\\u00e9e le 12\\/03\\/1985\"}",
        "{\"a\":\"\\nTel. 030\\/1234567\"}",
        "{\"phone_order\":\"please ring at 0301234567\"}",
        "{\"phone\":[{\"b\":1},\"601234567 or so it seems\"]}",
        "{\"a\":\"52\\u00b031'12\\\" N\"}",
        "{\"a\":\"IBAN DE89 3704 0044 0532 0130 00\"}",
        "{\"a\":\"\\u202fATU13585627\"}",
        "{\"a\":\"\\nRSSMRA85T10A562S\"}",
        "{\"a\":\"\\f2001:db8::8a2e:370:7334\"}",
        "{\"a\":\"key: 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\"}",
        "{\"a\":\"aws secret_access_key wJalrXUtnFEMI\\/K7MDENG\\/bPxRfiCYzEXbMPLqKE\"}",
        "{\"a\":\"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADAN\\n-----END PRIVATE KEY-----\"}",
        "{\"a\":\"token=\\\"a1b2c3d4e5f6a7b8c9d0\\\"\"}",
        "{\"password\":\"hunter2\"}",
        "{\"phone\":\": about 20242024.\"}",
        "{\"phone\": [ \":-)\", \": 20242024.\"]}",
        "{\"a\":\"{\\\"firstname\\\":\\\"Anna\\\"}\"}",
        "{\"a\\\\\":1,\"cost\":12.5}",
        "[{\"a\":{}}],[{\"phone\":[{} ]},\"601234567\"]",
        "{\"a\":\"Hauptstra\\u00dfe 5\"}",
        "{\"a\":\"W\\u00f6rtherstra\\u00dfe 5, 10435 Berlin\"}",
        "{\"a\":\"ul. D\\u0142uga 5\"}",
        "{\"a\":\"\\nCalle Alcal\\u00e1 12\"}",
        "{\"a\":\"5 rue \\u00c9mile Zola\"}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_json(state, texts[i], true);
}

/* A key behind a line end, and one far behind the backslash that hides it. */
static void sees_keys_that_escapes_touch(void **state)
{
    static const char line[] = "AoGBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8QuKUpRKfFL";
    struct buffer text = {0};
    buffer_printf(&text, "{\"a\":\"key\\nMIIEpQIBAAK%s%s%s%s\"}%c", line, line, line, line, '\0');
    assert_json(state, text.data, true);
    buffer_empty(&text);
    buffer_append_string(&text, "{\"a\":\"aws secret_access_key: x\\/");
    for (unsigned i = 0; i < 100; i++)
        buffer_append_string(&text, "0123456789abcdefABCDEF-._aaaaaaaaa");
    buffer_append_string(&text, "+secret_access_key=wJalrXUtnFEMI\\/K7MDENG\\/bPxRfiCYzEXbMPLqKE\"}");
    buffer_append_byte(&text, '\0');
    assert_json(state, text.data, true);
    buffer_clear(&text);
}

static void says_no_to_a_catalogue(void **state)
{
    static const char *const texts[] = {
        "{}",
        "",
        "{\"sku\":\"MH01-XS-Black\",\"name\":\"Chaz Kangeroo Hoodie\",\"price\":52.00,\"id\":4111111111111112,"
        "\"created_at\":\"2024-01-15 10:30:00\",\"updated_at\":\"2024-01-15T10:30:00+01:00\",\"status\":1}",
        "{\"ean\":\"4006381333931\",\"weight\":\"0.5000\",\"url_key\":\"chaz-kangeroo-hoodie-xs-black-2024\"}",
        "{\"url\":\"https:\\/\\/shop.example\\/media\\/catalog\\/product\\/cache\\/1\\/image\\/"
        "0f3a9c1e7b2d4f6a8c0e1b3d5f7a9c2e\\/a.jpg\"}",
        "{\"description\":\"F\\u00fcr Damen &amp; Herren, 100 % Baumwolle, 1.299,00 \\u20ac \\u2013 30\\u00a0Tage\"}",
        "{\"options\":[{\"label\":\"Size\",\"value\":\"XL\"}],\"phone\":null,\"email\":\"\",\"tier_prices\":[]}",
        "{\"gid\":\"gid:\\/\\/shopify\\/ProductVariant\\/41234567890123\",\"barcode\":\"4003994155486\"}",
        "{\"images\":[{\"src\":\"logo@2x.png\"}],\"max_tokens\":4096,\"@context\":\"https:\\/\\/schema.org\"}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_json(state, texts[i], false);
}

static void looks_at_every_byte_of_a_block(void **state)
{
    struct fixture *fixture = *state;
    struct buffer text = {0};
    for (size_t pad = 0; pad < 200; pad++) {
        buffer_empty(&text);
        for (size_t i = 0; i < pad; i++)
            buffer_append_byte(&text, '.');
        buffer_append_string(&text, " max@example.de");
        assert_true(detect_may_have(fixture->set, fixture->scratch, buffer_text(&text), DETECT_PLAIN));
        buffer_empty(&text);
        for (size_t i = 0; i < pad; i++)
            buffer_append_byte(&text, ' ');
        buffer_append_string(&text, "-----BEGIN PRIVATE KEY-----MIIEvQIBADAN");
        assert_true(detect_may_have(fixture->set, fixture->scratch, buffer_text(&text), DETECT_PLAIN));
    }
    buffer_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_what_values_have),
        cmocka_unit_test(sees_keys_that_escapes_touch),
        cmocka_unit_test(says_no_to_a_catalogue),
        cmocka_unit_test(looks_at_every_byte_of_a_block),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
