/* SPDX-License-Identifier: Apache-2.0 */
/* Values that look like a shop's own and are nobody's. */
#include "exeat/canary.h"

const char *const canary_kind_words[CANARY_KIND_COUNT] = {
    [CANARY_EMAIL] = "email", [CANARY_KEY] = "key",   [CANARY_PRICE] = "price",
    [CANARY_NAME] = "name",   [CANARY_HOST] = "host",
};

enum { SYLLABLES = 11, KEY_LETTERS = 24, LABEL_LETTERS = 16, PRICE_DIGITS = 20 };

/* 16 consonants and 4 vowels: six bits a syllable, 66 of eleven. */
static void write_syllables(const uint8_t *random, size_t count, struct buffer *out)
{
    static const char consonants[] = "bdfghjklmnprstvz";
    static const char vowels[] = "aeio";
    for (size_t i = 0; i < count; i++) {
        buffer_append_byte(out, consonants[random[i] & 15]);
        buffer_append_byte(out, vowels[random[i] >> 4 & 3]);
    }
}

/* Five bits a letter. */
static void write_letters(const uint8_t *random, size_t count, struct buffer *out)
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
    for (size_t i = 0; i < count; i++)
        buffer_append_byte(out, letters[random[i] & 31]);
}

static void write_key(const uint8_t *random, struct buffer *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789xy";
    buffer_append(out, TEXT("sk_live_"));
    for (size_t i = 0; i < KEY_LETTERS; i++)
        buffer_append_byte(out, letters[random[i] & 63]);
}

/* DECIMAL(20,6) of a shop's database: 14 digits and six behind the point. */
static void write_price(const uint8_t *random, struct buffer *out)
{
    for (size_t i = 0; i < PRICE_DIGITS; i++) {
        unsigned digit = random[i] % 10U;
        if (i == PRICE_DIGITS - 6)
            buffer_append_byte(out, '.');
        buffer_append_byte(out, (char)('0' + (i == 0 || i + 1 == PRICE_DIGITS ? digit % 9 + 1 : digit)));
    }
}

void canary_write(enum canary_kind kind, const uint8_t random[CANARY_RANDOM], struct buffer *out)
{
    size_t start = out->length;
    switch (kind) {
    case CANARY_EMAIL:
        write_syllables(random, SYLLABLES, out);
        buffer_append(out, TEXT("@example.com"));
        break;
    case CANARY_KEY:
        write_key(random, out);
        break;
    case CANARY_PRICE:
        write_price(random, out);
        break;
    case CANARY_NAME:
        write_syllables(random, SYLLABLES, out);
        out->data[start] = (char)(out->data[start] - 'a' + 'A');
        break;
    case CANARY_HOST:
        write_letters(random, LABEL_LETTERS, out);
        buffer_append(out, TEXT(".example.com"));
        break;
    case CANARY_KIND_COUNT:
        break;
    }
}
