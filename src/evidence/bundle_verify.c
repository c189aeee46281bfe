/* SPDX-License-Identifier: Apache-2.0 */
/* Checking an evidence bundle with nothing but the log's key. What is proven, in this order:
 * 1. the leaves of the range, put behind the frontier before it, lead to the root of the checkpoint;
 * 2. the checkpoint is signed by the key;
 * 3. each record that is shown is the one at its place, its readable fields are those of its bytes, and its private
 * part is the one it is bound to;
 * 4. each policy that is shown is in the same log, and its texts are those that it names;
 * 5. what the manifest says of the other files is so, and there is no other file (bundle_around.c).
 * docs/verify_bundle.py does the same, and a test holds the two together. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "bundle.h"
#include "exeat/base/memory.h"

#define NUMBER(value) ((unsigned long long)(value))

static bool PRINTF_LIKE(3, 4) find(struct bundle_check *check, enum evidence_verdict verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    evidence_find_list(check->report, verdict, 0, format, arguments);
    va_end(arguments);
    return false;
}

static FILE *open_large(struct bundle_check *check, enum bundle_file file)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/%s", check->folder, bundle_file_name(file));
    char *name = buffer_take(&path);
    FILE *opened = fopen(name, "rb");
    if (opened == NULL)
        find(check, EVIDENCE_UNREADABLE, "%s: %s", name, strerror(errno));
    base_free(name);
    return opened;
}

/* A line with its end. False: there is none, or it is too long. */
static bool read_line(FILE *file, struct buffer *line)
{
    int byte;
    buffer_empty(line);
    while (line->length < BUNDLE_LINE_MAX && (byte = getc_unlocked(file)) != EOF) {
        buffer_append_byte(line, (char)byte);
        if (byte == '\n')
            return true;
    }
    return false; /* what `line` has then is no line */
}

/* --- range and checkpoint
 * ---------------------------------------------------------------------------------------------- */

static bool check_leaves(struct bundle_check *check)
{
    struct tlog_tree tree = check->range.before;
    struct digest leaf;
    struct digest root;
    while (tree.size < check->range.end &&
           fread(leaf.bytes, 1, sizeof(leaf.bytes), check->leaves) == sizeof(leaf.bytes))
        tlog_tree_append(&tree, &leaf);
    if (tree.size < check->range.end || getc(check->leaves) != EOF)
        return find(
            check, EVIDENCE_TAMPERED, "leaves.bin does not have the %llu hashes of the range",
            NUMBER(check->range.end - check->range.first));
    tlog_tree_root(&tree, &root);
    check->report->root = root;
    return digest_equal(&root, &check->checkpoint.root) ||
           find(check, EVIDENCE_TAMPERED, "the hashes of leaves.bin and range.proof do not lead to the signed root");
}

static bool check_checkpoint(struct bundle_check *check)
{
    struct text note = buffer_text(&check->note);
    if (!tlog_checkpoint_parse(note, &check->checkpoint))
        return find(check, EVIDENCE_TAMPERED, "checkpoint.note is no checkpoint");
    if (check->checkpoint.size != check->range.end)
        return find(
            check, EVIDENCE_TAMPERED, "checkpoint.note covers %llu records, range.proof ends at %llu",
            NUMBER(check->checkpoint.size), NUMBER(check->range.end));
    if (check->key != NULL && !tlog_checkpoint_verify(note, check->checkpoint.origin, check->key))
        return find(check, EVIDENCE_TAMPERED, "checkpoint.note has no good signature of the log's key");
    if (check->key_name.length > 0 && !text_equal(check->key_name, check->checkpoint.origin))
        return find(
            check, EVIDENCE_TAMPERED, "the key is of the log %.*s, the bundle of %.*s", TEXT_ARG(check->key_name),
            TEXT_ARG(check->checkpoint.origin));
    text_store(check->checkpoint.origin, check->report->bundle.origin, sizeof(check->report->bundle.origin));
    check->report->checkpoints = 1;
    return true;
}

/* One range has one text. */
static bool is_range(struct bundle_check *check, struct text text)
{
    struct buffer again = {0};
    bool same = bundle_range_parse(text, &check->range);
    if (same)
        bundle_range_append(&check->range, &again);
    same = same && text_equal(text, buffer_text(&again));
    buffer_clear(&again);
    return same;
}

