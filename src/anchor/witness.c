/* SPDX-License-Identifier: Apache-2.0 */
/* What a witness says to a checkpoint or an enrolment (C2SP tlog-witness). No sockets here.
 * 1. A cosignature exists only after the state that it speaks of is on disk.
 * 2. The state of a log only ever grows, along proofs of consistency.
 * 3. Requests are judged one after the other: nobody comes between the check and the write. */
#include "anchor_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

#define TYPE_TEXT "text/plain; charset=utf-8"
#define TYPE_SIZE "text/x.tlog.size"

struct witness {
    struct witness_state state;
    char *name; /* owned */
    const struct signing_key *key;
    struct witness_stats stats;
    struct witness_said said_token;
};

enum { SAY_MOST = 10, SAY_WINDOW_US = 60000000 };

/* Anybody may come without a token, or with what is true and old, or true with a proof that is none: it is counted each
 * time, and said no more often than that. */
static bool may_say(struct witness_said *said)
{
    uint64_t now = clock_steady_us();
    if (said->count == 0 || now - said->since_us > SAY_WINDOW_US)
        *said = (struct witness_said){.since_us = now};
    return said->count++ < SAY_MOST;
}

struct witness *witness_open(const struct witness_options *options, char **error)
{
    struct witness *witness = base_zalloc(sizeof(*witness));
    witness->name = text_copy(options->name);
    witness->key = options->key;
    if (!witness_state_open(&witness->state, options->directory, error)) {
        witness_free(witness);
        return NULL;
    }
    witness->stats.logs = witness->state.count;
    return witness;
}

void witness_free(struct witness *witness)
{
    if (witness == NULL)
        return;
    witness_state_clear(&witness->state);
    base_free(witness->name);
    base_free(witness);
}

const struct witness_stats *witness_statistics(const struct witness *witness)
{
    return &witness->stats;
}

void witness_note_bad_token(struct witness *witness)
{
    witness->stats.token_refused++;
    if (may_say(&witness->said_token))
        log_warn("witness_token_refused", log_number("times", (int64_t)witness->stats.token_refused));
}

static void answer_size(struct web_answer *answer, uint64_t size)
{
    *answer = (struct web_answer){.status = 409, .type = TYPE_SIZE};
    buffer_append_number(&answer->body, size);
    buffer_append_byte(&answer->body, '\n');
}

/* --- checkpoints ---------------------------------------------------------------------------------------------------
 */

/* A signed checkpoint and what is known of its log. */
struct claim {
    struct tlog_submission submission;
    struct tlog_checkpoint checkpoint;
    struct tlog_note note;
    struct witness_log *log;
};

static void say_about(enum log_level level, const char *event, struct witness_said *said, const struct claim *claim)
{
    struct log_fact facts[] = {
        log_string("origin", claim->log->origin), log_number("known", (int64_t)claim->log->size),
        log_number("claimed", (int64_t)claim->checkpoint.size)};
    if (may_say(said))
        log_write(level, event, facts, COUNT_OF(facts));
}

/* Proven: the log's key has signed two histories. */
static void note_fork(struct witness *witness, const struct claim *claim)
{
    witness->stats.forked++;
    witness_state_keep_fork(&witness->state, claim->log, claim->submission.checkpoint);
    say_about(LOG_ERROR, "witness_fork", &claim->log->said_fork, claim);
}

/* The log's key has signed it, but whoever sent it may have left out the proof. */
static void note_unproven(struct witness *witness, const struct claim *claim)
{
    witness->stats.unproven++;
    witness_state_keep_unproven(&witness->state, claim->log, claim->submission.checkpoint);
    say_about(LOG_WARN, "witness_unproven", &claim->log->said_unproven, claim);
}

/* A log that was rolled back shows such a one, and so does whoever has kept one. */
static void note_older(struct witness *witness, const struct claim *claim)
{
    witness->stats.older++;
    say_about(LOG_WARN, "witness_older", &claim->log->said_older, claim);
}

static bool read_claim(struct witness *witness, struct text text, struct claim *claim, struct web_answer *answer)
{
    if (!tlog_submission_parse(text, &claim->submission) ||
        !tlog_checkpoint_parse(claim->submission.checkpoint, &claim->checkpoint) ||
        !tlog_note_parse(claim->submission.checkpoint, &claim->note)) {
        witness->stats.malformed++;
        web_answer_text(answer, 400, "this is no add-checkpoint request of C2SP tlog-witness\n");
        return false;
    }
    claim->log = witness_state_find(&witness->state, claim->checkpoint.origin);
    struct tlog_vkey vkey;
    if (claim->log != NULL)
        tlog_vkey_make(text_from(claim->log->origin), TLOG_KEY_LOG, claim->log->key, &vkey);
    if (claim->log != NULL && tlog_note_verify(&claim->note, &vkey, NULL) == TLOG_SIGNED)
        return true;
    witness->stats.refused++;
    if (claim->log == NULL)
        web_answer_text(answer, 404, "this origin is not enrolled here\n");
    else
        web_answer_text(answer, 403, "the checkpoint is not signed by the key that is enrolled for its origin\n");
    return false;
}

static bool has_other_root(const struct claim *claim)
{
    return claim->checkpoint.size == claim->log->size && claim->log->size > 0 &&
           !digest_equal(&claim->checkpoint.root, &claim->log->root);
}

