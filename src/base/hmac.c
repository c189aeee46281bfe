/* SPDX-License-Identifier: Apache-2.0 */
/* HMAC (RFC 2104) with SHA-256. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"

enum { BLOCK = 64 };

static void begin_key(struct bytes key, uint8_t block[BLOCK])
{
    struct digest short_key;
    memset(block, 0, BLOCK);
    if (key.length > BLOCK) {
        digest_sha256(key, &short_key);
        key = (struct bytes){short_key.bytes, sizeof(short_key.bytes)};
    }
    memcpy(block, key.data, key.length);
    base_forget(&short_key, sizeof(short_key));
}

static void turn(uint8_t block[BLOCK], uint8_t with)
{
    for (size_t i = 0; i < BLOCK; i++)
        block[i] = (uint8_t)(block[i] ^ with);
}

void digest_hmac_sha256(struct bytes key, const struct bytes *pieces, size_t count, struct digest *digest)
{
    enum { INNER = 0x36, OUTER = 0x5c };
    uint8_t block[BLOCK];
    struct digest inner;
    struct bytes message[1 + DIGEST_HMAC_PIECES_MAX] = {{block, BLOCK}};
    ASSERT(count <= DIGEST_HMAC_PIECES_MAX);
    begin_key(key, block);
    turn(block, INNER);
    for (size_t i = 0; i < count; i++)
        message[1 + i] = pieces[i];
    digest_sha256_pieces(message, 1 + count, &inner);
    turn(block, INNER ^ OUTER);
    const struct bytes whole[] = {{block, BLOCK}, {inner.bytes, sizeof(inner.bytes)}};
    digest_sha256_pieces(whole, COUNT_OF(whole), digest);
    base_forget(block, sizeof(block));
    base_forget(&inner, sizeof(inner));
}
