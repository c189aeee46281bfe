/* SPDX-License-Identifier: Apache-2.0 */
/* Records of the log: their one encoding, written and read. No file, no thread. docs/audit-format.md has the bytes. */
#ifndef EXEAT_RECORD_H
#define EXEAT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/digest.h"
#include "exeat/model/record.h"

enum record_kind {
    RECORD_OPEN = 1,
    RECORD_DECISION = 2,
    RECORD_HEARTBEAT = 3,
    RECORD_COMPLETION = 4,
    RECORD_POLICY = 5,
    RECORD_TIME_STEP = 7,
    RECORD_GAP = 8,
    RECORD_PRUNE = 9,
    RECORD_SEAL = 10,
    RECORD_CLOSE = 11,
    RECORD_MODEL = 12,
    RECORD_ADMIN = 13,
    RECORD_CONFIG = 14,
};
const char *record_kind_name(enum record_kind kind); /* "unknown" for other numbers */

/* A record: version, kind, sequence, both clocks, then tag-length-value fields in ascending order of tags. */
enum { RECORD_VERSION = 1, RECORD_HEAD_SIZE = 26, RECORD_MAX = 65535 };
struct record_head {
    enum record_kind kind;
    uint64_t sequence;
    int64_t wall_us;
    uint64_t boot_us;
};
struct record {
    struct record_head head;
    struct bytes fields; /* borrowed from the parsed bytes */
};

/* Docs/audit-format.md has the layout; big-endian. */
void record_head_write(const struct record_head *head, uint8_t out[RECORD_HEAD_SIZE]);
/* Strict: one record has one encoding. */
MUST_CHECK bool record_parse(struct bytes bytes, struct record *record);
/* The next field of `*rest`; false at the end. Only for fields that record_parse has accepted. */
bool record_field_next(struct bytes *rest, uint8_t *tag, struct bytes *value);

/* Fields of a decision and of its outcome. The private part goes apart. */
void record_decision_write(const struct decision_record *decision, struct buffer *fields, struct buffer *private_part);
void record_outcome_write(const struct outcome_record *outcome, struct buffer *fields);
/* An empty value writes nothing; one that is too long for its field is cut, and a text then ends in " [cut]". */
void record_field_append(struct buffer *fields, uint8_t tag, struct bytes value);
void record_number_append(struct buffer *fields, uint8_t tag, uint64_t value, size_t size);

/* What a tag is called and how its value is read; NULL when the kind has no such tag. */
enum record_type {
    RECORD_TEXT,
    RECORD_NUMBER,
    RECORD_SIGNED, /* in two's complement */
    RECORD_BYTES,
    RECORD_VERDICT,
    RECORD_PLAN,
    RECORD_REASON,
    RECORD_SCHEME,
    RECORD_ADDRESS,
    RECORD_LLM_OPERATION,
    RECORD_CLIENT_PROOF,
    RECORD_DOOR,
    RECORD_LLM_DIALECT
};
struct record_tag {
    uint8_t tag;
    const char *name;
    enum record_type type;
    uint8_t size; /* of numbers; 0 otherwise */
};
/* Static; NULL: no such tag is known of that kind. */
const struct record_tag *record_tag_find(enum record_kind kind, uint8_t tag);

enum { RECORD_TAG_REQUEST = 0x1b, RECORD_TAG_COMMITMENT = 0xf0, RECORD_SALT_SIZE = 32 };
/* What binds the private part to its record: SHA-256 over a domain string, the salt and the part. */
void record_commitment(const uint8_t salt[RECORD_SALT_SIZE], struct bytes private_part, struct digest *commitment);

/* --- read back into the nouns they were written from
 * ------------------------------------------------------------------------------------------------------------- */

/* The first field with that tag; empty when there is none. Only for fields that record_parse has accepted. */
struct bytes record_field_find(struct bytes fields, uint8_t wanted);
/* A field's number, big-endian; the first eight bytes of longer ones. */
uint64_t record_number_of(struct bytes value);

/* Of a parsed DECISION and its private part (empty: erased or left out). Texts borrow from both. Numbers are taken as
 * they stand: a newer gate may know more verdicts, plans and reasons than this program. */
void record_decision_read(const struct record *record, struct bytes private_part, struct decision_record *decision);
/* Of a parsed COMPLETION. */
void record_outcome_read(const struct record *record, struct outcome_record *outcome);

/* The fields of all other kinds than DECISION and COMPLETION. They stand in every record ever written: append only. */
enum event_tag {
    EVENT_ORIGIN = 0x20,
    EVENT_PREVIOUS_SIZE = 0x21,
    EVENT_BUILD = 0x22,
    EVENT_BOOT = 0x25,
    EVENT_NAME = 0x28,
    EVENT_DETAIL = 0x29,
    EVENT_FILE = 0x2a,
    EVENT_DIGEST = 0x2b,
    EVENT_COUNT = 0x2c,
    EVENT_FILES = 0x2d,
    EVENT_RULE = 0x2e,
    EVENT_OWNER = 0x2f,
};
/* What the records of the gate's own life say. */
struct record_event {
    struct text event;
    struct text detail;
    struct text file;
    struct text origin;
    struct bytes digest;
    struct text rule; /* CONFIG: that has lapsed, or holds again */
    struct text owner;
    struct bytes files;     /* POLICY: the SHA-256 of each file, one after the other */
    uint64_t previous_size; /* OPEN: of the segment before; PRUNE: what is gone */
    uint64_t count;
};
/* Of a parsed record of another kind; slices borrow from it. Unknown fields are passed over. */
void record_event_read(const struct record *record, struct record_event *life);

/* The files that a POLICY record names: all that were read, the configuration first. Older records have them in
 * `detail`. */
struct record_files {
    struct bytes digests; /* not given yet */
    struct text detail;
    struct bytes main; /* what `detail` need not say again */
};
void record_files_of(const struct record_event *life, struct record_files *files); /* borrows from the event */
bool record_files_next(struct record_files *files, struct digest *digest);         /* false at the end */

/* Of a PRUNE record `erase`: private parts of records before which time are gone. False: it is no such record. */
MUST_CHECK bool record_erase_read(const struct record_event *life, int64_t *before_us);
/* How the `detail` of a PRUNE record `erase` begins; until when follows. */
#define RECORD_ERASE_DETAIL "private parts of records before "

#endif
