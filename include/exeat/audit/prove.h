/* SPDX-License-Identifier: Apache-2.0 */
/* What a store can prove: its leaves read in order into a tree and a proof. */
#ifndef EXEAT_AUDIT_PROVE_H
#define EXEAT_AUDIT_PROVE_H

#include "exeat/audit.h"

/* Reads records tree->size to size - 1; the tree grows by them, and the prover (may be NULL) is given those that it
 * wants. False when one is missing or cannot be read: audit_reader_error may say more. */
MUST_CHECK bool
audit_reader_grow(struct audit_reader *reader, struct tlog_tree *tree, uint64_t size, struct tlog_prover *prover);
enum audit_proving {
    AUDIT_PROVED,
    AUDIT_PROOF_PRUNED, /* the proof needs records that are no longer here */
    AUDIT_PROOF_LACKS   /* records are missing or cannot be read */
};
/* Fills a prover that was begun from all that the store has. */
MUST_CHECK enum audit_proving
audit_reader_prove(struct audit_reader *reader, struct tlog_prover *prover, struct tlog_proof *proof);

#endif
