/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit check-proof: a proof by itself, with public keys and nothing else. */
#include <inttypes.h>
#include <stdio.h>

#include "auditor_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

enum { PROOF_FILE_MAX = 4 * TLOG_NOTE_MAX };

/* --- who signed ----------------------------------------------------------------------------------------------------
 */

static enum exit_code check_log(const struct tlog_note *note, const struct tlog_vkey *vkey, struct text origin)
{
    if (!text_equal(origin, vkey->name))
        return complain(EXIT_TAMPERED, "the proof is of the log '%.*s', the key of another", TEXT_ARG(origin));
    if (tlog_note_verify(note, vkey, NULL) == TLOG_SIGNED)
        return EXIT_DONE;
    return complain(EXIT_TAMPERED, "the checkpoint is not signed by the log's key");
}

static enum exit_code check_witness(const struct tlog_note *note, const char *word, char time[CLOCK_TEXT_SIZE])
{
    struct tlog_vkey vkey = {0};
    uint64_t seen = 0;
    if (!tlog_vkey_parse(text_from(word), &vkey) || vkey.type != TLOG_KEY_WITNESS)
        return complain(EXIT_USAGE, "--witness wants the vkey of a witness, as `exeat key show --witness` prints it");
    if (tlog_note_verify(note, &vkey, &seen) != TLOG_SIGNED)
        return complain(EXIT_TAMPERED, "the checkpoint is not cosigned by that witness");
    clock_write((int64_t)seen * 1000000, time);
    return EXIT_DONE;
}

/* The key that was given, or out of the file that was given, that of this log. */
static enum exit_code
read_key(const struct auditor_call *call, struct text origin, struct buffer *keys, struct tlog_vkey *vkey)
{
    const char *word = call->words[OPTION_VKEY];
    if (word == NULL)
        return complain(EXIT_USAGE, "check-proof wants --vkey: the line that `exeat audit keys` prints");
    if (!auditor_vkeys_read(word, keys))
        return EXIT_IO;
    if (auditor_vkeys_choose(buffer_text(keys), origin, vkey))
        return EXIT_DONE;
    if (auditor_vkey_is_file(word))
        return complain(EXIT_USAGE, "none of the keys in %s is of the log %.*s", word, TEXT_ARG(origin));
    if (!tlog_vkey_parse(text_from(word), vkey) || vkey->type != TLOG_KEY_LOG)
        return complain(EXIT_USAGE, "--vkey: this is no key line; it wants the one that `exeat audit keys` prints");
    return EXIT_DONE;
}

static enum exit_code check_signatures(
    const struct auditor_call *call, const struct tlog_note *note, const struct tlog_vkey *vkey, struct text origin)
{
    char time[CLOCK_TEXT_SIZE] = "";
    const char *witness = call->words[OPTION_WITNESS];
    enum exit_code code = check_log(note, vkey, origin);
    if (code == EXIT_DONE && witness != NULL)
        code = check_witness(note, witness, time);
    if (code == EXIT_DONE && witness != NULL)
        printf("witnessed at %s\n", time);
    return code;
}

/* The checkpoint of a proof, and who vouches for it. */
static enum exit_code check_note(const struct auditor_call *call, struct text text, struct tlog_checkpoint *checkpoint)
{
    struct tlog_note note = {0};
    struct tlog_vkey vkey = {0};
    struct buffer keys = {0};
    if (!tlog_checkpoint_parse(text, checkpoint) || !tlog_note_parse(text, &note))
        return complain(EXIT_USAGE, "there is no checkpoint in it");
    enum exit_code code = read_key(call, checkpoint->origin, &keys, &vkey);
    if (code == EXIT_DONE)
        code = check_signatures(call, &note, &vkey, checkpoint->origin);
    buffer_clear(&keys);
    return code;
}

/* --- what is proven ------------------------------------------------------------------------------------------------
 */

/* The same lines as `audit show` has. */
static void print_record(struct bytes body)
{
    struct buffer out = {0};
    export_append_record(body, &out);
    put_text(buffer_text(&out));
    buffer_clear(&out);
}

static enum exit_code check_inclusion(const struct auditor_call *call, const struct tlog_proof_file *file)
{
    struct tlog_checkpoint checkpoint = {.size = 0};
    struct record record = {.head = {.sequence = 0}};
    struct buffer body = {0};
    struct digest leaf;
    enum exit_code code = check_note(call, file->checkpoint, &checkpoint);
    if (code != EXIT_DONE)
        return code;
    bool is_ours = base64_decode(file->extra, &body) && record_parse(bytes_of_text(buffer_text(&body)), &record) &&
                   record.head.sequence == file->index;
    tlog_leaf(bytes_of_text(buffer_text(&body)), &leaf);
    if (!is_ours)
        code = complain(EXIT_TAMPERED, "the record in the proof is none, or not that of its place");
    else if (!tlog_inclusion_verify(
                 &leaf, file->index, checkpoint.size, file->proof.hashes, file->proof.count, &checkpoint.root))
        code = complain(EXIT_TAMPERED, "the record is not in the tree that the checkpoint signs");
    if (code == EXIT_DONE) {
        printf(
            "OK: record %" PRIu64 " of the %" PRIu64 " records that %.*s has signed\n", file->index, checkpoint.size,
            TEXT_ARG(checkpoint.origin));
        print_record(bytes_of_text(buffer_text(&body)));
    }
    buffer_clear(&body);
    return code;
}

static enum exit_code check_consistency(const struct auditor_call *call, const struct tlog_submission *submission)
{
    struct tlog_checkpoint before = {.size = 0};
    struct tlog_checkpoint after = {.size = 0};
    struct buffer old = {0};
    char *error = NULL;
    const char *path = call->words[OPTION_CHECKPOINT];
    if (path == NULL)
        return complain(EXIT_USAGE, "a consistency proof is checked against the older checkpoint: --checkpoint FILE");
    if (!file_read(path, TLOG_NOTE_MAX, &old, &error))
        return complain_free(EXIT_IO, error);
    enum exit_code code = check_note(call, buffer_text(&old), &before);
    if (code == EXIT_DONE)
        code = check_note(call, submission->checkpoint, &after);
    if (code == EXIT_DONE &&
        (before.size != submission->old_size ||
         !tlog_consistency_verify(
             before.size, after.size, submission->proof.hashes, submission->proof.count, &before.root, &after.root)))
        code = complain(EXIT_TAMPERED, "FORKED: the newer checkpoint does not continue the older one");
    if (code == EXIT_DONE)
        printf(
            "OK: the %" PRIu64 " records of %.*s begin with the %" PRIu64 " of the older checkpoint\n", after.size,
            TEXT_ARG(after.origin), before.size);
    buffer_clear(&old);
    return code;
}

enum exit_code auditor_check_proof(const struct auditor_call *call)
{
    struct tlog_proof_file file = {0};
    struct tlog_submission submission;
    struct buffer content = {0};
    char *error = NULL;
    enum exit_code code;
    if (!file_read(call->operands[0], PROOF_FILE_MAX, &content, &error))
        return complain_free(EXIT_IO, error);
    if (tlog_proof_file_parse(buffer_text(&content), &file))
        code = check_inclusion(call, &file);
    else if (tlog_submission_parse(buffer_text(&content), &submission))
        code = check_consistency(call, &submission);
    else
        code = complain(
            EXIT_USAGE, "%s: is neither a .tlog-proof nor what `exeat audit consistency` prints", call->operands[0]);
    buffer_clear(&content);
    return code;
}
