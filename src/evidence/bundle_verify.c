/* SPDX-License-Identifier: Apache-2.0 */
/* Checking an evidence bundle with nothing but the log's key. What is proven, in this order:
 * 1. the leaves of the range, put behind the frontier before it, lead to the root of the checkpoint;
 * 2. the checkpoint is signed by the key;
 * 3. each record that is shown is the one at its place, its readable fields are those of its bytes, and its private
 * part is the one it is bound to;
 * 4. each policy that is shown is in the same log, and its text is the one it names;
 * 5. the manifest's counts are those of the files. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "bundle.h"
#include "exeat/base/file.h"
#include "exeat/base/json.h"
#include "exeat/base/memory.h"

struct check {
    const char *folder;
    const uint8_t *key; /* NULL: not known */
    struct text key_name;
    struct evidence_report *report;
    struct bundle_range range;
    struct bundle_counts counts;
    struct audit_checkpoint checkpoint;
    FILE *leaves;
    struct buffer note;    /* the checkpoint's text */
    struct buffer scratch; /* of the line at hand */
    struct buffer whole;
    uint64_t next; /* the sequence that the next record must at least have */
};

#define NUMBER(value) ((unsigned long long)(value))

static bool PRINTF_LIKE(3, 4) find(struct check *check, enum evidence_verdict verdict, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    evidence_find(check->report, verdict, 0, format, arguments);
    va_end(arguments);
    return false;
}

static bool read_small(struct check *check, const char *name, struct buffer *out)
{
    struct buffer path = {0};
    char *error = NULL;
    buffer_printf(&path, "%s/%s", check->folder, name);
    char *file = buffer_take(&path);
    bool done = file_read(file, 16 << 20, out, &error) || find(check, EVIDENCE_UNREADABLE, "%s", error);
    base_free(error);
    base_free(file);
    return done;
}

static FILE *open_large(struct check *check, enum bundle_file file)
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
    return false;
}

/* --- range and checkpoint
 * ---------------------------------------------------------------------------------------------- */

static bool check_leaves(struct check *check)
{
    struct audit_tree tree = check->range.before;
    struct digest leaf;
    struct digest root;
    while (tree.size < check->range.end &&
           fread(leaf.bytes, 1, sizeof(leaf.bytes), check->leaves) == sizeof(leaf.bytes))
        audit_tree_append(&tree, &leaf);
    if (tree.size < check->range.end || getc(check->leaves) != EOF)
        return find(
            check, EVIDENCE_TAMPERED, "leaves.bin does not have the %llu hashes of the range",
            NUMBER(check->range.end - check->range.first));
    audit_tree_root(&tree, &root);
    check->report->root = root;
    return digest_equal(&root, &check->checkpoint.root) ||
           find(check, EVIDENCE_TAMPERED, "the hashes of leaves.bin and range.proof do not lead to the signed root");
}

static bool check_checkpoint(struct check *check)
{
    struct text note = buffer_text(&check->note);
    if (!audit_checkpoint_parse(note, &check->checkpoint))
        return find(check, EVIDENCE_TAMPERED, "checkpoint.note is no checkpoint");
    if (check->checkpoint.size != check->range.end)
        return find(
            check, EVIDENCE_TAMPERED, "checkpoint.note covers %llu records, range.proof ends at %llu",
            NUMBER(check->checkpoint.size), NUMBER(check->range.end));
    if (check->key != NULL && !audit_checkpoint_verify(note, check->checkpoint.origin, check->key))
        return find(check, EVIDENCE_TAMPERED, "checkpoint.note has no good signature of the log's key");
    if (check->key_name.length > 0 && !text_equal(check->key_name, check->checkpoint.origin))
        return find(
            check, EVIDENCE_TAMPERED, "the key is of the log %.*s, the bundle of %.*s", TEXT_ARG(check->key_name),
            TEXT_ARG(check->checkpoint.origin));
    text_store(check->checkpoint.origin, check->report->origin, sizeof(check->report->origin));
    check->report->checkpoints = 1;
    return true;
}

static bool check_range(struct check *check)
{
    struct buffer text = {0};
    bool done = read_small(check, bundle_file_name(BUNDLE_RANGE), &text) &&
                read_small(check, bundle_file_name(BUNDLE_CHECKPOINT), &check->note);
    if (done && !bundle_range_parse(buffer_text(&text), &check->range))
        done = find(check, EVIDENCE_TAMPERED, "range.proof is malformed");
    buffer_clear(&text);
    check->report->first = check->range.first;
    check->report->size = check->range.end;
    check->report->records = check->range.end - check->range.first;
    return done && check_checkpoint(check) && check_leaves(check);
}

