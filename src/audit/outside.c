/* SPDX-License-Identifier: Apache-2.0 */
/* What stands outside of the store and is told to it: whether it may sign and decide, and what a witness has cosigned.
 * The cosigned note waits for the next transaction; no disk is asked for it alone. */
#include "audit_internal.h"

void audit_hold(struct audit *audit, enum audit_signing signing, bool decisions)
{
    int before = atomic_exchange(&audit->holds.signing, (int)signing);
    atomic_store(&audit->holds.decisions, decisions);
    if (before != (int)signing)
        audit_rouse(audit, true);
}

void audit_keep_cosigned(struct audit *audit, const struct tlog_tree *tree, struct text note)
{
    pthread_mutex_lock(&audit->ports_lock);
    audit->cosigned.tree = *tree;
    buffer_empty(&audit->cosigned.note);
    buffer_append(&audit->cosigned.note, note);
    audit->cosigned.serial++;
    pthread_mutex_unlock(&audit->ports_lock);
}

bool outside_write(struct audit *audit, struct store_segment *segment, uint64_t done, uint64_t *serial)
{
    bool good = true;
    pthread_mutex_lock(&audit->ports_lock);
    *serial = audit->cosigned.serial;
    if (*serial != done) {
        struct buffer frontier = {0};
        tlog_tree_write(&audit->cosigned.tree, &frontier);
        good = store_segment_put_meta(segment, "cosigned", bytes_of_text(buffer_text(&audit->cosigned.note))) &&
               store_segment_put_meta(segment, "cosigned_tree", bytes_of_text(buffer_text(&frontier)));
        buffer_clear(&frontier);
    }
    pthread_mutex_unlock(&audit->ports_lock);
    return good;
}
