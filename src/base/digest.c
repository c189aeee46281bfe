/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 and random bytes. */
#include "exeat/base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/random.h>

#include "exeat/base/check.h"

void digest_sha256(struct bytes input, struct digest *digest)
{
    SHA256(input.data, input.length, digest->bytes);
}

void digest_sha256_pieces(const struct bytes *pieces, size_t count, struct digest *digest)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ASSERT(context != NULL);
    int good = EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    for (size_t i = 0; i < count; i++)
        good &= EVP_DigestUpdate(context, pieces[i].data, pieces[i].length);
    good &= EVP_DigestFinal_ex(context, digest->bytes, NULL);
    ASSERT(good == 1);
    EVP_MD_CTX_free(context);
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
