/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loops over bytes, sixteen at a time where the processor has SSE2, eight at a time elsewhere. */
#ifndef EXEAT_CODING_SCAN_H
#define EXEAT_CODING_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "exeat/coding/transfer.h"

#if defined(__SSE2__) && !defined(EXEAT_PORTABLE)
#include <emmintrin.h>

enum { SCAN_STEP = 16 };
/* Whether one of SCAN_STEP bytes is one of two. */
static inline bool scan_has_step(const char *at, char one, char other)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i found =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(one)), _mm_cmpeq_epi8(bytes, _mm_set1_epi8(other)));
    return _mm_movemask_epi8(found) != 0;
}

/* Of SCAN_STEP bytes, how many stand before the first that is a quote, a backslash, a control character or no ASCII. */
static inline size_t scan_plain_step(const char *at)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    /* as signed numbers, control characters and what is no ASCII are both below a blank */
    __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));
    unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), low));
    return mask == 0 ? SCAN_STEP : (size_t)__builtin_ctz(mask);
}

/* Of SCAN_STEP bytes, which are digits of base64: a bit for each, the first the lowest. */
static inline unsigned scan_base64_step(const char *at)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i letter = _mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
    __m128i number = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter);
    __m128i is_number = _mm_cmpeq_epi8(_mm_min_epu8(number, _mm_set1_epi8(9)), number);
    __m128i plus = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('+')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('/')));
    __m128i minus = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('-')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(is_letter, is_number), _mm_or_si128(plus, minus)));
}
#else
enum { SCAN_STEP = 8 };
/* The high bit of each byte that is zero; above a zero byte others may be set too. */
static inline uint64_t scan_zeros(uint64_t word)
{
    return (word - 0x0101010101010101U) & ~word & 0x8080808080808080U;
}

/* As above. */
static inline unsigned scan_base64_step(const char *at)
{
    unsigned mask = 0;
    for (size_t i = 0; i < SCAN_STEP; i++)
        mask |= (unsigned)base64_has(at[i]) << i;
    return mask;
}

/* As above. */
static inline bool scan_has_step(const char *at, char one, char other)
{
    bool has = false;
    for (size_t i = 0; i < SCAN_STEP; i++)
        has |= at[i] == one || at[i] == other;
    return has;
}

/* As above. */
static inline size_t scan_plain_step(const char *at)
{
    uint64_t word = 0;
    for (size_t i = 0; i < SCAN_STEP; i++)
        word |= (uint64_t)(unsigned char)at[i] << (8 * i);
    uint64_t low = (word - 0x2020202020202020U) & ~word & 0x8080808080808080U;
    uint64_t found = low | (word & 0x8080808080808080U) | scan_zeros(word ^ 0x2222222222222222U) |
                     scan_zeros(word ^ 0x5c5c5c5c5c5c5c5cU);
    return found == 0 ? SCAN_STEP : (size_t)__builtin_ctzll(found) / 8;
}
#endif

/* Whether one of two bytes is there. */
static inline bool scan_has(const char *at, size_t length, char one, char other)
{
    const char *end = at + length;
    for (; end - at >= SCAN_STEP; at += SCAN_STEP)
        if (scan_has_step(at, one, other))
            return true;
    for (; at < end; at++)
        if (*at == one || *at == other)
            return true;
    return false;
}

/* What scan_plain skips. */
static inline bool scan_is_plain(char byte)
{
    return (signed char)byte >= ' ' && byte != '"' && byte != '\\';
}

/* Skips what may stand in a JSON string as it is, and is ASCII. */
static inline const char *scan_plain(const char *at, const char *end)
{
    while (end - at >= SCAN_STEP) {
        size_t count = scan_plain_step(at);
        at += count;
        if (count < SCAN_STEP)
            return at;
    }
    while (at < end && scan_is_plain(*at))
        at++;
    return at;
}

#endif
