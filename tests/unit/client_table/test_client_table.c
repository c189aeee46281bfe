/* SPDX-License-Identifier: Apache-2.0 */
/* The table of clients: each under its name and under the strongest of what it is known by, who asks for more first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "exeat/client_table.h"

enum { NOBODY = UINT32_MAX };

/* The next who has the key, or NOBODY. */
static uint32_t next(
    const struct client_table *table, enum client_fact fact, struct bytes bytes, uint8_t prefix,
    struct client_walk *walk)
{
    const struct client_key key = {fact, prefix, bytes};
    uint32_t client = NOBODY;
    return client_table_next(table, &key, walk, &client) ? client : NOBODY;
}

static uint32_t first(const struct client_table *table, enum client_fact fact, struct text text)
{
    return next(table, fact, bytes_of_text(text), 0, &(struct client_walk){0});
}

static void each_client_is_under_its_name_and_its_strongest_fact(void **state)
{
    (void)state;
    struct settings_client clients[] = {
        {.name.text = TEXT_INIT("a"), .certificate = TEXT_INIT("a.example"), .listener.text = TEXT_INIT("php")},
        {.name.text = TEXT_INIT("b"), .user = TEXT_INIT("bob"), .has_secret = true},
        {.name.text = TEXT_INIT("c"), .listener.text = TEXT_INIT("php")},
    };
    const struct settings_lists lists = {.clients = clients, .client_count = COUNT_OF(clients)};
    struct client_table table = {0};
    client_table_fill(&table, &lists);
    assert_int_equal(first(&table, FACT_NAME, TEXT("a")), 0);
    assert_int_equal(first(&table, FACT_NAME, TEXT("c")), 2);
    assert_int_equal(first(&table, FACT_CERTIFICATE, TEXT("a.example")), 0);
    assert_int_equal(first(&table, FACT_USER, TEXT("bob")), 1);
    assert_int_equal(first(&table, FACT_LISTENER, TEXT("php")), 2); /* the first asks for a certificate too */
    assert_int_equal(first(&table, FACT_USER, TEXT("a")), NOBODY);
    assert_int_equal(first(&table, FACT_NAME, TEXT("")), NOBODY);
    client_table_clear(&table);
}

static void of_those_with_one_key_who_asks_for_more_comes_first(void **state)
{
    (void)state;
    struct settings_client clients[] = {
        {.name.text = TEXT_INIT("any"), .owner = {true, 33}},
        {.name.text = TEXT_INIT("here"), .owner = {true, 33}, .listener.text = TEXT_INIT("php")},
        {.name.text = TEXT_INIT("other"), .owner = {true, 34}},
    };
    const struct settings_lists lists = {.clients = clients, .client_count = COUNT_OF(clients)};
    const uint32_t uid = 33;
    const struct bytes key = {(const uint8_t *)&uid, sizeof(uid)};
    struct client_walk walk = {0};
    struct client_table table = {0};
    client_table_fill(&table, &lists);
    assert_int_equal(next(&table, FACT_UID, key, 0, &walk), 1);
    assert_int_equal(next(&table, FACT_UID, key, 0, &walk), 0);
    assert_int_equal(next(&table, FACT_UID, key, 0, &walk), NOBODY);
    client_table_clear(&table);
}

static void finds_each_of_many_and_nobody_in_an_empty_one(void **state)
{
    (void)state;
    enum { MANY = 1000 };
    static struct settings_client clients[MANY];
    static char names[MANY][16];
    struct settings_lists lists = {.clients = clients};
    struct client_table table = {0};
    client_table_fill(&table, &lists);
    assert_int_equal(first(&table, FACT_NAME, TEXT("n0")), NOBODY);
    for (size_t i = 0; i < MANY; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "n%zu", i);
        clients[i] = (struct settings_client){.name.text = text_from(names[i]), .listener.text = TEXT_INIT("php")};
    }
    lists.client_count = MANY;
    client_table_fill(&table, &lists);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(first(&table, FACT_NAME, text_from(names[i])), i);
    client_table_clear(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_client_is_under_its_name_and_its_strongest_fact),
        cmocka_unit_test(of_those_with_one_key_who_asks_for_more_comes_first),
        cmocka_unit_test(finds_each_of_many_and_nobody_in_an_empty_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
