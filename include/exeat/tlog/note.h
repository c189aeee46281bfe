/* SPDX-License-Identifier: Apache-2.0 */
/* Signed text as C2SP has it: notes and their keys (signed-note), tree heads (tlog-checkpoint), the statements of
 * witnesses about them (tlog-cosignature, Ed25519) and offline proofs (tlog-proof). Strict: one text has one meaning,
 * what is malformed is refused. All texts are slices of what was parsed. */
#ifndef EXEAT_TLOG_NOTE_H
#define EXEAT_TLOG_NOTE_H

#include "exeat/tlog.h"

/* --- keys ----------------------------------------------------------------------------------------------------------
 */

enum tlog_key_type { TLOG_KEY_LOG = 1, TLOG_KEY_WITNESS = 4 }; /* the signature type bytes of signed-note */
enum { TLOG_KEY_HASH_SIZE = 4 };
/* "name+hash+base64(type || key)", how others name a key (a vkey). */
struct tlog_vkey {
    struct text name;
    enum tlog_key_type type;
    uint8_t hash[TLOG_KEY_HASH_SIZE];
    uint8_t key[VERIFY_KEY_SIZE];
};
/* The vkey of a key by that name, which is borrowed. */
void tlog_vkey_make(
    struct text name, enum tlog_key_type type, const uint8_t key[VERIFY_KEY_SIZE], struct tlog_vkey *vkey);
/* Also refused are the keys that RFC 8032 would not decode, and those of small order. */
MUST_CHECK bool tlog_vkey_parse(struct text text, struct tlog_vkey *vkey);
void tlog_vkey_append(const struct tlog_vkey *vkey, struct buffer *out);
/* The vkey of a log. */
void tlog_vkey_write(struct text origin, const uint8_t key[VERIFY_KEY_SIZE], struct buffer *out);
/* May this be the name of a key: not empty, UTF-8, no space, no control, no plus? */
bool tlog_name_is_good(struct text name);

/* --- notes ---------------------------------------------------------------------------------------------------------
 */

enum { TLOG_NOTE_MAX = 65536, TLOG_SIGNATURES_MAX = 64 };
struct tlog_note {
    struct text body;       /* with its last LF */
    struct text signatures; /* whole lines */
};
/* C2sp.org/signed-note; borrows from `text`. False: it is none. */
MUST_CHECK bool tlog_note_parse(struct text text, struct tlog_note *note);
enum tlog_signed {
    TLOG_SIGNED_NOT, /* nobody we know signed it */
    TLOG_SIGNED,
    TLOG_SIGNED_BADLY /* a line that names the key does not verify: the note is refused as a whole */
};
/* What the note says of this key. `time` (may be NULL) is when a witness saw it, POSIX seconds; 0 for logs. */
enum tlog_signed tlog_note_verify(const struct tlog_note *note, const struct tlog_vkey *vkey, uint64_t *time);

/* --- checkpoints ---------------------------------------------------------------------------------------------------
 */

struct tlog_checkpoint {
    struct text origin;
    uint64_t size;
    struct digest root;
};
/* Appends a signed note (c2sp.org/tlog-checkpoint). */
void tlog_checkpoint_write(
    struct text origin, uint64_t size, const struct digest *root, const struct signing_key *key, struct buffer *out);
/* Of a note's text; borrows from it. Signatures are not looked at. False: it is none. */
MUST_CHECK bool tlog_checkpoint_parse(struct text note, struct tlog_checkpoint *checkpoint);
/* Does the note carry a good signature of `origin` by this key? */
MUST_CHECK bool tlog_checkpoint_verify(struct text note, struct text origin, const uint8_t key[VERIFY_KEY_SIZE]);
/* Appends the line by which the witness `name` says that it saw this body at `time` (cosignature/v1). */
void tlog_cosign_write(
    struct text body, struct text name, uint64_t time, const struct signing_key *key, struct buffer *out);

/* --- proofs --------------------------------------------------------------------------------------------------------
 */

/* A .tlog-proof. We put the record itself into its extra data, so that the file alone can be checked. */
struct tlog_proof_file {
    struct text extra; /* base64; empty: none */
    uint64_t index;
    struct tlog_proof proof;
    struct text checkpoint;
};
/* Appends it (c2sp.org/tlog-proof). */
void tlog_proof_file_write(
    struct bytes record, uint64_t index, const struct tlog_proof *proof, struct text checkpoint, struct buffer *out);
/* Borrows from `text`. False: it is none; what it proves is not looked at. */
MUST_CHECK bool tlog_proof_file_parse(struct text text, struct tlog_proof_file *file);

/* "old SIZE", a consistency proof, an empty line, a checkpoint: what tlog-witness takes as add-checkpoint. */
struct tlog_submission {
    uint64_t old_size;
    struct tlog_proof proof;
    struct text checkpoint;
};
/* Appends it (c2sp.org/tlog-witness). */
void tlog_submission_write(
    uint64_t old_size, const struct tlog_proof *proof, struct text checkpoint, struct buffer *out);
/* Borrows from `text`. False: it is none. */
MUST_CHECK bool tlog_submission_parse(struct text text, struct tlog_submission *submission);

#endif
