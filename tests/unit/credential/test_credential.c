/* SPDX-License-Identifier: Apache-2.0 */
/* Placeholders, where they stand, and the secret taken out of answers in any pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/credential.h"

#define PLACE "placeholder-of-stripe"
#define SECRET "sk_live/4eC39Hq+LyjWDarjtT1zdp7dc"

static struct credential stripe(const char *template)
{
    struct credential credential = {.name = TEXT("stripe"), .placeholder = TEXT(PLACE)};
    assert_true(credential_template_parse(text_from(template), &credential));
    secret_take(&credential.secret, TEXT(SECRET));
    credential_make_ready(&credential);
    return credential;
}

static struct message_head *head_of(const char *path, const char *query, const char *name, const char *value)
{
    struct message_head *head = calloc(1, sizeof(*head));
    message_head_reset(head);
    head->target.path = text_from(path);
    head->target.query = text_from(query);
    head->fields[0] = (struct field){TEXT("Host"), TEXT("api.stripe.example")};
    head->fields[1] = (struct field){text_from(name), text_from(value)};
    head->field_count = 2;
    return head;
}

static void a_template_is_a_field_with_one_place(void **state)
{
    (void)state;
    struct credential credential = {0};
    static const char *const good[] = {"Authorization: Bearer {}", "X-Api-Key: {}", "Authorization:Token token=\"{}\""};
    static const char *const bad[] = {
        "",         "Authorization",      "Authorization: Bearer", "Authorization: {} {}", ": {}", "A b: {}",
        "Host: {}", "Content-Length: {}", "connection: {}",        "X: {}\r\nY: z",        "{}",   "X{}: y",
        "Range: {}"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(credential_template_parse(text_from(good[i]), &credential));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(credential_template_parse(text_from(bad[i]), &credential));
}

static void placeholders_and_secrets_have_their_forms(void **state)
{
    (void)state;
    assert_true(credential_is_placeholder(TEXT("abcdefghijklmno1")));
    assert_false(credential_is_placeholder(TEXT("abcdefghijklmno")));
    assert_false(credential_is_placeholder(TEXT("abcdefghijklmno/")));
    assert_true(credential_is_secret(TEXT(SECRET)));
    assert_false(credential_is_secret(TEXT("short")));
    assert_false(credential_is_secret(TEXT("two lines of\nthat are long")));
    assert_false(credential_is_secret(TEXT("a secret that has spaces")));
}

static void check_head(const char *path, const char *query, const char *name, const char *value, const char *expected)
{
    struct credential credential = stripe("Authorization: Bearer {}");
    struct message_head *head = head_of(path, query, name, value);
    struct text where = TEXT("");
    bool found = credential_is_in_head(&credential, head, true, &where);
    assert_int_equal(found, expected != NULL);
    if (found)
        assert_true(text_equal(where, text_from(expected)));
    free(head);
    credential_clear(&credential);
}

static void the_placeholder_is_found_wherever_it_does_not_belong(void **state)
{
    (void)state;
    check_head("/v1", "", "Authorization", "Bearer " PLACE, NULL);
    check_head("/v1", "", "authorization", "Bearer " PLACE, NULL);
    check_head("/v1/" PLACE, "", "A", "b", "path");
    check_head("/v1/%70laceholder-of-stripe", "", "A", "b", "path");
    check_head("/v1", "key=" PLACE, "A", "b", "query");
    check_head("/v1", "key=placeholder%2Dof%2dstripe", "A", "b", "query");
    check_head("/v1", "", "Cookie", "a=" PLACE, "Cookie");
    check_head("/v1", "", PLACE, "a", PLACE);
    check_head("/v1", "", "Authorization", "Bearer  " PLACE, "Authorization");
    check_head("/v1", "", "Authorization", "Token " PLACE, "Authorization");
    check_head("/v1", "", "Authorization", "Bearer " PLACE ",x", "Authorization");
    check_head("/v1", "", "Authorization", "Basic cGxhY2Vob2xkZXItb2Ytc3RyaXBlOg==", "Authorization");
    check_head("/v1", "%", "Authorization", "Basic !!", NULL);
    check_head("/v1", "", "X-Key", "cGxhY2Vob2xkZXItb2Ytc3RyaXBl", "X-Key");
}

/* printf %s PLACE | base64, behind none, one and two bytes, and so on. */
static void the_placeholder_is_found_in_every_spelling_that_has_a_name(void **state)
{
    (void)state;
    static const char *const spelled[] = {
        PLACE,
        "a=" PLACE "&b",
        "placeholder%2dof%2Dstripe",
        "%70%6c%61%63%65%68%6f%6c%64%65%72%2d%6f%66%2d%73%74%72%69%70%65",
        "placeholder%252dof%25252Dstripe",
        "{\"a\":\"placeholder\\u002dof\\u002Dstripe\"}",
        "{\"a\":\"{\\\"b\\\":\\\"\\\\u0070laceholder-of-stripe\\\"}\"}",
        "'placeholder\\x2dof-stripe'",
        "<a>placeholder&#45;of&#x2D;stripe</a>",
        "Basic cGxhY2Vob2xkZXItb2Ytc3RyaXBlOg==",
        "Basic dTpwbGFjZWhvbGRlci1vZi1zdHJpcGU=",
        "Basic dXNlcjpwbGFjZWhvbGRlci1vZi1zdHJpcGU=",
        "cHBwbGFjZWhvbGRlci1vZi1zdHJpcGVxcXE",
        "706c616365686f6c6465722d6f662d737472697065",
        "706C616365686F6C6465722D6F662D737472697065",
        "%" PLACE,
        "\\\\\\\\\\" PLACE,
        "placeholder-of-placeholder-of-stripe",
        "placeholder-of-s%" PLACE "&am",
    };
    static const char *const others[] = {
        "",
        "placeholder-of-strip",
        "placeholder-of stripe",
        "placeholder%2gof-stripe",
        "%",
        "\\",
        "&",
        "&#;",
        "&#x;",
        "placeholder&#301;of-stripe",
        "placeholder&#0000045;of-stripe",
        "placeholder\\u0f2dof-stripe",
        "Placeholder-of-stripe"};
    struct credential credential = stripe("Authorization: Bearer {}");
    for (size_t i = 0; i < sizeof(spelled) / sizeof(spelled[0]); i++)
        if (!credential_is_in(&credential, text_from(spelled[i])))
            fail_msg("not found: %s", spelled[i]);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (credential_is_in(&credential, text_from(others[i])))
            fail_msg("found: %s", others[i]);
    assert_true(credential_is_in_host(&credential, TEXT("x.placeHolder-OF-stripe.example")));
    assert_false(credential_is_in_host(&credential, TEXT("placeholder-of.stripe.example")));
    credential_clear(&credential);
}

