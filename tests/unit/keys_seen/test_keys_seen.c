/* SPDX-License-Identifier: Apache-2.0 */
/* What a decision tells of a request's keys, and which of them refuse it. The keys here open nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/attributes.h"
#include "exeat/keys_seen.h"
#include "fake.h"

#define STRIPE                                                                                                         \
    "sk_live_"                                                                                                         \
    "51HqLyjWDarjtT1zdp7dcXq8"
#define GITHUB                                                                                                         \
    "ghp_"                                                                                                             \
    "hL3kZp9QwXr7TnVb2MsJc8YdFg5RaE1uKo0P"
#define AWS_ID                                                                                                         \
    "AKIA"                                                                                                             \
    "Q3EGRV7TWZ5XN2PL"

static struct vendor_key_index keys;
static struct message_head head;
static struct account account;
static struct keys_seen *seen;
static struct keys_seen_at at;

static int set_up(void **state)
{
    (void)state;
    fake_begin();
    vendor_key_index_init(&keys);
    message_head_reset(&head);
    account_open(&account, account_book_new(NULL), 1000);
    at = (struct keys_seen_at){.index = &keys, .account = &account, .way = {.host = TEXT("shop.example")}};
    seen = NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keys_seen_free(seen);
    account_book_free(account.book);
    fake_end();
    return 0;
}

static void carry(const char *name, const char *value)
{
    head.kinds[head.field_count] = FIELD_OTHER;
    head.fields[head.field_count++] = (struct field){text_from(name), text_from(value)};
}

/* Of the words of what is told: what became, where, whose; not the hash. */
static void assert_told(enum plan plan, enum reason reason, const char *expected)
{
    struct text told = keys_seen_tell(seen, plan, reason, TEXT(""));
    struct found found;
    struct buffer words = {0};
    while (found_next(&told, &found)) {
        struct text whose = text_part(found.what, 0, text_index(found.what, '/', 0));
        BUFFER_APPEND_ALL(&words, found.action, TEXT(" "), found.place, TEXT(" "), whose, TEXT(";"));
    }
    buffer_append_byte(&words, '\0');
    assert_string_equal(words.data, expected);
    buffer_clear(&words);
}

static bool goes_astray(void)
{
    struct detail detail = {0};
    return keys_seen_go_astray(seen, &detail);
}

static void nothing_is_told_of_nothing(void **state)
{
    (void)state;
    carry("Accept", "text/html");
    keys_seen_look(&seen, &at, &head);
    assert_null(seen);
    assert_false(goes_astray());
    assert_told(PLAN_FORWARD, REASON_RULE, "");
}

static void what_becomes_of_a_key_depends_on_whose_host_it_is_and_on_the_plan(void **state)
{
    (void)state;
    carry("X-Key", STRIPE);
    keys_seen_look(&seen, &at, &head);
    assert_true(goes_astray());
    assert_told(PLAN_FORWARD, REASON_RULE, "astray head.x-key stripe;");
    assert_told(PLAN_REFUSE, REASON_KEY_ELSEWHERE, "refused head.x-key stripe;");
    assert_told(PLAN_REFUSE, REASON_RULE, "held head.x-key stripe;");
    keys_seen_free(seen);
    seen = NULL;
    at.way.host = TEXT("api.stripe.com");
    keys_seen_look(&seen, &at, &head);
    assert_false(goes_astray());
    assert_told(PLAN_FORWARD, REASON_RULE, "sent head.x-key stripe;");
}

static void of_what_is_answered_here_no_head_goes_on_and_a_body_does(void **state)
{
    (void)state;
    at.way.host = TEXT("");
    carry("Authorization", "Bearer " STRIPE);
    keys_seen_look(&seen, &at, &head);
    assert_false(goes_astray());
    assert_told(PLAN_REROUTE, REASON_RULE, "held head.authorization stripe;");
    const struct canary_way way = {.keys = &seen};
    assert_int_equal(keys_seen_in_call(&way, &at, TEXT("{\"prompt\":\"is \\u201e" GITHUB " mine?\"}")), REASON_NONE);
    assert_true(goes_astray());
    assert_told(PLAN_REROUTE, REASON_RULE, "held head.authorization stripe;astray body github;");
    assert_told(PLAN_REFUSE, REASON_KEY_ELSEWHERE, "held head.authorization stripe;refused body github;");
}

static void software_that_anybody_runs_is_not_run_by_vendors_of_models(void **state)
{
    (void)state;
    carry("Private-Token", GITHUB);
    keys_seen_look(&seen, &at, &head);
    assert_false(goes_astray());
    assert_told(PLAN_FORWARD, REASON_RULE, "sent head.private-token github;");
    keys_seen_free(seen);
    seen = NULL;
    at.way.has_models = true;
    keys_seen_look(&seen, &at, &head);
    assert_true(goes_astray());
}