static bool check_range(struct bundle_check *check)
{
    struct buffer text = {0};
    bool done = bundle_check_read(check, bundle_file_name(BUNDLE_RANGE), &text) &&
                bundle_check_read(check, bundle_file_name(BUNDLE_CHECKPOINT), &check->note);
    if (done && !is_range(check, buffer_text(&text)))
        done = find(check, EVIDENCE_TAMPERED, "range.proof is malformed");
    buffer_clear(&text);
    check->report->first = check->range.first;
    check->report->size = check->range.end;
    check->report->records = check->range.end - check->range.first;
    return done && check_checkpoint(check) && check_leaves(check);
}

/* --- records
 * ------------------------------------------------------------------------------------------------------------- */

static bool leaf_of(struct bundle_check *check, uint64_t sequence, struct digest *leaf)
{
    long offset = (long)((sequence - check->range.first) * sizeof(leaf->bytes));
    return fseek(check->leaves, offset, SEEK_SET) == 0 &&
           fread(leaf->bytes, 1, sizeof(leaf->bytes), check->leaves) == sizeof(leaf->bytes);
}

static void check_private(struct bundle_check *check, const struct bundle_line *line)
{
    if (line->salt.length == 0) {
        check->report->erased += record_field_find(line->record.fields, RECORD_TAG_COMMITMENT).length > 0 ? 1 : 0;
        return;
    }
    check->has_private = true;
    if (!evidence_private_fits(&line->record, line->salt, line->private_part))
        find(
            check, EVIDENCE_TAMPERED, "the private part of record %llu is not the one it is bound to",
            NUMBER(line->record.head.sequence));
}

/* Outcomes go with their decisions, whenever they came. */
static void note_time(struct bundle_check *check, const struct record_head *head)
{
    struct evidence_report *report = check->report;
    bool is_asked = head->kind != RECORD_COMPLETION;
    if (check->counts.shown == 0)
        report->first_us = head->wall_us;
    report->last_us = head->wall_us;
    if (is_asked && (!check->has_time || head->wall_us < check->earliest_us))
        check->earliest_us = head->wall_us;
    if (is_asked && (!check->has_time || head->wall_us > check->latest_us))
        check->latest_us = head->wall_us;
    check->has_time = check->has_time || is_asked;
}

static void note_policy(struct bundle_check *check, const struct record *record)
{
    struct decision_record decision;
    if (record->head.kind != RECORD_DECISION)
        return;
    record_decision_read(record, (struct bytes){0}, &decision);
    bundle_named_add(&check->named, decision.policy_sequence);
}

/* Which field is another than its bytes say, for people. */
static bool find_line(struct bundle_check *check, const char *file, uint64_t number, struct text text)
{
    struct buffer field = {0};
    bundle_line_difference(text, &field);
    find(
        check, EVIDENCE_TAMPERED, "line %llu of %s: %.*s is not what its bytes say", NUMBER(number), file,
        TEXT_ARG(field.length > 0 ? buffer_text(&field) : TEXT("it")));
    buffer_clear(&field);
    return false;
}

static bool check_record(struct bundle_check *check, struct text text, uint64_t number)
{
    struct bundle_line line;
    struct digest stored;
    struct digest leaf;
    if (!bundle_line_parse(text, &check->scratch, &line))
        return find_line(check, "records.jsonl", number, text);
    uint64_t sequence = line.record.head.sequence;
    if (sequence < check->next || sequence >= check->range.end)
        return find(
            check, EVIDENCE_TAMPERED, "record %llu of records.jsonl is out of order, twice or out of the range",
            NUMBER(sequence));
    check->next = sequence + 1;
    tlog_leaf(line.body, &leaf);
    if (!leaf_of(check, sequence, &stored) || !digest_equal(&leaf, &stored))
        return find(
            check, EVIDENCE_TAMPERED, "record %llu is not the one that was logged at this place", NUMBER(sequence));
    check_private(check, &line);
    note_policy(check, &line.record);
    note_time(check, &line.record.head);
    bundle_counts_add(&check->counts, &line.record);
    return true;
}

/* Reads on after a bad line, so that all of them are found; what is counted is what is good. */
static void check_records(struct bundle_check *check)
{
    struct buffer line = {0};
    uint64_t number = 0;
    FILE *file = open_large(check, BUNDLE_RECORDS);
    if (file == NULL)
        return;
    check->next = check->range.first;
    while (read_line(file, &line))
        check->report->bundle.bad_lines += check_record(check, buffer_text(&line), ++number) ? 0 : 1;
    if (line.length > 0)
        find(check, EVIDENCE_TAMPERED, "records.jsonl ends in the middle of a line");
    fclose(file);
    buffer_clear(&line);
}

