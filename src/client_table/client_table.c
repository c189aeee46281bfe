/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing at half of the load. Clients with the same key lie behind each other in the order of their entering,
 * which is by how much they ask for. */
#include "exeat/client_table.h"

#include <stdlib.h>
#include <string.h>

#include "exeat/base/memory.h"

/* --- hashing ---------------------------------------------------------------------------------------------------------
 */

/* FNV-1a: what is entered is the operator's, so that nobody else makes collisions. */
static uint64_t hash_key(const struct client_key *key)
{
    uint64_t hash = 0xcbf29ce484222325u ^ (uint64_t)key->fact << 8 ^ key->prefix;
    for (size_t i = 0; i < key->bytes.length; i++)
        hash = (hash ^ key->bytes.data[i]) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

/* A token is compared in constant time, though what is compared is a hash of it. */
static bool same_bytes(const struct client_key *left, const struct client_key *right)
{
    if (left->bytes.length != right->bytes.length)
        return false;
    if (left->fact == FACT_TOKEN)
        return digest_equal((const void *)left->bytes.data, (const void *)right->bytes.data);
    return memcmp(left->bytes.data, right->bytes.data, left->bytes.length) == 0;
}

bool client_table_next(
    const struct client_table *table, const struct client_key *key, struct client_walk *walk, uint32_t *client)
{
    uint64_t hash = hash_key(key);
    while (table->size > 0) {
        const struct client_entry *entry = &table->entries[(hash + walk->steps++) & (table->size - 1)];
        if (entry->key.bytes.data == NULL)
            return false;
        if (entry->tag != (uint32_t)(hash >> 32) || entry->key.fact != key->fact || entry->key.prefix != key->prefix ||
            !same_bytes(&entry->key, key))
            continue;
        *client = entry->client;
        return true;
    }
    return false;
}

/* --- filling ---------------------------------------------------------------------------------------------------------
 */

static void enter(struct client_table *table, const struct client_key *key, uint32_t client)
{
    uint64_t hash = hash_key(key);
    size_t at = hash & (table->size - 1);
    while (table->entries[at].key.bytes.data != NULL)
        at = (at + 1) & (table->size - 1);
    table->entries[at] = (struct client_entry){(uint32_t)(hash >> 32), client, *key};
}

static void enter_credentials(struct client_table *table, const struct settings_client *client, uint32_t index)
{
    if (client->has_secret)
        enter(table, &(struct client_key){FACT_USER, 0, bytes_of_text(client->user)}, index);
    for (size_t i = 0; i < client->token_count; i++)
        enter(
            table, &(struct client_key){FACT_TOKEN, 0, {client->tokens[i].bytes, sizeof(client->tokens[i].bytes)}},
            index);
}

static void enter_address(struct client_table *table, const struct settings_client *client, uint32_t index)
{
    const struct address_range *range = &client->address.range;
    struct bytes base = {range->base.bytes, range->base.length};
    table->prefixes[range->base.length == 16][range->prefix] = 1;
    enter(table, &(struct client_key){FACT_ADDRESS, range->prefix, base}, index);
}

/* Under one thing, and what else it asks for is asked when it is found. */
static void enter_client(struct client_table *table, const struct settings_client *client, uint32_t index)
{
    const uint32_t *uid = &client->owner.uid;
    enter(table, &(struct client_key){FACT_NAME, 0, bytes_of_text(client->name.text)}, index);
    if (client->has_secret || client->token_count > 0)
        enter_credentials(table, client, index);
    else if (client->certificate.length > 0)
        enter(table, &(struct client_key){FACT_CERTIFICATE, 0, bytes_of_text(client->certificate)}, index);
    else if (client->owner.is_known)
        enter(table, &(struct client_key){FACT_UID, 0, {(const uint8_t *)uid, sizeof(*uid)}}, index);
    else if (client->listener.text.length > 0)
        enter(table, &(struct client_key){FACT_LISTENER, 0, bytes_of_text(client->listener.text)}, index);
    else
        enter_address(table, client, index);
}

static unsigned demands_of(const struct settings_client *client)
{
    const bool demands[] = {
        client->certificate.length > 0, client->owner.is_known, client->listener.text.length > 0, client->has_address};
    unsigned count = 0;
    for (size_t i = 0; i < COUNT_OF(demands); i++)
        count += demands[i] ? 1 : 0;
    return count;
}

/* More demands first, then the narrower range, then the order of the file. */
static int compare_demands(const void *left_client, const void *right_client)
{
    const struct settings_client *left = *(const struct settings_client *const *)left_client;
    const struct settings_client *right = *(const struct settings_client *const *)right_client;
    unsigned left_demands = demands_of(left);
    unsigned right_demands = demands_of(right);
    if (left_demands != right_demands)
        return left_demands > right_demands ? -1 : 1;
    if (left->address.range.prefix != right->address.range.prefix)
        return left->address.range.prefix > right->address.range.prefix ? -1 : 1;
    return (left > right) - (left < right);
}

static size_t count_entries(const struct settings_lists *lists)
{
    size_t count = 0;
    for (size_t i = 0; i < lists->client_count; i++)
        count += 2 + lists->clients[i].token_count;
    return count;
}

void client_table_fill(struct client_table *table, const struct settings_lists *lists)
{
    if (lists->client_count == 0)
        return;
    const struct settings_client **order = base_array(lists->client_count, sizeof(struct settings_client *));
    size_t entries = count_entries(lists);
    for (table->size = 4; table->size < 2 * entries;)
        table->size *= 2;
    table->entries = base_array(table->size, sizeof(*table->entries));
    for (size_t i = 0; i < lists->client_count; i++)
        order[i] = &lists->clients[i];
    qsort(order, lists->client_count, sizeof(struct settings_client *), compare_demands);
    for (size_t i = 0; i < lists->client_count; i++)
        enter_client(table, order[i], (uint32_t)(order[i] - lists->clients));
    base_free(order);
}

void client_table_clear(struct client_table *table)
{
    base_free(table->entries);
}
