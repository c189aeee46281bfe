/* SPDX-License-Identifier: Apache-2.0 */
/* A value's hash under a key: who has the key can join what carries the same hash, and nobody else can try out all card
 * numbers. */
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "inspect_internal.h"

enum { SHOWN = 8 };

static bool is_grouped(int detector)
{
    return detector == DETECTOR_CARD || detector == DETECTOR_IBAN || detector == DETECTOR_PHONE ||
           detector == DETECTOR_VAT || detector == DETECTOR_TAX_ID || detector == DETECTOR_SOCIAL_SECURITY;
}

/* Of a number: its digits and capitals; 0: it is left out. */
static char plain_of_number(char one)
{
    if (one >= 'a' && one <= 'z')
        return (char)(one - 'a' + 'A');
    return (one >= '0' && one <= '9') || (one >= 'A' && one <= 'Z') ? one : '\0';
}

/* How a number is grouped, and how an address is capitalised, is no part of it. */
static void write_plain(int detector, struct text value, struct buffer *out)
{
    for (size_t i = 0; i < value.length; i++) {
        char one = value.data[i];
        if (is_grouped(detector))
            one = plain_of_number(one);
        else if (detector == DETECTOR_EMAIL)
            one = ascii_lower(one);
        if (one != '\0')
            buffer_append_byte(out, one);
    }
}

static void hash(const struct secret *key, struct text kind, struct text value, struct buffer *out)
{
    static const uint8_t nothing = 0;
    struct digest digest;
    const struct bytes message[] = {bytes_of_text(kind), {&nothing, 1}, bytes_of_text(value)};
    digest_hmac_sha256(bytes_of_text(secret_show(key)), message, COUNT_OF(message), &digest);
    buffer_append_hex(out, (struct bytes){digest.bytes, SHOWN});
    base_forget(&digest, sizeof(digest));
}

void hash_write(const struct secret *key, const struct stand_in_wish *wish, struct buffer *out)
{
    struct buffer plain = {0};
    buffer_reserve(&plain, wish->value.length);
    write_plain(wish->detector, wish->value, &plain);
    hash(key, wish->kind, buffer_text(&plain), out);
    buffer_forget(&plain);
}
