/* SPDX-License-Identifier: Apache-2.0 */
/* Writing an evidence bundle, in three passes over the store:
 * 1. which range of the log is meant: from the first record at or after `since` to the first checkpoint that covers the
 * last one before `until`;
 * 2. the leaves of that whole range, and the records that match;
 * 3. proofs that the policies which judged those requests are in the same log. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle_policies.h"
#include "exeat/base/clock.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

struct bundle {
    struct store_reader *reader;
    const struct evidence_bundle *options;
    struct evidence_bundle_result *result;
    char **error;
    struct bundle_range range;
    struct bundle_counts counts;
    struct buffer note;    /* the checkpoint */
    struct tlog_tree tree; /* of pass 2 */
    FILE *records;
    FILE *leaves;
    struct buffer line;
    struct bundle_policies policies;
    uint64_t erased;
    bool is_bad; /* a record at hand is not what was signed */
};

static bool fail(struct bundle *bundle, const char *format, ...) PRINTF_LIKE(2, 3);
static bool fail(struct bundle *bundle, const char *format, ...)
{
    struct buffer out = {0};
    va_list arguments;
    if (*bundle->error != NULL)
        return false;
    va_start(arguments, format);
    buffer_vprintf(&out, format, arguments);
    va_end(arguments);
    *bundle->error = buffer_take(&out);
    return false;
}

static bool fail_to_read(struct bundle *bundle)
{
    return fail(bundle, "%s", store_reader_error(bundle->reader));
}

static char *path_of(const struct bundle *bundle, const char *name)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/%s", bundle->options->directory, name);
    return buffer_take(&path);
}

static bool write_file(struct bundle *bundle, const char *name, struct text content)
{
    return bundle_write_file(bundle->options->directory, name, content, bundle->error);
}

static FILE *open_file(struct bundle *bundle, enum bundle_file file)
{
    char *path = path_of(bundle, bundle_file_name(file));
    FILE *opened = fopen(path, "wx");
    if (opened == NULL)
        fail(bundle, "%s: cannot write: %s", path, strerror(errno));
    base_free(path);
    return opened;
}

static bool close_file(struct bundle *bundle, FILE *file)
{
    if (file == NULL)
        return false;
    bool good = !ferror(file) && fflush(file) == 0 && fsync(fileno(file)) == 0;
    good = fclose(file) == 0 && good;
    return good || fail(bundle, "%s: cannot write: %s", bundle->options->directory, strerror(errno));
}

/* --- pass 1: the range
 * ------------------------------------------------------------------------------------------------ */

static bool find_range(struct bundle *bundle, uint64_t *last)
{
    const struct export_filter *filter = &bundle->options->filter;
    struct store_row row;
    enum store_read read;
    bool found = false;
    bool any = false;
    store_reader_seek(bundle->reader, store_reader_first(bundle->reader));
    while ((read = store_reader_next(bundle->reader, &row)) == STORE_ROW) {
        bundle_note_progress(bundle->options->progress, row.sequence);
        if (filter->since_us != 0 && row.wall_us < filter->since_us)
            continue;
        if (!found)
            bundle->range.first = row.sequence;
        found = true;
        if (filter->until_us != 0 && row.wall_us >= filter->until_us)
            continue;
        any = true;
        *last = row.sequence;
    }
    if (read == STORE_UNREADABLE)
        return fail_to_read(bundle);
    if (!any)
        return fail(bundle, "there is no record in that time");
    return true;
}

/* The one that a witness has cosigned, when it covers the range. */
static bool find_cosigned(struct bundle *bundle, uint64_t last)
{
    struct tlog_tree tree;
    struct buffer note = {0};
    bool covers = store_reader_cosigned(bundle->reader, &tree, &note) && tree.size > last;
    if (covers) {
        bundle->note = note;
        bundle->range.end = tree.size;
        return true;
    }
    buffer_clear(&note);
    return false;
}

/* Else the first checkpoint of the range's whole; else the newest, and what it does not cover stays out. */
static bool find_checkpoint(struct bundle *bundle, uint64_t last)
{
    uint64_t size = 0;
    if (find_cosigned(bundle, last))
        return true;
    if (store_reader_checkpoint(bundle->reader, last, &size, &bundle->note)) {
        bundle->range.end = size;
        return true;
    }
    for (uint64_t after = bundle->range.first;; after = size) {
        struct buffer note = {0};
        if (!store_reader_checkpoint(bundle->reader, after, &size, &note))
            break;
        buffer_clear(&bundle->note);
        bundle->note = note;
        bundle->range.end = size;
    }
    if (bundle->range.end == 0)
        return fail(
            bundle, "no checkpoint covers these records yet; one is signed within a second, or at the next start");
    bundle->result->unsigned_left_out = last + 1 - bundle->range.end;
    return true;
}

/* --- pass 2: leaves and records
 * --------------------------------------------------------------------------------------------- */

