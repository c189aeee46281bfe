/* SPDX-License-Identifier: Apache-2.0 */
/* Every inclusion and consistency proof of every tree of up to 300 leaves: what is made is what RFC 6962 2.1 says, word
 * for word (the recursive definitions stand below), what is made is taken, and what is damaged is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/tlog.h"

enum { SIZES = 300 };

/* MTH of each run of leaves, each computed once. */
struct forest {
    struct digest leaves[SIZES];
    struct digest roots[SIZES + 1][SIZES + 1];
    bool known[SIZES + 1][SIZES + 1];
    struct tlog_tree frontiers[SIZES + 1];
};

/* --- RFC 6962 2.1, as it is written --------------------------------------------------------------------------------
 */

static size_t largest_power_below(size_t n)
{
    size_t k = 1;
    while (k * 2 < n)
        k *= 2;
    return k;
}

static struct digest mth(struct forest *forest, size_t from, size_t to)
{
    struct digest *root = &forest->roots[from][to];
    if (to - from == 1)
        return forest->leaves[from];
    if (!forest->known[from][to]) {
        size_t k = largest_power_below(to - from);
        struct digest left = mth(forest, from, from + k);
        struct digest right = mth(forest, from + k, to);
        uint8_t bytes[65] = {1};
        memcpy(bytes + 1, left.bytes, 32);
        memcpy(bytes + 33, right.bytes, 32);
        digest_sha256((struct bytes){bytes, sizeof(bytes)}, root);
        forest->known[from][to] = true;
    }
    return *root;
}

static void path(struct forest *forest, size_t m, size_t from, size_t to, struct tlog_proof *proof)
{
    if (to - from == 1)
        return;
    size_t middle = from + largest_power_below(to - from);
    bool goes_left = m < middle;
    path(forest, m, goes_left ? from : middle, goes_left ? middle : to, proof);
    proof->hashes[proof->count++] = goes_left ? mth(forest, middle, to) : mth(forest, from, middle);
}

static void subproof(struct forest *forest, size_t m, size_t from, size_t to, bool is_whole, struct tlog_proof *proof)
{
    if (m == to) {
        if (!is_whole)
            proof->hashes[proof->count++] = mth(forest, from, to);
        return;
    }
    size_t middle = from + largest_power_below(to - from);
    if (m <= middle) {
        subproof(forest, m, from, middle, is_whole, proof);
        proof->hashes[proof->count++] = mth(forest, middle, to);
    } else {
        subproof(forest, m, middle, to, false, proof);
        proof->hashes[proof->count++] = mth(forest, from, middle);
    }
}

/* --- the tests ------------------------------------------------------------------------------------------------------
 */

static int plant(void **state)
{
    struct forest *forest = base_zalloc(sizeof(*forest));
    for (size_t i = 0; i < SIZES; i++) {
        uint8_t record[2] = {(uint8_t)i, (uint8_t)(i >> 8)};
        tlog_leaf((struct bytes){record, sizeof(record)}, &forest->leaves[i]);
        forest->frontiers[i + 1] = forest->frontiers[i];
        tlog_tree_append(&forest->frontiers[i + 1], &forest->leaves[i]);
    }
    *state = forest;
    return 0;
}

static int fell(void **state)
{
    base_free(*state);
    return 0;
}

static void assert_same(const struct tlog_proof *made, const struct tlog_proof *expected)
{
    assert_int_equal(made->count, expected->count);
    for (size_t i = 0; i < made->count; i++)
        assert_memory_equal(made->hashes[i].bytes, expected->hashes[i].bytes, 32);
}

/* Fills a prover from the frontier of `prefix` leaves and the leaves after it. */
static void fill(const struct forest *forest, struct tlog_prover *prover, size_t prefix, struct tlog_proof *proof)
{
    assert_true(tlog_prover_prefix(prover, &forest->frontiers[prefix]));
    for (size_t i = prefix; tlog_prover_wants(prover); i++)
        tlog_prover_leaf(prover, &forest->leaves[i]);
    tlog_prover_finish(prover, proof);
}

static void roots_are_those_of_the_definition(void **state)
{
    struct forest *forest = *state;
    for (size_t size = 1; size <= SIZES; size++) {
        struct digest root;
        struct digest expected = mth(forest, 0, size);
        tlog_tree_root(&forest->frontiers[size], &root);
        assert_memory_equal(root.bytes, expected.bytes, 32);
    }
}

static void makes_every_inclusion_proof(void **state)
{
    struct forest *forest = *state;
    for (size_t size = 1; size <= SIZES; size++)
        for (size_t index = 0; index < size; index++) {
            struct tlog_prover prover;
            struct tlog_proof made;
            struct tlog_proof expected = {0};
            tlog_prover_inclusion(&prover, index, size);
            fill(forest, &prover, size <= 40 ? 0 : index, &made);
            path(forest, index, 0, size, &expected);
            assert_same(&made, &expected);
        }
}

static void makes_every_consistency_proof(void **state)
{
    struct forest *forest = *state;
    for (size_t size = 1; size <= SIZES; size++)
        for (size_t old = 0; old <= size; old++) {
            struct tlog_prover prover;
            struct tlog_proof made;
            struct tlog_proof expected = {0};
            tlog_prover_consistency(&prover, old, size);
            fill(forest, &prover, size <= 40 ? 0 : old, &made);
            if (old > 0)
                subproof(forest, old, 0, size, true, &expected);
            assert_same(&made, &expected);
        }
}

