/* SPDX-License-Identifier: Apache-2.0 */
/* Entries in one list, the newest first, and in the buckets of a hash. Few thousands at most: what one owner has is
 * counted by a walk, when something is added. */
#include "exeat/memo.h"

#include <pthread.h>

#include "exeat/base/list.h"
#include "exeat/base/memory.h"

enum { BUCKETS = 1024, OVERHEAD = 128 };
struct entry {
    struct list_node node;   /* of all */
    struct list_node beside; /* in its bucket */
    struct digest key;
    uint64_t owner;
    uint64_t until_us;
    struct buffer value;
};

struct memo {
    pthread_mutex_t lock; /* of all that follows */
    struct list all;
    struct list buckets[BUCKETS];
    struct memo_view view;
};

struct memo *memo_new(void)
{
    struct memo *memo = base_zalloc(sizeof(*memo));
    pthread_mutex_init(&memo->lock, NULL);
    list_init(&memo->all);
    for (size_t i = 0; i < BUCKETS; i++)
        list_init(&memo->buckets[i]);
    return memo;
}

static size_t size_of(const struct entry *entry)
{
    return entry->value.length + OVERHEAD;
}

static void drop(struct memo *memo, struct entry *entry)
{
    memo->view.bytes -= size_of(entry);
    memo->view.count--;
    list_remove(&entry->node);
    list_remove(&entry->beside);
    buffer_clear(&entry->value);
    base_free(entry);
}

void memo_free(struct memo *memo)
{
    if (memo == NULL)
        return;
    while (!list_is_empty(&memo->all))
        drop(memo, list_owner(list_first(&memo->all), struct entry, node));
    pthread_mutex_destroy(&memo->lock);
    base_free(memo);
}

/* Keys are digests: any of their bits do. */
static struct list *bucket_of(struct memo *memo, const struct digest *key)
{
    return &memo->buckets[bytes_get_u64(key->bytes) % BUCKETS];
}

static struct entry *find(struct memo *memo, const struct digest *key)
{
    struct list *bucket = bucket_of(memo, key);
    for (struct list_node *node = list_first(bucket); node != NULL; node = list_next(bucket, node)) {
        struct entry *entry = list_owner(node, struct entry, beside);
        if (digest_equal(&entry->key, key))
            return entry;
    }
    return NULL;
}

bool memo_find(struct memo *memo, const struct digest *key, uint64_t now_us, struct buffer *out)
{
    pthread_mutex_lock(&memo->lock);
    struct entry *entry = find(memo, key);
    bool is_good = entry != NULL && entry->until_us > now_us;
    if (is_good) {
        buffer_append(out, buffer_text(&entry->value));
        list_remove(&entry->node);
        list_prepend(&memo->all, &entry->node);
    }
    *(is_good ? &memo->view.hits : &memo->view.misses) += 1;
    pthread_mutex_unlock(&memo->lock);
    return is_good;
}

/* What has had its time, and the oldest of one owner until `size` more bytes have room. */
static void make_room(struct memo *memo, const struct memo_terms *terms, size_t size, uint64_t now_us)
{
    size_t used = size;
    struct list_node *node = list_first(&memo->all);
    while (node != NULL) {
        struct entry *entry = list_owner(node, struct entry, node);
        node = list_next(&memo->all, node);
        bool is_owners = entry->owner == terms->owner;
        used += is_owners ? size_of(entry) : 0;
        if (entry->until_us <= now_us || (is_owners && used > terms->limit))
            drop(memo, entry);
    }
}

void memo_keep(
    struct memo *memo, const struct digest *key, struct text value, const struct memo_terms *terms, uint64_t now_us)
{
    memo_drop(memo, key);
    if (value.length + OVERHEAD > terms->limit)
        return;
    struct entry *entry = base_zalloc(sizeof(*entry));
    entry->key = *key;
    entry->owner = terms->owner;
    entry->until_us = terms->until_us;
    buffer_append(&entry->value, value);
    pthread_mutex_lock(&memo->lock);
    make_room(memo, terms, size_of(entry), now_us);
    list_prepend(&memo->all, &entry->node);
    list_append(bucket_of(memo, key), &entry->beside);
    memo->view.bytes += size_of(entry);
    memo->view.count++;
    pthread_mutex_unlock(&memo->lock);
}

void memo_drop(struct memo *memo, const struct digest *key)
{
    pthread_mutex_lock(&memo->lock);
    struct entry *entry = find(memo, key);
    if (entry != NULL)
        drop(memo, entry);
    pthread_mutex_unlock(&memo->lock);
}

void memo_look(struct memo *memo, struct memo_view *view)
{
    pthread_mutex_lock(&memo->lock);
    *view = memo->view;
    pthread_mutex_unlock(&memo->lock);
}
