/* SPDX-License-Identifier: Apache-2.0 */
/* Places in tables: of names, and of who asks. */
#include "names_internal.h"

/* FNV-1a, from a start that nobody outside knows. */
uint64_t names_hash(uint64_t seed, struct bytes bytes)
{
    uint64_t hash = seed ^ 0xcbf29ce484222325u;
    for (size_t i = 0; i < bytes.length; i++)
        hash = (hash ^ bytes.data[i]) * 0x100000001b3u;
    return hash ^ hash >> 32;
}

uint64_t who_hash(uint64_t seed, const struct client *client)
{
    const struct owner *owner = &client->known.owner;
    uint64_t hash = names_hash(seed, (struct bytes){client->address.bytes, client->address.length});
    return owner->is_known ? names_hash(hash, (struct bytes){(const uint8_t *)&owner->uid, sizeof(owner->uid)}) : hash;
}
