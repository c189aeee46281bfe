/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit prove, consistency: what a store can prove to those who hold a checkpoint, in the texts of C2SP. */
#include <string.h>
#include <unistd.h>

#include "auditor_internal.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/store/prove.h"

enum { REQUEST_ID_TEXT = 32 };

/* --- which record --------------------------------------------------------------------------------------------------
 */

/* A sequence number, or the id of a request: then its decision is meant. */
static enum exit_code find_record(struct store_reader *reader, const char *word, uint64_t *sequence)
{
    struct request_id id;
    struct text text = text_from(word);
    if (text.length != REQUEST_ID_TEXT && text_to_number(text, INT64_MAX, sequence))
        return EXIT_DONE;
    if (!export_is_request(text))
        return complain(EXIT_USAGE, "'%s' is neither a request id (32 hex digits) nor a sequence number", word);
    return auditor_call_request(reader, word, &id, sequence);
}

/* --- prove ---------------------------------------------------------------------------------------------------------
 */

static enum exit_code say_proving(enum store_proving proving, struct store_reader *reader)
{
    switch (proving) {
    case STORE_PROVED:
        return EXIT_DONE;
    case STORE_PROOF_PRUNED:
        return complain(EXIT_NO, "the proof needs records that were pruned from this store");
    case STORE_PROOF_LACKS:
        break;
    }
    return complain(EXIT_IO, "records that the checkpoint covers are missing: %s", store_reader_error(reader));
}

static bool read_body(struct store_reader *reader, uint64_t sequence, struct buffer *body)
{
    struct store_row row;
    store_reader_seek(reader, sequence);
    if (store_reader_next(reader, &row) != STORE_ROW || row.sequence != sequence)
        return false;
    buffer_append(body, text_of_bytes(row.body));
    return true;
}

/* A checkpoint that covers the record: one that a witness has seen, or else the newest. */
static enum exit_code
find_checkpoint(struct store_reader *reader, uint64_t sequence, struct buffer *note, struct tlog_checkpoint *checkpoint)
{
    struct tlog_tree tree;
    uint64_t size = 0;
    if (store_reader_cosigned(reader, &tree, note) && tlog_checkpoint_parse(buffer_text(note), checkpoint) &&
        checkpoint->size > sequence)
        return EXIT_DONE;
    buffer_clear(note);
    if (!store_reader_newest(reader, &size, note) || !tlog_checkpoint_parse(buffer_text(note), checkpoint) ||
        checkpoint->size <= sequence)
        return complain(
            EXIT_NO, "no checkpoint covers record %llu yet; a running gate signs one within a second or two",
            (unsigned long long)sequence);
    return EXIT_DONE;
}

/* What is given out is what was checked. */
static enum exit_code
write_proof(struct store_reader *reader, uint64_t sequence, struct text note, const struct tlog_checkpoint *checkpoint)
{
    struct tlog_prover prover;
    struct tlog_proof proof;
    struct buffer body = {0};
    struct buffer out = {0};
    struct digest leaf;
    tlog_prover_inclusion(&prover, sequence, checkpoint->size);
    enum exit_code code = say_proving(store_reader_prove(reader, &prover, &proof), reader);
    if (code == EXIT_DONE && !read_body(reader, sequence, &body))
        code = complain(EXIT_NO, "record %llu was pruned from this store", (unsigned long long)sequence);
    if (code == EXIT_DONE) {
        tlog_leaf(bytes_of_text(buffer_text(&body)), &leaf);
        tlog_proof_file_write(bytes_of_text(buffer_text(&body)), sequence, &proof, note, &out);
        if (!tlog_inclusion_verify(&leaf, sequence, checkpoint->size, proof.hashes, proof.count, &checkpoint->root))
            code = complain(
                EXIT_TAMPERED, "the store's records are not those of its checkpoint: see `exeat audit verify`");
    }
    if (code == EXIT_DONE)
        put_text(buffer_text(&out));
    buffer_clear(&body);
    buffer_clear(&out);
    return code;
}

enum exit_code auditor_prove(const struct auditor_call *call)
{
    struct buffer note = {0};
    struct tlog_checkpoint checkpoint = {0};
    uint64_t sequence = 0;
    struct store_reader *reader = auditor_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    enum exit_code code = find_record(reader, call->operands[0], &sequence);
    if (code == EXIT_DONE)
        code = find_checkpoint(reader, sequence, &note, &checkpoint);
    if (code == EXIT_DONE)
        code = write_proof(reader, sequence, buffer_text(&note), &checkpoint);
    buffer_clear(&note);
    store_reader_free(reader);
    return code;
}

