/* SPDX-License-Identifier: Apache-2.0 */
/* HMAC-SHA-256 (RFC 2104) of a value: who has the key can join what carries the same hash, and nobody else can try out
 * all card numbers. */
#include <ctype.h>
#include <string.h>

#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "inspect_internal.h"

enum { BLOCK = 64, SHOWN = 8 };

static void begin_key(const struct secret *key, uint8_t block[BLOCK])
{
    struct digest short_key;
    struct bytes bytes = bytes_of_text(secret_show(key));
    memset(block, 0, BLOCK);
    if (bytes.length > BLOCK) {
        digest_sha256(bytes, &short_key);
        bytes = (struct bytes){short_key.bytes, sizeof(short_key.bytes)};
    }
    memcpy(block, bytes.data, bytes.length);
    base_forget(&short_key, sizeof(short_key));
}

static void turn(uint8_t block[BLOCK], uint8_t with)
{
    for (size_t i = 0; i < BLOCK; i++)
        block[i] = (uint8_t)(block[i] ^ with);
}

/* How a number is grouped, and how an address is capitalised, is no part of it. */
static void write_plain(int detector, struct text value, struct buffer *out)
{
    static const uint32_t grouped = DETECTOR_BIT(DETECTOR_CARD) | DETECTOR_BIT(DETECTOR_IBAN) |
                                    DETECTOR_BIT(DETECTOR_PHONE) | DETECTOR_BIT(DETECTOR_VAT) |
                                    DETECTOR_BIT(DETECTOR_TAX_ID) | DETECTOR_BIT(DETECTOR_SOCIAL_SECURITY);
    bool is_grouped = (grouped & DETECTOR_BIT(detector)) != 0;
    for (size_t i = 0; i < value.length; i++) {
        unsigned char one = (unsigned char)value.data[i];
        if (is_grouped && isalnum(one))
            buffer_append_byte(out, (char)toupper(one));
        else if (!is_grouped)
            buffer_append_byte(out, detector == DETECTOR_EMAIL ? (char)tolower(one) : (char)one);
    }
}

static void hash(const struct secret *key, struct text kind, struct text value, struct buffer *out)
{
    enum { INNER = 0x36, OUTER = 0x5c };
    static const uint8_t nothing = 0;
    uint8_t block[BLOCK];
    struct digest inner;
    struct digest outer;
    begin_key(key, block);
    turn(block, INNER);
    const struct bytes message[] = {{block, BLOCK}, bytes_of_text(kind), {&nothing, 1}, bytes_of_text(value)};
    digest_sha256_pieces(message, COUNT_OF(message), &inner);
    turn(block, INNER ^ OUTER);
    const struct bytes whole[] = {{block, BLOCK}, {inner.bytes, sizeof(inner.bytes)}};
    digest_sha256_pieces(whole, COUNT_OF(whole), &outer);
    buffer_append_hex(out, (struct bytes){outer.bytes, SHOWN});
    base_forget(block, sizeof(block));
    base_forget(&inner, sizeof(inner));
    base_forget(&outer, sizeof(outer));
}

void hash_write(const struct secret *key, const struct stand_in_wish *wish, struct buffer *out)
{
    struct buffer plain = {0};
    buffer_reserve(&plain, wish->value.length);
    write_plain(wish->detector, wish->value, &plain);
    hash(key, wish->kind, buffer_text(&plain), out);
    base_forget(plain.data, plain.capacity);
    buffer_clear(&plain);
}