static void on_any_row(void *context, const struct store_row *row)
{
    struct bundle *bundle = context;
    struct record record;
    struct digest leaf;
    bundle_note_progress(bundle->options->progress, row->sequence);
    if (row->sequence == bundle->range.first)
        bundle->range.before = bundle->tree;
    tlog_leaf(row->body, &leaf);
    tlog_tree_append(&bundle->tree, &leaf);
    if (row->kind == RECORD_POLICY && record_parse(row->body, &record))
        bundle_policies_note(&bundle->policies, &record);
    if (row->sequence >= bundle->range.first)
        fwrite(leaf.bytes, 1, sizeof(leaf.bytes), bundle->leaves);
}

/* What would only be found by whoever the bundle is for is said to who makes it. */
static bool is_good(struct bundle *bundle, const struct store_row *row, const struct record *record)
{
    bool good = store_row_agrees(row, record) &&
                (row->salt.length == 0 || evidence_private_fits(record, row->salt, row->private_part));
    bundle->is_bad = bundle->is_bad || !good;
    return good ||
           fail(
               bundle, "record %llu, its columns or its private part were changed; look with `exeat audit verify`",
               (unsigned long long)row->sequence);
}

static void on_matching_row(void *context, const struct store_row *row)
{
    struct bundle *bundle = context;
    struct record record;
    if (row->sequence < bundle->range.first || !record_parse(row->body, &record) || !is_good(bundle, row, &record))
        return;
    bundle_counts_add(&bundle->counts, &record);
    if (record.head.kind == RECORD_DECISION) {
        struct decision_record decision;
        record_decision_read(&record, (struct bytes){0}, &decision);
        bundle_named_add(&bundle->policies.named, decision.policy_sequence);
    }
    if (row->salt.length == 0 && record_field_find(record.fields, RECORD_TAG_COMMITMENT).length > 0)
        bundle->erased++;
    buffer_empty(&bundle->line);
    bundle_line_append(row, bundle->options->filter.redact, &bundle->line);
    fwrite(bundle->line.data, 1, bundle->line.length, bundle->records);
}

static bool read_range(struct bundle *bundle)
{
    struct export_requests_options options = {
        .filter = &bundle->options->filter,
        .hook = {.on_any = on_any_row, .on_row = on_matching_row, .context = bundle},
        .by_record = true,
        .end = bundle->range.end,
    };
    struct export_requests *requests = export_requests_new(bundle->reader, &options);
    struct export_item *item;
    enum store_read read;
    bundle->tree = *store_reader_base(bundle->reader);
    store_reader_seek(bundle->reader, bundle->tree.size);
    while ((read = export_requests_next(requests, &item)) == STORE_ROW)
        continue;
    if (read == STORE_UNREADABLE) {
        char *why = export_requests_error(requests);
        fail(bundle, "%s", why);
        base_free(why);
    }
    export_requests_free(requests);
    return read == STORE_END && !bundle->is_bad;
}

/* With the key at hand; who has none is told by whoever checks the bundle. */
static bool check_signature(struct bundle *bundle)
{
    struct tlog_vkey vkey;
    bool has_key = tlog_vkey_parse(text_trim(bundle->options->keys, "\n"), &vkey);
    return !has_key ||
           tlog_checkpoint_verify(buffer_text(&bundle->note), store_reader_origin(bundle->reader), vkey.key) ||
           fail(bundle, "the checkpoint has no good signature of the log's key; look with `exeat audit verify`");
}

static bool check_root(struct bundle *bundle)
{
    struct tlog_checkpoint checkpoint;
    struct digest root;
    tlog_tree_root(&bundle->tree, &root);
    bool same = bundle->tree.size == bundle->range.end &&
                tlog_checkpoint_parse(buffer_text(&bundle->note), &checkpoint) && digest_equal(&checkpoint.root, &root);
    return same ||
           fail(
               bundle, "the records are not those that the checkpoint at %llu signed; look with `exeat audit verify`",
               (unsigned long long)bundle->range.end);
}

static bool write_records(struct bundle *bundle)
{
    bundle->records = open_file(bundle, BUNDLE_RECORDS);
    bundle->leaves = bundle->records != NULL ? open_file(bundle, BUNDLE_LEAVES) : NULL;
    bool done = bundle->leaves != NULL && read_range(bundle) && check_root(bundle) && check_signature(bundle);
    done = close_file(bundle, bundle->records) && done;
    return close_file(bundle, bundle->leaves) && done;
}

/* --- pass 3: the policies that judged --- */

static bool write_context(struct bundle *bundle)
{
    char *folder = path_of(bundle, "policy");
    bool done = mkdir(folder, 0755) == 0 || fail(bundle, "%s: cannot make: %s", folder, strerror(errno));
    base_free(folder);
    if (!done)
        return false;
    if (!bundle_policies_prove(&bundle->policies, bundle->reader, bundle->range.end, bundle->options->progress))
        return fail_to_read(bundle);
    return bundle_policies_write(&bundle->policies, bundle->options->directory, bundle->reader, bundle->error);
}

/* --- the texts about it
 * ------------------------------------------------------------------------------------------------- */

