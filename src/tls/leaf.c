/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates for the names that are spoken for: made once, shared by all workers. A worker keeps what it has been
 * given and comes here only for a name that is new to it, so that the lock is not on the way of a request. */
#include <pthread.h>
#include <string.h>

#include "exeat/base/memory.h"
#include "tls_internal.h"

enum { DAY = 86400, LEAF_DAYS = 7, LEAVES = 256, LEAF_SECONDS = LEAF_DAYS * DAY };

/* A name always lands in the same place; a newer one takes it over. */
struct place {
    char name[HOST_TEXT_SIZE];
    X509 *certificate; /* owned */
    uint64_t until_us;
};
struct leaf_store {
    pthread_mutex_t lock;
    struct place places[LEAVES];
};

struct leaf_store *leaf_store_new(void)
{
    struct leaf_store *store = base_zalloc(sizeof(*store));
    pthread_mutex_init(&store->lock, NULL);
    return store;
}

void leaf_store_free(struct leaf_store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < LEAVES; i++)
        X509_free(store->places[i].certificate);
    pthread_mutex_destroy(&store->lock);
    base_free(store);
}

static bool add_subject(X509 *leaf, struct text name)
{
    enum { COMMON_NAME_MAX = 64 }; /* ub-common-name; the alternative name is what counts */
    if (name.length > COMMON_NAME_MAX)
        return true;
    return X509_NAME_add_entry_by_txt(
               X509_get_subject_name(leaf), "CN", MBSTRING_ASC, (const unsigned char *)name.data, (int)name.length, -1,
               0) == 1;
}

static bool extend(X509 *leaf, X509 *issuer, struct text name)
{
    struct buffer alternative = {0};
    buffer_printf(&alternative, "DNS:%.*s", TEXT_ARG(name));
    buffer_append_byte(&alternative, '\0');
    bool done = certificate_extend(leaf, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
                certificate_extend(leaf, issuer, NID_key_usage, "critical,digitalSignature") &&
                certificate_extend(leaf, issuer, NID_ext_key_usage, "serverAuth") &&
                certificate_extend(leaf, issuer, NID_subject_key_identifier, "hash") &&
                certificate_extend(leaf, issuer, NID_authority_key_identifier, "keyid:always") &&
                certificate_extend(leaf, issuer, NID_subject_alt_name, alternative.data);
    buffer_clear(&alternative);
    return done;
}

static X509 *leaf_make(const struct tls_issuer *issuer, struct text name)
{
    X509 *leaf = X509_new();
    bool done = leaf != NULL && certificate_begin(leaf, -DAY, LEAF_SECONDS) && add_subject(leaf, name) &&
                X509_set_issuer_name(leaf, X509_get_subject_name(issuer->certificate)) == 1 &&
                X509_set_pubkey(leaf, issuer->leaf_key) == 1 && extend(leaf, issuer->certificate, name) &&
                X509_sign(leaf, issuer->key, EVP_sha256()) > 0;
    if (done)
        return leaf;
    X509_free(leaf);
    return NULL;
}

size_t place_of_name(struct text name, size_t places)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < name.length; i++)
        hash = (hash ^ (uint8_t)name.data[i]) * 16777619u;
    return hash % places;
}

/* Under the lock. */
static X509 *find_or_make(const struct tls_issuer *issuer, const struct host *host, uint64_t now_us)
{
    struct place *place = &issuer->leaves->places[place_of_name(host_text(host), LEAVES)];
    if (place->certificate != NULL && strcmp(place->name, host->text) == 0 && now_us < place->until_us)
        return place->certificate;
    X509_free(place->certificate);
    place->certificate = leaf_make(issuer, host_text(host));
    place->until_us = now_us + (uint64_t)(LEAF_SECONDS - 2 * DAY) * 1000000; /* long before its clients mind */
    memcpy(place->name, host->text, (size_t)host->length + 1);
    return place->certificate;
}

X509 *leaf_take(const struct tls_issuer *issuer, const struct host *host, uint64_t now_us, uint64_t *until_us)
{
    struct leaf_store *store = issuer->leaves;
    pthread_mutex_lock(&store->lock);
    X509 *found = find_or_make(issuer, host, now_us);
    if (found != NULL && X509_up_ref(found) != 1)
        found = NULL;
    *until_us = store->places[place_of_name(host_text(host), LEAVES)].until_us;
    pthread_mutex_unlock(&store->lock);
    return found;
}
