/* SPDX-License-Identifier: Apache-2.0 */
/* Entropy in whole numbers: a table of n * log2(n), in hundredths. */
#include "proof.h"

#include <string.h>

#include "exeat/base/attributes.h"

enum { ENTROPY_MOST = 256, ALIKE_MOST = 8, CHECKSUM_LENGTH = 6 };

/* log2(n) in 1024ths, to about one: the position of the highest bit, and a square root's steps for the rest. */
static unsigned log2_1024(unsigned n)
{
    unsigned whole = 31 - (unsigned)__builtin_clz(n);
    uint64_t part = ((uint64_t)n << 31) >> whole; /* 1.0 to 2.0 with 31 bits behind the point */
    unsigned result = whole << 10;
    for (unsigned bit = 512; bit > 0; bit >>= 1) {
        part = part * part >> 31;
        if (part >> 32 != 0) {
            part >>= 1;
            result += bit;
        }
    }
    return result;
}

unsigned proof_entropy(struct text text)
{
    unsigned char counts[256] = {0};
    unsigned length = (unsigned)(text.length < ENTROPY_MOST - 1 ? text.length : ENTROPY_MOST - 1);
    uint64_t sum = 0;
    if (length == 0)
        return 0;
    for (unsigned i = 0; i < length; i++)
        counts[(unsigned char)text.data[i]]++;
    for (unsigned i = 0; i < 256; i++)
        if (counts[i] > 0)
            sum += (uint64_t)counts[i] * (log2_1024(length) - log2_1024(counts[i]));
    return (unsigned)(sum * 10 / length / 1024);
}

static struct text lowered(struct text text, char *out, size_t size)
{
    size_t length = text.length < size ? text.length : size;
    for (size_t i = 0; i < length; i++)
        out[i] = ascii_lower(text.data[i]);
    return (struct text){out, length};
}

/* `text` is in lower case. */
static bool has_one_of(struct text text, const char *words)
{
    while (*words != '\0') {
        const char *blank = strchr(words, ' ');
        size_t length = blank == NULL ? strlen(words) : (size_t)(blank - words);
        if (text.length >= length && memmem(text.data, text.length, words, length) != NULL)
            return true;
        words += length + (blank != NULL);
    }
    return false;
}

void proof_context_init(struct proof_context *context, struct text text, size_t at, struct text field)
{
    size_t from = at > PROOF_BEFORE ? at - PROOF_BEFORE : 0;
    context->before = lowered(text_part(text, from, at - from), context->lower, PROOF_BEFORE);
    context->field = lowered(field, context->lower_field, sizeof(context->lower_field));
}

bool proof_has_context(const struct proof_context *context, const char *words)
{
    return has_one_of(context->field, words) || has_one_of(context->before, words);
}

/* The same character, or the next one of an alphabet, behind the one before: more than half of all. */
static bool is_written_by_rule(struct text text)
{
    size_t ruled = 0;
    size_t alike = 1;
    for (size_t i = 1; i < text.length; i++) {
        int step = text.data[i] - text.data[i - 1];
        alike = step == 0 ? alike + 1 : 1;
        if (alike >= ALIKE_MOST)
            return true;
        ruled += step == 0 || step == 1;
    }
    return ruled * 2 > text.length;
}

bool proof_is_placeholder(struct text text)
{
    char lower_text[ENTROPY_MOST];
    return is_written_by_rule(text) ||
           has_one_of(
               lowered(text, lower_text, sizeof(lower_text)),
               "example placeholder changeme redacted your_ your- yourapi yourkey insert_ xxxxx *****");
}

static uint32_t sum_of(struct text text)
{
    uint32_t sum = UINT32_MAX;
    for (size_t i = 0; i < text.length; i++) {
        sum ^= (unsigned char)text.data[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (UINT32_C(0xedb88320) & (0 - (sum & 1)));
    }
    return ~sum;
}

bool proof_checksum_holds(struct text text)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    if (text.length <= CHECKSUM_LENGTH)
        return false;
    uint32_t sum = sum_of(text_part(text, 0, text.length - CHECKSUM_LENGTH));
    for (size_t i = 1; i <= CHECKSUM_LENGTH; i++, sum /= 62)
        if (text.data[text.length - i] != digits[sum % 62])
            return false;
    return true;
}
