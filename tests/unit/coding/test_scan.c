/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loops, with and without SSE2, say what a loop over single bytes says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/coding/scan.h"
#include "portable.h"

enum { LENGTH = 64, ROUNDS = 20000 };

static uint32_t next_number(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* Mostly letters, so that what stops the loops is rare, and all bytes come. */
static void fill(char *bytes, uint32_t *state)
{
    for (size_t i = 0; i < LENGTH; i++) {
        uint32_t number = next_number(state);
        bytes[i] = (char)(number % 16 == 0 ? number >> 8 : 'a' + (number >> 8) % 26);
    }
}

static size_t plain_by_bytes(const char *at, size_t length)
{
    size_t count = 0;
    while (count < length && (unsigned char)at[count] >= 0x20 && (unsigned char)at[count] < 0x80 && at[count] != '"' &&
           at[count] != '\\')
        count++;
    return count;
}

static void plain_bytes_of_a_string_end_where_a_loop_says(void **context)
{
    (void)context;
    uint32_t state = 1;
    char bytes[LENGTH];
    for (size_t round = 0; round < ROUNDS; round++) {
        fill(bytes, &state);
        size_t length = next_number(&state) % (LENGTH + 1);
        size_t expected = plain_by_bytes(bytes, length);
        assert_int_equal((size_t)(scan_plain(bytes, bytes + length) - bytes), expected);
        assert_int_equal(portable_plain(bytes, length), expected);
    }
}

static void either_of_two_bytes_is_found_as_a_loop_says(void **context)
{
    (void)context;
    uint32_t state = 2;
    char bytes[LENGTH];
    for (size_t round = 0; round < ROUNDS; round++) {
        fill(bytes, &state);
        size_t length = next_number(&state) % (LENGTH + 1);
        char one = (char)next_number(&state);
        bool expected = memchr(bytes, one, length) != NULL || memchr(bytes, '%', length) != NULL;
        assert_int_equal(scan_has(bytes, length, one, '%'), expected);
        assert_int_equal(portable_has(bytes, length, one, '%'), expected);
    }
}

static void digits_of_base64_are_those_of_its_table(void **context)
{
    (void)context;
    for (unsigned value = 0; value < 256; value++) {
        char bytes[16];
        memset(bytes, (int)value, sizeof(bytes));
        unsigned expected = base64_has((char)value) ? 0xffff : 0;
        unsigned bits = 0;
        for (size_t i = 0; i < sizeof(bytes); i += SCAN_STEP)
            bits |= scan_base64_step(bytes + i) << i;
        assert_int_equal(bits, expected);
        assert_int_equal(portable_base64(bytes, sizeof(bytes)), expected);
    }
    assert_int_equal(portable_base64("aa.aaaaaaaaaaa.a", 16), 0xbffb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_bytes_of_a_string_end_where_a_loop_says),
        cmocka_unit_test(either_of_two_bytes_is_found_as_a_loop_says),
        cmocka_unit_test(digits_of_base64_are_those_of_its_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
