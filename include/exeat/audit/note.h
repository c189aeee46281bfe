/* SPDX-License-Identifier: Apache-2.0 */
/* Signed text as C2SP has it: notes and their keys (signed-note), tree heads (tlog-checkpoint), the statements of
 * witnesses about them (tlog-cosignature, Ed25519) and offline proofs (tlog-proof). Strict: one text has one meaning,
 * what is malformed is refused. All texts are slices of what was parsed. */
#ifndef EXEAT_AUDIT_NOTE_H
#define EXEAT_AUDIT_NOTE_H

#include "exeat/audit/tree.h"

/* --- keys ----------------------------------------------------------------------------------------------------------
 */

enum audit_key_type { AUDIT_KEY_LOG = 1, AUDIT_KEY_WITNESS = 4 }; /* the signature type bytes of signed-note */
enum { AUDIT_KEY_HASH_SIZE = 4 };
/* "name+hash+base64(type || key)", how others name a key (a vkey). */
struct audit_vkey {
    struct text name;
    enum audit_key_type type;
    uint8_t hash[AUDIT_KEY_HASH_SIZE];
    uint8_t key[VERIFY_KEY_SIZE];
};
void audit_vkey_make(
    struct text name, enum audit_key_type type, const uint8_t key[VERIFY_KEY_SIZE], struct audit_vkey *vkey);
/* Also refused are the keys that RFC 8032 would not decode, and those of small order. */
MUST_CHECK bool audit_vkey_parse(struct text text, struct audit_vkey *vkey);
void audit_vkey_append(const struct audit_vkey *vkey, struct buffer *out);
/* The vkey of a log. */
void audit_vkey_write(struct text origin, const uint8_t key[VERIFY_KEY_SIZE], struct buffer *out);
/* May this be the name of a key: not empty, UTF-8, no space, no control, no plus? */
bool audit_name_is_good(struct text name);

/* --- notes ---------------------------------------------------------------------------------------------------------
 */

enum { AUDIT_NOTE_MAX = 65536, AUDIT_SIGNATURES_MAX = 64 };
struct audit_note {
    struct text body;       /* with its last LF */
    struct text signatures; /* whole lines */
};
MUST_CHECK bool audit_note_parse(struct text text, struct audit_note *note);
enum audit_signed {
    AUDIT_SIGNED_NOT, /* nobody we know signed it */
    AUDIT_SIGNED,
    AUDIT_SIGNED_BADLY /* a line that names the key does not verify: the note is refused as a whole */
};
/* What the note says of this key. `time` (may be NULL) is when a witness saw it, POSIX seconds; 0 for logs. */
enum audit_signed audit_note_verify(const struct audit_note *note, const struct audit_vkey *vkey, uint64_t *time);

/* --- checkpoints ---------------------------------------------------------------------------------------------------
 */

struct audit_checkpoint {
    struct text origin;
    uint64_t size;
    struct digest root;
};
void audit_checkpoint_write(
    struct text origin, uint64_t size, const struct digest *root, const struct signing_key *key, struct buffer *out);
MUST_CHECK bool audit_checkpoint_parse(struct text note, struct audit_checkpoint *checkpoint);
/* Does the note carry a good signature of `origin` by this key? */
MUST_CHECK bool audit_checkpoint_verify(struct text note, struct text origin, const uint8_t key[VERIFY_KEY_SIZE]);
/* Appends the line by which the witness `name` says that it saw this body at `time` (cosignature/v1). */
void audit_cosign_write(
    struct text body, struct text name, uint64_t time, const struct signing_key *key, struct buffer *out);

/* --- proofs --------------------------------------------------------------------------------------------------------
 */

/* A .tlog-proof. We put the record itself into its extra data, so that the file alone can be checked. */
struct audit_proof_file {
    struct text extra; /* base64; empty: none */
    uint64_t index;
    struct audit_proof proof;
    struct text checkpoint;
};
void audit_proof_file_write(
    struct bytes record, uint64_t index, const struct audit_proof *proof, struct text checkpoint, struct buffer *out);
MUST_CHECK bool audit_proof_file_parse(struct text text, struct audit_proof_file *file);

/* "old SIZE", a consistency proof, an empty line, a checkpoint: what tlog-witness takes as add-checkpoint. */
struct audit_submission {
    uint64_t old_size;
    struct audit_proof proof;
    struct text checkpoint;
};
void audit_submission_write(
    uint64_t old_size, const struct audit_proof *proof, struct text checkpoint, struct buffer *out);
MUST_CHECK bool audit_submission_parse(struct text text, struct audit_submission *submission);

#endif