static void elsewhere_its_own_field_is_no_place_for_it(void **state)
{
    (void)state;
    struct credential credential = stripe("Authorization: Bearer {}");
    struct message_head *head = head_of("/", "", "Authorization", "Bearer " PLACE);
    struct text where;
    assert_true(credential_is_in_head(&credential, head, false, &where));
    free(head);
    credential_clear(&credential);
}

static void it_is_asked_for_by_one_field_alone(void **state)
{
    (void)state;
    struct credential credential = stripe("Authorization: Bearer {}");
    struct message_head *head = head_of("/", "", "AUTHORIZATION", "Bearer " PLACE);
    assert_true(credential_is_asked_for(&credential, head));
    head->fields[head->field_count++] = (struct field){TEXT("Authorization"), TEXT("Bearer sk_live_of_another")};
    assert_false(credential_is_asked_for(&credential, head));
    head->field_count = 1;
    assert_false(credential_is_asked_for(&credential, head));
    free(head);
    credential_clear(&credential);
}

static void what_goes_out_is_the_template_with_the_secret(void **state)
{
    (void)state;
    struct credential credential = stripe("X-Token: a={};b");
    struct buffer value = {0};
    credential_write(&credential, &value);
    assert_true(text_equal(buffer_text(&value), TEXT("a=" SECRET ";b")));
    buffer_clear(&value);
    credential_clear(&credential);
}

