/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing at half load, hashed over the labels from the right, so that one pass over a name gives the hash of
 * each of its suffixes. The places of all of them are asked for before the first is looked at: the memory answers them
 * side by side. */
#include "host_table.h"

#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"

enum { WORD = 8, DEPTH_MAX = 63, SLOTS_SPARE = 16 };

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

/* The hash of what lies right of the reader, label by label. */
struct label_hash {
    uint64_t hash;
    uint64_t word;
    unsigned filled;
    unsigned labels;
};

static inline void hash_byte(struct label_hash *reader, char byte)
{
    reader->word = reader->word << 8 | (unsigned char)byte;
    if (++reader->filled % WORD == 0) {
        reader->hash = mix(reader->hash, reader->word);
        reader->word = 0;
    }
}

static inline void hash_end_of_label(struct label_hash *reader)
{
    reader->hash = mix(reader->hash + reader->filled, reader->word);
    reader->word = 0;
    reader->filled = 0;
    reader->labels++;
}

static uint64_t hash_of(enum host_pattern_kind kind, struct text name, unsigned *labels)
{
    struct label_hash reader = {0};
    for (size_t i = name.length; i-- > 0;) {
        if (name.data[i] == '.')
            hash_end_of_label(&reader);
        else
            hash_byte(&reader, name.data[i]);
    }
    hash_end_of_label(&reader);
    *labels = reader.labels;
    return mix(reader.hash, kind);
}

static inline size_t place_of(const struct host_table *table, uint64_t hash)
{
    return (size_t)((uint64_t)(uint32_t)hash * table->slot_count >> 32);
}

static inline uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static inline uint64_t depth_bit(unsigned labels)
{
    return (uint64_t)1 << (labels < DEPTH_MAX ? labels : DEPTH_MAX);
}

void host_table_init(struct host_table *table, size_t patterns, size_t name_bytes)
{
    ASSERT(patterns < UINT32_MAX / 4 && name_bytes < UINT32_MAX);
    *table = (struct host_table){.slot_count = patterns * 2 + SLOTS_SPARE};
    table->slots = base_array(table->slot_count, sizeof(*table->slots));
    buffer_reserve(&table->names, name_bytes + 1);
}

void host_table_clear(struct host_table *table)
{
    base_free(table->slots);
    buffer_clear(&table->names);
}

/* The slot that has the pattern, or the free one where it would be. */
static inline struct host_slot *
slot_of(const struct host_table *table, uint64_t hash, enum host_pattern_kind kind, struct text name)
{
    struct host_slot *slot = &table->slots[place_of(table, hash)];
    const struct host_slot *end = table->slots + table->slot_count;
    while (slot->length != 0) {
        if (slot->tag == tag_of(hash) && slot->length == name.length && slot->kind == kind &&
            memcmp(table->names.data + slot->name, name.data, name.length) == 0)
            break;
        slot = slot + 1 == end ? table->slots : slot + 1;
    }
    return slot;
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
    ASSERT(table->used < table->slot_count && table->names.length + name.length < table->names.capacity);
    *slot = (struct host_slot){
        .tag = tag_of(hash),
        .name = (uint32_t)table->names.length,
        .set = none,
        .length = (uint8_t)name.length,
        .kind = (uint8_t)pattern->kind};
    buffer_append(&table->names, name);
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
    struct label_hash reader = {0};
    size_t count = 0;
    for (size_t i = name.length; i-- > 0;) {
        if (name.data[i] != '.') {
            hash_byte(&reader, name.data[i]);
            continue;
        }
        hash_end_of_label(&reader);
        if ((table->suffix_depths & depth_bit(reader.labels)) != 0)
            ask(table, &probes[count++], mix(reader.hash, HOST_PATTERN_SUFFIX), i + 1);
    }
    hash_end_of_label(&reader);
    ask(table, &probes[count++], mix(reader.hash, HOST_PATTERN_EXACT), 0);
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