/* Each way to spoil a proof of this leaf must be noticed. */
static void assert_damage_is_refused(
    const struct digest *leaf, size_t index, size_t size, struct tlog_proof proof, struct digest root)
{
    size_t flipped = index % proof.count;
    proof.hashes[flipped].bytes[size % 32] ^= 4;
    assert_false(tlog_inclusion_verify(leaf, index, size, proof.hashes, proof.count, &root));
    proof.hashes[flipped].bytes[size % 32] ^= 4;
    proof.hashes[proof.count] = root;
    assert_false(tlog_inclusion_verify(leaf, index, size, proof.hashes, proof.count + 1, &root));
    assert_false(tlog_inclusion_verify(leaf, size, size, proof.hashes, proof.count, &root));
    assert_false(tlog_inclusion_verify(leaf, index ^ 1, size, proof.hashes, proof.count, &root));
    if (proof.count > 0)
        assert_false(tlog_inclusion_verify(leaf, index, size, proof.hashes, proof.count - 1, &root));
    root.bytes[31] ^= 1;
    assert_false(tlog_inclusion_verify(leaf, index, size, proof.hashes, proof.count, &root));
}

static void takes_every_inclusion_proof_and_no_damaged_one(void **state)
{
    struct forest *forest = *state;
    for (size_t size = 1; size <= SIZES; size++)
        for (size_t index = 0; index < size; index++) {
            struct tlog_proof proof = {0};
            const struct digest *leaf = &forest->leaves[index];
            struct digest root = mth(forest, 0, size);
            path(forest, index, 0, size, &proof);
            assert_true(tlog_inclusion_verify(leaf, index, size, proof.hashes, proof.count, &root));
            if (size > 1)
                assert_damage_is_refused(leaf, index, size, proof, root);
        }
}

static void assert_broken_history_is_refused(
    size_t old, size_t size, struct tlog_proof proof, struct digest before, struct digest after)
{
    size_t flipped = old % proof.count;
    proof.hashes[flipped].bytes[size % 32] ^= 1;
    assert_false(tlog_consistency_verify(old, size, proof.hashes, proof.count, &before, &after));
    proof.hashes[flipped].bytes[size % 32] ^= 1;
    proof.hashes[proof.count] = after;
    assert_false(tlog_consistency_verify(old, size, proof.hashes, proof.count + 1, &before, &after));
    assert_false(tlog_consistency_verify(old, size, proof.hashes, proof.count, &after, &before));
    assert_false(tlog_consistency_verify(size, old, proof.hashes, proof.count, &before, &after));
    if (proof.count > 0)
        assert_false(tlog_consistency_verify(old, size, proof.hashes, proof.count - 1, &before, &after));
    before.bytes[0] ^= 128;
    assert_false(tlog_consistency_verify(old, size, proof.hashes, proof.count, &before, &after));
}

static void takes_every_consistency_proof_and_no_damaged_one(void **state)
{
    struct forest *forest = *state;
    for (size_t size = 1; size <= SIZES; size++)
        for (size_t old = 1; old <= size; old++) {
            struct tlog_proof proof = {0};
            struct digest before = mth(forest, 0, old);
            struct digest after = mth(forest, 0, size);
            subproof(forest, old, 0, size, true, &proof);
            assert_true(tlog_consistency_verify(old, size, proof.hashes, proof.count, &before, &after));
            if (old < size)
                assert_broken_history_is_refused(old, size, proof, before, after);
        }
}

static void a_prefix_that_swallows_the_proof_is_refused(void **state)
{
    struct forest *forest = *state;
    struct tlog_prover prover;
    tlog_prover_inclusion(&prover, 1, 100);
    assert_false(tlog_prover_prefix(&prover, &forest->frontiers[64]));
    tlog_prover_consistency(&prover, 3, 100);
    assert_false(tlog_prover_prefix(&prover, &forest->frontiers[64]));
    tlog_prover_consistency(&prover, 64, 100);
    assert_true(tlog_prover_prefix(&prover, &forest->frontiers[64]));
    tlog_prover_inclusion(&prover, 1, 10);
    assert_false(tlog_prover_prefix(&prover, &forest->frontiers[11]));
}

static void an_inclusion_proof_goes_with_any_prefix_that_ends_before_its_leaf(void **state)
{
    struct forest *forest = *state;
    for (size_t prefix = 0; prefix <= 77; prefix++) {
        struct tlog_prover prover;
        struct tlog_proof made;
        struct tlog_proof expected = {0};
        tlog_prover_inclusion(&prover, 77, 200);
        fill(forest, &prover, prefix, &made);
        path(forest, 77, 0, 200, &expected);
        assert_same(&made, &expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_are_those_of_the_definition),
        cmocka_unit_test(makes_every_inclusion_proof),
        cmocka_unit_test(makes_every_consistency_proof),
        cmocka_unit_test(takes_every_inclusion_proof_and_no_damaged_one),
        cmocka_unit_test(takes_every_consistency_proof_and_no_damaged_one),
        cmocka_unit_test(a_prefix_that_swallows_the_proof_is_refused),
        cmocka_unit_test(an_inclusion_proof_goes_with_any_prefix_that_ends_before_its_leaf),
    };
    return cmocka_run_group_tests(tests, plant, fell);
}
