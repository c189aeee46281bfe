/* SPDX-License-Identifier: Apache-2.0 */
/* libcrypto's secure heap: one mapping between two pages that nobody may touch, mlock(2) and MADV_DONTDUMP. Its own
 * keys are in it, too (Ed25519, ECDSA, RSA, and those that a handshake makes). */
#include "exeat/base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <string.h>
#include <unistd.h>

#include "exeat/base/bytes.h"
#include "exeat/base/memory.h"

enum { SIZE = 8 << 20, LEAST = 32 };

bool secret_memory_open(void)
{
    return CRYPTO_secure_malloc_init(SIZE, LEAST) == 1;
}

/* Full, or not open (a command that ends soon): ordinary memory, wiped all the same. */
void *secret_block_new(size_t size)
{
    void *block = CRYPTO_secure_malloc_initialized() == 1 ? OPENSSL_secure_zalloc(size) : NULL;
    return block == NULL ? base_zalloc(size) : block;
}

void secret_block_free(void *block, size_t size)
{
    if (block != NULL && CRYPTO_secure_malloc_initialized() == 1 && CRYPTO_secure_allocated(block) == 1)
        OPENSSL_secure_clear_free(block, size);
    else
        base_free_secret(block, size);
}

void secret_clear(struct secret *secret)
{
    secret_block_free(secret->veiled, secret->length + 1);
    *secret = (struct secret){.length = 0};
}

void secret_take(struct secret *secret, struct text text)
{
    struct secret taken = {secret_block_new(text.length + 1), text.length};
    memcpy(taken.veiled, text.data, text.length);
    secret_clear(secret);
    *secret = taken;
}

/* -1: an error; `limit` + 1: it is longer. */
static ssize_t read_at_most(int descriptor, char *block, size_t limit)
{
    size_t length = 0;
    while (length <= limit) {
        ssize_t got = read(descriptor, block + length, limit + 1 - length);
        if (got < 0 && errno != EINTR)
            return -1;
        if (got == 0)
            break;
        length += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)length;
}

static bool fail(const char *path, const char *what, int reason, char **error)
{
    struct buffer out = {0};
    buffer_printf(&out, "cannot %s %s: %s", what, path, strerrordesc_np(reason));
    *error = buffer_take(&out);
    errno = reason;
    return false;
}

/* Into a block that is never moved, so that no copy is left behind. */
bool secret_read(const char *path, size_t limit, struct secret *secret, char **error)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return fail(path, "open", errno, error);
    char *block = secret_block_new(limit + 1);
    ssize_t length = read_at_most(descriptor, block, limit);
    int reason = length < 0 ? errno : (size_t)length > limit ? EFBIG : 0;
    close(descriptor);
    if (reason == 0)
        secret_take(secret, (struct text){block, (size_t)length});
    secret_block_free(block, limit + 1);
    return reason == 0 || fail(path, "read", reason, error);
}

void secret_trim(struct secret *secret)
{
    struct text rest = text_trim(secret_show(secret), " \t\r\n");
    struct secret trimmed = {.length = 0};
    secret_take(&trimmed, rest);
    secret_clear(secret);
    *secret = trimmed;
}

bool secret_is_empty(const struct secret *secret)
{
    return secret->length == 0;
}

bool secret_is_same(const struct secret *left, const struct secret *right)
{
    return text_equal_secret(secret_show(left), secret_show(right));
}

struct text secret_show(const struct secret *secret)
{
    return secret->veiled == NULL ? TEXT("") : (struct text){secret->veiled, secret->length};
}
