/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs out of a store, through its reader: one pass over the records, whatever layout they lie in. */
#include "exeat/store/prove.h"

bool store_reader_grow(struct store_reader *reader, struct tlog_tree *tree, uint64_t size, struct tlog_prover *prover)
{
    store_reader_seek(reader, tree->size);
    while (tree->size < size) {
        struct store_row row;
        struct digest leaf;
        if (store_reader_next(reader, &row) != STORE_ROW || row.sequence != tree->size)
            return false;
        tlog_leaf(row.body, &leaf);
        tlog_tree_append(tree, &leaf);
        if (prover != NULL && tlog_prover_wants(prover))
            tlog_prover_leaf(prover, &leaf);
    }
    return true;
}

enum store_proving store_reader_prove(struct store_reader *reader, struct tlog_prover *prover, struct tlog_proof *proof)
{
    struct tlog_tree tree = *store_reader_base(reader);
    if (!tlog_prover_prefix(prover, &tree))
        return STORE_PROOF_PRUNED;
    if (!store_reader_grow(reader, &tree, prover->size, prover))
        return STORE_PROOF_LACKS;
    tlog_prover_finish(prover, proof);
    return STORE_PROVED;
}
