/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle while it is written, in three passes over the store:
 * 1. which range of the log is meant: from the first record at or after `since` to the first checkpoint that covers the
 * last one before `until` (bundle_range.c);
 * 2. the leaves of that whole range, and the records that match;
 * 3. proofs that the policies which judged those requests are in the same log. */
#ifndef EXEAT_EVIDENCE_BUNDLE_MAKING_H
#define EXEAT_EVIDENCE_BUNDLE_MAKING_H

#include "bundle_policies.h"

struct bundle {
    struct store_reader *reader;
    const struct evidence_bundle *options;
    struct evidence_bundle_result *result;
    char **error;
    struct bundle_range range;
    struct bundle_counts counts;
    struct buffer note;    /* the checkpoint */
    struct tlog_tree tree; /* of pass 2 */
    FILE *records;
    FILE *leaves;
    struct buffer line;
    struct bundle_policies policies;
    uint64_t erased;
    bool is_bad; /* a record at hand is not what was signed */
};

/* bundle_range.c: pass 1. `range` and `note` are set, up to the checkpoint; before, there is no folder. */
MUST_CHECK bool bundle_find_range(struct bundle *bundle);
/* The first reason counts. Returns false. */
bool bundle_fail(struct bundle *bundle, const char *format, ...) PRINTF_LIKE(2, 3);
bool bundle_fail_to_read(struct bundle *bundle);

/* bundle_texts.c: range, checkpoint, keys, manifest, README and sums: the texts about the records. */
MUST_CHECK bool bundle_write_texts(struct bundle *bundle);

#endif