static void what_is_no_proof_is_told_and_refuses_nothing(void **state)
{
    (void)state;
    head.target.query = TEXT("X-Amz-Credential=" AWS_ID "%2F20260101%2Feu-west-1%2Fs3%2Faws4_request");
    keys_seen_look(&seen, &at, &head);
    assert_false(goes_astray());
    assert_told(PLAN_FORWARD, REASON_RULE, "astray query aws;");
}

/* Sixty at home ahead of it do not cover the one that is not. */
static void the_last_of_many_counts_as_the_first_does(void **state)
{
    (void)state;
    char names[60][16];
    at.way.host = TEXT("api.github.com");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        (void)snprintf(names[i], sizeof(names[i]), "x-%zu", i);
        carry(names[i], GITHUB);
    }
    carry("X-Last", STRIPE);
    keys_seen_look(&seen, &at, &head);
    assert_true(goes_astray());
    struct text told = keys_seen_tell(seen, PLAN_REFUSE, REASON_KEY_ELSEWHERE, TEXT("card flag 1 a"));
    struct found found;
    uint64_t refused = 0;
    uint64_t held = 0;
    while (found_next(&told, &found)) {
        refused += text_equal(found.action, TEXT("refused")) ? found.count : 0;
        held += text_equal(found.action, TEXT("held")) ? found.count : 0;
    }
    assert_int_equal(refused, 1);
    assert_int_equal(held, COUNT_OF(names));
}

static void a_key_in_two_spellings_is_told_once(void **state)
{
    (void)state;
    head.target.query = TEXT("a=%20&key=" STRIPE);
    keys_seen_look(&seen, &at, &head);
    assert_told(PLAN_FORWARD, REASON_RULE, "astray query stripe;");
    const struct carried_key in_body = {
        .key = vendor_key_rows(&(size_t){0}), .value = TEXT("a"), .in = CARRIED_IN_BODY};
    keys_seen_add(&seen, &at, &in_body, TEXT("customer;note 1"), false);
    keys_seen_add(&seen, &at, &in_body, TEXT("elsewhere"), false);
    assert_told(PLAN_FORWARD, REASON_RULE, "astray query stripe;held customer*note*1 pinecone;");
}

static struct decision_record shown(bool is_changed)
{
    struct decision_record record = {
        .method = head.method,
        .host = TEXT("a.rabogesuvitakonilepodu.evil.example"),
        .sni = TEXT("a.rabogesuvitakonilepodu.evil.example"),
        .personal.path = head.target.path,
        .personal.query = head.target.query,
    };
    keys_seen_show(seen, is_changed, &record);
    return record;
}

static void where_a_key_stood_a_star_is_shown(void **state)
{
    (void)state;
    head.target.path = TEXT("/v1/" STRIPE "/x");
    head.target.query = TEXT("page=2&key=" STRIPE);
    keys_seen_look(&seen, &at, &head);
    struct decision_record record = shown(false);
    assert_true(
        text_equal(record.personal.path, TEXT("/v1/*/x")) && text_equal(record.personal.query, TEXT("page=2&*")));
    record = shown(true);
    assert_true(text_equal(record.personal.path, TEXT("*")) && text_equal(record.personal.query, TEXT("*")));
}

static void of_a_request_with_a_canary_only_the_names_without_it_are_shown(void **state)
{
    (void)state;
    head.target.path = TEXT("/v1");
    head.method = TEXT("Rabogesuvitakonilepodu");
    keys_seen_add_canary(&seen, "word", TEXT("host"), TEXT(""));
    buffer_append(keys_seen_host(&seen), TEXT("*.evil.example"));
    struct decision_record record = shown(false);
    assert_true(text_equal(record.personal.path, TEXT("*")) && record.personal.query.length == 0);
    assert_true(text_equal(record.host, TEXT("*.evil.example")) && text_equal(record.sni, record.host));
    assert_true(text_equal(record.method, TEXT("*")));
    assert_string_equal(keys_seen_canary(seen), "word");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_told_of_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_becomes_of_a_key_depends_on_whose_host_it_is_and_on_the_plan, set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_what_is_answered_here_no_head_goes_on_and_a_body_does, set_up, tear_down),
        cmocka_unit_test_setup_teardown(software_that_anybody_runs_is_not_run_by_vendors_of_models, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_proof_is_told_and_refuses_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_last_of_many_counts_as_the_first_does, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_key_in_two_spellings_is_told_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(where_a_key_stood_a_star_is_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            of_a_request_with_a_canary_only_the_names_without_it_are_shown, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
