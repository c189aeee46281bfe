/* SPDX-License-Identifier: Apache-2.0 */
/* One hash of all names and suffixes that rules, groups, the authority and the catalogue speak of. A lookup costs at
 * most one probe for each label of the name, however many names there are. Filled once, then never changed. */
#ifndef EXEAT_HOST_TABLE_H
#define EXEAT_HOST_TABLE_H

#include "exeat/name.h"

/* At most one for each label, for the whole name and for the rest. */
enum { HOST_HITS_MAX = 130 };
/* How specific a match is: the name itself beats the longest suffix, which counts its length beyond SPECIFIC_ANY, and
 * that beats `*`; 0 is no match. */
enum { SPECIFIC_ANY = 1, SPECIFIC_EXACT = 1000 };

/* Half a cache line, in which most names fit: a look at one host is a look at one line. */
enum { SLOT_TEXT = 22 };
struct host_slot {
    uint32_t tag;         /* half of the hash */
    uint32_t set;         /* the caller's */
    uint8_t length;       /* of the name; 0: the slot is free */
    uint8_t kind;         /* enum host_pattern_kind */
    char text[SLOT_TEXT]; /* the name, or where it starts in `names` (a uint32_t) */
};
_Static_assert(sizeof(struct host_slot) == 32, "two slots share a cache line");

struct host_table {
    void *memory;            /* owned; holds the slots */
    struct host_slot *slots; /* on the first cache line of `memory` */
    size_t slot_count;
    size_t used;
    struct buffer names;    /* owned; the long ones, one after the other */
    uint64_t suffix_depths; /* bit n: there is a suffix of n labels (63: or more) */
};

struct host_hit {
    uint32_t set;
    uint16_t specific;
    bool is_exact;
};

/* Room for so many patterns at most. */
void host_table_init(struct host_table *table, size_t patterns);
/* Gives back what it owns. */
void host_table_clear(struct host_table *table);
/* The slot of a pattern that is no `*`; a new one has the set `none`. */
struct host_slot *host_table_add(struct host_table *table, const struct host_pattern *pattern, uint32_t none);
/* NULL: it was never added. */
const struct host_slot *host_table_get(const struct host_table *table, enum host_pattern_kind kind, struct text name);
/* Every pattern but `*` that has this host, the most specific first; returns how many. Addresses have none. */
size_t host_table_find(const struct host_table *table, const struct host *host, struct host_hit hits[HOST_HITS_MAX]);

#endif
