/* SPDX-License-Identifier: Apache-2.0 */
/* Entries in the buckets of a hash that grows with them, and each in two lists of its owner's, by use and by time: what
 * goes is at an end of these, so nothing that is kept is walked over. Owners are rules with a cache: a handful. */
#include "exeat/memo.h"

#include <pthread.h>
#include <string.h>

#include "exeat/base/list.h"
#include "exeat/base/memory.h"

enum { BUCKETS_FIRST = 64, OVERHEAD = 128 };

struct owner {
    struct list_node node;
    uint64_t number;
    struct list entries; /* what was asked for last first */
    struct list by_time; /* the same: what is over first comes first, since a rule keeps all for the same time */
    size_t bytes;
};

struct entry {
    struct list_node node;   /* of its owner's entries */
    struct list_node age;    /* of its owner's by_time */
    struct list_node beside; /* in its bucket */
    struct owner *owner;     /* borrowed */
    struct digest key;
    uint64_t until_us;
    size_t length;
    char value[];
};

struct memo {
    pthread_mutex_t lock; /* of all that follows */
    struct list owners;   /* of those that have entries */
    struct list *buckets;
    size_t bucket_count; /* a power of two */
    struct memo_view view;
};

static struct list *make_buckets(size_t count)
{
    struct list *buckets = base_array(count, sizeof(*buckets));
    for (size_t i = 0; i < count; i++)
        list_init(&buckets[i]);
    return buckets;
}

struct memo *memo_new(void)
{
    struct memo *memo = base_zalloc(sizeof(*memo));
    pthread_mutex_init(&memo->lock, NULL);
    list_init(&memo->owners);
    memo->bucket_count = BUCKETS_FIRST;
    memo->buckets = make_buckets(memo->bucket_count);
    return memo;
}

static size_t size_of(size_t length)
{
    return length + OVERHEAD;
}

/* What was said goes from memory with it. */
static void drop(struct memo *memo, struct entry *entry)
{
    struct owner *owner = entry->owner;
    size_t size = size_of(entry->length);
    memo->view.bytes -= size;
    memo->view.count--;
    owner->bytes -= size;
    list_remove(&entry->node);
    list_remove(&entry->age);
    list_remove(&entry->beside);
    base_free_secret(entry, sizeof(*entry) + entry->length);
    if (!list_is_empty(&owner->entries))
        return;
    list_remove(&owner->node);
    base_free(owner);
}

static void drop_all(struct memo *memo)
{
    while (!list_is_empty(&memo->owners)) {
        struct owner *owner = list_owner(list_first(&memo->owners), struct owner, node);
        drop(memo, list_owner(list_first(&owner->entries), struct entry, node));
    }
}

void memo_free(struct memo *memo)
{
    if (memo == NULL)
        return;
    drop_all(memo);
    base_free(memo->buckets);
    pthread_mutex_destroy(&memo->lock);
    base_free(memo);
}

void memo_clear(struct memo *memo)
{
    pthread_mutex_lock(&memo->lock);
    drop_all(memo);
    pthread_mutex_unlock(&memo->lock);
}

/* --- the hash --------------------------------------------------------------------------------------------------------
 */

/* Keys are digests: any of their bits do. */
static struct list *bucket_of(const struct memo *memo, const struct digest *key)
{
    return &memo->buckets[bytes_get_u64(key->bytes) & (memo->bucket_count - 1)];
}

static struct entry *find(const struct memo *memo, const struct digest *key)
{
    struct list *bucket = bucket_of(memo, key);
    for (struct list_node *node = list_first(bucket); node != NULL; node = list_next(bucket, node)) {
        struct entry *entry = list_owner(node, struct entry, beside);
        if (digest_equal(&entry->key, key))
            return entry;
    }
    return NULL;
}

static void grow(struct memo *memo)
{
    struct list *old = memo->buckets;
    size_t count = memo->bucket_count;
    if (memo->view.count < count)
        return;
    memo->bucket_count = count * 2;
    memo->buckets = make_buckets(memo->bucket_count);
    for (size_t i = 0; i < count; i++)
        for (struct list_node *node = list_take_first(&old[i]); node != NULL; node = list_take_first(&old[i]))
            list_append(bucket_of(memo, &list_owner(node, struct entry, beside)->key), node);
    base_free(old);
}

