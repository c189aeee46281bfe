/* SPDX-License-Identifier: Apache-2.0 */
/* One hash of what clients are known by: names, credentials, and the rest. Filled once, then never changed. */
#ifndef EXEAT_CLIENT_TABLE_H
#define EXEAT_CLIENT_TABLE_H

#include "exeat/config.h"

/* What a client is looked up by. */
enum client_fact { FACT_NAME, FACT_USER, FACT_TOKEN, FACT_CERTIFICATE, FACT_UID, FACT_LISTENER, FACT_ADDRESS };
struct client_key {
    enum client_fact fact;
    uint8_t prefix; /* of FACT_ADDRESS: how many bits of `bytes` count */
    struct bytes bytes;
};

struct client_entry {
    uint32_t tag; /* half of the hash */
    uint32_t client;
    struct client_key key; /* borrows */
};
struct client_table {
    struct client_entry *entries; /* owned; those without `bytes.data` are free */
    size_t size;                  /* a power of two, or 0 */
    uint8_t prefixes[2][129];     /* by family: lengths that ranges have; the shorter family is the first */
    bool has_credentials;         /* the caller's, as the next: a client proves itself by them */
    bool has_owners;              /* a client has a uid */
};

/* Enters all clients, each under its name and under the strongest of what it is known by. The table is zeroed,
 * and borrows from `lists`. */
void client_table_fill(struct client_table *table, const struct settings_lists *lists);
/* Gives back what it owns. */
void client_table_clear(struct client_table *table);

/* Where one is among those who have a key; zeroed it begins. */
struct client_walk {
    size_t steps;
};
/* The next who has this key, an index into the clients of `lists`: those that ask for more come first. False at the
 * end. */
MUST_CHECK bool client_table_next(
    const struct client_table *table, const struct client_key *key, struct client_walk *walk, uint32_t *client);

#endif
