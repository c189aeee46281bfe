/* SPDX-License-Identifier: Apache-2.0 */
/* The Merkle tree of RFC 6962 as a frontier, and how the two proofs of RFC 9162 are checked. Leaves are hashed with
 * 0x00 before them, nodes with 0x01, so that neither can pass for the other. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/tlog.h"

/* Over 0x01 and both; `node` may be one of them. */
static void hash_node(const struct digest *left, const struct digest *right, struct digest *node)
{
    uint8_t bytes[1 + 2 * sizeof(left->bytes)] = {1};
    memcpy(bytes + 1, left->bytes, sizeof(left->bytes));
    memcpy(bytes + 1 + sizeof(left->bytes), right->bytes, sizeof(right->bytes));
    digest_sha256((struct bytes){bytes, sizeof(bytes)}, node);
}

void tlog_leaf(struct bytes record, struct digest *leaf)
{
    static const uint8_t prefix = 0;
    const struct bytes pieces[] = {{&prefix, 1}, record};
    digest_sha256_pieces(pieces, COUNT_OF(pieces), leaf);
}

size_t
tlog_tree_append_tiles(struct tlog_tree *tree, const struct digest *leaf, struct digest tiles[TLOG_TREE_TILE_LEVELS])
{
    struct digest node = *leaf;
    unsigned height = 0;
    size_t count = 0;
    /* Each set bit at the low end of the old size is a perfect subtree that the new leaf completes. */
    for (uint64_t index = tree->size; (index & 1) != 0; index >>= 1) {
        hash_node(&tree->nodes[--tree->count], &node, &node);
        if (++height % TLOG_TREE_TILE_HEIGHT == 0)
            tiles[count++] = node;
    }
    ASSERT(tree->count < TLOG_TREE_LEVELS);
    tree->nodes[tree->count++] = node;
    tree->size++;
    return count;
}

void tlog_tree_append(struct tlog_tree *tree, const struct digest *leaf)
{
    struct digest tiles[TLOG_TREE_TILE_LEVELS];
    (void)tlog_tree_append_tiles(tree, leaf, tiles);
}

void tlog_tree_root(const struct tlog_tree *tree, struct digest *root)
{
    if (tree->count == 0) {
        digest_sha256((struct bytes){NULL, 0}, root);
        return;
    }
    *root = tree->nodes[tree->count - 1];
    for (size_t i = tree->count - 1; i > 0; i--)
        hash_node(&tree->nodes[i - 1], root, root);
}

bool tlog_inclusion_verify(
    const struct digest *leaf, uint64_t index, uint64_t size, const struct digest *proof, size_t count,
    const struct digest *root)
{
    if (index >= size)
        return false;
    uint64_t node = index;
    uint64_t last = size - 1;
    struct digest hash = *leaf;
    for (size_t i = 0; i < count; i++) {
        if (last == 0)
            return false;
        if ((node & 1) != 0 || node == last) {
            hash_node(&proof[i], &hash, &hash);
            while (node != 0 && (node & 1) == 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash_node(&hash, &proof[i], &hash);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && digest_equal(&hash, root);
}

/* Where the walk of a consistency proof stands. */
struct consistency {
    uint64_t node;
    uint64_t last;
    struct digest old_hash;
    struct digest new_hash;
};

static bool consistency_step(struct consistency *walk, const struct digest *piece)
{
    if (walk->last == 0)
        return false;
    if ((walk->node & 1) != 0 || walk->node == walk->last) {
        hash_node(piece, &walk->old_hash, &walk->old_hash);
        hash_node(piece, &walk->new_hash, &walk->new_hash);
        while (walk->node != 0 && (walk->node & 1) == 0) {
            walk->node >>= 1;
            walk->last >>= 1;
        }
    } else {
        hash_node(&walk->new_hash, piece, &walk->new_hash);
    }
    walk->node >>= 1;
    walk->last >>= 1;
    return true;
}

/* Both roots that the proof leads to. `seed` is the subtree it begins with where the old tree is perfect: then the
 * proof leaves it out. */
static bool consistency_walk(
    uint64_t old_size, uint64_t new_size, const struct digest *proof, size_t count, const struct digest *seed,
    struct consistency *walk)
{
    size_t used = seed == NULL ? 1 : 0;
    if (count == 0)
        return false;
    *walk = (struct consistency){.node = old_size - 1, .last = new_size - 1};
    while ((walk->node & 1) != 0) {
        walk->node >>= 1;
        walk->last >>= 1;
    }
    walk->old_hash = seed == NULL ? proof[0] : *seed;
    walk->new_hash = walk->old_hash;
    while (used < count)
        if (!consistency_step(walk, &proof[used++]))
            return false;
    return walk->last == 0;
}

static bool is_power_of_two(uint64_t size)
{
    return (size & (size - 1)) == 0;
}

bool tlog_consistency_verify(
    uint64_t old_size, uint64_t new_size, const struct digest *proof, size_t count, const struct digest *old_root,
    const struct digest *new_root)
{
    struct consistency walk;
    if (old_size > new_size)
        return false;
    if (old_size == new_size)
        return count == 0 && digest_equal(old_root, new_root);
    if (old_size == 0)
        return count == 0;
    return consistency_walk(old_size, new_size, proof, count, is_power_of_two(old_size) ? old_root : NULL, &walk) &&
           digest_equal(&walk.old_hash, old_root) && digest_equal(&walk.new_hash, new_root);
}

bool tlog_consistency_refutes(
    uint64_t old_size, uint64_t new_size, const struct digest *proof, size_t count, const struct digest *old_root,
    const struct digest *new_root)
{
    struct consistency walk;
    if (old_size >= new_size || is_power_of_two(old_size))
        return false;
    return consistency_walk(old_size, new_size, proof, count, NULL, &walk) && digest_equal(&walk.new_hash, new_root) &&
           !digest_equal(&walk.old_hash, old_root);
}

void tlog_tree_write(const struct tlog_tree *tree, struct buffer *out)
{
    uint8_t size[8];
    bytes_put_u64(size, tree->size);
    buffer_append(out, (struct text){(const char *)size, sizeof(size)});
    for (size_t i = 0; i < tree->count; i++)
        buffer_append(out, (struct text){(const char *)tree->nodes[i].bytes, sizeof(tree->nodes[i].bytes)});
}

bool tlog_tree_read(struct bytes bytes, struct tlog_tree *tree)
{
    if (bytes.length < 8)
        return false;
    *tree = (struct tlog_tree){.size = bytes_get_u64(bytes.data)};
    tree->count = (size_t)__builtin_popcountll(tree->size);
    if (bytes.length != 8 + tree->count * sizeof(struct digest))
        return false;
    for (size_t i = 0; i < tree->count; i++)
        memcpy(tree->nodes[i].bytes, bytes.data + 8 + i * sizeof(struct digest), sizeof(struct digest));
    return true;
}
