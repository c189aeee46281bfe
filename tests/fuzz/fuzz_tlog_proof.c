/* SPDX-License-Identifier: Apache-2.0 */
/* A proof file or submission that is taken writes as it was read, and its proof can be judged. */
#include "exeat/base/check.h"
#include "exeat/tlog/note.h"

static void try_file(struct text text)
{
    struct tlog_proof_file file;
    struct tlog_checkpoint checkpoint;
    struct buffer record = {0};
    struct buffer again = {0};
    if (!tlog_proof_file_parse(text, &file))
        return;
    bool good = base64_decode(file.extra, &record) && tlog_checkpoint_parse(file.checkpoint, &checkpoint);
    ASSERT(good);
    struct digest leaf = checkpoint.root;
    (void)tlog_inclusion_verify(
        &leaf, file.index, checkpoint.size, file.proof.hashes, file.proof.count, &checkpoint.root);
    tlog_proof_file_write(bytes_of_text(buffer_text(&record)), file.index, &file.proof, file.checkpoint, &again);
    ASSERT(record.length == 0 || text_equal(buffer_text(&again), text));
    buffer_clear(&record);
    buffer_clear(&again);
}

static void try_submission(struct text text)
{
    struct tlog_submission submission;
    struct tlog_checkpoint checkpoint;
    struct buffer again = {0};
    if (!tlog_submission_parse(text, &submission) || !tlog_checkpoint_parse(submission.checkpoint, &checkpoint))
        return;
    struct digest before = checkpoint.root;
    (void)tlog_consistency_verify(
        submission.old_size, checkpoint.size, submission.proof.hashes, submission.proof.count, &before,
        &checkpoint.root);
    tlog_submission_write(submission.old_size, &submission.proof, submission.checkpoint, &again);
    ASSERT(text_equal(buffer_text(&again), text));
    buffer_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = text_of_bytes((struct bytes){data, size});
    try_file(text);
    try_submission(text);
    return 0;
}
