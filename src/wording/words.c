/* SPDX-License-Identifier: Apache-2.0 */
/* Phrases are kept folded in one block, sorted by the hash of their first word; a bitmap of the hashes answers most
 * words of a text with one look. */
#include "exeat/wording/words.h"

#include <stdlib.h>
#include <string.h>

#include "exeat/base/bytes.h"
#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/wording/points.h"

enum { BLANKS_MOST = 3, BITS_EACH = 32, OPEN_FACTOR = 12 };

struct phrase {
    uint64_t hash; /* of its first word */
    size_t offset; /* in `texts` */
    uint32_t length;
    uint32_t lead; /* bytes before its first word */
    uint16_t id;
};

struct word_list {
    enum word_manner manner;
    struct phrase *phrases; /* owned */
    size_t count;
    size_t capacity;
    struct buffer texts; /* owned */
    uint64_t *bits;      /* owned; a power of two of bits */
    uint64_t bit_mask;
    size_t longest;
    size_t longest_lead;
};

struct word_list *word_list_new(enum word_manner manner)
{
    struct word_list *list = base_zalloc(sizeof(*list));
    list->manner = manner;
    return list;
}

void word_list_free(struct word_list *list)
{
    if (list == NULL)
        return;
    base_free(list->phrases);
    base_free(list->bits);
    base_free_secret(list->texts.data, list->texts.capacity); /* canaries are secrets */
    base_free(list);
}

static bool is_blank(uint32_t code)
{
    return point_gap(code) == GAP_SPACE || code == '\t' || code == '\n' || code == '\r';
}

/* The phrase folded, each run of blanks as one, none at the ends. */
static void append_folded(struct buffer *out, struct text phrase)
{
    bool blank = false;
    bool begun = false;
    for (size_t at = 0; at < phrase.length;) {
        struct point point = point_at(phrase, at, DETECT_PLAIN);
        if (is_blank(point.code)) {
            blank = begun;
        } else {
            if (blank)
                buffer_append_byte(out, ' ');
            if (point.code == UINT32_MAX)
                buffer_append_byte(out, phrase.data[at]);
            else
                buffer_append_code(out, point_fold(point.code));
            blank = false;
            begun = true;
        }
        at += point.length;
    }
}

/* Where the next word begins at or after `at`; text.length: none does. */
static size_t word_start(struct text text, size_t at)
{
    while (at < text.length) {
        struct point point = point_at(text, at, DETECT_PLAIN);
        if (point_is_word(point.code))
            break;
        at += point.length;
    }
    return at;
}

/* The hash of the word at `*at`, which is moved to its end. */
static uint64_t word_hash(struct text text, size_t *at, enum word_manner manner)
{
    uint64_t hash = 1;
    while (*at < text.length) {
        struct point point = point_at(text, *at, DETECT_PLAIN);
        if (!point_is_word(point.code))
            break;
        hash = (hash ^ (manner == WORDS_WHOLE ? point_fold(point.code) : point.code)) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
        *at += point.length;
    }
    return hash;
}

bool word_list_add(struct word_list *list, struct text phrase, uint16_t id)
{
    size_t offset = list->texts.length;
    if (list->manner == WORDS_WHOLE)
        append_folded(&list->texts, phrase);
    else
        buffer_append(&list->texts, phrase);
    struct text kept = text_after(buffer_text(&list->texts), offset);
    size_t lead = word_start(kept, 0);
    size_t end = lead;
    if (lead == kept.length || kept.length > UINT32_MAX) {
        list->texts.length = offset;
        return false;
    }
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        list->phrases = base_resize(list->phrases, list->capacity, sizeof(*list->phrases));
    }
    list->phrases[list->count++] = (struct phrase){
        .hash = word_hash(kept, &end, list->manner),
        .offset = offset,
        .length = (uint32_t)kept.length,
        .lead = (uint32_t)lead,
        .id = id};
    if (kept.length > list->longest)
        list->longest = kept.length;
    if (lead > list->longest_lead)
        list->longest_lead = lead;
    return true;
}

static int compare_phrases(const void *left, const void *right)
{
    const struct phrase *a = left;
    const struct phrase *b = right;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    if (a->length != b->length)
        return a->length > b->length ? -1 : 1;
    return a->offset < b->offset ? -1 : 1;
}

void word_list_finish(struct word_list *list)
{
    uint64_t bits = 64;
    while (bits < list->count * BITS_EACH)
        bits *= 2;
    if (list->count > 0)
        qsort(list->phrases, list->count, sizeof(*list->phrases), compare_phrases);
    list->bits = base_array(bits / 64, sizeof(*list->bits));
    list->bit_mask = bits - 1;
    for (size_t i = 0; i < list->count; i++)
        list->bits[(list->phrases[i].hash & list->bit_mask) / 64] |= UINT64_C(1) << (list->phrases[i].hash & 63);
}

