/* SPDX-License-Identifier: Apache-2.0 */
/* A file of canaries, and what they look like in bytes. */
#include <stdlib.h>
#include <string.h>

#include "canary_internal.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

#define SAME_16(first)                                                                                                 \
    first, (first) + 1, (first) + 2, (first) + 3, (first) + 4, (first) + 5, (first) + 6, (first) + 7, (first) + 8,     \
        (first) + 9, (first) + 10, (first) + 11, (first) + 12, (first) + 13, (first) + 14, (first) + 15
/* clang-format off */
const uint8_t canary_folded[256] = {
    SAME_16(0x00), SAME_16(0x10),
    ' ', '!', '"', '#', '$', '%', '&', '\'', '(', ')', '*', '-', ',', '-', '.', '_',
    SAME_16(0x30),
    '@', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '[', '\\', ']', '^', '_',
    SAME_16(0x60), SAME_16(0x70), SAME_16(0x80), SAME_16(0x90), SAME_16(0xa0), SAME_16(0xb0),
    SAME_16(0xc0), SAME_16(0xd0), SAME_16(0xe0), SAME_16(0xf0),
};
/* clang-format on */

/* --- needles ---------------------------------------------------------------------------------------------------------
 */

static void fold(struct buffer *text)
{
    for (size_t i = 0; i < text->length; i++)
        text->data[i] = (char)canary_folded[(uint8_t)text->data[i]];
}

static void add_needle(struct canary_set *set, struct buffer *spelled, uint32_t canary)
{
    struct needle *needle = &set->needles[set->needle_count++];
    fold(spelled);
    needle->canary = canary;
    needle->text = (struct text){text_copy(buffer_text(spelled)), spelled->length};
    uint64_t tail = 0;
    for (size_t i = spelled->length - TAIL; i < spelled->length; i++)
        tail = tail << 8 | (uint8_t)spelled->data[i];
    uint32_t hash = canary_hash(tail);
    set->sieve[hash / 64] |= UINT64_C(1) << (hash % 64);
}

/* The digits that say the value and nothing of what stands around it, where it begins `shift` bytes into a group. */
static void write_base64(struct text value, size_t shift, struct buffer *out)
{
    struct buffer shifted = {0};
    static const size_t shared[] = {0, 2, 3};
    buffer_append(&shifted, text_part(TEXT("??"), 0, shift));
    buffer_append(&shifted, value);
    buffer_append_base64(out, bytes_of_text(buffer_text(&shifted)));
    out->length = shifted.length * 8 / 6;
    buffer_consume(out, shared[shift]);
    buffer_forget(&shifted);
}

static void add(struct canary_set *set, struct text label, struct text value)
{
    struct buffer spelled = {0};
    uint32_t canary = (uint32_t)set->count;
    set->labels[set->count++] = text_copy(label);
    buffer_append(&spelled, value);
    add_needle(set, &spelled, canary);
    for (size_t shift = 0; shift < SPELLINGS - 1; shift++) {
        buffer_forget(&spelled);
        write_base64(value, shift, &spelled);
        add_needle(set, &spelled, canary);
    }
    buffer_forget(&spelled);
}

/* From the last byte on; who is the end of another comes before it. */
static int compare_needles(const void *left_needle, const void *right_needle)
{
    const struct needle *left = left_needle;
    const struct needle *right = right_needle;
    size_t shorter = left->text.length < right->text.length ? left->text.length : right->text.length;
    for (size_t i = 1; i <= shorter; i++) {
        uint8_t one = (uint8_t)left->text.data[left->text.length - i];
        uint8_t other = (uint8_t)right->text.data[right->text.length - i];
        if (one != other)
            return one < other ? -1 : 1;
    }
    if (left->text.length != right->text.length)
        return left->text.length < right->text.length ? -1 : 1;
    return (left->canary > right->canary) - (left->canary < right->canary);
}

static void needle_clear(struct needle *needle)
{
    char *text = (char *)(uintptr_t)needle->text.data;
    base_forget(text, needle->text.length);
    base_free(text);
}

/* Where one is the end of another, it is seen first: a step at a byte finds the only one that can be there. */
static void arrange(struct canary_set *set)
{
    size_t kept = 0;
    qsort(set->needles, set->needle_count, sizeof(*set->needles), compare_needles);
    for (size_t i = 0; i < set->needle_count; i++) {
        if (kept > 0 && text_ends_with(set->needles[i].text, set->needles[kept - 1].text))
            needle_clear(&set->needles[i]);
        else
            set->needles[kept++] = set->needles[i];
    }
    set->needle_count = kept;
}

/* --- the file --------------------------------------------------------------------------------------------------------
 */

