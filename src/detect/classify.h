/* SPDX-License-Identifier: Apache-2.0 */
/* From bytes to bits: with the vectors that every x86-64 has (SSE2), else with a table. Wider vectors were measured and
 * change little: what takes time is what is done at the signs. */
#ifndef EXEAT_DETECT_CLASSIFY_H
#define EXEAT_DETECT_CLASSIFY_H

#include "scan.h"

#if defined(__SSE2__)
#include <emmintrin.h>

static inline __m128i classify_same(__m128i bytes, char byte)
{
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte));
}

/* Bytes from `low` on, `count` of them. */
static inline __m128i classify_range(__m128i bytes, char low, char count)
{
    __m128i from = _mm_sub_epi8(bytes, _mm_set1_epi8(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8((char)(count - 1))), from);
}

static inline uint64_t classify_bits(__m128i mask)
{
    return (uint64_t)(uint32_t)_mm_movemask_epi8(mask);
}

static inline __m128i classify_or(__m128i one, __m128i other)
{
    return _mm_or_si128(one, other);
}

/* Sixteen bytes, whose bits go to `shift`. */
static inline void classify_part(__m128i bytes, char also_token, unsigned shift, struct scan_masks *masks)
{
    __m128i small = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    __m128i digit = classify_range(bytes, '0', 10);
    __m128i dash = classify_same(bytes, '-');
    __m128i slash = classify_or(classify_same(bytes, '/'), classify_same(bytes, also_token));
    __m128i others =
        classify_or(classify_or(dash, slash), classify_or(classify_same(bytes, '_'), classify_same(bytes, '+')));
    __m128i token = classify_or(classify_or(digit, classify_range(small, 'a', 26)), others);
    masks->digit |= classify_bits(digit) << shift;
    masks->token |= classify_bits(token) << shift;
    masks->dash |= classify_bits(dash) << shift;
    masks->at |= classify_bits(classify_same(bytes, '@')) << shift;
    masks->colon |= classify_bits(classify_same(bytes, ':')) << shift;
    masks->hex |= classify_bits(classify_or(digit, classify_range(small, 'a', 6))) << shift;
    masks->quote |= classify_bits(classify_same(bytes, '"')) << shift;
    masks->blank |= classify_bits(classify_range(bytes, 0, 0x21)) << shift;
    masks->backslash |= classify_bits(classify_same(bytes, '\\')) << shift;
    masks->close |= classify_bits(classify_same(bytes, '}')) << shift;
    if (_mm_movemask_epi8(bytes) != 0) {
        __m128i arabic = classify_or(classify_same(bytes, (char)0xd9), classify_same(bytes, (char)0xdb));
        __m128i wide = classify_or(classify_same(bytes, (char)0xef), classify_same(bytes, (char)0xf0));
        masks->lead |= classify_bits(classify_or(classify_or(arabic, wide), classify_same(bytes, (char)0xe0))) << shift;
    }
}

/* SCAN_BLOCK bytes. `also_token` is one more token character. */
static inline void classify(const char *bytes, char also_token, struct scan_masks *masks)
{
    *masks = (struct scan_masks){0};
    for (unsigned i = 0; i < SCAN_BLOCK; i += 16)
        classify_part(_mm_loadu_si128((const __m128i *)(const void *)(bytes + i)), also_token, i, masks);
}

#else

static inline void classify(const char *bytes, char also_token, struct scan_masks *masks)
{
    *masks = (struct scan_masks){0};
    for (unsigned i = 0; i < SCAN_BLOCK; i++) {
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
    }
}

#endif
#endif
