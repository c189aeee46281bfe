/* SPDX-License-Identifier: Apache-2.0 */
/* The policies of an evidence bundle, while it is written. */
#ifndef EXEAT_EVIDENCE_BUNDLE_POLICIES_H
#define EXEAT_EVIDENCE_BUNDLE_POLICIES_H

#include "bundle.h"

/* A policy that judged a request of the bundle. */
struct judged_by {
    uint64_t sequence;
    struct tlog_prover prover;
};
/* A POLICY record that says again what an older one said. */
struct said_again {
    uint64_t original;
    uint64_t sequence;
};
/* Zeroed is empty. */
struct bundle_policies {
    struct judged_by *list[BUNDLE_POLICIES_MAX]; /* owned */
    size_t count;
    struct said_again again[BUNDLE_POLICIES_MAX]; /* the oldest for each original */
    size_t again_count;
    struct bundle_named named; /* by decisions */
    uint64_t left_out;
    uint64_t texts_missing; /* named, and not in the store */
};
/* A POLICY record of the store, in its order. */
void bundle_policies_note(struct bundle_policies *policies, const struct record *record);
/* Proofs in the tree of size `end`; those that are not in the store are left out. False: store_reader_error. */
MUST_CHECK bool bundle_policies_prove(
    struct bundle_policies *policies, struct store_reader *reader, uint64_t end,
    const struct export_progress *progress);
/* context.jsonl, and policy/, which is there already. */
MUST_CHECK bool bundle_policies_write(
    struct bundle_policies *policies, const char *directory, struct store_reader *reader, char **error);
void bundle_policies_clear(struct bundle_policies *policies);

#endif
