/* SPDX-License-Identifier: Apache-2.0 */
/* The same as classify.h with vectors of twice the width, for the processors that have them: asked at run time. */
#ifndef EXEAT_SIGN_CLASSIFY_AVX2_H
#define EXEAT_SIGN_CLASSIFY_AVX2_H

#include "classify.h"

#if defined(__SSE2__)
#include <immintrin.h>

#define CLASSIFY_AVX2 __attribute__((target("avx2"))) static inline

/* Sixty-four bytes, or what was told of each of them. */
struct classify_pair {
    __m256i low;
    __m256i high;
};

CLASSIFY_AVX2 struct classify_pair pair_same(struct classify_pair bytes, char byte)
{
    __m256i all = _mm256_set1_epi8(byte);
    return (struct classify_pair){_mm256_cmpeq_epi8(bytes.low, all), _mm256_cmpeq_epi8(bytes.high, all)};
}

CLASSIFY_AVX2 __m256i range_of(__m256i bytes, __m256i lows, __m256i most)
{
    __m256i from = _mm256_sub_epi8(bytes, lows);
    return _mm256_cmpeq_epi8(_mm256_min_epu8(from, most), from);
}

/* Bytes from `low` on, `count` of them. */
CLASSIFY_AVX2 struct classify_pair pair_range(struct classify_pair bytes, char low, char count)
{
    __m256i lows = _mm256_set1_epi8(low);
    __m256i most = _mm256_set1_epi8((char)(count - 1));
    return (struct classify_pair){range_of(bytes.low, lows, most), range_of(bytes.high, lows, most)};
}

CLASSIFY_AVX2 struct classify_pair pair_or(struct classify_pair one, struct classify_pair other)
{
    return (struct classify_pair){_mm256_or_si256(one.low, other.low), _mm256_or_si256(one.high, other.high)};
}

CLASSIFY_AVX2 uint64_t pair_bits(struct classify_pair mask)
{
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(mask.high) << 32 | (uint32_t)_mm256_movemask_epi8(mask.low);
}

/* What is not ASCII. */
CLASSIFY_AVX2 void pair_wide(struct classify_pair bytes, struct sign_masks *masks)
{
    struct classify_pair arabic = pair_or(pair_same(bytes, (char)0xd9), pair_same(bytes, (char)0xdb));
    struct classify_pair last = pair_or(pair_same(bytes, (char)0xef), pair_same(bytes, (char)0xf0));
    masks->wide = pair_bits(pair_range(bytes, (char)CLASSIFY_WIDE, (char)(0x100 - CLASSIFY_WIDE)));
    masks->lead = pair_bits(pair_or(pair_or(arabic, last), pair_same(bytes, (char)0xe0)));
}

CLASSIFY_AVX2 void classify_avx2(const char *text, char also_token, struct sign_masks *masks)
{
    const __m256i *from = (const __m256i *)(const void *)text;
    __m256i small_bit = _mm256_set1_epi8(0x20);
    struct classify_pair bytes = {_mm256_loadu_si256(from), _mm256_loadu_si256(from + 1)};
    struct classify_pair small = {_mm256_or_si256(bytes.low, small_bit), _mm256_or_si256(bytes.high, small_bit)};
    struct classify_pair dash = pair_same(bytes, '-');
    struct classify_pair digit = pair_range(bytes, '0', 10);
    struct classify_pair marks = pair_or(pair_same(bytes, '/'), pair_same(bytes, also_token));
    struct classify_pair more = pair_or(pair_same(bytes, '_'), pair_same(bytes, '+'));
    struct classify_pair letter = pair_or(pair_range(small, 'a', 26), digit);
    masks->digit = pair_bits(digit);
    masks->dash = pair_bits(dash);
    masks->token = pair_bits(pair_or(pair_or(letter, dash), pair_or(marks, more)));
    masks->hex = pair_bits(pair_or(digit, pair_range(small, 'a', 6)));
    masks->at = pair_bits(pair_same(bytes, '@'));
    masks->colon = pair_bits(pair_same(bytes, ':'));
    masks->quote = pair_bits(pair_same(bytes, '"'));
    masks->blank = pair_bits(pair_range(bytes, 0, 0x21));
    masks->backslash = pair_bits(pair_same(bytes, '\\'));
    masks->close = pair_bits(pair_same(bytes, '}'));
    masks->wide = 0;
    masks->lead = 0;
    if (pair_bits(bytes) != 0)
        pair_wide(bytes, masks);
}
#undef CLASSIFY_AVX2

static inline bool classify_has_avx2(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}

#endif
#endif
