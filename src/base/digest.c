/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 and random bytes.
 * The plain functions of libcrypto are called: their state lies on the stack, so that nothing is allocated, fetched or
 * locked for a hash of a hundred bytes (an EVP context for each hash more than doubles its time; one that is reused is
 * no faster than this and would have to be kept by every caller). They carry the mark "deprecated since 3.0". */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "exeat/base/digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sys/random.h>

#include "exeat/base/check.h"

void digest_sha256(struct bytes input, struct digest *digest)
{
    digest_sha256_pieces(&input, 1, digest);
}

void digest_sha256_pieces(const struct bytes *pieces, size_t count, struct digest *digest)
{
    SHA256_CTX context;
    int good = SHA256_Init(&context);
    for (size_t i = 0; i < count; i++)
        good &= SHA256_Update(&context, pieces[i].data, pieces[i].length);
    good &= SHA256_Final(digest->bytes, &context);
    ASSERT(good == 1);
}

bool digest_equal(const struct digest *left, const struct digest *right)
{
    return CRYPTO_memcmp(left->bytes, right->bytes, sizeof(left->bytes)) == 0;
}

void random_fill(uint8_t *out, size_t length)
{
    while (length > 0) {
        ssize_t got = getrandom(out, length, 0);
        ASSERT(got > 0);
        out += got;
        length -= (size_t)got;
    }
}
