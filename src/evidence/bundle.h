/* SPDX-License-Identifier: Apache-2.0 */
/* The evidence bundle: its files, as they are written and as they are checked. docs/audit-format.md has the format. */
#ifndef EXEAT_EVIDENCE_BUNDLE_H
#define EXEAT_EVIDENCE_BUNDLE_H

#include <stdio.h>

#include "evidence_internal.h"

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
void bundle_note_progress(const struct evidence_progress *progress, uint64_t sequence); /* NULL is fine */

/* A line of records.jsonl: the record's fields by name, then the bytes that say so. */
void bundle_line_append(const struct audit_row *row, bool redact, struct buffer *out);
/* The bytes of such a line, decoded into `scratch`. False: the line is not, byte for byte, what those bytes are written
 * as. */
struct bundle_line {
    struct audit_record record;
    struct bytes body;
    struct bytes salt; /* empty: redacted, erased or none */
    struct bytes private_part;
};
MUST_CHECK bool bundle_line_parse(struct text line, struct buffer *scratch, struct bundle_line *out);
/* The end of a line of context.jsonl, in place of the closing brace: where its proof is. */
void bundle_proof_append(const struct audit_proof *proof, struct buffer *out);
MUST_CHECK bool bundle_proof_take(struct text *line, struct audit_proof *proof, struct buffer *whole);

/* range.proof: the frontier before the range, so that its leaves lead to the checkpoint's root. */
struct bundle_range {
    uint64_t first;
    uint64_t end;
    struct audit_tree before; /* size == first */
};
void bundle_range_append(const struct bundle_range *range, struct buffer *out);
MUST_CHECK bool bundle_range_parse(struct text text, struct bundle_range *range);

/* The part of manifest.json that the other files prove. */
struct bundle_counts {
    uint64_t first;
    uint64_t end;
    uint64_t shown;
    uint64_t requests;
    uint64_t verdicts[8];
};
void bundle_counts_add(struct bundle_counts *counts, const struct audit_record *record);
void bundle_counts_append(const struct bundle_counts *counts, struct buffer *out);

/* SHA256SUMS. */
MUST_CHECK bool bundle_sums_write(const char *folder, char **error);
MUST_CHECK bool bundle_digest(const char *folder, struct text name, struct digest *digest);
/* A line without its end; names lead nowhere but into the folder and its policy/. */
MUST_CHECK bool bundle_sums_parse_line(struct text line, struct digest *digest, struct text *name);

#endif
