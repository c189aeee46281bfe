/* SPDX-License-Identifier: Apache-2.0 */
/* How many different names a client has asked for under one suffix: names are a way to carry bytes out, and who looks
 * up what a shop needs asks for few. A window is a minute from its first name; what is in it is remembered by hash. */
#include <pthread.h>
#include <string.h>

#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "names_internal.h"

enum { WINDOWS = 512, PROBES = 8, WINDOW_US = 60000000 };

struct spending {
    uint64_t key; /* of client and suffix; 0: free */
    uint64_t since_us;
    size_t spent;
    size_t count;
    size_t capacity;
    uint64_t *names; /* owned; hashes */
};
struct names_budget {
    pthread_mutex_t lock; /* of what follows */
    uint64_t seed;
    struct spending windows[WINDOWS];
};

struct names_budget *names_budget_new(void)
{
    struct names_budget *budget = base_zalloc(sizeof(*budget));
    pthread_mutex_init(&budget->lock, NULL);
    random_fill((uint8_t *)&budget->seed, sizeof(budget->seed));
    return budget;
}

void names_budget_free(struct names_budget *budget)
{
    if (budget == NULL)
        return;
    for (size_t i = 0; i < WINDOWS; i++)
        base_free(budget->windows[i].names);
    pthread_mutex_destroy(&budget->lock);
    base_free(budget);
}

static void begin(struct spending *spending, uint64_t key, uint64_t now_us)
{
    spending->key = key;
    spending->since_us = now_us;
    spending->spent = 0;
    spending->count = 0;
}

/* The client's own, or a free one, or the oldest of those that it may have. */
static struct spending *find_window(struct names_budget *budget, uint64_t key, uint64_t now_us)
{
    struct spending *oldest = NULL;
    for (size_t i = 0; i < PROBES; i++) {
        struct spending *spending = &budget->windows[(key + i) % WINDOWS];
        if (spending->key == key) {
            if (now_us - spending->since_us >= WINDOW_US)
                begin(spending, key, now_us);
            return spending;
        }
        if (oldest == NULL || spending->since_us < oldest->since_us)
            oldest = spending;
    }
    begin(oldest, key, now_us);
    return oldest;
}

static bool has(const struct spending *spending, uint64_t name)
{
    for (size_t i = 0; i < spending->count; i++)
        if (spending->names[i] == name)
            return true;
    return false;
}

static void add(struct spending *spending, uint64_t name, size_t cost)
{
    if (spending->count == spending->capacity) {
        spending->capacity = spending->capacity == 0 ? 16 : spending->capacity * 2;
        spending->names = base_resize(spending->names, spending->capacity, sizeof(*spending->names));
    }
    spending->names[spending->count++] = name;
    spending->spent += cost;
}

bool names_budget_take(
    struct names_budget *budget, const struct client *client, struct text suffix, struct text name, size_t cost,
    size_t limit, uint64_t now_us)
{
    uint64_t own = who_hash(budget->seed, client);
    uint64_t key = names_hash(own, bytes_of_text(suffix)) | 1;
    uint64_t hash = names_hash(own, bytes_of_text(name));
    pthread_mutex_lock(&budget->lock);
    struct spending *spending = find_window(budget, key, now_us);
    bool is_known = has(spending, hash);
    bool fits = is_known || spending->spent + cost <= limit;
    if (fits && !is_known)
        add(spending, hash, cost);
    pthread_mutex_unlock(&budget->lock);
    return fits;
}