static size_t first_with(const struct word_list *list, uint64_t hash)
{
    size_t low = 0;
    size_t high = list->count;
    if ((list->bits[(hash & list->bit_mask) / 64] >> (hash & 63) & 1) == 0)
        return list->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (list->phrases[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

enum fit { FIT_NO, FIT_YES, FIT_OPEN };

/* Takes a run of blanks; 0: there is none, or it is too long for one. */
static size_t take_blanks(struct text text, size_t at)
{
    size_t from = at;
    for (unsigned count = 0; at < text.length; count++) {
        struct point point = point_at(text, at, DETECT_PLAIN);
        if (!is_blank(point.code))
            break;
        if (count == BLANKS_MOST)
            return 0;
        at += point.length;
    }
    return at - from;
}

static uint32_t as_told(const struct word_list *list, struct point point)
{
    return list->manner == WORDS_WHOLE ? point_fold(point.code) : point.code;
}

/* Compares a phrase with what stands at `at`; `*end` is where it ended. */
static enum fit compare(const struct word_list *list, struct text phrase, struct text text, size_t at, size_t *end)
{
    struct point point = {0, 0};
    for (size_t in = 0; in < phrase.length; in += point.length) {
        if (at >= text.length)
            return FIT_OPEN;
        point = point_at(phrase, in, DETECT_PLAIN);
        if (point.code == ' ' && list->manner == WORDS_WHOLE) {
            size_t blanks = take_blanks(text, at);
            if (blanks == 0)
                return FIT_NO;
            at += blanks;
            continue;
        }
        struct point other = point_at(text, at, DETECT_PLAIN);
        bool same = point.code == UINT32_MAX ? phrase.data[in] == text.data[at] : as_told(list, other) == point.code;
        if (!same)
            return at + 4 > text.length && other.code == UINT32_MAX ? FIT_OPEN : FIT_NO;
        at += other.length;
    }
    *end = at;
    bool ends_in_word = point_is_word(point_before(phrase, phrase.length).code);
    if (at == text.length || !ends_in_word)
        return FIT_YES;
    return point_is_word(point_at(text, at, DETECT_PLAIN).code) ? FIT_NO : FIT_YES;
}

/* The phrases whose first word has this hash, with the longest first. */
static const struct phrase *phrases_of(const struct word_list *list, uint64_t hash, const struct phrase *before)
{
    size_t next = before == NULL ? first_with(list, hash) : (size_t)(before - list->phrases) + 1;
    return next < list->count && list->phrases[next].hash == hash ? &list->phrases[next] : NULL;
}

/* How `phrase` fits, where its first word is the one at `word`. */
static enum fit
fit_of(const struct word_list *list, const struct phrase *phrase, struct text text, size_t word, struct word_hit *hit)
{
    if (phrase->lead > word)
        return FIT_NO;
    hit->start = word - phrase->lead;
    hit->id = phrase->id;
    struct text kept = text_part(buffer_text(&list->texts), phrase->offset, phrase->length);
    return compare(list, kept, text, hit->start, &hit->end);
}

bool word_list_find(const struct word_list *list, struct text text, size_t *at, struct word_hit *hit)
{
    while ((*at = word_start(text, *at)) < text.length) {
        size_t word = *at;
        uint64_t hash = word_hash(text, at, list->manner);
        const struct phrase *phrase = NULL;
        while ((phrase = phrases_of(list, hash, phrase)) != NULL)
            if (fit_of(list, phrase, text, word, hit) == FIT_YES) {
                *at = hit->end > *at ? hit->end : *at;
                return true;
            }
    }
    return false;
}

/* What follows the text may make a phrase of the word at `word`, or unmake one. */
static bool is_open(const struct word_list *list, uint64_t hash, struct text text, size_t word)
{
    struct word_hit hit;
    const struct phrase *phrase = NULL;
    while ((phrase = phrases_of(list, hash, phrase)) != NULL) {
        enum fit fit = fit_of(list, phrase, text, word, &hit);
        if (fit == FIT_OPEN || (fit == FIT_YES && hit.end == text.length))
            return true;
    }
    return false;
}

size_t word_list_open(const struct word_list *list, struct text text)
{
    size_t window = list->longest * OPEN_FACTOR + 16;
    size_t at = text.length > window ? text.length - window : 0;
    while ((at = word_start(text, at)) < text.length) {
        size_t word = at;
        uint64_t hash = word_hash(text, &at, list->manner);
        if (at == text.length || is_open(list, hash, text, word))
            return text.length - word + (list->longest_lead < word ? list->longest_lead : word);
    }
    return list->longest_lead < text.length ? list->longest_lead : text.length;
}