static bool is_made_of(struct text text, const char *others)
{
    for (size_t i = 0; i < text.length; i++) {
        char one = (char)(text.data[i] | 0x20);
        bool is_alnum = (one >= 'a' && one <= 'z') || (text.data[i] >= '0' && text.data[i] <= '9');
        if (!is_alnum && (text.data[i] == '\0' || strchr(others, text.data[i]) == NULL))
            return false;
    }
    return true;
}

static size_t count_different(struct text value)
{
    size_t count = 0;
    for (size_t i = 0; i < value.length; i++)
        count += memchr(value.data, value.data[i], i) == NULL ? 1 : 0;
    return count;
}

/* What is wrong with a line; NULL: nothing. */
static const char *wrong_with(const struct canary_set *set, struct text label, struct text value)
{
    if (set->count == CANARIES_MOST)
        return "more than 1000 canaries";
    if (label.length == 0 || label.length > CANARY_LABEL_MOST || !is_made_of(label, "._-"))
        return "a line has a label, of at most 48 letters, digits and ._-, and behind a blank the value";
    if (value.length < CANARY_LEAST || value.length > CANARY_MOST || !is_made_of(value, "@._-"))
        return "a value has 12 to 128 letters, digits and @._-: `exeat canary new` makes one";
    if (count_different(value) < DIFFERENT_LEAST)
        return "a value of so few different characters is found by chance: `exeat canary new` makes one";
    return NULL;
}

static bool take_line(struct canary_set *set, struct text line, const char **wrong)
{
    line = text_trim(line, " \t\r");
    if (line.length == 0 || line.data[0] == '#')
        return true;
    size_t end = 0;
    while (end < line.length && line.data[end] != ' ' && line.data[end] != '\t')
        end++;
    struct text label = text_part(line, 0, end);
    struct text value = text_trim(text_after(line, end), " \t");
    *wrong = wrong_with(set, label, value);
    if (*wrong == NULL)
        add(set, label, value);
    return *wrong == NULL;
}

/* With room for so many. */
static struct canary_set *set_new(size_t most)
{
    struct canary_set *set = base_zalloc(sizeof(*set));
    set->labels = base_array(most, sizeof(*set->labels));
    set->needles = base_array(most * SPELLINGS, sizeof(*set->needles));
    set->sieve = base_array((1U << SIEVE_BITS) / 64, sizeof(*set->sieve));
    return set;
}

struct canary_set *canary_set_parse(struct text content, const char *path, struct mark mark, struct diags *diags)
{
    size_t lines = 1;
    struct text line;
    for (size_t i = 0; i < content.length; i++)
        lines += content.data[i] == '\n' ? 1 : 0;
    struct canary_set *set = set_new(lines < CANARIES_MOST ? lines : CANARIES_MOST);
    const char *wrong = NULL;
    for (unsigned number = 1; text_split(&content, '\n', &line); number++) {
        if (take_line(set, line, &wrong))
            continue;
        diag_error(diags, mark, "%s:%u: %s", path, number, wrong);
        canary_set_free(set);
        return NULL;
    }
    arrange(set);
    return set;
}

struct canary_set *canary_set_read(const char *path, struct mark mark, struct diags *diags)
{
    enum { FILE_MAX = 1 << 20 };
    struct canary_set *set = NULL;
    struct buffer content = {0};
    char *error = NULL;
    if (file_is_for_others(path))
        diag_error(
            diags, mark, "canaries: others may read or write %s: chmod o= (of a Kubernetes Secret, defaultMode: 0440)",
            path);
    else if (file_read(path, FILE_MAX, &content, &error))
        set = canary_set_parse(buffer_text(&content), path, mark, diags);
    else
        diag_error(diags, mark, "canaries: %s; `exeat canary new email >> FILE` makes one", error);
    base_free(error);
    buffer_forget(&content);
    return set;
}

void canary_set_free(struct canary_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->needle_count; i++)
        needle_clear(&set->needles[i]);
    for (size_t i = 0; i < set->count; i++)
        base_free(set->labels[i]);
    base_free(set->labels);
    base_free(set->needles);
    base_free(set->sieve);
    base_free(set);
}

size_t canary_set_count(const struct canary_set *set)
{
    return set == NULL ? 0 : set->count;
}

bool canary_set_equal(const struct canary_set *left, const struct canary_set *right)
{
    if (canary_set_count(left) != canary_set_count(right) || (left == NULL) != (right == NULL))
        return false;
    for (size_t i = 0; left != NULL && i < left->needle_count; i++)
        if (!text_equal(left->needles[i].text, right->needles[i].text) ||
            strcmp(left->labels[left->needles[i].canary], right->labels[right->needles[i].canary]) != 0)
            return false;
    return true;
}