enum { TIME_SIZE = CLOCK_TEXT_SIZE };

static struct text time_text(int64_t wall_us, char out[TIME_SIZE])
{
    if (wall_us == 0)
        return TEXT("");
    clock_write(wall_us, out);
    return text_from(out);
}

static bool write_manifest(struct bundle *bundle)
{
    const struct evidence_bundle *options = bundle->options;
    char created[TIME_SIZE];
    char since[TIME_SIZE];
    char until[TIME_SIZE];
    const struct bundle_manifest manifest = {
        .tool = TEXT("exeat " EXEAT_VERSION),
        .origin = store_reader_origin(bundle->reader),
        .created = time_text(clock_wall_us(), created),
        .operator_name = options->operator_name,
        .purpose = options->purpose,
        .query = options->query,
        .since = time_text(options->filter.since_us, since),
        .until = time_text(options->filter.until_us, until),
        .custody = options->is_recorded ? TEXT("recorded") : TEXT("unrecorded"),
        .is_redacted = options->filter.redact,
        .erased = bundle->erased,
        .counts = bundle->counts,
        .unsigned_left_out = bundle->result->unsigned_left_out,
        .policies = bundle->policies.count,
        .policies_left_out = bundle->policies.left_out,
    };
    struct buffer out = {0};
    bundle_manifest_append(&manifest, &out);
    bool done = write_file(bundle, bundle_file_name(BUNDLE_MANIFEST), buffer_text(&out));
    buffer_clear(&out);
    return done;
}

static const char readme[] =
    "This folder holds records out of the log of an exeat gate, and what proves them.\n"
    "\n"
    "  manifest.json    what was asked for, by whom, and how many records are shown and left out\n"
    "  records.jsonl    the records that were asked for: fields by name, then the exact bytes (hex)\n"
    "  leaves.bin       the hash of every record of the range, also of those left out (32 bytes each)\n"
    "  range.proof      joins these hashes to the root of the whole log\n"
    "  checkpoint.note  that root, signed by the log's key (and by witnesses, if there are any)\n"
    "  context.jsonl    the policies that judged these requests, each with its proof\n"
    "  policy/          their texts, each named by its SHA-256\n"
    "  keys.txt         the log's key. Do not believe this file: compare it with the key that you were given by "
    "another way\n"
    "  SHA256SUMS       against accidents on the way; the proof does not rest on it\n"
    "\n"
    "To check it, either\n"
    "\n"
    "  exeat audit verify --bundle FOLDER --vkey 'KEY'\n"
    "\n"
    "or, with Python alone, verify_bundle.py from exeat's documentation (take it from there, not from whoever gave you "
    "this):\n"
    "\n"
    "  python3 verify_bundle.py FOLDER 'KEY'\n"
    "\n"
    "KEY is the line that `exeat audit keys` printed when the log began. What the answers mean is in "
    "docs/for-auditors.md.\n";

static bool write_range(struct bundle *bundle)
{
    struct buffer out = {0};
    bundle_range_append(&bundle->range, &out);
    bool done = write_file(bundle, bundle_file_name(BUNDLE_RANGE), buffer_text(&out));
    buffer_clear(&out);
    return done && write_file(bundle, bundle_file_name(BUNDLE_CHECKPOINT), buffer_text(&bundle->note));
}

static bool write_texts_about(struct bundle *bundle)
{
    return write_range(bundle) && write_file(bundle, bundle_file_name(BUNDLE_KEYS), bundle->options->keys) &&
           write_manifest(bundle) && write_file(bundle, bundle_file_name(BUNDLE_README), text_from(readme)) &&
           bundle_sums_write(bundle->options->directory, bundle->error);
}

/* --- the whole
 * ---------------------------------------------------------------------------------------------------------- */

static bool make_folder(struct bundle *bundle)
{
    if (mkdir(bundle->options->directory, 0755) == 0)
        return true;
    return fail(
        bundle, "%s: %s", bundle->options->directory,
        errno == EEXIST ? "is there already; a bundle wants a folder of its own" : strerror(errno));
}

bool evidence_bundle_write(
    struct store_reader *reader, const struct evidence_bundle *options, struct evidence_bundle_result *result,
    char **error)
{
    struct bundle bundle = {.reader = reader, .options = options, .result = result, .error = error};
    uint64_t last = 0;
    *error = NULL;
    *result = (struct evidence_bundle_result){0};
    bool done = find_range(&bundle, &last) && find_checkpoint(&bundle, last) && make_folder(&bundle);
    bundle.counts.first = bundle.range.first;
    bundle.counts.end = bundle.range.end;
    done = done && write_records(&bundle) && write_context(&bundle) && write_texts_about(&bundle);
    result->first = bundle.range.first;
    result->end = bundle.range.end;
    result->shown = bundle.counts.shown;
    result->policies_left_out = bundle.policies.left_out;
    result->texts_missing = bundle.policies.texts_missing;
    bundle_policies_clear(&bundle.policies);
    buffer_clear(&bundle.note);
    buffer_clear(&bundle.line);
    return done;
}