/* Whatever the pieces: the same, and as long. */
static void check_mask(const char *answer, const char *expected)
{
    struct credential credential = stripe("Authorization: Bearer {}");
    struct credential_mask *mask = credential_mask_new(&credential);
    struct text text = text_from(answer);
    for (size_t step = 1; step <= text.length; step++) {
        struct buffer out = {0};
        credential_mask_begin(mask);
        for (size_t at = 0; at < text.length; at += step)
            credential_mask_feed(mask, text_part(text, at, step), &out);
        credential_mask_end(mask, &out);
        assert_true(text_equal(buffer_text(&out), text_from(expected)));
        buffer_clear(&out);
    }
    credential_mask_free(mask);
    credential_clear(&credential);
}

/* As it is, and then with each byte of what is between < and > covered. */
static void check_cover(const char *marked)
{
    struct buffer answer = {0};
    struct buffer expected = {0};
    bool is_in = false;
    for (const char *at = marked; *at != '\0'; at++) {
        if (*at == '{' || *at == '}') {
            is_in = *at == '{';
            continue;
        }
        buffer_append_byte(&answer, *at);
        buffer_append_byte(&expected, is_in ? '*' : *at);
    }
    buffer_append_byte(&answer, '\0');
    buffer_append_byte(&expected, '\0');
    check_mask(answer.data, expected.data);
    buffer_clear(&answer);
    buffer_clear(&expected);
}

/* sk_live/4eC39Hq+LyjWDarjtT1zdp7dc */
static void the_secret_is_taken_out_of_an_answer_in_any_pieces_and_spellings(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "no such thing",
        "got [{" SECRET "}]",
        "{" SECRET SECRET "}",
        "sk_live/sk_liv{" SECRET "}sk_l",
        "\"a\":\"{sk_live\\/4eC39Hq+LyjWDarjtT1zdp7dc}\"",
        "\"a\":\"{sk_live\\u002f4eC39Hq\\u002BLyjWDarjtT1zdp7dc}\"",
        "\\\"a\\\":\\\"{sk_live\\\\\\/4eC39Hq+LyjWDarjtT1zdp7dc}\\\"",
        "a={sk_live%2F4eC39Hq%2BLyjWDarjtT1zdp7dc}&",
        "a={sk_live%2f4eC39Hq%2bLyjWDarjtT1zdp7dc}&",
        "a={sk_live%252F4eC39Hq%25252BLyjWDarjtT1zdp7dc}&",
        "a={%73k_live/4eC39Hq+LyjWDarjtT1zdp7d%63}",
        "<b>{sk_live&#47;4eC39Hq&#x2b;LyjWDarjtT1zdp7dc}</b>",
        "{c2tfbGl2ZS80ZUMzOUhxK0x5aldEYXJqdFQxemRwN2Rj}",
        "Basic dX{NrX2xpdmUvNGVDMzlIcStMeWpXRGFyanRUMXpkcDdkY}w==",
        "Basic dTp{za19saXZlLzRlQzM5SHErTHlqV0Rhcmp0VDF6ZHA3ZG}M=",
        "{c2tfbGl2ZS80ZUMzOUhxK0x5aldEYXJqdFQxemRwN2Rj}Cg==",
        "{736b5f6c6976652f346543333948712b4c796a574461726a7454317a6470376463}",
        "x{736B5F6C6976652F346543333948712B4C796A574461726A7454317A6470376463}",
        "100%, 100%25, \\, &, &amp; &#38; s sk_live\\/4eC39Hq%2",
    };
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        check_cover(answers[i]);
}

