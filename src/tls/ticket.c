/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of session tickets (RFC 8446 4.6.1, RFC 5077): the same for all workers, so that a client may come back to
 * another one, and new every day. A ticket of yesterday costs its client a whole handshake, no more. */
#include <pthread.h>
#include <string.h>

#include "exeat/base/digest.h"
#include "exeat/base/secret.h"
#include "tls_internal.h"

static const uint64_t life_us = (uint64_t)24 * 3600 * 1000000;

struct ticket_store {
    pthread_mutex_t lock;
    struct ticket_keys keys;
};

struct ticket_store *ticket_store_new(void)
{
    struct ticket_store *store = secret_block_new(sizeof(*store));
    pthread_mutex_init(&store->lock, NULL);
    return store;
}

void ticket_store_free(struct ticket_store *store)
{
    if (store == NULL)
        return;
    pthread_mutex_destroy(&store->lock);
    secret_block_free(store, sizeof(*store));
}

void ticket_store_read(struct ticket_store *store, uint64_t now_us, struct ticket_keys *keys)
{
    pthread_mutex_lock(&store->lock);
    if (now_us >= store->keys.until_us) {
        random_fill(store->keys.bytes, sizeof(store->keys.bytes));
        store->keys.until_us = now_us + life_us;
    }
    *keys = store->keys;
    pthread_mutex_unlock(&store->lock);
}