/* --- owners ----------------------------------------------------------------------------------------------------------
 */

static struct owner *owner_of(struct memo *memo, uint64_t number)
{
    for (struct list_node *node = list_first(&memo->owners); node != NULL; node = list_next(&memo->owners, node)) {
        struct owner *owner = list_owner(node, struct owner, node);
        if (owner->number == number)
            return owner;
    }
    struct owner *owner = base_zalloc(sizeof(*owner));
    owner->number = number;
    list_init(&owner->entries);
    list_init(&owner->by_time);
    list_append(&memo->owners, &owner->node);
    return owner;
}

/* What was asked for longest ago goes until it has its bound. `newest` stays. */
static void trim(struct memo *memo, struct owner *owner, const struct entry *newest, size_t limit)
{
    for (;;) {
        struct entry *oldest = list_owner(list_last(&owner->entries), struct entry, node);
        if (oldest == newest || owner->bytes <= limit)
            return;
        drop(memo, oldest);
    }
}

/* The owner goes with its last entry. */
static void drop_stale_of(struct memo *memo, struct owner *owner, uint64_t now_us)
{
    for (;;) {
        struct entry *oldest = list_owner(list_first(&owner->by_time), struct entry, age);
        bool is_last = list_first(&owner->by_time) == list_last(&owner->by_time);
        if (oldest->until_us > now_us)
            return;
        drop(memo, oldest);
        if (is_last)
            return;
    }
}

/* Whoever comes to the memo sees to it that nobody's words stay there longer than they may. */
static void drop_stale(struct memo *memo, uint64_t now_us)
{
    struct list_node *node = list_first(&memo->owners);
    while (node != NULL) {
        struct owner *owner = list_owner(node, struct owner, node);
        node = list_next(&memo->owners, node);
        drop_stale_of(memo, owner, now_us);
    }
}

static void add(struct memo *memo, const struct digest *key, struct text value, const struct memo_terms *terms)
{
    struct owner *owner = owner_of(memo, terms->owner);
    struct entry *entry = base_zalloc(sizeof(*entry) + value.length);
    entry->owner = owner;
    entry->key = *key;
    entry->until_us = terms->until_us;
    entry->length = value.length;
    if (value.length > 0)
        memcpy(entry->value, value.data, value.length);
    grow(memo);
    list_prepend(&owner->entries, &entry->node);
    list_append(&owner->by_time, &entry->age);
    list_append(bucket_of(memo, key), &entry->beside);
    owner->bytes += size_of(value.length);
    memo->view.bytes += size_of(value.length);
    memo->view.count++;
    trim(memo, owner, entry, terms->limit);
}

/* --- what is asked of it ---------------------------------------------------------------------------------------------
 */

bool memo_find(struct memo *memo, const struct digest *key, uint64_t now_us, struct buffer *out)
{
    pthread_mutex_lock(&memo->lock);
    drop_stale(memo, now_us);
    struct entry *entry = find(memo, key);
    bool is_good = entry != NULL && entry->until_us > now_us; /* its rule's time may have been another */
    if (is_good) {
        buffer_append(out, (struct text){entry->value, entry->length});
        list_remove(&entry->node);
        list_prepend(&entry->owner->entries, &entry->node);
    } else if (entry != NULL) {
        drop(memo, entry);
    }
    *(is_good ? &memo->view.hits : &memo->view.misses) += 1;
    pthread_mutex_unlock(&memo->lock);
    return is_good;
}

void memo_keep(
    struct memo *memo, const struct digest *key, struct text value, const struct memo_terms *terms, uint64_t now_us)
{
    pthread_mutex_lock(&memo->lock);
    drop_stale(memo, now_us);
    struct entry *before = find(memo, key);
    if (before != NULL)
        drop(memo, before);
    if (size_of(value.length) <= terms->limit)
        add(memo, key, value, terms);
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
