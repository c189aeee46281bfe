/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate asks its witness: the newest checkpoint and a proof that it continues what is known. The proof needs
 * only the frontier of the known tree and the records since, so that asking costs what was written, not what is kept.
 */
#include "anchor_internal.h"
#include "exeat/audit/prove.h"
#include "exeat/base/check.h"
#include "exeat/base/memory.h"

void anchor_question_clear(struct anchor_question *question)
{
    buffer_clear(&question->note);
    buffer_clear(&question->body);
}

static char *complaint(struct audit_reader *reader, const char *what)
{
    struct buffer out = {0};
    const char *why = audit_reader_error(reader);
    buffer_printf(&out, "%s%s%s", what, why[0] == '\0' ? "" : ": ", why);
    return buffer_take(&out);
}

bool anchor_tree_at(const struct anchor_options *options, uint64_t size, struct audit_tree *tree, char **error)
{
    struct audit_reader *reader = audit_reader_open(options->store, error);
    if (reader == NULL)
        return false;
    bool is_here = audit_reader_frontier(reader, size, tree);
    bool done = is_here && audit_reader_grow(reader, tree, size, NULL);
    if (!done)
        *error = complaint(
            reader, is_here ? "records that the witness asks about are not in the store"
                            : "records that the witness asks about were pruned");
    audit_reader_free(reader);
    return done;
}

/* A store without a checkpoint: the empty tree is where every history begins. */
static void ask_empty(const struct anchor_options *options, struct anchor_question *question)
{
    static const struct audit_proof nothing = {.count = 0};
    struct digest root;
    audit_tree_root(&question->tree, &root);
    audit_checkpoint_write(options->origin, 0, &root, options->key, &question->note);
    audit_submission_write(0, &nothing, buffer_text(&question->note), &question->body);
}

static enum anchor_asking
ask_from(struct audit_reader *reader, const struct audit_tree *known, struct anchor_question *question, char **error)
{
    static const struct audit_proof nothing = {.count = 0};
    struct audit_checkpoint checkpoint;
    struct audit_prover prover;
    struct audit_proof proof;
    struct digest root;
    bool readable = audit_checkpoint_parse(buffer_text(&question->note), &checkpoint);
    if (readable && checkpoint.size < known->size) {
        audit_submission_write(checkpoint.size, &nothing, buffer_text(&question->note), &question->body);
        return ANCHOR_BEHIND;
    }
    if (readable) {
        question->tree = *known;
        audit_prover_consistency(&prover, known->size, checkpoint.size);
        bool fits = audit_prover_prefix(&prover, known);
        ASSERT(fits);
        readable = audit_reader_grow(reader, &question->tree, checkpoint.size, &prover);
    }
    if (!readable) {
        *error = complaint(reader, "the store's newest checkpoint covers what cannot be read");
        return ANCHOR_UNREADABLE;
    }
    audit_prover_finish(&prover, &proof);
    audit_tree_root(&question->tree, &root);
    if (known->size == 0 && !digest_equal(&root, &checkpoint.root)) {
        *error = complaint(reader, "the store's newest checkpoint is not that of its records");
        return ANCHOR_UNREADABLE;
    }
    audit_submission_write(known->size, &proof, buffer_text(&question->note), &question->body);
    return checkpoint.size == known->size ? ANCHOR_NOTHING_NEW : ANCHOR_ASK;
}

enum anchor_asking anchor_ask(
    const struct anchor_options *options, const struct audit_tree *known, struct anchor_question *question,
    char **error)
{
    uint64_t size = 0;
    enum anchor_asking asking = ANCHOR_ASK;
    *question = (struct anchor_question){.tree = {.size = 0}};
    struct audit_reader *reader = audit_reader_open(options->store, error);
    if (reader == NULL)
        return ANCHOR_UNREADABLE;
    if (audit_reader_newest(reader, &size, &question->note))
        asking = ask_from(reader, known, question, error);
    else
        ask_empty(options, question);
    audit_reader_free(reader);
    return asking;
}
