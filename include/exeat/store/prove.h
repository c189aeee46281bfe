/* SPDX-License-Identifier: Apache-2.0 */
/* What a store can prove: its leaves read in order into a tree and a proof. */
#ifndef EXEAT_STORE_PROVE_H
#define EXEAT_STORE_PROVE_H

#include "exeat/store.h"

/* Reads records tree->size to size - 1; the tree grows by them, and the prover (may be NULL) is given those that it
 * wants. False when one is missing or cannot be read: store_reader_error may say more. */
MUST_CHECK bool
store_reader_grow(struct store_reader *reader, struct tlog_tree *tree, uint64_t size, struct tlog_prover *prover);
enum store_proving {
    STORE_PROVED,
    STORE_PROOF_PRUNED, /* the proof needs records that are no longer here */
    STORE_PROOF_LACKS   /* records are missing or cannot be read */
};
/* Fills a prover that was begun from all that the store has. */
MUST_CHECK enum store_proving
store_reader_prove(struct store_reader *reader, struct tlog_prover *prover, struct tlog_proof *proof);

#endif
