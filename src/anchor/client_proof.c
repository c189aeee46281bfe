/* SPDX-License-Identifier: Apache-2.0 */
/* What ends a log must be proven: by a checkpoint of its origin that carries the witness's signature, over records that
 * the store does not have, or has otherwise. Whose signature of the log stands beside decides what it is called: with
 * ours the log was rolled back or forked; without it another key holds the origin. (A line can be taken off a note, so
 * that this one step is only as good as the way to the witness; that the store lacks what was witnessed is not.) */
#include <stdio.h>

#include "client_internal.h"
#include "exeat/base/memory.h"

static enum anchor_state
unproven(const struct anchor *anchor, const char *but, const char *detail, char why[ANCHOR_WHY])
{
    snprintf(why, ANCHOR_WHY, "%s, but %s%s", anchor->claim, but, detail);
    return ANCHOR_UNREACHABLE;
}

static enum anchor_state proven(enum anchor_state state, const char *what, char why[ANCHOR_WHY])
{
    snprintf(why, ANCHOR_WHY, "%s", what);
    return state;
}

static enum anchor_state
compare(const struct anchor *anchor, const struct tlog_checkpoint *witnessed, bool is_ours, char why[ANCHOR_WHY])
{
    char *error = NULL;
    enum anchor_state state = ANCHOR_UNREACHABLE;
    switch (anchor_compare(&anchor->options, witnessed, &error)) {
    case ANCHOR_HAS_IT:
        return unproven(anchor, "the checkpoint that it has signed is one of this store", "", why);
    case ANCHOR_CANNOT_SAY:
        state = unproven(anchor, "its checkpoint cannot be compared: ", error, why);
        base_free(error);
        return state;
    case ANCHOR_HAS_LESS:
        if (is_ours)
            return proven(ANCHOR_ROLLED_BACK, "the witness has seen more records than the store has", why);
        break;
    case ANCHOR_HAS_OTHERS:
        if (is_ours)
            return proven(ANCHOR_FORKED, "the witness has seen other records of this log", why);
        break;
    }
    return proven(ANCHOR_KEY_REFUSED, "the witness knows this origin with another key, and other records", why);
}

enum anchor_state anchor_prove(const struct anchor *anchor, struct text text, char why[ANCHOR_WHY])
{
    struct tlog_note note;
    struct tlog_checkpoint checkpoint;
    struct tlog_vkey ours;
    tlog_vkey_make(anchor->options.origin, TLOG_KEY_LOG, anchor->log_key, &ours);
    if (!tlog_note_parse(text, &note) || !tlog_checkpoint_parse(text, &checkpoint) ||
        tlog_note_verify(&note, &anchor->vkey, NULL) != TLOG_SIGNED)
        return unproven(anchor, "shows no checkpoint that the key of audit.witness.key_file has signed", "", why);
    if (!text_equal(checkpoint.origin, anchor->options.origin))
        return unproven(anchor, "shows the checkpoint of another log", "", why);
    return compare(anchor, &checkpoint, tlog_note_verify(&note, &ours, NULL) == TLOG_SIGNED, why);
}
