/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of the resolver, kept as long as they say and used as often as a decision asks for them. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "names_internal.h"

enum { ANSWER_SECONDS = 3600, NOTHING_SECONDS = 60 };

static struct kept **place_of(struct kept_answers *kept, const struct host *host, uint16_t type)
{
    uint64_t hash = names_hash(kept->seed ^ type, bytes_of_text(host_text(host)));
    return &kept->places[hash % KEPT_PLACES];
}

static struct kept **find(struct kept_answers *kept, const struct host *host, uint16_t type)
{
    struct kept **at = place_of(kept, host, type);
    while (*at != NULL && ((*at)->type != type || !host_equal(&(*at)->host, host)))
        at = &(*at)->next;
    return at;
}

static void drop(struct kept_answers *kept, struct kept **at)
{
    struct kept *entry = *at;
    ASSERT(entry != NULL); /* whoever drops it has found it */
    *at = entry->next;
    list_remove(&entry->node);
    kept->count--;
    kept->bytes -= entry->answer.data.capacity;
    dns_answer_clear(&entry->answer);
    base_free(entry);
}

static void drop_oldest(struct kept_answers *kept)
{
    struct kept *oldest = list_owner(list_last(&kept->used), struct kept, node);
    drop(kept, find(kept, &oldest->host, oldest->type));
}

void kept_init(struct kept_answers *kept, uint64_t seed)
{
    memset(kept, 0, sizeof(*kept));
    list_init(&kept->used);
    kept->seed = seed;
}

void kept_forget(struct kept_answers *kept)
{
    while (kept->count > 0)
        drop_oldest(kept);
}

const struct kept *kept_find(struct kept_answers *kept, const struct host *host, uint16_t type, uint64_t now_us)
{
    struct kept **at = find(kept, host, type);
    if (*at == NULL)
        return NULL;
    if ((*at)->until_us <= now_us) {
        drop(kept, at);
        return NULL;
    }
    list_remove(&(*at)->node);
    list_prepend(&kept->used, &(*at)->node);
    return *at;
}

static uint64_t good_for_us(const struct dns_answer *answer)
{
    uint64_t most = answer->soa < answer->count || answer->count == 0 ? NOTHING_SECONDS : ANSWER_SECONDS;
    return (answer->seconds < most ? answer->seconds : most) * 1000000;
}

const struct kept *
kept_add(struct kept_answers *kept, const struct host *host, uint16_t type, struct dns_answer *answer, uint64_t now_us)
{
    struct kept **at = find(kept, host, type);
    if (*at != NULL)
        drop(kept, at);
    while (kept->count > 0 && (kept->count == KEPT_MAX || kept->bytes + answer->data.capacity > KEPT_BYTES))
        drop_oldest(kept);
    struct kept *entry = base_zalloc(sizeof(*entry));
    entry->host = *host;
    entry->type = type;
    entry->serial = ++kept->serial;
    entry->came_us = now_us;
    entry->until_us = now_us + good_for_us(answer);
    entry->answer = *answer;
    answer->data = (struct buffer){0};
    at = place_of(kept, host, type);
    entry->next = *at;
    *at = entry;
    list_prepend(&kept->used, &entry->node);
    kept->count++;
    kept->bytes += entry->answer.data.capacity;
    return entry;
}
