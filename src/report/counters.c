/* SPDX-License-Identifier: Apache-2.0 */
/* Names and how often they came: a hash table with an upper bound. */
#include <stdlib.h>

#include "exeat/base/memory.h"
#include "tally.h"

static uint64_t hash_of(struct text name)
{
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */
    for (size_t i = 0; i < name.length; i++)
        hash = (hash ^ (unsigned char)name.data[i]) * 0x100000001b3;
    return hash ^ (hash >> 29);
}

void counters_clear(struct counters *counters)
{
    base_free(counters->list);
    base_free(counters->slots);
    arena_clear(&counters->names);
    *counters = (struct counters){0};
}

static size_t find_slot(const struct counters *counters, struct text name)
{
    size_t at = hash_of(name) & (counters->slot_count - 1);
    while (counters->slots[at] != 0 && !text_equal(counters->list[counters->slots[at] - 1].name, name))
        at = (at + 1) & (counters->slot_count - 1);
    return at;
}

/* At most half of the slots are taken. */
static void grow(struct counters *counters)
{
    if (counters->count == counters->capacity) {
        counters->capacity = counters->capacity == 0 ? 64 : 2 * counters->capacity;
        counters->list = base_resize(counters->list, counters->capacity, sizeof(*counters->list));
    }
    if (2 * (counters->count + 1) <= counters->slot_count)
        return;
    base_free(counters->slots);
    counters->slot_count = counters->slot_count == 0 ? 128 : 2 * counters->slot_count;
    counters->slots = base_array(counters->slot_count, sizeof(*counters->slots));
    for (size_t i = 0; i < counters->count; i++)
        counters->slots[find_slot(counters, counters->list[i].name)] = (uint32_t)i + 1;
}

struct counter *counters_add(struct counters *counters, struct text name, enum verdict verdict, int64_t wall_us)
{
    grow(counters);
    size_t slot = find_slot(counters, name);
    if (counters->slots[slot] == 0 && counters->count == COUNTERS_MAX) {
        counters->beyond++;
        return NULL;
    }
    if (counters->slots[slot] == 0) {
        counters->list[counters->count++] =
            (struct counter){.name = arena_text(&counters->names, name), .first_us = wall_us};
        counters->slots[slot] = (uint32_t)counters->count;
    }
    struct counter *counter = &counters->list[counters->slots[slot] - 1];
    counter->count++;
    counter->by_verdict[(size_t)verdict < VERDICT_SLOTS ? (size_t)verdict : 0]++;
    counter->last_us = wall_us;
    return counter;
}

/* What counters are put in order by. */
typedef uint64_t (*weigh)(const struct counter *counter, enum verdict verdict);

static uint64_t times(const struct counter *counter, enum verdict verdict)
{
    return verdict == 0 ? counter->count : counter->by_verdict[verdict];
}

static uint64_t bytes(const struct counter *counter, enum verdict verdict)
{
    (void)verdict;
    return counter->bytes_up + counter->bytes_down;
}

static bool is_before(const struct counter *left, const struct counter *right, weigh weight, enum verdict verdict)
{
    if (weight(left, verdict) != weight(right, verdict))
        return weight(left, verdict) > weight(right, verdict);
    return text_compare(left->name, right->name) < 0;
}

static size_t
find_top(const struct counters *counters, weigh weight, enum verdict verdict, const struct counter **top, size_t limit)
{
    size_t found = 0;
    for (size_t i = 0; i < counters->count; i++) {
        const struct counter *counter = &counters->list[i];
        if (weight(counter, verdict) == 0)
            continue;
        size_t at = found < limit ? found++ : limit;
        for (; at > 0 && is_before(counter, top[at - 1], weight, verdict); at--)
            if (at < limit)
                top[at] = top[at - 1];
        if (at < limit)
            top[at] = counter;
    }
    return found;
}

size_t counters_top(const struct counters *counters, enum verdict verdict, const struct counter **top, size_t limit)
{
    return find_top(counters, times, verdict, top, limit);
}

size_t counters_top_bytes(const struct counters *counters, const struct counter **top, size_t limit)
{
    return find_top(counters, bytes, 0, top, limit);
}
