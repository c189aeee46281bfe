/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a store by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/store/segment.h"

static void a_name_says_which_segment_and_in_which_layout(void **state)
{
    (void)state;
    static const enum store_segment_layout layouts[] = {STORE_HOT, STORE_SEALED, STORE_PRIVATE};
    for (size_t i = 0; i < COUNT_OF(layouts); i++) {
        char name[STORE_NAME_SIZE];
        uint64_t first = 0;
        enum store_segment_layout layout;
        store_segment_name(0xfedcba9876543210, layouts[i], name);
        assert_true(store_segment_name_parse(name, &first, &layout));
        assert_true(first == 0xfedcba9876543210 && layout == layouts[i]);
    }
}

static void other_files_are_no_segments(void **state)
{
    (void)state;
    static const char *const names[] = {
        "lock", "seg-", "seg-0000000000000001", "seg-0000000000000001.db-wal", "seg-000000000000000g.db", "seg-1.db"};
    uint64_t first;
    enum store_segment_layout layout;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_false(store_segment_name_parse(names[i], &first, &layout));
}

static void sealed_segments_are_listed_in_their_order(void **state)
{
    (void)state;
    static const uint64_t firsts[] = {4096, 0, 17};
    char directory[] = "/tmp/exeat-store-XXXXXX";
    size_t count;
    assert_non_null(mkdtemp(directory));
    for (size_t i = 0; i < COUNT_OF(firsts); i++) {
        char *path = store_segment_path(directory, firsts[i], STORE_SEALED, "");
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_int_equal(fclose(file), 0);
        base_free(path);
    }
    uint64_t *list = store_sealed_list(directory, &count);
    assert_int_equal(count, COUNT_OF(firsts));
    assert_true(list[0] == 0 && list[1] == 17 && list[2] == 4096);
    base_free(list);
    for (size_t i = 0; i < COUNT_OF(firsts); i++) {
        char *path = store_segment_path(directory, firsts[i], STORE_SEALED, "");
        assert_int_equal(unlink(path), 0);
        base_free(path);
    }
    assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_says_which_segment_and_in_which_layout),
        cmocka_unit_test(other_files_are_no_segments),
        cmocka_unit_test(sealed_segments_are_listed_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
