/* SPDX-License-Identifier: Apache-2.0 */
/* A cache of answers, most recently used first. Nothing is asked ahead of time: a name is looked up when a request that
 * is on record needs it, and then only. */
#include "exeat/base/memory.h"
#include "names_internal.h"

struct entry {
    struct list_node node;
    struct host name;
    uint64_t until_us;
    struct answer answer;
};
struct answers {
    struct list entries;
    size_t count;
};

struct answers *answers_new(void)
{
    struct answers *answers = base_zalloc(sizeof(*answers));
    list_init(&answers->entries);
    return answers;
}

static void entry_free(struct answers *answers, struct entry *entry)
{
    list_remove(&entry->node);
    answers->count--;
    base_free(entry);
}

void answers_forget(struct answers *answers)
{
    struct list_node *node;
    while ((node = list_first(&answers->entries)) != NULL)
        entry_free(answers, list_owner(node, struct entry, node));
}

void answers_free(struct answers *answers)
{
    answers_forget(answers);
    base_free(answers);
}

static struct entry *find(struct answers *answers, const struct host *name)
{
    for (struct list_node *node = list_first(&answers->entries); node != NULL;
         node = list_next(&answers->entries, node)) {
        struct entry *entry = list_owner(node, struct entry, node);
        if (host_equal(&entry->name, name))
            return entry;
    }
    return NULL;
}

const struct answer *answers_find(struct answers *answers, const struct host *name, uint64_t now_us)
{
    struct entry *entry = find(answers, name);
    if (entry == NULL)
        return NULL;
    if (entry->until_us <= now_us) {
        entry_free(answers, entry);
        return NULL;
    }
    list_remove(&entry->node);
    list_prepend(&answers->entries, &entry->node);
    return &entry->answer;
}

void answers_keep(
    struct answers *answers, const struct host *name, const struct answer *answer, uint64_t now_us, uint64_t until_us)
{
    struct entry *entry = find(answers, name);
    if (entry != NULL)
        entry_free(answers, entry);
    if (until_us <= now_us)
        return;
    if (answers->count == ANSWERS)
        entry_free(answers, list_owner(list_last(&answers->entries), struct entry, node));
    entry = base_zalloc(sizeof(*entry));
    entry->name = *name;
    entry->answer = *answer;
    entry->until_us = until_us;
    list_prepend(&answers->entries, &entry->node);
    answers->count++;
}
