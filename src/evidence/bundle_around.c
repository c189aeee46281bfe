/* SPDX-License-Identifier: Apache-2.0 */
/* Checking what is around the records of a bundle: the manifest against the files, the key for orientation, the sums,
 * and that the folder has these files and no others. */
#include <string.h>

#include "bundle.h"
#include "exeat/base/clock.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

#define NUMBER(value) ((unsigned long long)(value))

static void PRINTF_LIKE(2, 3) find(struct bundle_check *check, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    evidence_find_list(check->report, EVIDENCE_TAMPERED, 0, format, arguments);
    va_end(arguments);
}

bool bundle_check_read(struct bundle_check *check, const char *name, struct buffer *out)
{
    struct buffer path = {0};
    char *error = NULL;
    buffer_printf(&path, "%s/%s", check->folder, name);
    char *file = buffer_take(&path);
    bool done = file_read(file, 16 << 20, out, &error);
    if (!done)
        evidence_find(check->report, EVIDENCE_UNREADABLE, 0, "%s", error);
    base_free(error);
    base_free(file);
    return done;
}

void bundle_texts_add(struct bundle_texts *texts, const struct digest *digest)
{
    for (size_t i = 0; i < texts->count; i++)
        if (digest_equal(&texts->list[i], digest))
            return;
    texts->list = base_resize(texts->list, texts->count + 1, sizeof(*texts->list));
    texts->list[texts->count++] = *digest;
}

/* --- the manifest --- */

static bool same_counts(const struct bundle_counts *left, const struct bundle_counts *right)
{
    bool same = left->first == right->first && left->end == right->end && left->shown == right->shown &&
                left->requests == right->requests;
    for (size_t i = VERDICT_ALLOW; i <= VERDICT_ERROR; i++)
        same = same && left->verdicts[i] == right->verdicts[i];
    return same;
}

/* How many policies the shown decisions name that are not shown. */
static uint64_t policies_left_out(const struct bundle_check *check)
{
    uint64_t left_out = check->named.beyond;
    for (size_t i = 0; i < check->named.count; i++) {
        bool is_here = false;
        for (size_t j = 0; j < check->report->policies; j++)
            is_here = is_here || check->policies[j].sequence == check->named.list[i] ||
                      (check->policies[j].original != 0 && check->policies[j].original == check->named.list[i]);
        left_out += is_here ? 0 : 1;
    }
    return left_out;
}

/* A time as it is written; absent is fine. */
static bool read_time(struct text text, int64_t *wall_us)
{
    char again[CLOCK_TEXT_SIZE];
    if (text.length == 0)
        return true;
    if (!clock_parse(text, 0, wall_us) || *wall_us < 0)
        return false;
    clock_write(*wall_us, again);
    return text_equal(text, text_from(again));
}

static void check_times(struct bundle_check *check, const struct bundle_manifest *manifest)
{
    int64_t since_us = INT64_MIN;
    int64_t until_us = INT64_MAX;
    if (!read_time(manifest->since, &since_us) || !read_time(manifest->until, &until_us))
        find(check, "since or until of manifest.json is no time");
    else if (check->has_time && (check->earliest_us < since_us || check->latest_us >= until_us))
        find(check, "manifest.json has another time than the records: since or until");
}

static void check_counts(struct bundle_check *check, const struct bundle_manifest *manifest)
{
    if (!same_counts(&manifest->counts, &check->counts))
        find(check, "the counts of manifest.json are not those of the files");
    if (!text_equal(manifest->origin, text_from(check->report->bundle.origin)))
        find(check, "manifest.json is of the log %.*s", TEXT_ARG(manifest->origin));
    if (manifest->policies != check->report->policies)
        find(
            check, "manifest.json has %llu policies, context.jsonl %llu", NUMBER(manifest->policies),
            NUMBER(check->report->policies));
    if (manifest->policies_left_out != policies_left_out(check))
        find(check, "policies_left_out of manifest.json is not the number of policies that are not shown");
    bool is_private_right = manifest->is_redacted ? !check->has_private && manifest->erased <= check->report->erased
                                                  : manifest->erased == check->report->erased;
    if (!is_private_right)
        find(check, "redacted or erased of manifest.json is not what the records show");
}

