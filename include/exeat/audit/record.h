/* SPDX-License-Identifier: Apache-2.0 */
/* Records read back into the nouns they were written from. */
#ifndef EXEAT_AUDIT_RECORD_H
#define EXEAT_AUDIT_RECORD_H

#include "exeat/audit.h"

/* The first field with that tag; empty when there is none. Only for fields that audit_record_parse has accepted. */
struct bytes audit_field_find(struct bytes fields, uint8_t wanted);
/* A field's number, big-endian; the first eight bytes of longer ones. */
uint64_t audit_number_of(struct bytes value);

/* Of a parsed DECISION and its private part (empty: erased or left out). Texts borrow from both. Numbers are taken as
 * they stand: a newer gate may know more verdicts, plans and reasons than this program. */
void audit_decision_read(
    const struct audit_record *record, struct bytes private_part, struct decision_record *decision);
/* Of a parsed COMPLETION. */
void audit_outcome_read(const struct audit_record *record, struct outcome_record *outcome);

/* What the records of the gate's own life say. */
struct audit_life_record {
    struct text event;
    struct text detail;
    struct text file;
    struct text origin;
    struct bytes digest;
    uint64_t previous_size; /* OPEN: of the segment before; PRUNE: what is gone */
    uint64_t count;
};
void audit_life_read(const struct audit_record *record, struct audit_life_record *life);

#endif