/* --- policies
 * ------------------------------------------------------------------------------------------------------------ */

static void check_text(struct bundle_check *check, const struct digest *digest)
{
    struct digest found;
    char name[BUNDLE_POLICY_NAME_SIZE];
    bundle_policy_name(digest, name);
    if (!bundle_digest(check->folder, text_from(name), &found)) {
        check->report->policies_missing++;
        find(check, EVIDENCE_GAP, "%s, a text that the log names, is not here", name);
    } else if (!digest_equal(&found, digest)) {
        find(check, EVIDENCE_TAMPERED, "%s is not the text that the log names", name);
    }
}

static void check_texts(struct bundle_check *check, const struct record_event *life)
{
    struct record_files files;
    struct digest digest;
    record_files_of(life, &files);
    while (record_files_next(&files, &digest)) {
        check_text(check, &digest);
        bundle_texts_add(&check->texts, &digest);
    }
}

static bool is_shown_policy(const struct bundle_check *check, uint64_t sequence)
{
    for (size_t i = 0; i < check->report->policies; i++)
        if (check->policies[i].sequence == sequence)
            return true;
    return false;
}

static bool check_policy(struct bundle_check *check, struct text text, uint64_t number)
{
    struct tlog_proof proof;
    struct bundle_line line;
    struct record_event life;
    struct digest leaf;
    struct evidence_report *report = check->report;
    if (!bundle_proof_take(&text, &proof, &check->whole))
        return find(check, EVIDENCE_TAMPERED, "line %llu of context.jsonl has no proof", NUMBER(number));
    if (!bundle_line_parse(text, &check->scratch, &line))
        return find_line(check, "context.jsonl", number, text);
    uint64_t sequence = line.record.head.sequence;
    if (line.record.head.kind != RECORD_POLICY || line.salt.length > 0 || is_shown_policy(check, sequence) ||
        report->policies == BUNDLE_POLICIES_MAX)
        return find(
            check, EVIDENCE_TAMPERED, "line %llu of context.jsonl is no policy, or one that is there already",
            NUMBER(number));
    tlog_leaf(line.body, &leaf);
    if (!tlog_inclusion_verify(&leaf, sequence, check->range.end, proof.hashes, proof.count, &check->checkpoint.root))
        return find(check, EVIDENCE_TAMPERED, "policy %llu is not proven to be in the log", NUMBER(sequence));
    record_event_read(&line.record, &life);
    check->policies[report->policies++] = (struct bundle_policy){sequence, life.previous_size};
    check_texts(check, &life);
    return true;
}

static void check_context(struct bundle_check *check)
{
    struct buffer line = {0};
    uint64_t number = 0;
    FILE *file = open_large(check, BUNDLE_CONTEXT);
    if (file == NULL)
        return;
    while (read_line(file, &line))
        check->report->bundle.bad_lines += check_policy(check, buffer_text(&line), ++number) ? 0 : 1;
    if (line.length > 0)
        find(check, EVIDENCE_TAMPERED, "context.jsonl ends in the middle of a line");
    fclose(file);
    buffer_clear(&line);
}

/* --- the whole
 * ---------------------------------------------------------------------------------------------------------- */

static void check_all(struct bundle_check *check)
{
    check->leaves = open_large(check, BUNDLE_LEAVES);
    if (check->leaves == NULL)
        return;
    if (check_range(check)) {
        check_records(check);
        check_context(check);
        check->report->bundle.shown = check->counts.shown;
        bundle_check_around(check);
    }
    fclose(check->leaves);
}

void evidence_bundle_verify(const struct evidence_bundle_check *options, struct evidence_report *report)
{
    struct bundle_check *check = base_zalloc(sizeof(*check));
    *report = (struct evidence_report){.verdict = EVIDENCE_OK, .told = options->told};
    check->folder = options->folder;
    check->key = options->key;
    check->key_name = options->name;
    check->report = report;
    check_all(check);
    evidence_conclude(report);
    buffer_clear(&check->note);
    buffer_clear(&check->scratch);
    buffer_clear(&check->whole);
    base_free(check->texts.list);
    base_free(check);
}