/* Bytes that are signs of escapes themselves, in a secret and as others spell them. */
static void a_secret_that_looks_like_escapes_is_found_as_it_is_and_escaped(void **state)
{
    (void)state;
    static const char *const spelled[] = {
        "a%25b\\n&amp;c%%%%%%", "a%2525b%5Cn%26amp%3Bc%25%25%25%25%25%25", "a%25b\\\\n&amp;c%%%%%%",
        "a%25b\\n&amp;amp;c%%%%%%"};
    struct credential credential = {.name = TEXT("odd"), .placeholder = TEXT(PLACE)};
    secret_take(&credential.secret, TEXT("a%25b\\n&amp;c%%%%%%"));
    credential_make_ready(&credential);
    struct credential_mask *mask = credential_mask_new(&credential);
    for (size_t i = 0; i < sizeof(spelled) / sizeof(spelled[0]); i++) {
        struct text text = text_from(spelled[i]);
        for (size_t step = 1; step <= text.length; step++) {
            struct buffer out = {0};
            for (size_t at = 0; at < text.length; at += step)
                credential_mask_feed(mask, text_part(text, at, step), &out);
            credential_mask_end(mask, &out);
            assert_int_equal(out.length, text.length);
            for (size_t at = 0; at < out.length; at++)
                if (out.data[at] != '*')
                    fail_msg("%s in %zu: %.*s", spelled[i], step, TEXT_ARG(buffer_text(&out)));
            buffer_clear(&out);
        }
    }
    credential_mask_free(mask);
    credential_clear(&credential);
}

static void what_was_held_of_one_answer_is_not_said_in_the_next(void **state)
{
    (void)state;
    struct credential credential = stripe("Authorization: Bearer {}");
    struct credential_mask *mask = credential_mask_new(&credential);
    struct buffer out = {0};
    credential_mask_feed(mask, TEXT("sk_li"), &out);
    credential_mask_begin(mask);
    credential_mask_feed(mask, TEXT("x"), &out);
    credential_mask_end(mask, &out);
    assert_true(text_equal(buffer_text(&out), TEXT("x")));
    buffer_clear(&out);
    credential_mask_free(mask);
    credential_clear(&credential);
}

static void the_secret_is_taken_out_of_a_head(void **state)
{
    (void)state;
    struct credential credential = stripe("Authorization: Bearer {}");
    struct credential_mask *mask = credential_mask_new(&credential);
    struct message_head *head = head_of("/", "", "X-Echo", "Bearer " SECRET);
    head->phrase = TEXT("OK " SECRET);
    head->fields[2] = (struct field){TEXT("X-" SECRET), TEXT("b=sk_live%2F4eC39Hq%2BLyjWDarjtT1zdp7dc")};
    head->field_count = 3;
    credential_mask_head(mask, head);
    assert_true(text_equal(head->fields[1].value, TEXT("Bearer *********************************")));
    assert_true(text_equal(head->fields[0].value, TEXT("api.stripe.example")));
    assert_true(text_equal(head->fields[2].name, TEXT("X-*********************************")));
    assert_true(text_equal(head->fields[2].value, TEXT("b=*************************************")));
    assert_true(text_equal(head->phrase, TEXT("OK *********************************")));
    credential_mask_free(mask);
    free(head);
    credential_clear(&credential);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_template_is_a_field_with_one_place),
        cmocka_unit_test(placeholders_and_secrets_have_their_forms),
        cmocka_unit_test(the_placeholder_is_found_wherever_it_does_not_belong),
        cmocka_unit_test(the_placeholder_is_found_in_every_spelling_that_has_a_name),
        cmocka_unit_test(elsewhere_its_own_field_is_no_place_for_it),
        cmocka_unit_test(it_is_asked_for_by_one_field_alone),
        cmocka_unit_test(what_goes_out_is_the_template_with_the_secret),
        cmocka_unit_test(the_secret_is_taken_out_of_an_answer_in_any_pieces_and_spellings),
        cmocka_unit_test(a_secret_that_looks_like_escapes_is_found_as_it_is_and_escaped),
        cmocka_unit_test(what_was_held_of_one_answer_is_not_said_in_the_next),
        cmocka_unit_test(the_secret_is_taken_out_of_a_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
