/* SPDX-License-Identifier: Apache-2.0 */
/* What stands for what in one request: a word for each value, numbered as they come, so that the same beginning of a
 * conversation comes out the same. A word that the caller has written himself is his: it is never given to a value
 * after that, and never put back. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "inspect_internal.h"

enum { NUMBER_MAX = 16383, WORD_MAX = 63, KIND_NAME_MAX = 40, BLOCK_SIZE = 4096, TRIES_MAX = 1000 };

/* --- texts that are wiped --------------------------------------------------------------------------------------------
 */

struct secret_block {
    struct secret_block *next;
    size_t used;
    size_t size;
    char data[];
};

static struct text keep(struct stand_ins *all, struct text text)
{
    struct secret_block *block = all->blocks;
    if (block == NULL || block->size - block->used < text.length) {
        size_t size = text.length > BLOCK_SIZE ? text.length : BLOCK_SIZE;
        block = base_alloc(sizeof(*block) + size);
        *block = (struct secret_block){.next = all->blocks, .size = size};
        all->blocks = block;
    }
    char *at = block->data + block->used;
    if (text.length > 0)
        memcpy(at, text.data, text.length);
    block->used += text.length;
    return (struct text){at, text.length};
}

void stand_ins_clear(struct stand_ins *all)
{
    for (struct secret_block *next; all->blocks != NULL; all->blocks = next) {
        next = all->blocks->next;
        base_free_secret(all->blocks, sizeof(*all->blocks) + all->blocks->size);
    }
    for (size_t i = 0; i < all->kind_count; i++)
        base_free(all->kinds[i].burnt);
    base_free(all->kinds);
    base_free(all->list);
    base_free(all->by_value.slots);
    base_free(all->by_word.slots);
    *all = (struct stand_ins){0};
}

/* --- finding by text -------------------------------------------------------------------------------------------------
 */

/* Keyed, so that nobody can send values that all fall into one place. */
static uint64_t hash_of(const struct stand_ins *all, struct text text)
{
    uint64_t hash = all->seed;
    for (size_t i = 0; i < text.length; i++) {
        hash = (hash ^ (unsigned char)text.data[i]) * UINT64_C(0x100000001b3);
        hash ^= hash >> 29;
    }
    return hash * UINT64_C(0x9e3779b97f4a7c15) >> 17;
}

static struct text value_of(const struct stand_in *one)
{
    return one->value;
}

static struct text word_of(const struct stand_in *one)
{
    return one->word;
}

typedef struct text (*text_of)(const struct stand_in *one);

static uint32_t *slot_of(const struct stand_ins *all, const struct stand_in_index *index, text_of of, struct text text)
{
    size_t at = (size_t)hash_of(all, text) % index->count;
    while (index->slots[at] != 0 && !text_equal(of(&all->list[index->slots[at] - 1]), text))
        at = (at + 1) % index->count;
    return &index->slots[at];
}

static struct stand_in *
find(const struct stand_ins *all, const struct stand_in_index *index, text_of of, struct text text)
{
    uint32_t slot = index->count == 0 ? 0 : *slot_of(all, index, of, text);
    return slot == 0 ? NULL : &all->list[slot - 1];
}

static void grow(struct stand_ins *all, struct stand_in_index *index, text_of of)
{
    if (all->count * 2 < index->count)
        return;
    base_free(index->slots);
    index->count = index->count == 0 ? 64 : index->count * 2;
    index->slots = base_array(index->count, sizeof(*index->slots));
    for (size_t i = 0; i < all->count; i++)
        *slot_of(all, index, of, of(&all->list[i])) = (uint32_t)i + 1;
}

/* Gives the word as it is kept. */
static struct text put(struct stand_ins *all, struct text value, struct text word)
{
    const struct stand_in one = {.value = keep(all, value), .word = keep(all, word)};
    if ((all->count & (all->count - 1)) == 0)
        all->list = base_resize(all->list, all->count == 0 ? 1 : all->count * 2, sizeof(*all->list));
    ASSERT(all->list != NULL);
    all->list[all->count] = one;
    grow(all, &all->by_value, value_of);
    grow(all, &all->by_word, word_of);
    *slot_of(all, &all->by_value, value_of, value) = (uint32_t)all->count + 1;
    *slot_of(all, &all->by_word, word_of, word) = (uint32_t)all->count + 1;
    all->count++;
    all->lengths |= UINT64_C(1) << word.length;
    all->firsts[(unsigned char)word.data[0]] = 1;
    return one.word;
}

