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

/* The fields of all other kinds than DECISION and COMPLETION. They stand in every record ever written: append only. */
enum life_tag {
    LIFE_ORIGIN = 0x20,
    LIFE_PREVIOUS_SIZE = 0x21,
    LIFE_BUILD = 0x22,
    LIFE_BOOT = 0x25,
    LIFE_EVENT = 0x28,
    LIFE_DETAIL = 0x29,
    LIFE_FILE = 0x2a,
    LIFE_DIGEST = 0x2b,
    LIFE_COUNT = 0x2c,
    LIFE_FILES = 0x2d,
};
/* What the records of the gate's own life say. */
struct audit_life_record {
    struct text event;
    struct text detail;
    struct text file;
    struct text origin;
    struct bytes digest;
    struct bytes files;     /* POLICY: the SHA-256 of each file, one after the other */
    uint64_t previous_size; /* OPEN: of the segment before; PRUNE: what is gone */
    uint64_t count;
};
void audit_life_read(const struct audit_record *record, struct audit_life_record *life);

/* The files that a POLICY record names: all that were read, the configuration first. Older records have them in
 * `detail`. */
struct audit_files {
    struct bytes digests; /* not given yet */
    struct text detail;
    struct bytes main; /* what `detail` need not say again */
};
void audit_files_of(const struct audit_life_record *life, struct audit_files *files);
bool audit_files_next(struct audit_files *files, struct digest *digest); /* false at the end */

/* Of a PRUNE record `erase`: private parts of records before which time are gone. False: it is no such record. */
MUST_CHECK bool audit_erase_read(const struct audit_life_record *life, int64_t *before_us);

#endif