/* --- records
 * ------------------------------------------------------------------------------------------------------------- */

static bool leaf_of(struct check *check, uint64_t sequence, struct digest *leaf)
{
    long offset = (long)((sequence - check->range.first) * sizeof(leaf->bytes));
    return fseek(check->leaves, offset, SEEK_SET) == 0 &&
           fread(leaf->bytes, 1, sizeof(leaf->bytes), check->leaves) == sizeof(leaf->bytes);
}

static void check_private(struct check *check, const struct bundle_line *line)
{
    if (line->salt.length == 0)
        check->report->erased += audit_field_find(line->record.fields, AUDIT_TAG_COMMITMENT).length > 0 ? 1 : 0;
    else if (!evidence_private_fits(&line->record, line->salt, line->private_part))
        find(
            check, EVIDENCE_TAMPERED, "the private part of record %llu is not the one it is bound to",
            NUMBER(line->record.head.sequence));
}

static void note_time(struct check *check, int64_t wall_us)
{
    if (check->counts.shown == 0)
        check->report->first_us = wall_us;
    check->report->last_us = wall_us;
}

static bool check_record(struct check *check, struct text text)
{
    struct bundle_line line;
    struct digest stored;
    struct digest leaf;
    if (!bundle_line_parse(text, &check->scratch, &line))
        return find(
            check, EVIDENCE_TAMPERED, "line %llu of records.jsonl: the fields are not what its bytes say",
            NUMBER(check->counts.shown + 1));
    uint64_t sequence = line.record.head.sequence;
    if (sequence < check->next || sequence >= check->range.end)
        return find(
            check, EVIDENCE_TAMPERED, "record %llu of records.jsonl is out of order, twice or out of the range",
            NUMBER(sequence));
    check->next = sequence + 1;
    audit_leaf(line.body, &leaf);
    if (!leaf_of(check, sequence, &stored) || !digest_equal(&leaf, &stored))
        return find(
            check, EVIDENCE_TAMPERED, "record %llu is not the one that was logged at this place", NUMBER(sequence));
    check_private(check, &line);
    note_time(check, line.record.head.wall_us);
    bundle_counts_add(&check->counts, &line.record);
    return true;
}

static void check_records(struct check *check)
{
    struct buffer line = {0};
    FILE *file = open_large(check, BUNDLE_RECORDS);
    if (file == NULL)
        return;
    check->next = check->range.first;
    while (read_line(file, &line))
        if (!check_record(check, buffer_text(&line)))
            break;
    if (line.length > 0 && (line.data[line.length - 1] != '\n'))
        find(check, EVIDENCE_TAMPERED, "records.jsonl ends in the middle of a line");
    fclose(file);
    buffer_clear(&line);
}

/* --- policies
 * ------------------------------------------------------------------------------------------------------------ */

static void check_text(struct check *check, struct bytes digest)
{
    struct digest found;
    struct buffer name = {0};
    buffer_append_string(&name, "policy/");
    buffer_append_hex(&name, digest);
    if (!bundle_digest(check->folder, buffer_text(&name), &found))
        check->report->policies_missing++;
    else if (digest.length != sizeof(found.bytes) || memcmp(found.bytes, digest.data, sizeof(found.bytes)) != 0)
        find(check, EVIDENCE_TAMPERED, "%.*s is not the text that the log names", TEXT_ARG(buffer_text(&name)));
    buffer_clear(&name);
}

static bool check_policy(struct check *check, struct text text)
{
    struct audit_proof proof;
    struct bundle_line line;
    struct audit_life_record life;
    struct digest leaf;
    if (!bundle_proof_take(&text, &proof, &check->whole) || !bundle_line_parse(text, &check->scratch, &line) ||
        line.record.head.kind != AUDIT_POLICY)
        return find(
            check, EVIDENCE_TAMPERED, "line %llu of context.jsonl: the fields are not what its bytes say",
            NUMBER(check->report->policies + 1));
    audit_leaf(line.body, &leaf);
    if (!audit_inclusion_verify(
            &leaf, line.record.head.sequence, check->range.end, proof.hashes, proof.count, &check->checkpoint.root))
        return find(
            check, EVIDENCE_TAMPERED, "policy %llu is not proven to be in the log", NUMBER(line.record.head.sequence));
    check->report->policies++;
    audit_life_read(&line.record, &life);
    check_text(check, life.digest);
    return true;
}

