/* SPDX-License-Identifier: Apache-2.0 */
/* Keys in heads: where they are seen, in which spelling, and what is shown of the place. The keys here open nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/attributes.h"
#include "exeat/carried.h"

#define STRIPE                                                                                                         \
    "sk_live_"                                                                                                         \
    "51HqLyjWDarjtT1zdp7dcXq8"
#define GOOGLE                                                                                                         \
    "AIza"                                                                                                             \
    "SyD4kq1mVw8Zr2NxUe7Jt0PcYb5HgLf9Q3o"
#define GITHUB                                                                                                         \
    "ghp_"                                                                                                             \
    "hL3kZp9QwXr7TnVb2MsJc8YdFg5RaE1uKo0P"

struct seen {
    size_t count;
    char words[512];
};
static struct vendor_key_index keys;
static struct message_head head;

static void note(void *context, const struct carried_key *key)
{
    static const char *const places[] = {
        [CARRIED_IN_FIELD] = "field",
        [CARRIED_IN_QUERY] = "query",
        [CARRIED_IN_PATH] = "path",
        [CARRIED_IN_BODY] = "body"};
    struct seen *seen = context;
    size_t used = strlen(seen->words);
    seen->count++;
    if (used + 1 >= sizeof(seen->words))
        return;
    (void)snprintf(
        seen->words + used, sizeof(seen->words) - used, "%s %s%.*s;", key->key->provider, places[key->in],
        TEXT_ARG(key->field));
}

static void assert_seen(const char *expected)
{
    struct seen seen = {0};
    vendor_key_index_init(&keys);
    carried_look(&keys, &head, note, &seen);
    assert_string_equal(seen.words, expected);
}

static void ask(const char *path, const char *query)
{
    message_head_reset(&head);
    head.target.path = text_from(path);
    head.target.query = text_from(query);
}

static void carry(const char *name, const char *value)
{
    head.kinds[head.field_count] = FIELD_OTHER;
    head.fields[head.field_count++] = (struct field){text_from(name), text_from(value)};
}

static void a_key_is_seen_in_whichever_field_a_client_has_put_it(void **state)
{
    (void)state;
    static const char *const names[] = {"Authorization", "x-api-key", "X-Goog-Api-Key", "api-key",
                                        "Cookie",        "X-Shop",    "Referer"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char expected[64];
        ask("/", "");
        carry(names[i], "token=" STRIPE);
        (void)snprintf(expected, sizeof(expected), "stripe field%s;", names[i]);
        assert_seen(expected);
    }
}

static void path_and_query_are_looked_at_as_they_are_meant(void **state)
{
    (void)state;
    ask("/v1/" STRIPE "/x", "a=1&key=" GOOGLE);
    assert_seen("stripe path;google query;");
    ask("/v1", "key=%41Iza"
               "SyD4kq1mVw8Zr2NxUe7Jt0PcYb5HgLf9Q3o");
    assert_seen("google query;");
}

static void basic_credentials_are_opened(void **state)
{
    (void)state;
    ask("/", "");
    carry(
        "Authorization",
        "basic c2tfbGl2ZV81MUhxTHlqV0Rhcmp0VDF6ZHA3ZGNYcTg6"); /* the key, as a name without password */
    assert_seen("stripe fieldAuthorization;");
}

static void basic_credentials_are_opened_as_the_most_forgiving_reader_opens_them(void **state)
{
    (void)state;
    static const char *const values[] = {
        "Basic c2tfbGl2ZV81MUhxTHlqV0Rhcmp0VDF6ZHA3ZGNYcTg6eA",    /* no padding */
        "Basic c2tfbGl2ZV81MUhxTHlqV0Rhcmp0VDF6ZHA3ZGNYcTg6eA=",   /* half of it */
        "Basic\tc2tfbGl2ZV81MUhxTHlqV0Rhcmp0VDF6ZHA3ZGNYcTg6eA==", /* a tab */
        "BASIC  \t c2tfbGl2ZV81 MUhxTHlqV0Rhcmp0VDF6ZHA3ZGNYcTg6eA== ",
        "Basic c2tfbGl2ZV81MUhxTHlqV0Rhcmp0VDF6ZHA3ZGNYcTg6eB",   /* bits are left over */
        "Basic c2tfbGl2ZV81MUhxTHlqV0Rhcmp0VDF6ZHA3ZGNYcTg6-_-_", /* the other alphabet */
        "Basic \"c2tfbGl2ZV81MUhxTHlqV0Rhcmp0VDF6ZHA3ZGNYcTg6eA\"",
        "Basic Onh4Onh4eDpza19saXZlXzUxSHFMeWpXRGFyanRUMXpkcDdkY1hxOA", /* a password */
        "Basic " STRIPE};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        ask("/", "");
        carry("Authorization", values[i]);
        assert_seen("stripe fieldAuthorization;");
    }
}

