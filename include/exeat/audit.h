/* SPDX-License-Identifier: Apache-2.0 */
/* The audit store: records in their one encoding, the RFC 6962 tree over them, signed checkpoints (C2SP), segments in
 * SQLite, and the writer that has each decision on disk before its request goes on. docs/audit-format.md has the bytes.
 */
#ifndef EXEAT_AUDIT_H
#define EXEAT_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/digest.h"
#include "exeat/base/list.h"
#include "exeat/model.h"

/* --- records
 * ----------------------------------------------------------------------------------------------------------- */

enum audit_kind {
    AUDIT_OPEN = 1,
    AUDIT_DECISION = 2,
    AUDIT_HEARTBEAT = 3,
    AUDIT_COMPLETION = 4,
    AUDIT_POLICY = 5,
    AUDIT_TIME_STEP = 7,
    AUDIT_GAP = 8,
    AUDIT_PRUNE = 9,
    AUDIT_SEAL = 10,
    AUDIT_CLOSE = 11,
    AUDIT_MODEL = 12,
    AUDIT_ADMIN = 13,
    AUDIT_CONFIG = 14,
};
const char *audit_kind_name(enum audit_kind kind); /* "unknown" for other numbers */

/* A record: version, kind, sequence, both clocks, then tag-length-value fields in ascending order of tags. */
enum { AUDIT_RECORD_VERSION = 1, AUDIT_HEAD_SIZE = 26, AUDIT_RECORD_MAX = 65535 };
struct audit_head {
    enum audit_kind kind;
    uint64_t sequence;
    int64_t wall_us;
    uint64_t boot_us;
};
struct audit_record {
    struct audit_head head;
    struct bytes fields; /* borrowed from the parsed bytes */
};

void audit_head_write(const struct audit_head *head, uint8_t out[AUDIT_HEAD_SIZE]);
/* Strict: one record has one encoding. */
MUST_CHECK bool audit_record_parse(struct bytes bytes, struct audit_record *record);
/* The next field of `*rest`; false at the end. Only for fields that audit_record_parse has accepted. */
bool audit_field_next(struct bytes *rest, uint8_t *tag, struct bytes *value);

/* Fields of a decision and of its outcome. The private part goes apart. */
void audit_decision_write(const struct decision_record *decision, struct buffer *fields, struct buffer *private_part);
void audit_outcome_write(const struct outcome_record *outcome, struct buffer *fields);
void audit_field_append(struct buffer *fields, uint8_t tag, struct bytes value); /* an empty value writes nothing */
void audit_number_append(struct buffer *fields, uint8_t tag, uint64_t value, size_t size);

/* What a tag is called and how its value is read; NULL when the kind has no such tag. */
enum audit_type {
    AUDIT_TEXT,
    AUDIT_NUMBER,
    AUDIT_BYTES,
    AUDIT_VERDICT,
    AUDIT_PLAN,
    AUDIT_REASON,
    AUDIT_SCHEME,
    AUDIT_ADDRESS,
    AUDIT_LLM_OPERATION
};
struct audit_tag {
    uint8_t tag;
    const char *name;
    enum audit_type type;
    uint8_t size; /* of numbers; 0 otherwise */
};
const struct audit_tag *audit_tag_find(enum audit_kind kind, uint8_t tag);

enum { AUDIT_TAG_COMMITMENT = 0xf0, AUDIT_SALT_SIZE = 32 };
/* What binds the private part to its record: SHA-256 over a domain string, the salt and the part. */
void audit_commitment(const uint8_t salt[AUDIT_SALT_SIZE], struct bytes private_part, struct digest *commitment);

/* --- the tree (RFC 6962 2.1)
 * --------------------------------------------------------------------------------------------- */

enum { TREE_LEVELS = 64 };
/* The frontier of a tree: roots of its perfect subtrees, largest first. */
struct audit_tree {
    uint64_t size;
    struct digest nodes[TREE_LEVELS];
    size_t count;
};
void audit_leaf(struct bytes record, struct digest *leaf);
void audit_tree_append(struct audit_tree *tree, const struct digest *leaf);
void audit_tree_root(const struct audit_tree *tree, struct digest *root);
/* Proofs (RFC 9162 2.1.3.2 and 2.1.4.2). */
MUST_CHECK bool audit_inclusion_verify(
    const struct digest *leaf, uint64_t index, uint64_t size, const struct digest *proof, size_t count,
    const struct digest *root);
MUST_CHECK bool audit_consistency_verify(
    uint64_t old_size, uint64_t new_size, const struct digest *proof, size_t count, const struct digest *old_root,
    const struct digest *new_root);

/* --- checkpoints (C2SP tlog-checkpoint and signed-note)
 * -------------------------------------------------------------------- */

/* "origin+hash+key", how others name the log's key. */
void audit_vkey_write(struct text origin, const uint8_t key[VERIFY_KEY_SIZE], struct buffer *out);
void audit_checkpoint_write(
    struct text origin, uint64_t size, const struct digest *root, const struct signing_key *key, struct buffer *out);
struct audit_checkpoint {
    struct text origin; /* borrowed from the note */
    uint64_t size;
    struct digest root;
};
MUST_CHECK bool audit_checkpoint_parse(struct text note, struct audit_checkpoint *checkpoint);
/* Does the note carry a good signature of `origin` by this key? */
MUST_CHECK bool audit_checkpoint_verify(struct text note, struct text origin, const uint8_t key[VERIFY_KEY_SIZE]);

#endif
