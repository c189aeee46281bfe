/* SPDX-License-Identifier: Apache-2.0 */
/* The evidence bundle: its files, as they are written and as they are checked. docs/audit-format.md has the format. */
#ifndef EXEAT_EVIDENCE_BUNDLE_H
#define EXEAT_EVIDENCE_BUNDLE_H

#include <stdio.h>

#include "evidence_internal.h"
#include "exeat/base/json.h"

#define BUNDLE_RANGE_HEAD "exeat-range-proof 1\n"
enum { BUNDLE_LINE_MAX = 1 << 20, BUNDLE_PATH_MAX = 4096 };

/* Files of a bundle. */
enum bundle_file {
    BUNDLE_RECORDS,
    BUNDLE_CONTEXT,
    BUNDLE_LEAVES,
    BUNDLE_RANGE,
    BUNDLE_CHECKPOINT,
    BUNDLE_KEYS,
    BUNDLE_MANIFEST,
    BUNDLE_README,
    BUNDLE_FILES
};
const char *bundle_file_name(enum bundle_file file);
/* A file of the folder, whole. */
MUST_CHECK bool bundle_write_file(const char *folder, const char *name, struct text content, char **error);
void bundle_note_progress(const struct export_progress *progress, uint64_t sequence); /* NULL is fine */

/* A line of records.jsonl: the record's fields by name, then the bytes that say so. */
void bundle_line_append(const struct store_row *row, bool redact, struct buffer *out);
/* The bytes of such a line, decoded into `scratch`. False: the line is not, byte for byte, what those bytes are written
 * as. */
struct bundle_line {
    struct record record;
    struct bytes body;
    struct bytes salt; /* empty: redacted, erased or none */
    struct bytes private_part;
};
MUST_CHECK bool bundle_line_parse(struct text line, struct buffer *scratch, struct bundle_line *out);
/* The name of the first field in which such a line differs from what its bytes are written as; nothing when they are
 * not readable. */
void bundle_line_difference(struct text line, struct buffer *field);
/* The end of a line of context.jsonl, in place of the closing brace: where its proof is. */
void bundle_proof_append(const struct tlog_proof *proof, struct buffer *out);
MUST_CHECK bool bundle_proof_take(struct text *line, struct tlog_proof *proof, struct buffer *whole);

/* range.proof: the frontier before the range, so that its leaves lead to the checkpoint's root. */
struct bundle_range {
    uint64_t first;
    uint64_t end;
    struct tlog_tree before; /* size == first */
};
void bundle_range_append(const struct bundle_range *range, struct buffer *out);
MUST_CHECK bool bundle_range_parse(struct text text, struct bundle_range *range);

/* What manifest.json says that the other files prove. */
struct bundle_counts {
    uint64_t first;
    uint64_t end;
    uint64_t shown;
    uint64_t requests;
    uint64_t verdicts[8];
};
void bundle_counts_add(struct bundle_counts *counts, const struct record *record);

/* manifest.json. Of a manifest that was read, texts borrow from `tree`. */
struct bundle_manifest {
    struct text tool;
    struct text origin;
    struct text created;
    struct text operator_name;
    struct text purpose;
    struct text query;
    struct text since; /* empty: none, as is until */
    struct text until;
    struct text custody;
    bool is_redacted;
    uint64_t erased;
    struct bundle_counts counts;
    uint64_t unsigned_left_out;
    uint64_t policies;
    uint64_t policies_left_out;
};
void bundle_manifest_append(const struct bundle_manifest *manifest, struct buffer *out);
/* Strict: what is read is what would be written. The tree (json_decref) is NULL on false. */
MUST_CHECK bool bundle_manifest_parse(struct text text, struct bundle_manifest *manifest, json_t **tree);

/* The policies that decisions name, in their order; those beyond the end are counted one by one. */
enum { BUNDLE_POLICIES_MAX = 256 };
struct bundle_named {
    uint64_t list[BUNDLE_POLICIES_MAX];
    size_t count;
    uint64_t beyond;
};
void bundle_named_add(struct bundle_named *named, uint64_t sequence);

enum { BUNDLE_POLICY_NAME_SIZE = 7 + 2 * sizeof(struct digest) + 1 };
void bundle_policy_name(const struct digest *digest, char out[BUNDLE_POLICY_NAME_SIZE]); /* "policy/HEX" */

/* The files of a bundle, without SHA256SUMS, in the order of their names. False: a folder cannot be read, or there are
 * too many. */
enum { BUNDLE_NAMES_MAX = 4096 };
struct bundle_names {
    char *list[BUNDLE_NAMES_MAX]; /* owned */
    size_t count;
};
MUST_CHECK bool bundle_names_read(const char *folder, struct bundle_names *names);
void bundle_names_clear(struct bundle_names *names);

/* Digests of texts, each once. */
struct bundle_texts {
    struct digest *list; /* owned */
    size_t count;
};
void bundle_texts_add(struct bundle_texts *texts, const struct digest *digest);

/* A bundle while it is checked. */
struct bundle_policy {
    uint64_t sequence;
    uint64_t original; /* which decisions name, where it is not this one; 0: it is */
};
struct bundle_check {
    const char *folder;
    const uint8_t *key; /* NULL: not known */
    struct text key_name;
    struct evidence_report *report;
    struct bundle_range range;
    struct bundle_counts counts;
    struct tlog_checkpoint checkpoint;
    FILE *leaves;
    struct buffer note;    /* the checkpoint's text */
    struct buffer scratch; /* of the line at hand */
    struct buffer whole;
    uint64_t next;                                      /* the sequence that the next record must at least have */
    struct bundle_named named;                          /* by the decisions that are shown */
    struct bundle_policy policies[BUNDLE_POLICIES_MAX]; /* report->policies of them */
    struct bundle_texts texts;                          /* that they name */
    bool has_private;
    bool has_time;
    int64_t earliest_us; /* of what was asked for */
    int64_t latest_us;
};
/* A small file of the folder; false, and found. */
MUST_CHECK bool bundle_check_read(struct bundle_check *check, const char *name, struct buffer *out);
/* manifest.json, keys.txt, SHA256SUMS, and that there is nothing else. */
void bundle_check_around(struct bundle_check *check);

/* SHA256SUMS. */
MUST_CHECK bool bundle_sums_write(const char *folder, char **error);
MUST_CHECK bool bundle_digest(const char *folder, struct text name, struct digest *digest);
void bundle_sums_append(const struct digest *digest, const char *name, struct buffer *out);
#define BUNDLE_SUMS "SHA256SUMS"

#endif
