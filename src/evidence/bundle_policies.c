/* SPDX-License-Identifier: Apache-2.0 */
/* The policies that judged the requests of a bundle, each with a proof that it stands in the same log. A decision names
 * the POLICY record under which the policy came into force; each later segment says it again, and where the first one
 * was pruned, the oldest that is left takes its place. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "bundle_policies.h"
#include "exeat/base/memory.h"

void bundle_policies_note(struct bundle_policies *policies, const struct record *record)
{
    struct record_event life;
    record_event_read(record, &life);
    for (size_t i = 0; i < policies->again_count; i++)
        if (policies->again[i].original == life.previous_size)
            return;
    if (life.previous_size > 0 && policies->again_count < BUNDLE_POLICIES_MAX)
        policies->again[policies->again_count++] = (struct said_again){life.previous_size, record->head.sequence};
}

void bundle_named_add(struct bundle_named *named, uint64_t sequence)
{
    for (size_t i = 0; i < named->count; i++)
        if (named->list[i] == sequence)
            return;
    if (named->count == BUNDLE_POLICIES_MAX)
        named->beyond++;
    else
        named->list[named->count++] = sequence;
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

static bool start_prover(struct judged_by *policy, struct store_reader *reader, uint64_t end)
{
    uint64_t first = store_reader_first(reader);
    if (policy->sequence < first || policy->sequence >= end)
        return false;
    tlog_prover_inclusion(&policy->prover, policy->sequence, end);
    return first == 0 || tlog_prover_prefix(&policy->prover, store_reader_base(reader));
}

static bool is_taken(const struct bundle_policies *policies, uint64_t sequence)
{
    for (size_t i = 0; i < policies->count; i++)
        if (policies->list[i]->sequence == sequence)
            return true;
    return false;
}

static void start_provers(struct bundle_policies *policies, struct store_reader *reader, uint64_t end)
{
    policies->left_out = policies->named.beyond;
    for (size_t i = 0; i < policies->named.count; i++) {
        uint64_t sequence = still_there(policies, policies->named.list[i], store_reader_first(reader));
        if (is_taken(policies, sequence))
            continue;
        struct judged_by *policy = base_zalloc(sizeof(*policy));
        policy->sequence = sequence;
        if (start_prover(policy, reader, end)) {
            policies->list[policies->count++] = policy;
        } else {
            policies->left_out++;
            base_free(policy);
        }
    }
}

static void feed(struct bundle_policies *policies, const struct digest *leaf)
{
    for (size_t i = 0; i < policies->count; i++)
        if (tlog_prover_wants(&policies->list[i]->prover))
            tlog_prover_leaf(&policies->list[i]->prover, leaf);
}

bool bundle_policies_prove(
    struct bundle_policies *policies, struct store_reader *reader, uint64_t end, const struct export_progress *progress)
{
    start_provers(policies, reader, end);
    if (policies->count == 0)
        return true;
    store_reader_seek(reader, store_reader_first(reader));
    for (uint64_t next = store_reader_first(reader); next < end; next++) {
        struct store_row row;
        struct digest leaf;
        if (store_reader_next(reader, &row) != STORE_ROW)
            return false;
        bundle_note_progress(progress, row.sequence);
        tlog_leaf(row.body, &leaf);
        feed(policies, &leaf);
    }
    return true;
}

/* --- files --- */

static bool refuse_text(const char *name, char **error)
{
    struct buffer out = {0};
    buffer_printf(
        &out, "the store's text of %s is not the one that the log names; look with `exeat audit verify`", name);
    *error = buffer_take(&out);
    return false;
}

/* A text that is not here is left out; one that is another would only be found by whoever the bundle is for. */
static bool write_text(
    const char *directory, struct store_reader *reader, const struct digest *digest, uint64_t *missing, char **error)
{
    char name[BUNDLE_POLICY_NAME_SIZE];
    struct digest found;
    struct buffer body = {0};
    bool done = true;
    bundle_policy_name(digest, name);
    if (store_reader_blob(reader, digest, &body)) {
        digest_sha256(bytes_of_text(buffer_text(&body)), &found);
        done = digest_equal(&found, digest) ? bundle_write_file(directory, name, buffer_text(&body), error)
                                            : refuse_text(name, error);
    } else {
        (*missing)++;
    }
    buffer_clear(&body);
    return done;
}

static bool write_policy(
    const struct judged_by *policy, const char *directory, struct store_reader *reader, struct buffer *out,
    uint64_t *missing, char **error)
{
    struct store_row row;
    struct record record;
    struct record_event life;
    struct tlog_proof proof;
    struct buffer detail = {0};
    store_reader_seek(reader, policy->sequence);
    if (store_reader_next(reader, &row) != STORE_ROW || row.sequence != policy->sequence ||
        !record_parse(row.body, &record) || record.head.kind != RECORD_POLICY) {
        buffer_printf(&detail, "record %llu should be a policy and is not", (unsigned long long)policy->sequence);
        *error = buffer_take(&detail);
        return false;
    }
    tlog_prover_finish(&policy->prover, &proof);
    bundle_line_append(&row, true, out);
    bundle_proof_append(&proof, out);
    buffer_append(&detail, text_of_bytes(record.fields)); /* the row lives until the next call of the reader */
    record.fields = bytes_of_text(buffer_text(&detail));
    struct record_files files;
    struct digest digest;
    bool done = true;
    record_event_read(&record, &life);
    record_files_of(&life, &files);
    while (done && record_files_next(&files, &digest))
        done = write_text(directory, reader, &digest, missing, error);
    buffer_clear(&detail);
    return done;
}

bool bundle_policies_write(
    struct bundle_policies *policies, const char *directory, struct store_reader *reader, char **error)
{
    struct buffer out = {0};
    bool done = true;
    for (size_t i = 0; done && i < policies->count; i++)
        done = write_policy(policies->list[i], directory, reader, &out, &policies->texts_missing, error);
    done = done && bundle_write_file(directory, bundle_file_name(BUNDLE_CONTEXT), buffer_text(&out), error);
    buffer_clear(&out);
    return done;
}
