/* SPDX-License-Identifier: Apache-2.0 */
/* The RFC 6962 Merkle tree over records (2.1), its proofs (2.1.1, 2.1.2; checked as RFC 9162 2.1.3.2 and 2.1.4.2 say),
 * and how a proof is made in one pass over the leaves. Pure: no files, no allocation. */
#ifndef EXEAT_TLOG_H
#define EXEAT_TLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/digest.h"

enum { TLOG_TREE_LEVELS = 64 };
/* The frontier of a tree: roots of its perfect subtrees, largest first. */
struct tlog_tree {
    uint64_t size;
    struct digest nodes[TLOG_TREE_LEVELS];
    size_t count;
};
void tlog_leaf(struct bytes record, struct digest *leaf); /* SHA-256 over 0x00 and the record (RFC 6962 2.1) */
void tlog_tree_append(struct tlog_tree *tree, const struct digest *leaf); /* one leaf more */
/* A tree as bytes: its size and its frontier. False: they are none. */
void tlog_tree_write(const struct tlog_tree *tree, struct buffer *out);
MUST_CHECK bool tlog_tree_read(struct bytes bytes, struct tlog_tree *tree);
enum { TLOG_TREE_TILE_HEIGHT = 8, TLOG_TREE_TILE_LEVELS = TLOG_TREE_LEVELS / TLOG_TREE_TILE_HEIGHT };
/* tlog_tree_append, that also gives the roots of the subtrees of 2^8, 2^16... leaves which this leaf completes, lowest
 * first; returns how many. */
size_t
tlog_tree_append_tiles(struct tlog_tree *tree, const struct digest *leaf, struct digest tiles[TLOG_TREE_TILE_LEVELS]);
void tlog_tree_root(const struct tlog_tree *tree, struct digest *root); /* of no leaf: SHA-256 over nothing */

/* RFC 9162 2.1.3.2: is `leaf` the one at `index` of the tree of `size` with that root? */
MUST_CHECK bool tlog_inclusion_verify(
    const struct digest *leaf, uint64_t index, uint64_t size, const struct digest *proof, size_t count,
    const struct digest *root);
/* RFC 9162 2.1.4.2: does the new tree begin with the old one? */
MUST_CHECK bool tlog_consistency_verify(
    uint64_t old_size, uint64_t new_size, const struct digest *proof, size_t count, const struct digest *old_root,
    const struct digest *new_root);
/* Does the proof show that the new tree begins with another one than the old? It then leads to the new root, which
 * nobody can have it do but with the tree's own nodes. Of a perfect old tree (a size that is a power of two, or 0) no
 * proof can: it leaves that tree's root out. */
MUST_CHECK bool tlog_consistency_refutes(
    uint64_t old_size, uint64_t new_size, const struct digest *proof, size_t count, const struct digest *old_root,
    const struct digest *new_root);

/* --- making proofs -------------------------------------------------------------------------------------------------
 */

struct tlog_proof {
    struct digest hashes[TLOG_TREE_LEVELS];
    size_t count;
};
/* A run of leaves whose root the proof needs, or, when `hidden`, does not need. */
struct tlog_span {
    uint64_t from;
    uint64_t to;
    bool hidden;
    struct digest root;
};
/* Reads the leaves once, in order, and keeps O(log n) of them. Begin it, add the leaves from 0 (or the frontier of a
 * prefix and the leaves after it), finish. */
struct tlog_prover {
    struct tlog_span spans[TLOG_TREE_LEVELS + 1]; /* from the root down; together they are all leaves */
    size_t count;
    size_t current; /* the span that `run` is in */
    uint64_t next;  /* the leaf wanted */
    uint64_t size;
    struct tlog_tree run;
};
/* That leaf `index` is in the tree of `size`; index < size. */
void tlog_prover_inclusion(struct tlog_prover *prover, uint64_t index, uint64_t size);
/* That the tree of `new_size` begins with that of `old_size`; old_size <= new_size. */
void tlog_prover_consistency(struct tlog_prover *prover, uint64_t old_size, uint64_t new_size);
/* In place of the first leaves. False: the prefix swallows what the proof must show; those leaves are needed. */
MUST_CHECK bool tlog_prover_prefix(struct tlog_prover *prover, const struct tlog_tree *prefix);
bool tlog_prover_wants(const struct tlog_prover *prover); /* more leaves? */
void tlog_prover_leaf(struct tlog_prover *prover, const struct digest *leaf);
/* Once it wants no more. */
void tlog_prover_finish(const struct tlog_prover *prover, struct tlog_proof *proof);

#endif
