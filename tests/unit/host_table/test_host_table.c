/* SPDX-License-Identifier: Apache-2.0 */
/* The table of hosts: as many probes as a name has labels, each suffix found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "exeat/host_table.h"

static void add(struct host_table *table, const char *written, uint32_t set)
{
    struct host_pattern pattern;
    assert_true(host_pattern_parse(text_from(written), &pattern));
    host_table_add(table, &pattern, 0)->set = set;
}

static size_t find(const struct host_table *table, const char *name, struct host_hit hits[HOST_HITS_MAX])
{
    struct host host;
    assert_true(host_parse(text_from(name), &host));
    return host_table_find(table, &host, hits);
}

static void finds_every_suffix_the_most_specific_first(void **state)
{
    (void)state;
    struct host_table table;
    struct host_hit hits[HOST_HITS_MAX];
    host_table_init(&table, 8);
    add(&table, "a.b.example", 1);
    add(&table, "*.b.example", 2);
    add(&table, "*.example", 3);
    add(&table, "b.example", 4);
    assert_int_equal(find(&table, "a.b.example", hits), 3);
    assert_int_equal(hits[0].set, 1);
    assert_true(hits[0].is_exact);
    assert_int_equal(hits[1].set, 2);
    assert_int_equal(hits[2].set, 3);
    assert_true(hits[1].specific > hits[2].specific);
    assert_int_equal(find(&table, "b.example", hits), 2); /* the apex is not below itself */
    assert_int_equal(hits[0].set, 4);
    assert_int_equal(find(&table, "xb.example", hits), 1);
    assert_int_equal(find(&table, "example", hits), 0);
    assert_int_equal(find(&table, "10.0.0.1", hits), 0);
    host_table_clear(&table);
}

static void finds_each_of_many(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    struct host_table table;
    struct host_hit hits[HOST_HITS_MAX];
    char name[64];
    host_table_init(&table, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        (void)snprintf(name, sizeof(name), i % 2 == 0 ? "h%u.example" : "*.a-rather-long-name-%u.example", i);
        add(&table, name, i + 1);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        (void)snprintf(name, sizeof(name), i % 2 == 0 ? "h%u.example" : "deep.er.a-rather-long-name-%u.example", i);
        assert_int_equal(find(&table, name, hits), 1);
        assert_int_equal(hits[0].set, i + 1);
    }
    assert_int_equal(find(&table, "h20000.example", hits), 0);
    host_table_clear(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_suffix_the_most_specific_first),
        cmocka_unit_test(finds_each_of_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
