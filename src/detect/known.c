/* SPDX-License-Identifier: Apache-2.0 */
/* A name is compared as two words of eight bytes, which are all of it mostly. */
#include "known.h"

#include <string.h>

/* Up to eight bytes as one number; of fewer, which are the same only where the lengths are too. */
static inline uint64_t word_of(const char *bytes, size_t length)
{
    uint64_t word = 0;
    uint32_t low = 0;
    uint32_t high = 0;
    if (length >= 8) {
        memcpy(&word, bytes, 8);
        return word;
    }
    if (length >= 4) {
        memcpy(&low, bytes, 4);
        memcpy(&high, bytes + length - 4, 4);
        return (uint64_t)high << 32 | low;
    }
    if (length == 0)
        return 0;
    return (uint64_t)(unsigned char)bytes[0] << 16 | (uint64_t)(unsigned char)bytes[length / 2] << 8 |
           (unsigned char)bytes[length - 1];
}

static bool is_of_price(struct text name)
{
    static const char *const prices[] = {"price", "value", "amount", "percent", "discount", "preis", "prix", "prijs"};
    for (size_t i = 0; i < COUNT_OF(prices); i++)
        if (name.length > 0 && memmem(name.data, name.length, prices[i], strlen(prices[i])) != NULL)
            return true;
    return false;
}

static struct known_name read_name(const struct detect_set *set, struct text name)
{
    unsigned escape = text_has(name, '\\') ? NAME_HAS_ESCAPE : 0;
    unsigned value = text_equal_nocase(name, TEXT("value")) ? NAME_IS_VALUE : 0;
    unsigned price = is_of_price(name) ? NAME_IS_OF_PRICE : 0;
    return (struct known_name){
        .kind = (uint8_t)field_kind_open(name),
        .labels = (uint16_t)labels_of_name(&set->labels, name),
        .traits = escape | value | price};
}

const struct known_name *known_name(const struct detect_set *set, struct detect_scratch *scratch, struct text name)
{
    size_t ends = name.length < 8 ? name.length : 8;
    if (name.length == 0 || name.length > NAME_MOST) {
        scratch->unkept = read_name(set, name);
        return &scratch->unkept;
    }
    uint64_t first = word_of(name.data, ends);
    uint64_t last = word_of(name.data + name.length - ends, ends);
    size_t between = name.length > 16 ? name.length - 16 : 0;
    uint64_t hash = (first + name.length) * UINT64_C(0x9e3779b97f4a7c15) ^ last * UINT64_C(0xc2b2ae3d27d4eb4f);
    struct known_name *known = &scratch->names[(hash >> 40) % NAME_PLACES];
    bool same = known->length == name.length && known->first == first && known->last == last;
    if (same && (between == 0 || memcmp(known->between, name.data + 8, between) == 0))
        return known;
    *known = read_name(set, name);
    known->length = (uint8_t)name.length;
    known->first = first;
    known->last = last;
    if (between > 0)
        memcpy(known->between, name.data + 8, between);
    return known;
}
