/* SPDX-License-Identifier: Apache-2.0 */
/* Slices of text: comparing, cutting, globbing. Nothing here allocates but text_copy and text_distance. */
#include "exeat/base/text.h"

#include <string.h>

#include "exeat/base/memory.h"

struct text text_from(const char *string)
{
    return (struct text){string, string == NULL ? 0 : strlen(string)};
}

struct text text_part(struct text text, size_t from, size_t length)
{
    if (from > text.length)
        from = text.length;
    if (length > text.length - from)
        length = text.length - from;
    return (struct text){text.data == NULL ? NULL : text.data + from, length};
}

struct text text_after(struct text text, size_t from)
{
    return text_part(text, from, SIZE_MAX);
}

static bool is_one_of(char byte, const char *set)
{
    return byte != '\0' && strchr(set, byte) != NULL;
}

struct text text_trim(struct text text, const char *set)
{
    while (text.length > 0 && is_one_of(text.data[0], set))
        text = text_after(text, 1);
    while (text.length > 0 && is_one_of(text.data[text.length - 1], set))
        text.length--;
    return text;
}

bool text_equal(struct text left, struct text right)
{
    if (left.length != right.length || left.length == 0)
        return left.length == right.length;
    return left.data != NULL && right.data != NULL && memcmp(left.data, right.data, left.length) == 0;
}

/* What differs in more than the bit of its case differs: most that are compared do so in their first letter. */
static bool begin_alike(struct text left, struct text right)
{
    return ((left.data[0] ^ right.data[0]) & ~0x20) == 0;
}

bool text_equal_nocase(struct text left, struct text right)
{
    if (left.length != right.length || left.length == 0)
        return left.length == right.length;
    if (!begin_alike(left, right))
        return false;
    if (memcmp(left.data, right.data, left.length) == 0)
        return true;
    for (size_t i = 0; i < left.length; i++)
        if (ascii_lower(left.data[i]) != ascii_lower(right.data[i]))
            return false;
    return true;
}

bool text_is_among(struct text text, const struct text *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(text, texts[i]))
            return true;
    return false;
}

bool text_is_among_nocase(struct text text, const struct text *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal_nocase(text, texts[i]))
            return true;
    return false;
}

int text_compare(struct text left, struct text right)
{
    size_t common = left.length < right.length ? left.length : right.length;
    int order = common == 0 ? 0 : memcmp(left.data, right.data, common);
    if (order != 0)
        return order;
    return (left.length > right.length) - (left.length < right.length);
}

bool text_starts_with(struct text text, struct text prefix)
{
    return text.length >= prefix.length && text_equal(text_part(text, 0, prefix.length), prefix);
}

bool text_ends_with(struct text text, struct text suffix)
{
    return text.length >= suffix.length && text_equal(text_after(text, text.length - suffix.length), suffix);
}

bool text_has(struct text text, char byte)
{
    return text_index(text, byte, 0) < text.length;
}

size_t text_index(struct text text, char byte, size_t from)
{
    if (from >= text.length)
        return text.length;
    const char *found = memchr(text.data + from, byte, text.length - from);
    return found == NULL ? text.length : (size_t)(found - text.data);
}

bool text_split(struct text *rest, char separator, struct text *piece)
{
    if (rest->data == NULL)
        return false;
    size_t end = text_index(*rest, separator, 0);
    *piece = text_part(*rest, 0, end);
    *rest = end == rest->length ? (struct text){NULL, 0} : text_after(*rest, end + 1);
    return true;
}

bool text_take_line(struct text *rest, struct text *line)
{
    size_t end = text_index(*rest, '\n', 0);
    if (end == rest->length)
        return false;
    *line = text_part(*rest, 0, end);
    *rest = text_after(*rest, end + 1);
    return true;
}

bool text_take_named(struct text *rest, struct text word, struct text *value)
{
    struct text after = *rest;
    struct text line;
    if (!text_take_line(&after, &line) || !text_starts_with(line, word))
        return false;
    *value = text_after(line, word.length);
    *rest = after;
    return true;
}

