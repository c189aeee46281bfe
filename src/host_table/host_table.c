/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing at three fifths of the load, hashed over the labels from the right, so that one pass over a name
 * gives the hash of each of its suffixes. The places of all of them are asked for before the first is looked at: the
 * memory answers them side by side. */
#include "exeat/host_table.h"

#include <endian.h>
#include <string.h>
#include <sys/mman.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"

enum { WORD = 8, DEPTH_MAX = 63, SLOTS_SPARE = 16, CACHE_LINE = 64 };

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

static inline uint64_t load_word(const char *at)
{
    uint64_t word;
    memcpy(&word, at, WORD);
    return le64toh(word);
}

/* Fewer than eight bytes that end at `end`, as a number. They are read together with their neighbours in the name. */
static inline uint64_t load_part(struct text name, size_t end, size_t length)
{
    uint64_t word = 0;
    if (length == 0)
        return 0;
    if (end >= WORD)
        return load_word(name.data + end - WORD) >> (WORD - length) * 8;
    if (name.length >= WORD)
        return load_word(name.data + end - length) & (UINT64_MAX >> (WORD - length) * 8);
    for (size_t i = 0; i < length; i++)
        word |= (uint64_t)(unsigned char)name.data[end - length + i] << i * 8;
    return word;
}

/* The hash of a name to the right of `start`, given that of what lies right of this label. */
static inline uint64_t hash_label(uint64_t hash, struct text name, size_t start, size_t end)
{
    size_t length = end - start;
    hash += length;
    for (; length >= WORD; length -= WORD, end -= WORD)
        hash = mix(hash, load_word(name.data + end - WORD));
    return mix(hash, load_part(name, end, length));
}

/* Where the label that ends at `end` begins. */
static inline size_t label_start(struct text name, size_t end)
{
    const char *dot = memrchr(name.data, '.', end);
    return dot == NULL ? 0 : (size_t)(dot - name.data) + 1;
}

static uint64_t hash_of(enum host_pattern_kind kind, struct text name, unsigned *labels)
{
    uint64_t hash = 0;
    size_t start = name.length + 1;
    for (*labels = 0; start > 0; ++*labels) {
        size_t end = start - 1;
        start = label_start(name, end);
        hash = hash_label(hash, name, start, end);
    }
    return mix(hash, kind);
}

/* The first slot of a cache line. */
static inline size_t place_of(const struct host_table *table, uint64_t hash)
{
    return (size_t)((uint64_t)(uint32_t)hash * table->slot_count >> 32) & ~(size_t)1;
}

static inline uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static inline uint64_t depth_bit(unsigned labels)
{
    return (uint64_t)1 << (labels < DEPTH_MAX ? labels : DEPTH_MAX);
}

