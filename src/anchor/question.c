/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate asks its witness: the newest checkpoint and a proof that it continues what is known. The proof needs
 * only the frontier of the known tree and the records since, so that asking costs what was written, not what is kept.
 */
#include "anchor_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/store/prove.h"

static const struct tlog_proof no_proof = {.count = 0};

void anchor_question_clear(struct anchor_question *question)
{
    buffer_clear(&question->note);
    buffer_clear(&question->body);
}

static char *complaint(struct store_reader *reader, const char *what)
{
    struct buffer out = {0};
    const char *why = store_reader_error(reader);
    buffer_printf(&out, "%s%s%s", what, why[0] == '\0' ? "" : ": ", why);
    return buffer_take(&out);
}

bool anchor_tree_at(const struct anchor_options *options, uint64_t size, struct tlog_tree *tree, char **error)
{
    *tree = (struct tlog_tree){.size = 0};
    if (size == 0)
        return true;
    struct store_reader *reader = store_reader_open(options->store, error);
    if (reader == NULL)
        return false;
    bool is_here = store_reader_frontier(reader, size, tree);
    bool done = is_here && store_reader_grow(reader, tree, size, NULL);
    if (!done)
        *error = complaint(
            reader, is_here ? "records that the witness asks about are not in the store"
                            : "records that the witness asks about were pruned");
    store_reader_free(reader);
    return done;
}

static enum anchor_has compare_with(struct store_reader *reader, const struct tlog_checkpoint *checkpoint, char **error)
{
    struct tlog_tree tree;
    struct digest root;
    bool has_less = checkpoint->size > store_reader_size(reader);
    if (has_less && store_reader_error(reader)[0] != '\0') {
        *error = complaint(reader, "its end cannot be read here");
        return ANCHOR_CANNOT_SAY;
    }
    if (has_less)
        return ANCHOR_HAS_LESS;
    if (!store_reader_frontier(reader, checkpoint->size, &tree)) {
        *error = complaint(reader, "its records were pruned here");
        return ANCHOR_CANNOT_SAY;
    }
    if (!store_reader_grow(reader, &tree, checkpoint->size, NULL)) {
        *error = complaint(reader, "its records cannot be read here");
        return ANCHOR_CANNOT_SAY;
    }
    tlog_tree_root(&tree, &root);
    return digest_equal(&root, &checkpoint->root) ? ANCHOR_HAS_IT : ANCHOR_HAS_OTHERS;
}

enum anchor_has
anchor_compare(const struct anchor_options *options, const struct tlog_checkpoint *checkpoint, char **error)
{
    struct store_reader *reader = store_reader_open(options->store, error);
    if (reader == NULL)
        return ANCHOR_CANNOT_SAY;
    enum anchor_has has = compare_with(reader, checkpoint, error);
    store_reader_free(reader);
    return has;
}

/* A store without a checkpoint: the empty tree is where every history begins. */
static void ask_empty(const struct anchor_options *options, struct anchor_question *question)
{
    struct digest root;
    tlog_tree_root(&question->tree, &root);
    tlog_checkpoint_write(options->origin, 0, &root, options->key, &question->note);
    tlog_submission_write(0, &no_proof, buffer_text(&question->note), &question->body);
}

static bool has_root(const struct tlog_tree *tree, const struct digest *root)
{
    struct digest own;
    tlog_tree_root(tree, &own);
    return digest_equal(&own, root);
}

static bool tree_here(struct store_reader *reader, uint64_t size, struct tlog_tree *tree)
{
    return store_reader_frontier(reader, size, tree) && store_reader_grow(reader, tree, size, NULL);
}

/* From `known` to the checkpoint, and the proof of it; whether it leads there is the caller's to see. */
static bool
grow_from(struct store_reader *reader, const struct tlog_tree *known, uint64_t size, struct anchor_question *question)
{
    struct tlog_prover prover;
    struct tlog_proof proof;
    question->tree = *known;
    tlog_prover_consistency(&prover, known->size, size);
    bool fits = tlog_prover_prefix(&prover, known);
    ASSERT(fits);
    if (!store_reader_grow(reader, &question->tree, size, &prover))
        return false;
    tlog_prover_finish(&prover, &proof);
    buffer_empty(&question->body);
    tlog_submission_write(known->size, &proof, buffer_text(&question->note), &question->body);
    return true;
}

/* What continues the empty tree needs no proof, so that records which were pruned are not missed. */
static bool grow_from_nothing(
    struct store_reader *reader, const struct tlog_checkpoint *checkpoint, struct anchor_question *question)
{
    tlog_submission_write(0, &no_proof, buffer_text(&question->note), &question->body);
    return tree_here(reader, checkpoint->size, &question->tree) && has_root(&question->tree, &checkpoint->root);
}

/* Where what we remember is not what the store has, the store's own proof is sent: it shows the witness which of its
 * words was broken. */
static bool grow_to(
    struct store_reader *reader, const struct tlog_tree *known, const struct tlog_checkpoint *checkpoint,
    struct anchor_question *question)
{
    struct tlog_tree own;
    if (known->size == 0)
        return grow_from_nothing(reader, checkpoint, question);
    if (!grow_from(reader, known, checkpoint->size, question))
        return false;
    if (has_root(&question->tree, &checkpoint->root))
        return true;
    return tree_here(reader, known->size, &own) && grow_from(reader, &own, checkpoint->size, question) &&
           has_root(&question->tree, &checkpoint->root);
}

static enum anchor_asking
ask_from(struct store_reader *reader, const struct tlog_tree *known, struct anchor_question *question, char **error)
{
    struct tlog_checkpoint checkpoint;
    bool readable = tlog_checkpoint_parse(buffer_text(&question->note), &checkpoint);
    if (readable && checkpoint.size < known->size) {
        tlog_submission_write(checkpoint.size, &no_proof, buffer_text(&question->note), &question->body);
        readable = tree_here(reader, checkpoint.size, &question->tree);
        if (readable)
            return ANCHOR_BEHIND;
    }
    if (!readable || !grow_to(reader, known, &checkpoint, question)) {
        *error = complaint(reader, "the store's newest checkpoint is not that of its records, or they cannot be read");
        return ANCHOR_UNREADABLE;
    }
    return checkpoint.size == known->size ? ANCHOR_NOTHING_NEW : ANCHOR_QUESTION;
}

enum anchor_asking anchor_ask(
    const struct anchor_options *options, const struct tlog_tree *known, struct anchor_question *question, char **error)
{
    uint64_t size = 0;
    enum anchor_asking asking = ANCHOR_QUESTION;
    *question = (struct anchor_question){.tree = {.size = 0}};
    struct store_reader *reader = store_reader_open(options->store, error);
    if (reader == NULL)
        return ANCHOR_UNREADABLE;
    if (store_reader_newest(reader, &size, &question->note)) {
        asking = ask_from(reader, known, question, error);
    } else if (store_reader_error(reader)[0] != '\0') {
        *error = complaint(reader, "the store's newest checkpoint cannot be read");
        asking = ANCHOR_UNREADABLE;
    } else {
        ask_empty(options, question);
    }
    store_reader_free(reader);
    return asking;
}