bool text_to_number(struct text text, uint64_t maximum, uint64_t *number)
{
    enum { DIGITS_MAX = 20 }; /* fewer cannot be too many for 64 bits */
    uint64_t value = 0;
    if (text.length == 0 || text.length > DIGITS_MAX)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(text.data[i] - '0');
        if (i == DIGITS_MAX - 1 && value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = value;
    return value <= maximum;
}

bool text_equal_secret(struct text left, struct text right)
{
    if (left.length != right.length)
        return false;
    volatile unsigned char difference = 0;
    for (size_t i = 0; i < left.length; i++)
        difference = (unsigned char)(difference | (left.data[i] ^ right.data[i]));
    return difference == 0;
}

char *text_copy(struct text text)
{
    char *copy = base_alloc(text.length + 1);
    if (text.length > 0)
        memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return copy;
}

int string_compare(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

void text_store(struct text text, char *out, size_t size)
{
    size_t length = text.length < size ? text.length : size - 1;
    if (length > 0)
        memcpy(out, text.data, length);
    out[length] = '\0';
}

bool text_glob(struct text pattern, struct text text)
{
    size_t at = 0;
    size_t in = 0;
    size_t star = SIZE_MAX; /* the last `*` seen, and where its run ends for now */
    size_t run = 0;
    while (in < text.length) {
        if (at < pattern.length && pattern.data[at] == '*') {
            star = at++;
            run = in;
        } else if (at < pattern.length && pattern.data[at] == text.data[in]) {
            at++;
            in++;
        } else if (star != SIZE_MAX) {
            at = star + 1;
            in = ++run;
        } else {
            return false;
        }
    }
    while (at < pattern.length && pattern.data[at] == '*')
        at++;
    return at == pattern.length;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment over three rows. */
size_t text_distance(struct text left, struct text right)
{
    size_t width = right.length + 1;
    size_t *rows = base_array(3 * width, sizeof(*rows));
    size_t *before = rows;
    size_t *previous = rows + width;
    size_t *current = rows + 2 * width;
    for (size_t j = 0; j < width; j++)
        previous[j] = j;
    for (size_t i = 1; i <= left.length; i++) {
        current[0] = i;
        for (size_t j = 1; j < width; j++) {
            size_t cost = left.data[i - 1] == right.data[j - 1] ? 0 : 1;
            current[j] = least(least(previous[j], current[j - 1]) + 1, previous[j - 1] + cost);
            bool swapped =
                i > 1 && j > 1 && left.data[i - 1] == right.data[j - 2] && left.data[i - 2] == right.data[j - 1];
            if (swapped)
                current[j] = least(current[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = previous;
        previous = current;
        current = oldest;
    }
    size_t distance = previous[right.length];
    base_free(rows);
    return distance;
}

const char *text_nearest(struct text word, const char *const *words, size_t count)
{
    size_t least = SIZE_MAX;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        bool begins = word.length > 2 && text_starts_with(text_from(words[i]), word);
        size_t distance = begins ? 1 : text_distance(word, text_from(words[i]));
        if (distance < least) {
            least = distance;
            nearest = words[i];
        }
    }
    return least <= word.length / 2 && (least <= 2 || least <= word.length / 3) ? nearest : NULL;
}

size_t text_utf8_length(struct text text, uint32_t *code)
{
    const uint8_t *at = (const uint8_t *)text.data;
    if (at[0] < 0x80) {
        *code = at[0];
        return 1;
    }
    size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4 || text.length < length)
        return 0;
    uint32_t value = at[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (at[i] & 0x3fu);
    }
    bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    if (overlong || (value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
        return 0;
    *code = value;
    return length;
}

/* The first bytes of ASCII, eight at a time. */
static size_t ascii_length(struct text text)
{
    size_t at = 0;
    uint64_t word;
    for (; at + sizeof(word) <= text.length; at += sizeof(word)) {
        memcpy(&word, text.data + at, sizeof(word));
        if ((word & 0x8080808080808080U) != 0)
            break;
    }
    return at;
}

bool text_is_unseen(uint32_t code)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } ranges[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x061c, 0x061c}, {0x180e, 0x180e},   {0x200b, 0x200f},
        {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
    };
    bool is_plain = code >= 0x20 && code < 0x7f;
    for (size_t i = 0; i < COUNT_OF(ranges) && !is_plain; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

bool text_is_utf8(struct text text)
{
    size_t at = ascii_length(text);
    while (at < text.length) {
        uint32_t code;
        struct text rest = {text.data + at, text.length - at};
        size_t length = text_utf8_length(rest, &code);
        if (length == 0)
            return false;
        size_t run = length == 1 ? ascii_length(rest) : 0;
        at += run > length ? run : length;
    }
    return true;
}
