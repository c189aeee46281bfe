/* SPDX-License-Identifier: Apache-2.0 */
/* Writing an evidence bundle: its range is found, then its records, then the policies that judged them. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle_making.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

static char *path_of(const struct bundle *bundle, const char *name)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/%s", bundle->options->directory, name);
    return buffer_take(&path);
}

static FILE *open_file(struct bundle *bundle, enum bundle_file file)
{
    char *path = path_of(bundle, bundle_file_name(file));
    FILE *opened = fopen(path, "wx");
    if (opened == NULL)
        bundle_fail(bundle, "%s: cannot write: %s", path, strerror(errno));
    base_free(path);
    return opened;
}

static bool close_file(struct bundle *bundle, FILE *file)
{
    if (file == NULL)
        return false;
    bool good = !ferror(file) && fflush(file) == 0 && fsync(fileno(file)) == 0;
    good = fclose(file) == 0 && good;
    return good || bundle_fail(bundle, "%s: cannot write: %s", bundle->options->directory, strerror(errno));
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
           bundle_fail(
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
        bundle_fail(bundle, "%s", why);
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
           bundle_fail(bundle, "the checkpoint has no good signature of the log's key; look with `exeat audit verify`");
}

static bool check_root(struct bundle *bundle)
{
    struct tlog_checkpoint checkpoint;
    struct digest root;
    tlog_tree_root(&bundle->tree, &root);
    bool same = bundle->tree.size == bundle->range.end &&
                tlog_checkpoint_parse(buffer_text(&bundle->note), &checkpoint) && digest_equal(&checkpoint.root, &root);
    return same ||
           bundle_fail(
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
    bool done = mkdir(folder, 0755) == 0 || bundle_fail(bundle, "%s: cannot make: %s", folder, strerror(errno));
    base_free(folder);
    if (!done)
        return false;
    if (!bundle_policies_prove(&bundle->policies, bundle->reader, bundle->range.end, bundle->options->progress))
        return bundle_fail_to_read(bundle);
    return bundle_policies_write(&bundle->policies, bundle->options->directory, bundle->reader, bundle->error);
}

/* --- the whole
 * ---------------------------------------------------------------------------------------------------------- */

static bool make_folder(struct bundle *bundle)
{
    if (mkdir(bundle->options->directory, 0755) == 0)
        return true;
    return bundle_fail(
        bundle, "%s: %s", bundle->options->directory,
        errno == EEXIST ? "is there already; a bundle wants a folder of its own" : strerror(errno));
}

bool evidence_bundle_write(
    struct store_reader *reader, const struct evidence_bundle *options, struct evidence_bundle_result *result,
    char **error)
{
    struct bundle bundle = {.reader = reader, .options = options, .result = result, .error = error};
    *error = NULL;
    *result = (struct evidence_bundle_result){0};
    bool done = bundle_find_range(&bundle) && make_folder(&bundle);
    bundle.counts.first = bundle.range.first;
    bundle.counts.end = bundle.range.end;
    done = done && write_records(&bundle) && write_context(&bundle) && bundle_write_texts(&bundle);
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
