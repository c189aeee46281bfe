/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept, and what is counted, stays within its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "names_internal.h"

enum { SECOND = 1000000 };

static struct host host_of(const char *text)
{
    struct host host;
    assert_true(host_parse(text_from(text), &host));
    return host;
}

static const struct kept *keep(struct kept_answers *kept, const struct host *host, uint32_t seconds, uint64_t now_us)
{
    static const struct address address = {{192, 0, 2, 1}, 4};
    struct dns_answer answer = {.count = 0};
    dns_answer_add_address(&answer, &address, seconds);
    return kept_add(kept, host, DNS_A, &answer, now_us);
}

static void an_answer_is_kept_for_its_ttl_and_an_hour_at_most(void **state)
{
    (void)state;
    struct kept_answers kept;
    struct host host = host_of("a.example");
    kept_init(&kept, 1);
    keep(&kept, &host, 60, 0);
    assert_non_null(kept_find(&kept, &host, DNS_A, 59 * (uint64_t)SECOND));
    assert_null(kept_find(&kept, &host, DNS_AAAA, 0));
    assert_null(kept_find(&kept, &host, DNS_A, 60 * (uint64_t)SECOND));
    keep(&kept, &host, 1000000, 0);
    assert_non_null(kept_find(&kept, &host, DNS_A, 3599 * (uint64_t)SECOND));
    assert_null(kept_find(&kept, &host, DNS_A, 3600 * (uint64_t)SECOND));
    assert_non_null(keep(&kept, &host, 0, 0)); /* good for whoever asked, and for nobody after */
    assert_null(kept_find(&kept, &host, DNS_A, 0));
    kept_forget(&kept);
    assert_int_equal(kept.count, 0);
    assert_int_equal(kept.bytes, 0);
}

static void those_that_were_used_last_stay(void **state)
{
    (void)state;
    struct kept_answers kept;
    struct host first = host_of("first.example");
    kept_init(&kept, 2);
    keep(&kept, &first, 60, 0);
    for (int i = 0; i < 2 * KEPT_MAX; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "n%d.example", i);
        struct host host = host_of(name);
        keep(&kept, &host, 60, 0);
        assert_non_null(kept_find(&kept, &first, DNS_A, 0));
    }
    struct host early = host_of("n0.example");
    assert_int_equal(kept.count, KEPT_MAX);
    assert_null(kept_find(&kept, &early, DNS_A, 0));
    kept_forget(&kept);
}

static bool take(struct names_budget *budget, const char *suffix, const char *name, size_t cost, uint64_t now_us)
{
    static const struct client client = {.address = {{127, 0, 0, 1}, 4}};
    return names_budget_take(budget, &client, text_from(suffix), text_from(name), cost, 10, now_us);
}

static void a_budget_is_for_different_names_within_a_minute(void **state)
{
    (void)state;
    struct names_budget *budget = names_budget_new();
    for (int i = 0; i < 10; i++) {
        char name[8] = {'n', (char)('0' + i)};
        assert_true(take(budget, "many.example", name, 1, SECOND));
    }
    assert_true(take(budget, "many.example", "n3", 1, SECOND)); /* known */
    assert_false(take(budget, "many.example", "new", 1, SECOND));
    assert_true(take(budget, "other.example", "new", 10, SECOND)); /* of its own */
    assert_false(take(budget, "other.example", "newer", 1, SECOND));
    assert_true(take(budget, "many.example", "new", 1, 62 * (uint64_t)SECOND));
    assert_false(take(budget, "third.example", "long", 11, SECOND));
    names_budget_free(budget);
}

static void many_suffixes_take_no_more_room(void **state)
{
    (void)state;
    struct names_budget *budget = names_budget_new();
    for (int i = 0; i < 20000; i++) {
        char suffix[32];
        (void)snprintf(suffix, sizeof(suffix), "s%d.example", i);
        (void)!take(budget, suffix, "a", 1, (uint64_t)i);
    }
    assert_true(take(budget, "s19999.example", "a", 10, 20000));
    names_budget_free(budget);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_kept_for_its_ttl_and_an_hour_at_most),
        cmocka_unit_test(those_that_were_used_last_stay),
        cmocka_unit_test(a_budget_is_for_different_names_within_a_minute),
        cmocka_unit_test(many_suffixes_take_no_more_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
