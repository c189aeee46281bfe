/* SPDX-License-Identifier: Apache-2.0 */
/* A set of request ids: open addressing, at most half full, taken out by moving up what follows. Ids are random, so
 * that any part of one is a good hash. */
#include <string.h>

#include "evidence_internal.h"
#include "exeat/base/memory.h"

static bool is_free(const struct request_id *slot)
{
    static const struct request_id none;
    return memcmp(slot->bytes, none.bytes, sizeof(none.bytes)) == 0;
}

static size_t home_of(const struct id_set *set, const struct request_id *id)
{
    return bytes_get_u32(id->bytes + REQUEST_ID_SIZE - 4) & (set->slot_count - 1);
}

/* Where it is, or would go. */
static size_t find_slot(const struct id_set *set, const struct request_id *id)
{
    size_t at = home_of(set, id);
    while (!is_free(&set->slots[at]) && memcmp(set->slots[at].bytes, id->bytes, sizeof(id->bytes)) != 0)
        at = (at + 1) & (set->slot_count - 1);
    return at;
}

static void grow(struct id_set *set)
{
    enum { LEAST = 1024 };
    struct id_set larger = {.slot_count = set->slot_count == 0 ? LEAST : 2 * set->slot_count, .count = set->count};
    larger.slots = base_array(larger.slot_count, sizeof(*larger.slots));
    for (size_t i = 0; i < set->slot_count; i++)
        if (!is_free(&set->slots[i]))
            larger.slots[find_slot(&larger, &set->slots[i])] = set->slots[i];
    base_free(set->slots);
    *set = larger;
}

bool id_set_add(struct id_set *set, const struct request_id *id)
{
    if (set->count == ID_SET_MAX)
        return false;
    if (2 * (set->count + 1) > set->slot_count)
        grow(set);
    size_t at = find_slot(set, id);
    set->count += is_free(&set->slots[at]) && !is_free(id) ? 1 : 0;
    set->slots[at] = *id;
    return true;
}

bool id_set_remove(struct id_set *set, const struct request_id *id)
{
    static const struct request_id none;
    if (set->count == 0)
        return false;
    size_t mask = set->slot_count - 1;
    size_t hole = find_slot(set, id);
    if (is_free(&set->slots[hole]))
        return false;
    for (size_t at = (hole + 1) & mask; !is_free(&set->slots[at]); at = (at + 1) & mask) {
        size_t from_home = (at - home_of(set, &set->slots[at])) & mask;
        if (from_home < ((at - hole) & mask))
            continue;
        set->slots[hole] = set->slots[at];
        hole = at;
    }
    set->slots[hole] = none;
    set->count--;
    return true;
}

void id_set_empty(struct id_set *set)
{
    if (set->count > 0)
        memset(set->slots, 0, set->slot_count * sizeof(*set->slots));
    set->count = 0;
}

void id_set_clear(struct id_set *set)
{
    base_free(set->slots);
    *set = (struct id_set){0};
}