static void escapes_are_undone_thrice_and_what_is_written_counts_too(void **state)
{
    (void)state;
    ask("/", "a=%2573k_live_51HqLyjWDarjtT1zdp7dcXq8");
    assert_seen("stripe query;");
    ask("/", "a=%252573k_live_51HqLyjWDarjtT1zdp7dcXq8");
    assert_seen("stripe query;");
    ask("/", "a=" GITHUB "%41"); /* undone it is none any more */
    assert_seen("github query;");
    ask("/", "a=%73%6b_live%5f%35%31HqLyjWDarjtT1zdp7dcXq8&b=%zz%4");
    assert_seen("stripe query;");
}

static void what_does_not_go_on_is_passed_over_and_all_else_is_looked_at(void **state)
{
    (void)state;
    ask("/", "");
    carry("Proxy-Authorization", STRIPE);
    head.kinds[0] = FIELD_HOP;
    carry("User-Agent", "shop/1 " STRIPE);
    head.kinds[1] = FIELD_END_TO_END;
    carry("X-Forwarded-For", STRIPE);
    head.kinds[2] = FIELD_REQUEST_HOP;
    carry("Accept-Language", GITHUB);
    head.kinds[3] = FIELD_OTHER;
    assert_seen("stripe fieldUser-Agent;github fieldAccept-Language;");
}

static void innocent_heads_have_none(void **state)
{
    (void)state;
    ask("/products/4006381333931/sk_live_", "page=2&sort=price&token=0123456789abcdef0123456789abcdef");
    carry("Cookie", "PHPSESSID=9f86d081884c7d659a2feaa0c55ad015; form_key=Zk3v9QpLr8Tn2XwB");
    carry("If-None-Match", "\"33a64df551425fcc55e4d42a148795d9f25f89d4\"");
    carry("Authorization", "Bearer sk_live_xxxxxxxxxxxxxxxxxxxxxxxx");
    assert_seen("");
}

static void every_one_of_many_is_told(void **state)
{
    (void)state;
    struct seen seen = {0};
    vendor_key_index_init(&keys);
    ask("/", "");
    for (size_t i = 0; i < FIELDS_MAX; i++)
        carry("X", GITHUB);
    carried_look(&keys, &head, note, &seen);
    assert_int_equal(seen.count, FIELDS_MAX);
}

static void a_body_is_looked_at_as_it_is(void **state)
{
    (void)state;
    struct seen seen = {0};
    vendor_key_index_init(&keys);
    carried_look_at_body(&keys, TEXT("{\"a\":\"use\\n" STRIPE "\"}"), note, &seen);
    assert_string_equal(seen.words, "stripe body;");
}

static void json_is_taken_at_its_word_only_where_it_has_no_other_spelling(void **state)
{
    (void)state;
    static const char *const spelled[] = {
        "{\"a\":\"\\u201e" STRIPE "\"}", "{\"a\":\"sk%5flive\"}", "{\"a\":\"sk&lowbar;live\"}",
        "{\"a\":\"c2tfbGl2ZV81MUhxTHlqV0Rhcmp0VDF6ZHA3ZGNYcTg6\"}"};
    for (size_t i = 0; i < COUNT_OF(spelled); i++)
        assert_true(carried_may_be_spelled(text_from(spelled[i])));
    assert_false(carried_may_be_spelled(TEXT("{\"model\":\"gpt-4o\",\"content\":\"was kostet das?\"}")));
}

static void assert_shown(const char *text, char separator, const char *expected)
{
    struct buffer out = {0};
    buffer_append(&out, TEXT("before "));
    vendor_key_index_init(&keys);
    carried_show(&keys, text_from(text), separator, &out);
    buffer_append_byte(&out, '\0');
    assert_string_equal(out.data + strlen("before "), expected);
    buffer_clear(&out);
}

static void what_is_shown_has_no_key_in_it(void **state)
{
    (void)state;
    assert_shown("a=1&key=" GOOGLE "&b=2", '&', "a=1&*&b=2");
    assert_shown("/bot/" STRIPE, '/', "/bot/*");
    assert_shown("/a/%73k_live_51HqLyjWDarjtT1zdp7dcXq8/b", '/', "/a/*/b");
    assert_shown("a=%2573k_live_51HqLyjWDarjtT1zdp7dcXq8&b=2", '&', "*&b=2");
    assert_shown("a=1&b=2", '&', "*"); /* nobody asks of such, and in doubt nothing is shown */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_seen_in_whichever_field_a_client_has_put_it),
        cmocka_unit_test(path_and_query_are_looked_at_as_they_are_meant),
        cmocka_unit_test(basic_credentials_are_opened),
        cmocka_unit_test(basic_credentials_are_opened_as_the_most_forgiving_reader_opens_them),
        cmocka_unit_test(escapes_are_undone_thrice_and_what_is_written_counts_too),
        cmocka_unit_test(what_does_not_go_on_is_passed_over_and_all_else_is_looked_at),
        cmocka_unit_test(innocent_heads_have_none),
        cmocka_unit_test(every_one_of_many_is_told),
        cmocka_unit_test(a_body_is_looked_at_as_it_is),
        cmocka_unit_test(json_is_taken_at_its_word_only_where_it_has_no_other_spelling),
        cmocka_unit_test(what_is_shown_has_no_key_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