static const char no_continuation[] =
    "the proof does not show that the checkpoint continues what is known of this log\n";

static bool has_good_proof(struct witness *witness, const struct claim *claim)
{
    const struct tlog_submission *submission = &claim->submission;
    const struct digest *hashes = submission->proof.hashes;
    size_t count = submission->proof.count;
    if (tlog_consistency_verify(
            submission->old_size, claim->checkpoint.size, hashes, count, &claim->log->root, &claim->checkpoint.root))
        return true;
    if (tlog_consistency_refutes(
            submission->old_size, claim->checkpoint.size, hashes, count, &claim->log->root, &claim->checkpoint.root))
        note_fork(witness, claim);
    else
        note_unproven(witness, claim);
    return false;
}

/* True when the claim continues what is known. */
static bool continues(struct witness *witness, const struct claim *claim, struct web_answer *answer)
{
    uint64_t old_size = claim->submission.old_size;
    if (old_size > claim->checkpoint.size) {
        witness->stats.malformed++;
        web_answer_text(answer, 400, "the old size is above the checkpoint's\n");
        return false;
    }
    if (has_other_root(claim)) {
        note_fork(witness, claim);
        web_answer_text(answer, 422, "another tree of this size is known of this log\n");
        return false;
    }
    if (old_size != claim->log->size) {
        if (claim->checkpoint.size < claim->log->size)
            note_older(witness, claim);
        answer_size(answer, claim->log->size);
        return false;
    }
    if (has_good_proof(witness, claim))
        return true;
    web_answer_text(answer, 422, no_continuation);
    return false;
}

static void cosign(struct witness *witness, const struct claim *claim, struct web_answer *answer)
{
    struct buffer line = {0};
    struct buffer note = {0};
    uint64_t now = (uint64_t)clock_wall_us() / 1000000;
    tlog_cosign_write(claim->note.body, text_from(witness->name), now, witness->key, &line);
    buffer_append(&note, claim->submission.checkpoint);
    buffer_append(&note, buffer_text(&line));
    bool is_known = claim->checkpoint.size == claim->log->size && claim->log->is_cosigned;
    if (is_known || witness_state_advance(&witness->state, claim->log, &claim->checkpoint, buffer_text(&note))) {
        witness->stats.cosigned++;
        *answer = (struct web_answer){.status = 200, .type = TYPE_TEXT};
        buffer_append(&answer->body, buffer_text(&line));
    } else {
        witness->stats.failed_on_disk++;
        web_answer_text(answer, 500, "the witness cannot write its state: nothing was cosigned\n");
    }
    buffer_clear(&line);
    buffer_clear(&note);
}

void witness_add_checkpoint(struct witness *witness, struct text text, struct web_answer *answer)
{
    struct claim claim;
    if (read_claim(witness, text, &claim, answer) && continues(witness, &claim, answer))
        cosign(witness, &claim, answer);
}

void witness_last(struct witness *witness, struct text origin, struct web_answer *answer)
{
    const struct witness_log *log = witness_state_find(&witness->state, origin);
    *answer = (struct web_answer){.status = 200, .type = TYPE_TEXT};
    if (log != NULL && log->size > 0 && log->is_cosigned && witness_state_note(&witness->state, log, &answer->body))
        return;
    buffer_clear(&answer->body);
    web_answer_text(answer, 404, "nothing of this origin was cosigned here\n");
}

/* --- enrolment -----------------------------------------------------------------------------------------------------
 */

static void
enrol_new(struct witness *witness, const struct tlog_vkey *vkey, struct text previous, struct web_answer *answer)
{
    if (!witness_state_add(&witness->state, vkey->name, vkey->key, previous)) {
        witness->stats.failed_on_disk++;
        web_answer_text(answer, 500, "the witness cannot write its state: nothing was enrolled\n");
        return;
    }
    witness->stats.enrolled++;
    witness->stats.logs = witness->state.count;
    log_info("witness_enrolled", log_text("origin", vkey->name), log_text("previous", previous));
    web_answer_text(answer, 200, "enrolled\n");
}

void witness_enrol(struct witness *witness, struct text text, struct web_answer *answer)
{
    struct tlog_vkey vkey;
    struct text previous;
    if (!anchor_enrolment_parse(text, &vkey, &previous)) {
        witness->stats.malformed++;
        web_answer_text(answer, 400, "an enrolment is 'vkey VKEY', and 'previous ORIGIN' if the log follows another\n");
        return;
    }
    const struct witness_log *log = witness_state_find(&witness->state, vkey.name);
    if (log == NULL) {
        enrol_new(witness, &vkey, previous, answer);
    } else if (text_equal_secret(
                   text_of_bytes((struct bytes){log->key, sizeof(log->key)}),
                   text_of_bytes((struct bytes){vkey.key, sizeof(vkey.key)}))) {
        web_answer_text(answer, 200, "enrolled already\n");
    } else {
        witness->stats.enrol_refused++;
        log_error("witness_enrolment_refused", log_text("origin", vkey.name), log_string("why", "another key"));
        web_answer_text(answer, 409, "this origin is enrolled with another key; a new key needs a new origin\n");
    }
}
