/* SPDX-License-Identifier: Apache-2.0 */
/* The sealer thread's state, and the chores that it does beside sealing. */
#ifndef EXEAT_AUDIT_SEALER_H
#define EXEAT_AUDIT_SEALER_H

#include "audit_internal.h"

/* The checkpoint that is known to be in audit.ship's folder, and to be one of this store; size 0: none yet. */
struct shipped {
    uint64_t size;
    struct digest root;
};
struct sealer {
    struct audit *audit; /* borrowed */
    pthread_t thread;
    pthread_mutex_t lock;   /* of all up to is_ending */
    pthread_cond_t changed; /* something to do, or something done */
    uint64_t *waiting;      /* owned: first sequences, ascending */
    size_t count;
    struct audit_erasing erasing;
    bool is_recording; /* a chore is under way that needs the writer */
    bool is_quiet;     /* no such chore is begun any more */
    bool is_ending;
    enum audit_shipping shipping; /* the thread's alone */
    struct digest log_id;         /* ship_log_id */
    struct shipped shipped;       /* the thread's alone */
};

/* Copies what is sealed and the newest checkpoint to audit.ship's directory. */
void ship_sealed(struct sealer *sealer);
/* Is the segment there, as far as it has to be, in a folder that is known to be this log's? */
bool ship_has(const struct sealer *sealer, uint64_t first);
/* The store's newest checkpoint, if it has one, and whether it may go in the place of the one that is there:
 * AUDIT_SHIPPED. Else, as below, `*why` takes a sentence (base_free). */
MUST_CHECK enum audit_shipping
ship_look_at_checkpoint(struct sealer *sealer, const char *folder, struct buffer *note, char **why);
MUST_CHECK enum audit_shipping
ship_put_checkpoint(struct sealer *sealer, const char *folder, struct text note, char **why);
/* Who the log is, beside its name and key. */
void ship_log_id(const uint8_t hash_key[32], struct digest *id);
/* Makes the folder this log's, or sees that it is: AUDIT_SHIPPED. Else `*why` takes a sentence (base_free). */
MUST_CHECK enum audit_shipping
ship_claim(const struct audit_options *options, const struct digest *id, const char *folder, char **why);
bool ship_same_bytes(const char *left, const char *right); /* false, too, when one cannot be read */
/* Removes sealed segments that are older than audit.retention, after a PRUNE record. */
void prune_old(struct sealer *sealer);
/* Removes the private parts of records before a time, after a PRUNE record. */
void erase_private(struct audit *audit, bool is_all_sealed, struct audit_erasing *erasing);

#endif