/* A large table is looked up all over: with large pages the processor need not look up its pages too. */
static void ask_for_large_pages(char *memory, size_t length)
{
    enum { LARGE_PAGE = 2 << 20 };
    size_t skip = (LARGE_PAGE - (uintptr_t)memory % LARGE_PAGE) % LARGE_PAGE;
    if (length >= skip + LARGE_PAGE)
        (void)madvise(memory + skip, (length - skip) / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
}

void host_table_init(struct host_table *table, size_t patterns)
{
    ASSERT(patterns < UINT32_MAX / 4);
    *table = (struct host_table){.slot_count = patterns * 5 / 3 + SLOTS_SPARE};
    table->memory = base_array(table->slot_count + 2, sizeof(*table->slots));
    ask_for_large_pages(table->memory, (table->slot_count + 2) * sizeof(*table->slots));
    size_t over = (uintptr_t)table->memory % CACHE_LINE;
    table->slots = (struct host_slot *)(void *)((char *)table->memory + (over == 0 ? 0 : CACHE_LINE - over));
}

void host_table_clear(struct host_table *table)
{
    base_free(table->memory);
    buffer_clear(&table->names);
}

static inline const char *name_of(const struct host_table *table, const struct host_slot *slot)
{
    uint32_t start;
    if (slot->length <= SLOT_TEXT)
        return slot->text;
    memcpy(&start, slot->text, sizeof(start));
    return table->names.data + start;
}

/* The slot that has the pattern, or the free one where it would be. */
static inline struct host_slot *
slot_of(const struct host_table *table, uint64_t hash, enum host_pattern_kind kind, struct text name)
{
    struct host_slot *slot = &table->slots[place_of(table, hash)];
    const struct host_slot *end = table->slots + table->slot_count;
    while (slot->length != 0) {
        if (slot->tag == tag_of(hash) && slot->length == name.length && slot->kind == kind &&
            memcmp(name_of(table, slot), name.data, name.length) == 0)
            break;
        slot = slot + 1 == end ? table->slots : slot + 1;
    }
    return slot;
}

static void set_name(struct host_table *table, struct host_slot *slot, struct text name)
{
    uint32_t start = (uint32_t)table->names.length;
    slot->length = (uint8_t)name.length;
    if (name.length <= SLOT_TEXT) {
        memcpy(slot->text, name.data, name.length);
        return;
    }
    ASSERT(table->names.length < UINT32_MAX - HOST_TEXT_SIZE);
    memcpy(slot->text, &start, sizeof(start));
    buffer_append(&table->names, name);
}

struct host_slot *host_table_add(struct host_table *table, const struct host_pattern *pattern, uint32_t none)
{
    struct text name = host_text(&pattern->host);
    unsigned labels = 0;
    uint64_t hash = hash_of(pattern->kind, name, &labels);
    struct host_slot *slot = slot_of(table, hash, pattern->kind, name);
    if (slot->length != 0)
        return slot;
    table->used++;
    ASSERT(table->used < table->slot_count && name.length > 0);
    *slot = (struct host_slot){.tag = tag_of(hash), .set = none, .kind = (uint8_t)pattern->kind};
    set_name(table, slot, name);
    if (pattern->kind == HOST_PATTERN_SUFFIX)
        table->suffix_depths |= depth_bit(labels);
    return slot;
}

const struct host_slot *host_table_get(const struct host_table *table, enum host_pattern_kind kind, struct text name)
{
    unsigned labels;
    const struct host_slot *slot = slot_of(table, hash_of(kind, name, &labels), kind, name);
    return slot->length == 0 ? NULL : slot;
}

struct probe {
    uint64_t hash;
    size_t start; /* of the suffix in the name */
};

static inline void ask(const struct host_table *table, struct probe *probe, uint64_t hash, size_t start)
{
    *probe = (struct probe){hash, start};
    __builtin_prefetch(&table->slots[place_of(table, hash)]);
}

/* One probe for the name and one for each suffix of a length that the table has any of. */
static size_t ask_all(const struct host_table *table, struct text name, struct probe probes[HOST_HITS_MAX])
{
    uint64_t hash = 0;
    size_t count = 0;
    size_t start = name.length + 1;
    for (unsigned labels = 1; start > 0; labels++) {
        size_t end = start - 1;
        start = label_start(name, end);
        hash = hash_label(hash, name, start, end);
        if (start > 0 && (table->suffix_depths & depth_bit(labels)) != 0)
            ask(table, &probes[count++], mix(hash, HOST_PATTERN_SUFFIX), start);
    }
    ask(table, &probes[count++], mix(hash, HOST_PATTERN_EXACT), 0);
    return count;
}

size_t host_table_find(const struct host_table *table, const struct host *host, struct host_hit hits[HOST_HITS_MAX])
{
    struct probe probes[HOST_HITS_MAX];
    struct text name = host_text(host);
    size_t found = 0;
    if (host->kind != HOST_NAME)
        return 0;
    for (size_t i = ask_all(table, name, probes); i-- > 0;) {
        bool whole = probes[i].start == 0;
        struct text part = {name.data + probes[i].start, name.length - probes[i].start};
        const struct host_slot *slot =
            slot_of(table, probes[i].hash, whole ? HOST_PATTERN_EXACT : HOST_PATTERN_SUFFIX, part);
        if (slot->length == 0)
            continue;
        uint16_t specific = whole ? SPECIFIC_EXACT : (uint16_t)(part.length + SPECIFIC_ANY);
        hits[found++] = (struct host_hit){.set = slot->set, .specific = specific, .is_exact = whole};
    }
    return found;
}
