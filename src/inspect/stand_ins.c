/* SPDX-License-Identifier: Apache-2.0 */
/* What stands for what in one request: a word for each value, numbered as they come, so that the same beginning of a
 * conversation comes out the same. A word that the caller has written himself is his: it is never given to a value
 * after that, and never put back. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "fake.h"
#include "inspect_internal.h"

enum { NUMBER_MAX = 16383, WORD_MAX = 63, KIND_NAME_MAX = 40, BLOCK_SIZE = 4096, HASH_DIGITS = 16 };

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

/* A value is one of its kind: as another it has another word. */
struct key {
    struct text kind; /* empty: `text` is a word */
    struct text text;
};

static uint64_t hash_on(uint64_t hash, struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        hash = (hash ^ (unsigned char)text.data[i]) * UINT64_C(0x100000001b3);
        hash ^= hash >> 29;
    }
    return hash;
}

/* Keyed, so that nobody can send values that all fall into one place. */
static uint64_t hash_of(const struct stand_ins *all, const struct key *key)
{
    uint64_t hash = hash_on(hash_on(all->seed, key->kind), key->text);
    return hash * UINT64_C(0x9e3779b97f4a7c15) >> 17;
}

static bool is_that(const struct stand_in *one, const struct key *key)
{
    if (key->kind.length == 0)
        return text_equal(one->word, key->text);
    return text_equal(one->value, key->text) && text_equal(one->kind, key->kind);
}

static uint32_t *slot_of(const struct stand_ins *all, const struct stand_in_index *index, const struct key *key)
{
    size_t at = (size_t)hash_of(all, key) % index->count;
    while (index->slots[at] != 0 && !is_that(&all->list[index->slots[at] - 1], key))
        at = (at + 1) % index->count;
    return &index->slots[at];
}

static struct stand_in *find(const struct stand_ins *all, const struct stand_in_index *index, const struct key *key)
{
    uint32_t slot = index->count == 0 ? 0 : *slot_of(all, index, key);
    return slot == 0 ? NULL : &all->list[slot - 1];
}

static struct stand_in *find_word(const struct stand_ins *all, struct text word)
{
    const struct key key = {.text = word};
    return find(all, &all->by_word, &key);
}

static void index_one(struct stand_ins *all, struct stand_in_index *index, const struct key *key, size_t which)
{
    uint32_t *slot = slot_of(all, index, key);
    if (*slot == 0) /* the first that has a word keeps it */
        *slot = (uint32_t)which + 1;
}

static void index_that(struct stand_ins *all, size_t which)
{
    const struct stand_in *one = &all->list[which];
    const struct key value = {one->kind, one->value};
    const struct key word = {.text = one->word};
    if (one->value.length > 0)
        index_one(all, &all->by_value, &value, which);
    index_one(all, &all->by_word, &word, which);
}

/* Both have room for the same. */
static void grow(struct stand_ins *all)
{
    size_t count = all->by_word.count == 0 ? 64 : all->by_word.count * 2;
    if (all->count * 2 < all->by_word.count)
        return;
    base_free(all->by_value.slots);
    base_free(all->by_word.slots);
    all->by_value = (struct stand_in_index){base_array(count, sizeof(uint32_t)), count};
    all->by_word = (struct stand_in_index){base_array(count, sizeof(uint32_t)), count};
    for (size_t i = 0; i < all->count; i++)
        index_that(all, i);
}