static void check_manifest(struct bundle_check *check)
{
    struct buffer text = {0};
    struct bundle_manifest manifest;
    json_t *tree = NULL;
    if (!bundle_check_read(check, bundle_file_name(BUNDLE_MANIFEST), &text))
        return;
    check->counts.first = check->range.first;
    check->counts.end = check->range.end;
    if (!bundle_manifest_parse(buffer_text(&text), &manifest, &tree)) {
        find(check, "manifest.json is not written as a manifest is");
    } else if (check->report->bundle.bad_lines == 0) { /* else it cannot fit */
        check_counts(check, &manifest);
        check_times(check, &manifest);
    }
    json_decref(tree);
    buffer_clear(&text);
}

/* --- the key for orientation --- */

static void check_keys(struct bundle_check *check)
{
    struct buffer text = {0};
    struct buffer expected = {0};
    if (!bundle_check_read(check, bundle_file_name(BUNDLE_KEYS), &text))
        return;
    if (check->key != NULL)
        tlog_vkey_write(check->checkpoint.origin, check->key, &expected);
    buffer_append_byte(&expected, '\n');
    if (check->key != NULL && text.length > 0 && !text_equal(buffer_text(&text), buffer_text(&expected)))
        find(check, "keys.txt has another key than the one given");
    buffer_clear(&text);
    buffer_clear(&expected);
}

/* --- which files --- */

static bool is_text_of(const struct bundle_check *check, const char *name)
{
    char known[BUNDLE_POLICY_NAME_SIZE];
    for (size_t i = 0; i < check->texts.count; i++) {
        bundle_policy_name(&check->texts.list[i], known);
        if (strcmp(known, name) == 0)
            return true;
    }
    return false;
}

static bool is_known(const struct bundle_check *check, const char *name)
{
    for (int i = 0; i < BUNDLE_FILES; i++)
        if (strcmp(bundle_file_name((enum bundle_file)i), name) == 0)
            return true;
    return is_text_of(check, name);
}

static bool is_sum_of(struct text sums, struct text line)
{
    return memmem(sums.data, sums.length, line.data, line.length) != NULL;
}

static void say_unknown(struct bundle_check *check, const char *name)
{
    struct buffer visible = {0};
    export_append_visible(&visible, text_from(name));
    find(check, "%.*s: is no file of this bundle", TEXT_ARG(buffer_text(&visible)));
    buffer_clear(&visible);
}

/* The text that the sums must be; what a file is whose line they lack is said. */
static void
expect_sums(struct bundle_check *check, const struct bundle_names *names, struct text sums, struct buffer *expected)
{
    for (size_t i = 0; i < names->count; i++) {
        struct digest digest;
        size_t from = expected->length;
        if (!is_known(check, names->list[i])) {
            say_unknown(check, names->list[i]);
        } else if (!bundle_digest(check->folder, text_from(names->list[i]), &digest)) {
            evidence_find(check->report, EVIDENCE_UNREADABLE, 0, "%s: cannot be read", names->list[i]);
        } else {
            bundle_sums_append(&digest, names->list[i], expected);
            if (!is_sum_of(sums, text_after(buffer_text(expected), from)))
                find(check, "%s was changed after the bundle was made, or SHA256SUMS was", names->list[i]);
        }
    }
}

static void check_files(struct bundle_check *check)
{
    struct buffer sums = {0};
    struct buffer expected = {0};
    struct bundle_names *names = base_zalloc(sizeof(*names));
    bool done = bundle_names_read(check->folder, names);
    if (!done)
        evidence_find(
            check->report, EVIDENCE_UNREADABLE, 0, "%s: cannot be read, or has too many files", check->folder);
    if (bundle_check_read(check, BUNDLE_SUMS, &sums) && done) {
        buffer_reserve(&sums, 1);
        buffer_reserve(&expected, 1);
        expect_sums(check, names, buffer_text(&sums), &expected);
        if (!text_equal(buffer_text(&sums), buffer_text(&expected)))
            find(check, "SHA256SUMS is not the list of these files");
    }
    bundle_names_clear(names);
    base_free(names);
    buffer_clear(&sums);
    buffer_clear(&expected);
}

static void check_presence(struct bundle_check *check)
{
    struct buffer readme = {0};
    (void)!bundle_check_read(check, bundle_file_name(BUNDLE_README), &readme);
    buffer_clear(&readme);
}

void bundle_check_around(struct bundle_check *check)
{
    check_manifest(check);
    check_keys(check);
    check_presence(check);
    check_files(check);
}
