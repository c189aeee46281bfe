/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue: a hash of names and suffixes, so that a lookup costs as many probes as the name has labels. */

#include "exeat/base/arena.h"
#include "exeat/base/check.h"
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "exeat/llm.h"
#include "llm_internal.h"

enum { SLOTS_MIN = 64, VERSION_LENGTH = 12 };

struct llm_catalogue {
    struct arena arena;
    struct llm_entry *entries; /* owned */
    size_t count;
    size_t *slots;     /* owned; entry index + 1, 0 is free; open addressing */
    size_t slot_count; /* a power of two */
    char version[VERSION_LENGTH + 1];
};

/* FNV-1a over kind and name. */
static size_t hash_of(enum host_pattern_kind kind, struct text name)
{
    uint64_t hash = 14695981039346656037u ^ (uint64_t)kind;
    for (size_t i = 0; i < name.length; i++)
        hash = (hash ^ (uint8_t)name.data[i]) * 1099511628211u;
    return (size_t)(hash ^ hash >> 32);
}

static size_t find_slot(const struct llm_catalogue *catalogue, enum host_pattern_kind kind, struct text name)
{
    size_t slot = hash_of(kind, name) & (catalogue->slot_count - 1);
    while (catalogue->slots[slot] != 0) {
        const struct llm_entry *entry = &catalogue->entries[catalogue->slots[slot] - 1];
        if (entry->pattern.kind == kind && text_equal(host_text(&entry->pattern.host), name))
            break;
        slot = (slot + 1) & (catalogue->slot_count - 1);
    }
    return slot;
}

static void insert(struct llm_catalogue *catalogue, size_t index)
{
    const struct llm_entry *entry = &catalogue->entries[index];
    catalogue->slots[find_slot(catalogue, entry->pattern.kind, host_text(&entry->pattern.host))] = index + 1;
}

static void grow(struct llm_catalogue *catalogue)
{
    catalogue->slot_count = catalogue->slot_count == 0 ? SLOTS_MIN : catalogue->slot_count * 2;
    base_free(catalogue->slots);
    catalogue->entries = base_resize(catalogue->entries, catalogue->slot_count / 2, sizeof(*catalogue->entries));
    catalogue->slots = base_array(catalogue->slot_count, sizeof(*catalogue->slots));
    for (size_t i = 0; i < catalogue->count; i++)
        insert(catalogue, i);
}

void llm_catalogue_add(struct llm_catalogue *catalogue, const struct llm_entry *entry)
{
    if ((catalogue->count + 1) * 2 > catalogue->slot_count)
        grow(catalogue);
    struct llm_entry *copy = &catalogue->entries[catalogue->count];
    *copy = *entry;
    copy->provider = arena_text(&catalogue->arena, entry->provider);
    copy->paths = arena_text(&catalogue->arena, entry->paths);
    copy->source = arena_text(&catalogue->arena, entry->source);
    insert(catalogue, catalogue->count++);
}

static enum llm_kind kind_of(struct text word)
{
    if (text_equal(word, TEXT("api")))
        return LLM_KIND_API;
    if (text_equal(word, TEXT("shared")))
        return LLM_KIND_SHARED;
    return text_equal(word, TEXT("web")) ? LLM_KIND_WEB : LLM_KIND_OTHER;
}

static void add_line(struct llm_catalogue *catalogue, struct text line)
{
    struct text fields[5] = {TEXT(""), TEXT(""), TEXT(""), TEXT(""), TEXT("")};
    for (size_t i = 0; i < COUNT_OF(fields) && text_split(&line, '\t', &fields[i]); i++)
        continue;
    struct llm_entry entry = {
        .provider = fields[1], .kind = kind_of(fields[3]), .paths = fields[4], .source = TEXT("built-in")};
    bool good = host_pattern_parse(fields[0], &entry.pattern) && llm_dialect_parse(fields[2], &entry.dialect);
    ASSERT(good); /* the table is ours, and a test reads it */
    llm_catalogue_add(catalogue, &entry);
}

struct llm_catalogue *llm_catalogue_new(void)
{
    struct llm_catalogue *catalogue = base_zalloc(sizeof(*catalogue));
    struct bytes table = {llm_hosts_table, llm_hosts_size};
    struct text rest = text_of_bytes(table);
    struct text line;
    while (text_split(&rest, '\n', &line))
        if (line.length > 0 && line.data[0] != '#')
            add_line(catalogue, line);
    struct digest digest;
    digest_sha256(table, &digest);
    hex_encode((struct bytes){digest.bytes, VERSION_LENGTH / 2}, catalogue->version);
    return catalogue;
}

void llm_catalogue_free(struct llm_catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    base_free(catalogue->slots);
    base_free(catalogue->entries);
    arena_clear(&catalogue->arena);
    base_free(catalogue);
}

size_t llm_catalogue_count(const struct llm_catalogue *catalogue)
{
    return catalogue->count;
}

const struct llm_entry *llm_catalogue_at(const struct llm_catalogue *catalogue, size_t index)
{
    ASSERT(index < catalogue->count);
    return &catalogue->entries[index];
}

struct text llm_catalogue_version(const struct llm_catalogue *catalogue)
{
    return text_from(catalogue->version);
}

static const struct llm_entry *
probe(const struct llm_catalogue *catalogue, enum host_pattern_kind kind, struct text name)
{
    size_t index = catalogue->slots[find_slot(catalogue, kind, name)];
    return index == 0 ? NULL : &catalogue->entries[index - 1];
}

const struct llm_entry *llm_catalogue_find(const struct llm_catalogue *catalogue, const struct host *host)
{
    if (host->kind != HOST_NAME)
        return NULL;
    struct text name = host_text(host);
    const struct llm_entry *entry = probe(catalogue, HOST_PATTERN_EXACT, name);
    while (entry == NULL) {
        size_t dot = text_index(name, '.', 0);
        if (dot == name.length)
            return NULL;
        name = text_after(name, dot + 1);
        entry = probe(catalogue, HOST_PATTERN_SUFFIX, name);
    }
    return entry;
}
