/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of a file, block by block. */
#include <openssl/evp.h>
#include <stdio.h>

#include "exeat/base/check.h"
#include "exeat/base/digest.h"

enum { BLOCK = 65536 };

static bool digest_stream(FILE *file, struct digest *digest)
{
    uint8_t block[BLOCK];
    size_t got;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ASSERT(context != NULL);
    int good = EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    while ((got = fread(block, 1, sizeof(block), file)) > 0)
        good &= EVP_DigestUpdate(context, block, got);
    good &= EVP_DigestFinal_ex(context, digest->bytes, NULL);
    ASSERT(good == 1);
    EVP_MD_CTX_free(context);
    return !ferror(file);
}

bool digest_file(const char *path, struct digest *digest)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    bool done = digest_stream(file, digest);
    fclose(file);
    return done;
}