/* --- kinds -----------------------------------------------------------------------------------------------------------
 */

/* "customer-number" becomes CUSTOMER_NUMBER. */
static struct text name_word(struct text kind, char room[KIND_NAME_MAX])
{
    size_t length = kind.length < KIND_NAME_MAX ? kind.length : KIND_NAME_MAX;
    for (size_t i = 0; i < length; i++) {
        char one = kind.data[i];
        room[i] = one >= 'a' && one <= 'z' ? (char)(one - 'a' + 'A') : one == '-' ? '_' : one;
    }
    return (struct text){room, length};
}

static struct text word_name(const struct stand_in_wish *wish, char room[KIND_NAME_MAX])
{
    if (wish->detector != DETECTOR_CUSTOM)
        return text_from(detector_row((enum detector)wish->detector)->placeholder);
    return name_word(wish->kind, room);
}

static struct word_kind *kind_of(struct stand_ins *all, struct text name)
{
    for (size_t i = 0; i < all->kind_count; i++)
        if (text_equal(all->kinds[i].name, name))
            return &all->kinds[i];
    if (all->kind_count == 0)
        random_fill((uint8_t *)&all->seed, sizeof(all->seed));
    all->kinds = base_resize(all->kinds, all->kind_count + 1, sizeof(*all->kinds));
    all->kinds[all->kind_count] = (struct word_kind){.name = keep(all, name)};
    return &all->kinds[all->kind_count++];
}

static bool is_burnt(const struct word_kind *kind, uint32_t number)
{
    return kind->burnt != NULL && (kind->burnt[number / 64] & UINT64_C(1) << number % 64) != 0;
}

static void burn(struct word_kind *kind, uint32_t number)
{
    if (kind->burnt == NULL)
        kind->burnt = base_array(NUMBER_MAX / 64 + 1, sizeof(*kind->burnt));
    kind->burnt[number / 64] |= UINT64_C(1) << number % 64;
}

/* Is there a kind whose words begin so, in this rule? */
static bool is_a_kind(const struct inspection *inspection, struct text name)
{
    char room[KIND_NAME_MAX];
    for (size_t i = 0; i < DETECTOR_CUSTOM; i++)
        if (text_equal(text_from(detector_row((enum detector)i)->placeholder), name))
            return true;
    for (size_t i = 0; i < inspection->requests.custom_count; i++)
        if (text_equal(name_word(inspection->requests.customs[i].name, room), name))
            return true;
    return false;
}

/* --- what the caller has written himself -----------------------------------------------------------------------------
 */

/* "[CARD_1]" at the front: its name and number. */
static bool read_literal(struct text text, struct text *name, uint64_t *number, size_t *length)
{
    size_t end = text_index(text_part(text, 0, WORD_MAX), ']', 0);
    if (end >= text.length || end >= WORD_MAX)
        return false;
    struct text inner = text_part(text, 1, end - 1);
    size_t dash = inner.length;
    while (dash > 0 && inner.data[dash - 1] != '_')
        dash--;
    if (dash < 2 || dash == inner.length || !text_to_number(text_after(inner, dash), NUMBER_MAX, number))
        return false;
    *name = text_part(inner, 0, dash - 1);
    *length = end + 1;
    return true;
}

static void
heed(struct stand_ins *all, const struct inspection *inspection, struct text name, uint32_t number, struct text word)
{
    struct stand_in *ours = find(all, &all->by_word, word_of, word);
    if (ours != NULL)
        ours->is_spoilt = true;
    else if (is_a_kind(inspection, name))
        burn(kind_of(all, name), number);
}

void stand_ins_heed(struct stand_ins *all, const struct inspection *inspection, struct text value)
{
    size_t at = text_index(value, '[', 0);
    for (; at < value.length; at = text_index(value, '[', at + 1)) {
        struct text name;
        uint64_t number;
        size_t length;
        struct text rest = text_after(value, at);
        if (read_literal(rest, &name, &number, &length))
            heed(all, inspection, name, (uint32_t)number, text_part(rest, 0, length));
    }
}

