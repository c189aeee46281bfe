/* SPDX-License-Identifier: Apache-2.0 */
/* Small things that several modules share: lines of a text, a folder kept for one process, a sentence, a bucket, a code
 * point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/base/file.h"
#include "exeat/base/histogram.h"
#include "exeat/base/memory.h"

static void a_line_is_taken_when_it_ends(void **state)
{
    (void)state;
    struct text rest = TEXT("one\n\nhalf");
    struct text line;
    assert_true(text_take_line(&rest, &line) && text_equal(line, TEXT("one")));
    assert_true(text_take_line(&rest, &line) && line.length == 0);
    assert_false(text_take_line(&rest, &line));
    assert_true(text_equal(rest, TEXT("half")));
}

static void a_line_by_another_name_stays(void **state)
{
    (void)state;
    struct text rest = TEXT("size 12\nsize");
    struct text value;
    assert_false(text_take_named(&rest, TEXT("old "), &value));
    assert_true(text_take_named(&rest, TEXT("size "), &value) && text_equal(value, TEXT("12")));
    assert_false(text_take_named(&rest, TEXT("size"), &value)); /* it does not end */
    assert_true(text_equal(rest, TEXT("size")));
}

static void a_folder_is_kept_for_one_and_let_go_when_it_is_closed(void **state)
{
    (void)state;
    char folder[] = "/tmp/exeat-lock-XXXXXX";
    char path[sizeof(folder) + sizeof("/lock")];
    assert_non_null(mkdtemp(folder));
    int first = file_lock_folder(folder);
    assert_true(first >= 0);
    assert_int_equal(file_lock_folder(folder), -1);
    assert_int_equal(errno, EWOULDBLOCK);
    close(first);
    first = file_lock_folder(folder);
    assert_true(first >= 0);
    close(first);
    (void)snprintf(path, sizeof(path), "%s/lock", folder);
    unlink(path);
    rmdir(folder);
    assert_int_equal(file_lock_folder(folder), -1);
    assert_int_equal(errno, ENOENT);
}

static void a_sentence_says_where_what_and_why_if_anybody_knows(void **state)
{
    (void)state;
    char *known = file_sentence("/a", "cannot read it", "no such file");
    char *unknown = file_sentence("/a", "is not one", "");
    assert_string_equal(known, "/a: cannot read it: no such file");
    assert_string_equal(unknown, "/a: is not one");
    base_free(known);
    base_free(unknown);
}

static void a_value_is_counted_where_it_passes_no_bound_and_beyond_all_in_the_last(void **state)
{
    (void)state;
    static const uint64_t bounds[] = {10, 20};
    static const uint64_t values[] = {0, 10, 11, 20, 21, UINT64_MAX};
    static const size_t buckets[] = {0, 0, 1, 1, 2, 2};
    for (size_t i = 0; i < COUNT_OF(values); i++)
        assert_int_equal(histogram_bucket(bounds, COUNT_OF(bounds), values[i]), buckets[i]);
}

static void a_code_point_is_written_as_it_is_read(void **state)
{
    static const uint32_t codes[] = {0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        struct buffer out = {0};
        uint32_t code = 1;
        buffer_append_code(&out, codes[i]);
        assert_int_equal(text_utf8_length(buffer_text(&out), &code), out.length);
        assert_int_equal(code, codes[i]);
        buffer_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_taken_when_it_ends),
        cmocka_unit_test(a_line_by_another_name_stays),
        cmocka_unit_test(a_folder_is_kept_for_one_and_let_go_when_it_is_closed),
        cmocka_unit_test(a_sentence_says_where_what_and_why_if_anybody_knows),
        cmocka_unit_test(a_value_is_counted_where_it_passes_no_bound_and_beyond_all_in_the_last),
        cmocka_unit_test(a_code_point_is_written_as_it_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