/* Copies the texts but for the kind, which is kept already. */
static struct stand_in *put(struct stand_ins *all, const struct stand_in *source)
{
    struct stand_in one = *source;
    one.value = keep(all, source->value);
    one.word = keep(all, source->word);
    if ((all->count & (all->count - 1)) == 0)
        all->list = base_resize(all->list, all->count == 0 ? 1 : all->count * 2, sizeof(*all->list));
    ASSERT(all->list != NULL && one.word.length > 0 && one.word.length <= WORD_MAX);
    grow(all);
    all->list[all->count] = one;
    index_that(all, all->count);
    all->lengths |= UINT64_C(1) << one.word.length;
    all->firsts[(unsigned char)one.word.data[0]] = 1;
    return &all->list[all->count++];
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

/* "[CARD_1]" or "[CARD_5f1c0123456789ab]": its name, and what is behind it. */
struct literal {
    struct text whole;
    struct text name;
    struct text tail;
};

static bool read_literal(struct text text, struct literal *literal)
{
    size_t end = text_index(text_part(text, 0, WORD_MAX), ']', 0);
    if (end >= text.length || end >= WORD_MAX)
        return false;
    struct text inner = text_part(text, 1, end - 1);
    size_t dash = inner.length;
    while (dash > 0 && inner.data[dash - 1] != '_')
        dash--;
    if (dash < 2 || dash == inner.length)
        return false;
    *literal = (struct literal){text_part(text, 0, end + 1), text_part(inner, 0, dash - 1), text_after(inner, dash)};
    return true;
}

static bool is_hash(struct text tail)
{
    for (size_t i = 0; i < tail.length; i++)
        if (hex_value(tail.data[i]) < 0)
            return false;
    return tail.length == HASH_DIGITS;
}

static void heed(struct stand_ins *all, const struct inspection *inspection, const struct literal *literal)
{
    struct stand_in *ours = find_word(all, literal->whole);
    uint64_t number;
    if (ours != NULL) {
        ours->is_spoilt = true;
        return;
    }
    bool is_number = text_to_number(literal->tail, NUMBER_MAX, &number);
    bool hashes = inspection->source->format == INSPECT_HASH && is_hash(literal->tail);
    if ((!is_number && !hashes) || !is_a_kind(inspection, literal->name))
        return;
    struct word_kind *kind = kind_of(all, literal->name);
    if (is_number)
        burn(kind, (uint32_t)number);
    else if (all->count < NUMBER_MAX)
        (void)put(all, &(struct stand_in){.kind = kind->name, .word = literal->whole, .is_spoilt = true});
}

static void burn_fake(void *context, enum detector detector, uint32_t number)
{
    if (number <= NUMBER_MAX)
        burn(kind_of(context, text_from(detector_row(detector)->placeholder)), number);
}

static void heed_fakes(struct stand_ins *all, struct text text)
{
    size_t at = 0;
    const struct stand_in *one = stand_ins_find(all, text, 0, &at);
    for (; one != NULL; one = stand_ins_find(all, text, at + 1, &at))
        all->list[one - all->list].is_spoilt = true;
    fakes_in(text, burn_fake, all);
}

void stand_ins_heed(struct stand_ins *all, const struct inspection *inspection, struct text value)
{
    struct literal literal;
    size_t at = text_index(value, '[', 0);
    for (; at < value.length; at = text_index(value, '[', at + 1))
        if (read_literal(text_after(value, at), &literal))
            heed(all, inspection, &literal);
    if (inspection->source->format == INSPECT_PRESERVE)
        heed_fakes(all, value);
}

/* --- giving words ----------------------------------------------------------------------------------------------------
 */

/* The next number that the caller has not written himself; false: there is none. */
static bool next_number(struct word_kind *kind)
{
    while (kind->newest < NUMBER_MAX)
        if (!is_burnt(kind, ++kind->newest))
            return true;
    return false;
}

static bool write_placeholder(struct word_kind *kind, struct buffer *word)
{
    if (!next_number(kind))
        return false;
    BUFFER_APPEND_ALL(word, TEXT("["), kind->name, TEXT("_"));
    buffer_append_number(word, kind->newest);
    buffer_append_byte(word, ']');
    return true;
}

/* One that the text does not have by itself, and that is nobody's yet. */
static bool
write_fake(const struct stand_ins *all, struct word_kind *kind, const struct stand_in_wish *wish, struct buffer *word)
{
    while (next_number(kind)) {
        buffer_empty(word);
        if (!fake_write(wish->detector, wish->value, kind->newest, word)) {
            kind->newest--; /* the placeholder's */
            break;
        }
        if (word->length <= WORD_MAX && find_word(all, buffer_text(word)) == NULL)
            return true;
    }
    buffer_empty(word);
    return write_placeholder(kind, word);
}

/* The same for all spellings of a value; but where it is to become the value again, each gets its own behind the first.
 */
static bool
write_hash(const struct stand_ins *all, struct word_kind *kind, const struct stand_in_wish *wish, struct buffer *word)
{
    BUFFER_APPEND_ALL(word, TEXT("["), kind->name, TEXT("_"));
    hash_write(&wish->inspection->key, wish, word);
    buffer_append_byte(word, ']');
    struct stand_in *first = find_word(all, buffer_text(word));
    if (first != NULL && wish->inspection->source->restores && !wish->is_answers) {
        word->length--;
        buffer_append_byte(word, '_');
        buffer_append_number(word, ++first->spelled + 1);
        buffer_append_byte(word, ']');
    }
    return word->length <= WORD_MAX;
}

static bool
write_word(const struct stand_ins *all, struct word_kind *kind, const struct stand_in_wish *wish, struct buffer *word)
{
    switch (wish->inspection->source->format) {
    case INSPECT_PLACEHOLDER:
        break;
    case INSPECT_PRESERVE:
        return write_fake(all, kind, wish, word);
    case INSPECT_HASH:
        return write_hash(all, kind, wish, word);
    }
    return write_placeholder(kind, word);
}

struct text stand_ins_for(struct stand_ins *all, const struct stand_in_wish *wish)
{
    char room[KIND_NAME_MAX];
    struct word_kind *kind = kind_of(all, word_name(wish, room));
    const struct key key = {kind->name, wish->value};
    const struct stand_in *known = find(all, &all->by_value, &key);
    struct buffer word = {0};
    struct text given = TEXT("");
    if (known != NULL)
        return known->word;
    if (all->count < NUMBER_MAX && write_word(all, kind, wish, &word))
        given = put(all,
                    &(struct stand_in){
                        .kind = kind->name,
                        .value = wish->value,
                        .word = buffer_text(&word),
                        .is_spoilt = wish->is_answers})
                    ->word;
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
        const struct stand_in *one = find_word(all, text_part(rest, 0, length));
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
