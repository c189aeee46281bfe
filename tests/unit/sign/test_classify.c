/* SPDX-License-Identifier: Apache-2.0 */
/* From bytes to bits: with vectors of either width as byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "classify.h"
#include "classify_avx2.h"

static void assert_same(const char *bytes, char also_token)
{
    struct sign_masks each;
    struct sign_masks masks;
    memset(&masks, 0xff, sizeof(masks));
    classify_each(bytes, also_token, &each);
    classify(bytes, also_token, &masks);
    assert_memory_equal(&each, &masks, sizeof(masks));
#if defined(__SSE2__)
    memset(&masks, 0xff, sizeof(masks));
    if (classify_has_avx2()) {
        classify_avx2(bytes, also_token, &masks);
        assert_memory_equal(&each, &masks, sizeof(masks));
    }
#endif
}

static void tells_each_byte_alike_at_each_place(void **state)
{
    char bytes[SIGN_BLOCK];
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++)
        for (size_t at = 0; at < sizeof(bytes); at++) {
            memset(bytes, ' ', sizeof(bytes));
            bytes[at] = (char)byte;
            assert_same(bytes, '/');
            assert_same(bytes, '\\');
        }
}

static void tells_all_bytes_of_a_block_alike(void **state)
{
    char bytes[SIGN_BLOCK];
    uint64_t number = UINT64_C(88172645463325252);
    (void)state;
    for (unsigned block = 0; block < 20000; block++) {
        for (size_t at = 0; at < sizeof(bytes); at++) {
            number ^= number << 13;
            number ^= number >> 7;
            number ^= number << 17;
            bytes[at] = (char)(block % 2 == 0 ? number >> 40 : number >> 40 & 0x7f);
        }
        assert_same(bytes, block % 3 == 0 ? '/' : '\\');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_each_byte_alike_at_each_place),
        cmocka_unit_test(tells_all_bytes_of_a_block_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