/* --- consistency ---------------------------------------------------------------------------------------------------
 */

/* An end of a consistency proof: a checkpoint in a file, a size, or `newest`, which is the store's own. */
struct end {
    struct buffer note; /* empty: only a size was given */
    struct tlog_checkpoint checkpoint;
};

static enum exit_code read_file_end(const struct auditor_call *call, const char *path, struct end *end)
{
    char *error = NULL;
    if (!file_read(path, TLOG_NOTE_MAX, &end->note, &error))
        return complain_free(EXIT_IO, error);
    if (!tlog_checkpoint_parse(buffer_text(&end->note), &end->checkpoint))
        return complain(EXIT_USAGE, "%s: is no checkpoint (a signed note of C2SP tlog-checkpoint)", path);
    if (call->has_key && !tlog_checkpoint_verify(buffer_text(&end->note), end->checkpoint.origin, call->key))
        return complain(EXIT_TAMPERED, "%s: is not signed by the log's key", path);
    return EXIT_DONE;
}

static enum exit_code
read_end(const struct auditor_call *call, struct store_reader *reader, const char *word, struct end *end)
{
    uint64_t size = 0;
    if (strcmp(word, "newest") == 0) {
        bool found = store_reader_newest(reader, &size, &end->note) &&
                     tlog_checkpoint_parse(buffer_text(&end->note), &end->checkpoint);
        return found ? EXIT_DONE : complain(EXIT_NO, "the store has no checkpoint yet");
    }
    if (access(word, F_OK) != 0 && text_to_number(text_from(word), INT64_MAX, &end->checkpoint.size))
        return EXIT_DONE;
    return read_file_end(call, word, end);
}

/* The store's own root at that size, to hold a checkpoint against. */
static enum exit_code check_end(struct store_reader *reader, const struct end *end)
{
    struct tlog_tree tree = *store_reader_base(reader);
    struct digest root;
    if (end->note.length == 0)
        return EXIT_DONE;
    if (end->checkpoint.size < tree.size)
        return complain(EXIT_NO, "the records up to %llu were pruned from this store", (unsigned long long)tree.size);
    uint64_t size = store_reader_size(reader);
    if (end->checkpoint.size > size && store_reader_error(reader)[0] != '\0')
        return complain(EXIT_IO, "%s", store_reader_error(reader));
    if (end->checkpoint.size > size)
        return complain(
            EXIT_TAMPERED, "TRUNCATED: the checkpoint covers %llu records, the store has %llu",
            (unsigned long long)end->checkpoint.size, (unsigned long long)size);
    if (!store_reader_grow(reader, &tree, end->checkpoint.size, NULL))
        return complain(EXIT_IO, "records that the checkpoint covers are missing: %s", store_reader_error(reader));
    tlog_tree_root(&tree, &root);
    if (digest_equal(&root, &end->checkpoint.root))
        return EXIT_DONE;
    return complain(
        EXIT_TAMPERED, "FORKED: at %llu records the checkpoint has another root than the store",
        (unsigned long long)end->checkpoint.size);
}

static enum exit_code write_consistency(struct store_reader *reader, const struct end *before, const struct end *after)
{
    struct tlog_prover prover;
    struct tlog_proof proof;
    struct buffer out = {0};
    if (before->checkpoint.size > after->checkpoint.size)
        return complain(EXIT_USAGE, "the older checkpoint comes first");
    tlog_prover_consistency(&prover, before->checkpoint.size, after->checkpoint.size);
    enum exit_code code = say_proving(store_reader_prove(reader, &prover, &proof), reader);
    if (code == EXIT_DONE) {
        tlog_submission_write(before->checkpoint.size, &proof, buffer_text(&after->note), &out);
        put_text(buffer_text(&out));
    }
    buffer_clear(&out);
    return code;
}

enum exit_code auditor_consistency(const struct auditor_call *call)
{
    struct end before = {.note = {0}};
    struct end after = {.note = {0}};
    struct store_reader *reader = auditor_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    enum exit_code code = read_end(call, reader, call->operands[0], &before);
    if (code == EXIT_DONE)
        code = read_end(call, reader, call->operands[1], &after);
    if (code == EXIT_DONE && after.note.length == 0)
        code = complain(EXIT_USAGE, "the newer end is a checkpoint file, or `newest`");
    if (code == EXIT_DONE)
        code = check_end(reader, &before);
    if (code == EXIT_DONE)
        code = check_end(reader, &after);
    if (code == EXIT_DONE)
        code = write_consistency(reader, &before, &after);
    buffer_clear(&before.note);
    buffer_clear(&after.note);
    store_reader_free(reader);
    return code;
}
