/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs made in one pass. A proof is a list of roots of runs of leaves; the runs are laid out first, from the root
 * down, and filled while the leaves go by. */
#include "exeat/base/check.h"
#include "exeat/tlog.h"

/* The largest power of two below `size`: where RFC 6962 splits a tree. */
static uint64_t split_of(uint64_t size)
{
    uint64_t split = UINT64_C(1) << 63;
    while (split >= size)
        split >>= 1;
    return split;
}

static void add_span(struct tlog_prover *prover, uint64_t from, uint64_t to, bool hidden)
{
    ASSERT(prover->count < COUNT_OF(prover->spans));
    prover->spans[prover->count++] = (struct tlog_span){.from = from, .to = to, .hidden = hidden};
}

/* The span that begins where the next leaf is. */
static void find_current(struct tlog_prover *prover)
{
    prover->run = (struct tlog_tree){0};
    for (size_t i = 0; i < prover->count; i++)
        if (prover->spans[i].from == prover->next && prover->spans[i].to > prover->next)
            prover->current = i;
}

void tlog_prover_inclusion(struct tlog_prover *prover, uint64_t index, uint64_t size)
{
    ASSERT(index < size);
    *prover = (struct tlog_prover){.size = size};
    uint64_t from = 0;
    uint64_t to = size;
    while (to - from > 1) {
        uint64_t middle = from + split_of(to - from);
        if (index < middle) {
            add_span(prover, middle, to, false);
            to = middle;
        } else {
            add_span(prover, from, middle, false);
            from = middle;
        }
    }
    add_span(prover, from, to, true);
    find_current(prover);
}

/* SUBPROOF of RFC 6962 2.1.2: the last run is the old tree itself, which the reader has, unless a left turn was
 * followed by a right one. */
void tlog_prover_consistency(struct tlog_prover *prover, uint64_t old_size, uint64_t new_size)
{
    ASSERT(old_size <= new_size);
    *prover = (struct tlog_prover){.size = new_size};
    if (old_size == 0 || old_size == new_size) {
        prover->next = new_size; /* an empty proof needs no leaves */
        return;
    }
    uint64_t from = 0;
    uint64_t to = new_size;
    while (old_size != to) {
        uint64_t middle = from + split_of(to - from);
        if (old_size <= middle) {
            add_span(prover, middle, to, false);
            to = middle;
        } else {
            add_span(prover, from, middle, false);
            from = middle;
        }
    }
    add_span(prover, from, to, from == 0);
    find_current(prover);
}

static void end_span(struct tlog_prover *prover)
{
    struct tlog_span *span = &prover->spans[prover->current];
    if (prover->next < span->to)
        return;
    tlog_tree_root(&prover->run, &span->root);
    find_current(prover);
}

/* A perfect subtree goes in as one; it fits when it lies in one span. */
static bool add_subtree(struct tlog_prover *prover, const struct digest *root, uint64_t size)
{
    struct tlog_span *span = &prover->spans[prover->current];
    if (size > span->to - prover->next)
        return false;
    prover->run.nodes[prover->run.count++] = *root;
    prover->run.size += size;
    prover->next += size;
    end_span(prover);
    return true;
}

bool tlog_prover_prefix(struct tlog_prover *prover, const struct tlog_tree *prefix)
{
    if (!tlog_prover_wants(prover))
        return true;
    ASSERT(prover->next == 0);
    if (prefix->size > prover->size)
        return false;
    uint64_t left = prefix->size;
    for (size_t i = 0; i < prefix->count; i++) {
        uint64_t size = UINT64_C(1) << 63;
        while (size > left)
            size >>= 1;
        if (!add_subtree(prover, &prefix->nodes[i], size))
            return false;
        left -= size;
    }
    return left == 0;
}

bool tlog_prover_wants(const struct tlog_prover *prover)
{
    return prover->next < prover->size;
}

void tlog_prover_leaf(struct tlog_prover *prover, const struct digest *leaf)
{
    ASSERT(tlog_prover_wants(prover));
    tlog_tree_append(&prover->run, leaf);
    prover->next++;
    end_span(prover);
}

void tlog_prover_finish(const struct tlog_prover *prover, struct tlog_proof *proof)
{
    ASSERT(!tlog_prover_wants(prover));
    proof->count = 0;
    for (size_t i = prover->count; i > 0; i--)
        if (!prover->spans[i - 1].hidden)
            proof->hashes[proof->count++] = prover->spans[i - 1].root;
}
