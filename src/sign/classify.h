/* SPDX-License-Identifier: Apache-2.0 */
/* From bytes to bits: with the vectors that every x86-64 has (SSE2), else with a table. Those of
 * twice the width: classify_avx2.h. */
#ifndef EXEAT_SIGN_CLASSIFY_H
#define EXEAT_SIGN_CLASSIFY_H

#include "exeat/sign.h"

enum { CLASSIFY_WIDE = 0xd9 }; /* digits and gaps that are not ASCII begin with this byte, or a later one */

/* SIGN_BLOCK bytes, one by one: what the others are held to. */
static inline void classify_each(const char *bytes, char also_token, struct sign_masks *masks)
{
    *masks = (struct sign_masks){0};
    for (unsigned i = 0; i < SIGN_BLOCK; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        unsigned char small = byte | 0x20;
        bool digit = byte >= '0' && byte <= '9';
        bool letter = small >= 'a' && small <= 'z';
        bool mark = byte == '-' || byte == '/' || byte == '_' || byte == '+' || byte == (unsigned char)also_token;
        bool lead = byte == 0xd9 || byte == 0xdb || byte == 0xe0 || byte == 0xef || byte == 0xf0;
        masks->digit |= (uint64_t)digit << i;
        masks->token |= (uint64_t)(digit || letter || mark) << i;
        masks->dash |= (uint64_t)(byte == '-') << i;
        masks->at |= (uint64_t)(byte == '@') << i;
        masks->colon |= (uint64_t)(byte == ':') << i;
        masks->hex |= (uint64_t)(digit || (small >= 'a' && small <= 'f')) << i;
        masks->quote |= (uint64_t)(byte == '"') << i;
        masks->blank |= (uint64_t)(byte <= 0x20) << i;
        masks->backslash |= (uint64_t)(byte == '\\') << i;
        masks->close |= (uint64_t)(byte == '}') << i;
        masks->lead |= (uint64_t)lead << i;
        masks->wide |= (uint64_t)(byte >= CLASSIFY_WIDE) << i;
    }
}

#if defined(__SSE2__)
#include <emmintrin.h>

/* Sixty-four bytes, or what was told of each of them. */
struct classify_bytes {
    __m128i part[4];
};

/* Each of them, written out: not every compiler does that by itself. */
#define CLASSIFY_EACH(expression)                                                                                      \
    {                                                                                                                  \
        {                                                                                                              \
            expression(0), expression(1), expression(2), expression(3)                                                 \
        }                                                                                                              \
    }

static inline struct classify_bytes classify_same(struct classify_bytes bytes, char byte)
{
    __m128i all = _mm_set1_epi8(byte);
#define SAME(i) _mm_cmpeq_epi8(bytes.part[i], all)
    return (struct classify_bytes)CLASSIFY_EACH(SAME);
#undef SAME
}

/* Bytes from `low` on, `count` of them. */
static inline struct classify_bytes classify_range(struct classify_bytes bytes, char low, char count)
{
    __m128i lows = _mm_set1_epi8(low);
    __m128i most = _mm_set1_epi8((char)(count - 1));
#define FROM(i) _mm_sub_epi8(bytes.part[i], lows)
#define RANGE(i) _mm_cmpeq_epi8(_mm_min_epu8(FROM(i), most), FROM(i))
    return (struct classify_bytes)CLASSIFY_EACH(RANGE);
#undef RANGE
#undef FROM
}

static inline struct classify_bytes classify_or(struct classify_bytes one, struct classify_bytes other)
{
#define OR(i) _mm_or_si128(one.part[i], other.part[i])
    return (struct classify_bytes)CLASSIFY_EACH(OR);
#undef OR
}

static inline uint64_t classify_bits(struct classify_bytes mask)
{
    uint32_t low = (uint32_t)_mm_movemask_epi8(mask.part[0]) | (uint32_t)_mm_movemask_epi8(mask.part[1]) << 16;
    uint32_t high = (uint32_t)_mm_movemask_epi8(mask.part[2]) | (uint32_t)_mm_movemask_epi8(mask.part[3]) << 16;
    return (uint64_t)high << 32 | low;
}

/* What is not ASCII. */
static inline void classify_wide(struct classify_bytes bytes, struct sign_masks *masks)
{
    __m128i least = _mm_set1_epi8((char)CLASSIFY_WIDE);
    struct classify_bytes arabic = classify_or(classify_same(bytes, (char)0xd9), classify_same(bytes, (char)0xdb));
    struct classify_bytes last = classify_or(classify_same(bytes, (char)0xef), classify_same(bytes, (char)0xf0));
#define WIDE(i) _mm_cmpeq_epi8(_mm_max_epu8(bytes.part[i], least), bytes.part[i])
    masks->wide = classify_bits((struct classify_bytes)CLASSIFY_EACH(WIDE));
#undef WIDE
    masks->lead = classify_bits(classify_or(classify_or(arabic, last), classify_same(bytes, (char)0xe0)));
}

/* SIGN_BLOCK bytes. `also_token` is one more token character. */
static inline void classify(const char *text, char also_token, struct sign_masks *masks)
{
    __m128i small_bit = _mm_set1_epi8(0x20);
#define LOAD(i) _mm_loadu_si128((const __m128i *)(const void *)(text + (size_t)(i)*16))
    struct classify_bytes bytes = CLASSIFY_EACH(LOAD);
#undef LOAD
#define SMALL(i) _mm_or_si128(bytes.part[i], small_bit)
    struct classify_bytes small = CLASSIFY_EACH(SMALL);
#undef SMALL
    struct classify_bytes dash = classify_same(bytes, '-');
    struct classify_bytes marks = classify_or(classify_same(bytes, '/'), classify_same(bytes, also_token));
    struct classify_bytes more = classify_or(classify_same(bytes, '_'), classify_same(bytes, '+'));
    struct classify_bytes letter = classify_range(small, 'a', 26);
    masks->digit = classify_bits(classify_range(bytes, '0', 10));
    masks->dash = classify_bits(dash);
    masks->token = masks->digit | classify_bits(classify_or(classify_or(letter, dash), classify_or(marks, more)));
    masks->hex = masks->digit | classify_bits(classify_range(small, 'a', 6));
    masks->at = classify_bits(classify_same(bytes, '@'));
    masks->colon = classify_bits(classify_same(bytes, ':'));
    masks->quote = classify_bits(classify_same(bytes, '"'));
    masks->blank = classify_bits(classify_range(bytes, 0, 0x21));
    masks->backslash = classify_bits(classify_same(bytes, '\\'));
    masks->close = classify_bits(classify_same(bytes, '}'));
    masks->wide = 0;
    masks->lead = 0;
    if (classify_bits(bytes) != 0)
        classify_wide(bytes, masks);
}
#undef CLASSIFY_EACH

#else

static inline void classify(const char *bytes, char also_token, struct sign_masks *masks)
{
    classify_each(bytes, also_token, masks);
}

#endif
#endif