static void check_context(struct check *check)
{
    struct buffer line = {0};
    FILE *file = open_large(check, BUNDLE_CONTEXT);
    if (file == NULL)
        return;
    while (read_line(file, &line))
        if (!check_policy(check, buffer_text(&line)))
            break;
    fclose(file);
    buffer_clear(&line);
}

/* --- manifest and sums
 * ------------------------------------------------------------------------------------------------- */

/* A line of its own, so that no text in the manifest can pass for it. */
static void check_manifest_line(struct check *check, struct text manifest, struct text line)
{
    if (memmem(manifest.data, manifest.length, line.data, line.length) == NULL)
        find(
            check, EVIDENCE_TAMPERED, "manifest.json should say, and does not: %.*s",
            TEXT_ARG(text_trim(line, " \n,")));
}

static void check_manifest(struct check *check)
{
    struct buffer manifest = {0};
    struct buffer expected = {0};
    if (!read_small(check, bundle_file_name(BUNDLE_MANIFEST), &manifest))
        return;
    check->counts.first = check->range.first;
    check->counts.end = check->range.end;
    buffer_append_byte(&expected, '\n');
    bundle_counts_append(&check->counts, &expected);
    if (manifest.length == 0 || memmem(manifest.data, manifest.length, expected.data, expected.length) == NULL)
        find(check, EVIDENCE_TAMPERED, "the counts of manifest.json are not those of the files");
    buffer_empty(&expected);
    buffer_append(&expected, TEXT("\n  \"origin\": "));
    json_append_string(&expected, text_from(check->report->origin));
    buffer_append(&expected, TEXT(",\n"));
    check_manifest_line(check, buffer_text(&manifest), buffer_text(&expected));
    buffer_empty(&expected);
    buffer_printf(&expected, "\n  \"policies\": %llu,\n", NUMBER(check->report->policies));
    check_manifest_line(check, buffer_text(&manifest), buffer_text(&expected));
    buffer_clear(&manifest);
    buffer_clear(&expected);
}

/* Each file that a bundle has is in the list. */
static void check_sums_are_all(struct check *check, struct text sums)
{
    for (int i = 0; i < BUNDLE_FILES; i++) {
        const char *name = bundle_file_name((enum bundle_file)i);
        if (memmem(sums.data, sums.length, name, strlen(name)) == NULL)
            find(check, EVIDENCE_TAMPERED, "SHA256SUMS does not have %s", name);
    }
}

static void check_sums(struct check *check)
{
    struct buffer sums = {0};
    if (!read_small(check, "SHA256SUMS", &sums))
        return;
    buffer_reserve(&sums, 1);
    check_sums_are_all(check, buffer_text(&sums));
    struct text rest = buffer_text(&sums);
    struct text line;
    while (rest.length > 0 && text_split(&rest, '\n', &line)) {
        struct digest named;
        struct digest found;
        struct text name;
        if (!bundle_sums_parse_line(line, &named, &name))
            find(check, EVIDENCE_TAMPERED, "SHA256SUMS is malformed");
        else if (!bundle_digest(check->folder, name, &found))
            find(check, EVIDENCE_UNREADABLE, "%.*s is missing", TEXT_ARG(name));
        else if (!digest_equal(&named, &found))
            find(check, EVIDENCE_TAMPERED, "%.*s was changed after the bundle was made", TEXT_ARG(name));
    }
    buffer_clear(&sums);
}

/* --- the whole
 * ---------------------------------------------------------------------------------------------------------- */

void evidence_bundle_verify(const char *folder, const uint8_t *key, struct text name, struct evidence_report *report)
{
    struct check check = {.folder = folder, .key = key, .key_name = name, .report = report};
    *report = (struct evidence_report){.verdict = EVIDENCE_OK};
    check.leaves = open_large(&check, BUNDLE_LEAVES);
    if (check.leaves != NULL && check_range(&check)) {
        check_records(&check);
        check_context(&check);
        check_manifest(&check);
        check_sums(&check);
    }
    report->shown = check.counts.shown;
    evidence_conclude(report);
    if (check.leaves != NULL)
        fclose(check.leaves);
    buffer_clear(&check.note);
    buffer_clear(&check.scratch);
    buffer_clear(&check.whole);
}