/* --- giving words ----------------------------------------------------------------------------------------------------
 */

static bool has(struct text text, struct text part)
{
    return part.length > 0 && memmem(text.data, text.length, part.data, part.length) != NULL;
}

static bool write_placeholder(struct word_kind *kind, struct buffer *word)
{
    while (++kind->newest <= NUMBER_MAX)
        if (!is_burnt(kind, kind->newest)) {
            BUFFER_APPEND_ALL(word, TEXT("["), kind->name, TEXT("_"));
            buffer_append_number(word, kind->newest);
            buffer_append_byte(word, ']');
            return true;
        }
    kind->newest = NUMBER_MAX;
    return false;
}

/* One that the text does not have by itself, and that is nobody's yet. */
static bool
write_fake(struct stand_ins *all, struct word_kind *kind, const struct stand_in_wish *wish, struct buffer *word)
{
    for (size_t tries = 0; tries < TRIES_MAX; tries++) {
        buffer_empty(word);
        if (!fake_write(wish->detector, wish->value, ++kind->newest, word))
            break;
        struct text fake = buffer_text(word);
        if (fake.length <= WORD_MAX && !has(wish->all, fake) && find(all, &all->by_word, word_of, fake) == NULL)
            return true;
    }
    buffer_empty(word);
    return write_placeholder(kind, word);
}

static bool write_word(struct stand_ins *all, const struct stand_in_wish *wish, struct buffer *word)
{
    char room[KIND_NAME_MAX];
    struct word_kind *kind = kind_of(all, word_name(wish, room));
    switch (wish->inspection->source->format) {
    case INSPECT_PLACEHOLDER:
        return write_placeholder(kind, word);
    case INSPECT_PRESERVE:
        return write_fake(all, kind, wish, word);
    case INSPECT_HASH:
        break;
    }
    BUFFER_APPEND_ALL(word, TEXT("["), kind->name, TEXT("_"));
    hash_write(&wish->inspection->key, wish, word);
    buffer_append_byte(word, ']');
    return true;
}

struct text stand_ins_for(struct stand_ins *all, const struct stand_in_wish *wish)
{
    const struct stand_in *known = find(all, &all->by_value, value_of, wish->value);
    struct buffer word = {0};
    if (known != NULL)
        return known->word;
    struct text given = TEXT("");
    if (all->count < NUMBER_MAX && write_word(all, wish, &word))
        given = put(all, wish->value, buffer_text(&word));
    buffer_clear(&word);
    return given;
}

/* --- finding words ---------------------------------------------------------------------------------------------------
 */

/* The longest word that begins here. */
static const struct stand_in *word_at(const struct stand_ins *all, struct text rest)
{
    size_t length = rest.length < WORD_MAX ? rest.length : WORD_MAX;
    for (; length > 0; length--) {
        if ((all->lengths & UINT64_C(1) << length) == 0)
            continue;
        const struct stand_in *one = find(all, &all->by_word, word_of, text_part(rest, 0, length));
        if (one != NULL)
            return one;
    }
    return NULL;
}

const struct stand_in *stand_ins_find(const struct stand_ins *all, struct text text, size_t from, size_t *at)
{
    for (size_t i = from; all->count > 0 && i < text.length; i++) {
        if (all->firsts[(unsigned char)text.data[i]] == 0)
            continue;
        const struct stand_in *one = word_at(all, text_after(text, i));
        if (one != NULL) {
            *at = i;
            return one;
        }
    }
    return NULL;
}

static bool begins_a_word(const struct stand_ins *all, struct text rest)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].word.length > rest.length && text_starts_with(all->list[i].word, rest))
            return true;
    return false;
}

size_t stand_ins_settled(const struct stand_ins *all, struct text text)
{
    size_t from = text.length > WORD_MAX ? text.length - WORD_MAX : 0;
    for (size_t i = from; all->count > 0 && i < text.length; i++)
        if (all->firsts[(unsigned char)text.data[i]] != 0 && begins_a_word(all, text_after(text, i)))
            return i;
    return text.length;
}
