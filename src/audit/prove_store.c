/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs out of a store, through its reader: one pass over the records, whatever layout they lie in. */
#include "exeat/audit/prove.h"

bool audit_reader_grow(struct audit_reader *reader, struct tlog_tree *tree, uint64_t size, struct tlog_prover *prover)
{
    audit_reader_seek(reader, tree->size);
    while (tree->size < size) {
        struct audit_row row;
        struct digest leaf;
        if (audit_reader_next(reader, &row) != AUDIT_ROW || row.sequence != tree->size)
            return false;
        tlog_leaf(row.body, &leaf);
        tlog_tree_append(tree, &leaf);
        if (prover != NULL && tlog_prover_wants(prover))
            tlog_prover_leaf(prover, &leaf);
    }
    return true;
}

enum audit_proving audit_reader_prove(struct audit_reader *reader, struct tlog_prover *prover, struct tlog_proof *proof)
{
    struct tlog_tree tree = *audit_reader_base(reader);
    if (!tlog_prover_prefix(prover, &tree))
        return AUDIT_PROOF_PRUNED;
    if (!audit_reader_grow(reader, &tree, prover->size, prover))
        return AUDIT_PROOF_LACKS;
    tlog_prover_finish(prover, proof);
    return AUDIT_PROVED;
}
