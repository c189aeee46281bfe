/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs out of a store, through its reader: one pass over the records, whatever layout they lie in. */
#include "exeat/audit/prove.h"

bool audit_reader_grow(struct audit_reader *reader, struct audit_tree *tree, uint64_t size, struct audit_prover *prover)
{
    audit_reader_seek(reader, tree->size);
    while (tree->size < size) {
        struct audit_row row;
        struct digest leaf;
        if (audit_reader_next(reader, &row) != AUDIT_ROW || row.sequence != tree->size)
            return false;
        audit_leaf(row.body, &leaf);
        audit_tree_append(tree, &leaf);
        if (prover != NULL && audit_prover_wants(prover))
            audit_prover_leaf(prover, &leaf);
    }
    return true;
}

enum audit_proving
audit_reader_prove(struct audit_reader *reader, struct audit_prover *prover, struct audit_proof *proof)
{
    struct audit_tree tree = *audit_reader_base(reader);
    if (!audit_prover_prefix(prover, &tree))
        return AUDIT_PROOF_PRUNED;
    if (!audit_reader_grow(reader, &tree, prover->size, prover))
        return AUDIT_PROOF_LACKS;
    audit_prover_finish(prover, proof);
    return AUDIT_PROVED;
}
