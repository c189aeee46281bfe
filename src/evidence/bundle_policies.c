/* SPDX-License-Identifier: Apache-2.0 */
/* The policies that judged the requests of a bundle, each with a proof that it stands in the same log. A decision names
 * the POLICY record under which the policy came into force; each later segment says it again, and where the first one
 * was pruned, the oldest that is left takes its place. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "bundle_policies.h"
#include "exeat/base/memory.h"

void bundle_policies_note(struct bundle_policies *policies, const struct audit_record *record)
{
    struct audit_life_record life;
    audit_life_read(record, &life);
    for (size_t i = 0; i < policies->again_count; i++)
        if (policies->again[i].original == life.previous_size)
            return;
    if (life.previous_size > 0 && policies->again_count < BUNDLE_POLICIES_MAX)
        policies->again[policies->again_count++] = (struct said_again){life.previous_size, record->head.sequence};
}

void bundle_policies_name(struct bundle_policies *policies, uint64_t sequence)
{
    for (size_t i = 0; i < policies->count; i++)
        if (policies->list[i]->sequence == sequence)
            return;
    if (policies->count == BUNDLE_POLICIES_MAX) {
        policies->left_out++;
        return;
    }
    struct judged_by *policy = base_zalloc(sizeof(*policy));
    policy->sequence = sequence;
    policies->list[policies->count++] = policy;
}

void bundle_policies_clear(struct bundle_policies *policies)
{
    for (size_t i = 0; i < policies->count; i++)
        base_free(policies->list[i]);
    policies->count = 0;
}

/* --- proofs --- */

static uint64_t still_there(const struct bundle_policies *policies, uint64_t sequence, uint64_t first)
{
    for (size_t i = 0; sequence < first && i < policies->again_count; i++)
        if (policies->again[i].original == sequence)
            return policies->again[i].sequence;
    return sequence;
}

static bool start_prover(struct judged_by *policy, struct audit_reader *reader, uint64_t end)
{
    uint64_t first = audit_reader_first(reader);
    if (policy->sequence < first || policy->sequence >= end)
        return false;
    audit_prover_inclusion(&policy->prover, policy->sequence, end);
    return first == 0 || audit_prover_prefix(&policy->prover, audit_reader_base(reader));
}

static void start_provers(struct bundle_policies *policies, struct audit_reader *reader, uint64_t end)
{
    size_t kept = 0;
    for (size_t i = 0; i < policies->count; i++) {
        struct judged_by *policy = policies->list[i];
        policy->sequence = still_there(policies, policy->sequence, audit_reader_first(reader));
        if (start_prover(policy, reader, end)) {
            policies->list[kept++] = policy;
        } else {
            policies->left_out++;
            base_free(policy);
        }
    }
    policies->count = kept;
}

static void feed(struct bundle_policies *policies, const struct digest *leaf)
{
    for (size_t i = 0; i < policies->count; i++)
        if (audit_prover_wants(&policies->list[i]->prover))
            audit_prover_leaf(&policies->list[i]->prover, leaf);
}

bool bundle_policies_prove(
    struct bundle_policies *policies, struct audit_reader *reader, uint64_t end,
    const struct evidence_progress *progress)
{
    start_provers(policies, reader, end);
    if (policies->count == 0)
        return true;
    audit_reader_seek(reader, audit_reader_first(reader));
    for (uint64_t next = audit_reader_first(reader); next < end; next++) {
        struct audit_row row;
        struct digest leaf;
        if (audit_reader_next(reader, &row) != AUDIT_ROW)
            return false;
        bundle_note_progress(progress, row.sequence);
        audit_leaf(row.body, &leaf);
        feed(policies, &leaf);
    }
    return true;
}

/* --- files --- */

/* The file and what it includes, each under its digest. */
static bool write_texts(const char *directory, struct audit_reader *reader, struct text detail, char **error)
{
    struct text piece;
    bool done = true;
    while (done && detail.length > 0 && text_split(&detail, ',', &piece)) {
        struct digest digest;
        struct buffer body = {0};
        struct text hex = text_part(text_trim(piece, " "), 0, 2 * sizeof(digest.bytes));
        char name[16 + 2 * sizeof(digest.bytes)];
        if (hex.length == 2 * sizeof(digest.bytes) && hex_decode(hex, digest.bytes, sizeof(digest.bytes)) &&
            audit_reader_blob(reader, &digest, &body)) {
            snprintf(name, sizeof(name), "policy/%.*s", TEXT_ARG(hex));
            done = bundle_write_file(directory, name, buffer_text(&body), error);
        }
        buffer_clear(&body);
    }
    return done;
}

static bool write_policy(
    const struct judged_by *policy, const char *directory, struct audit_reader *reader, struct buffer *out,
    char **error)
{
    struct audit_row row;
    struct audit_record record;
    struct audit_life_record life;
    struct audit_proof proof;
    struct buffer detail = {0};
    audit_reader_seek(reader, policy->sequence);
    if (audit_reader_next(reader, &row) != AUDIT_ROW || row.sequence != policy->sequence ||
        !audit_record_parse(row.body, &record) || record.head.kind != AUDIT_POLICY) {
        buffer_printf(&detail, "record %llu should be a policy and is not", (unsigned long long)policy->sequence);
        *error = buffer_take(&detail);
        return false;
    }
    audit_prover_finish(&policy->prover, &proof);
    bundle_line_append(&row, true, out);
    bundle_proof_append(&proof, out);
    audit_life_read(&record, &life);
    buffer_append(&detail, life.detail); /* the row lives until the next call of the reader */
    bool done = write_texts(directory, reader, buffer_text(&detail), error);
    buffer_clear(&detail);
    return done;
}

bool bundle_policies_write(
    const struct bundle_policies *policies, const char *directory, struct audit_reader *reader, char **error)
{
    struct buffer out = {0};
    bool done = true;
    for (size_t i = 0; done && i < policies->count; i++)
        done = write_policy(policies->list[i], directory, reader, &out, error);
    done = done && bundle_write_file(directory, bundle_file_name(BUNDLE_CONTEXT), buffer_text(&out), error);
    buffer_clear(&out);
    return done;
}
