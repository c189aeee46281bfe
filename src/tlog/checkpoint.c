/* SPDX-License-Identifier: Apache-2.0 */
/* Tree heads and the proofs that travel with them. A checkpoint's body is "origin LF size LF base64(root) LF" and
 * extension lines, which are carried and not read (C2SP tlog-checkpoint, tlog-proof, tlog-witness). */
#include "note_internal.h"

#define PROOF_FIRST_LINE "c2sp.org/tlog-proof@v1"

enum { PROOF_HASHES_MAX = 63 };

static bool read_body(struct text rest, struct tlog_checkpoint *checkpoint)
{
    struct text size;
    struct text root;
    struct text extension;
    if (!text_take_line(&rest, &checkpoint->origin) || !text_take_line(&rest, &size) || !text_take_line(&rest, &root))
        return false;
    while (rest.length > 0)
        if (!text_take_line(&rest, &extension) || extension.length == 0)
            return false;
    return checkpoint->origin.length > 0 && note_read_number(size, &checkpoint->size) &&
           note_read_digest(root, &checkpoint->root);
}

bool tlog_checkpoint_parse(struct text text, struct tlog_checkpoint *checkpoint)
{
    struct tlog_note note;
    return tlog_note_parse(text, &note) && read_body(note.body, checkpoint);
}

bool tlog_checkpoint_verify(struct text text, struct text origin, const uint8_t key[VERIFY_KEY_SIZE])
{
    struct tlog_note note;
    struct tlog_checkpoint checkpoint;
    struct tlog_vkey vkey;
    if (!tlog_note_parse(text, &note) || !read_body(note.body, &checkpoint) || !text_equal(checkpoint.origin, origin))
        return false;
    tlog_vkey_make(origin, TLOG_KEY_LOG, key, &vkey);
    return tlog_note_verify(&note, &vkey, NULL) == TLOG_SIGNED;
}

/* --- proofs --------------------------------------------------------------------------------------------------------
 */

/* Hashes, one a line, up to an empty line; at most 63. */
static bool take_proof(struct text *rest, struct tlog_proof *proof)
{
    struct text line;
    proof->count = 0;
    while (text_take_line(rest, &line)) {
        if (line.length == 0)
            return true;
        if (proof->count == PROOF_HASHES_MAX || !note_read_digest(line, &proof->hashes[proof->count]))
            return false;
        proof->count++;
    }
    return false;
}

static void write_proof(const struct tlog_proof *proof, struct buffer *out)
{
    for (size_t i = 0; i < proof->count; i++) {
        buffer_append_base64(out, (struct bytes){proof->hashes[i].bytes, sizeof(proof->hashes[i].bytes)});
        buffer_append_byte(out, '\n');
    }
    buffer_append_byte(out, '\n');
}

static bool is_base64(struct text text)
{
    struct buffer bytes = {0};
    bool good = base64_decode(text, &bytes);
    buffer_clear(&bytes);
    return good;
}

void tlog_proof_file_write(
    struct bytes record, uint64_t index, const struct tlog_proof *proof, struct text checkpoint, struct buffer *out)
{
    buffer_append(out, TEXT(PROOF_FIRST_LINE "\nextra "));
    buffer_append_base64(out, record);
    buffer_append(out, TEXT("\nindex "));
    buffer_append_number(out, index);
    buffer_append_byte(out, '\n');
    write_proof(proof, out);
    buffer_append(out, checkpoint);
}

bool tlog_proof_file_parse(struct text text, struct tlog_proof_file *file)
{
    struct text line;
    struct text index;
    struct tlog_checkpoint checkpoint;
    file->extra = TEXT("");
    if (!text_take_line(&text, &line) || !text_equal(line, TEXT(PROOF_FIRST_LINE)))
        return false;
    if (text_take_named(&text, TEXT("extra "), &file->extra) && !is_base64(file->extra))
        return false;
    if (!text_take_named(&text, TEXT("index "), &index) || !note_read_number(index, &file->index) ||
        !take_proof(&text, &file->proof))
        return false;
    file->checkpoint = text;
    return tlog_checkpoint_parse(text, &checkpoint);
}

void tlog_submission_write(
    uint64_t old_size, const struct tlog_proof *proof, struct text checkpoint, struct buffer *out)
{
    buffer_append(out, TEXT("old "));
    buffer_append_number(out, old_size);
    buffer_append_byte(out, '\n');
    write_proof(proof, out);
    buffer_append(out, checkpoint);
}

bool tlog_submission_parse(struct text text, struct tlog_submission *submission)
{
    struct text old;
    struct tlog_checkpoint checkpoint;
    if (!text_take_named(&text, TEXT("old "), &old) || !note_read_number(old, &submission->old_size) ||
        !take_proof(&text, &submission->proof))
        return false;
    submission->checkpoint = text;
    return tlog_checkpoint_parse(text, &checkpoint);
}
