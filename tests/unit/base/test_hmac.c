/* SPDX-License-Identifier: Apache-2.0 */
/* HMAC with SHA-256, by the cases of RFC 4231. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/bytes.h"
#include "exeat/base/digest.h"

static const uint8_t elevens[20] = {0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b,
                                    0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b};

static void assert_hmac(struct bytes key, struct text message, const char *expected)
{
    for (size_t cut = 0; cut <= message.length; cut++) {
        const struct bytes pieces[] = {
            bytes_of_text(text_part(message, 0, cut)), bytes_of_text(text_after(message, cut))};
        struct digest digest;
        struct buffer hex = {0};
        digest_hmac_sha256(key, pieces, 2, &digest);
        buffer_append_hex(&hex, (struct bytes){digest.bytes, sizeof(digest.bytes)});
        assert_true(text_equal(buffer_text(&hex), text_from(expected)));
        buffer_clear(&hex);
    }
}

static void it_is_what_the_rfc_has(void **state)
{
    (void)state;
    uint8_t longer_than_a_block[131];
    memset(longer_than_a_block, 0xaa, sizeof(longer_than_a_block));
    assert_hmac(
        (struct bytes){elevens, sizeof(elevens)}, TEXT("Hi There"),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_hmac(
        bytes_of_text(TEXT("Jefe")), TEXT("what do ya want for nothing?"),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_hmac(
        (struct bytes){longer_than_a_block, sizeof(longer_than_a_block)},
        TEXT("Test Using Larger Than Block-Size Key - Hash Key First"),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_what_the_rfc_has)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
